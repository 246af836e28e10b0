// The door of the pdml room: frames as tshark tells of them in; flows, columns, and what plug-ins make of them out.
export {
  COUNT,
  type ColumnMeasure,
  type ColumnsQuestion,
  type MeasureKind,
  measureOf,
  parseColumnFields,
  parseColumnSort,
  questionLabels,
} from "./columns-question.ts";
export { type ColumnsCounts, columnsFields, groupColumns, listColumns } from "./columns-run.ts";
export { FieldNames } from "./field-names.ts";
export { FilteredFrames } from "./filtered-frames.ts";
export { FlowRun, type FlowRunSummary } from "./flow-run.ts";
export type { FlowTableOptions } from "./flow-table.ts";
export type { Frame } from "./frame.ts";
export { filterFields, frameFilter } from "./frame-filter.ts";
export { DEFAULT_KEY, PDML2FLOW_KEY } from "./frame-key.ts";
export type { FrameCounts, FrameSource } from "./frame-source.ts";
export { JsonForm } from "./object-json.ts";
export { XmlForm } from "./object-xml.ts";
export { observePdml, type PdmlOptions } from "./observe-pdml.ts";
export type {
  FrameView,
  PdmlFlowView,
  PdmlObject,
  PdmlObserver,
  PdmlPlugin,
  PdmlValue,
  PluginOutput,
} from "./observer.ts";
export { ObserverCalls } from "./observer-calls.ts";
export { type OpenFramesOptions, openFrames } from "./open-frames.ts";
export { openPlugins } from "./plugin-loader.ts";
export { PluginText } from "./plugin-output.ts";
export { type PluginRequest, splitPlugins } from "./plugin-words.ts";
export { type TsharkOptions, tsharkOpener, USUAL_PROTOCOLS } from "./tshark.ts";
