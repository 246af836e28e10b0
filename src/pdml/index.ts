// The door of the pdml room: frames as tshark tells of them in; flows, columns, and what plug-ins make of them out.
export { FieldNames } from "./field-names.ts";
export { FlowRun, type FlowRunOptions, type FlowRunSummary } from "./flow-run.ts";
export type { FlowTableOptions } from "./flow-table.ts";
export { DEFAULT_KEY, PDML2FLOW_KEY } from "./frame-key.ts";
export type { FrameCounts, FrameSource } from "./frame-source.ts";
export { JsonForm } from "./object-json.ts";
export { XmlForm } from "./object-xml.ts";
export type { FrameView, PdmlFlowView, PdmlObserver } from "./observer.ts";
export { ObserverCalls } from "./observer-calls.ts";
export { type CaptureOpener, openFrames } from "./open-frames.ts";
export { openPlugins } from "./plugin-loader.ts";
export { PluginText } from "./plugin-output.ts";
export { type PluginRequest, splitPlugins } from "./plugin-words.ts";
