// The door of track/: Layers -> flow records.
export { FlowStream, type FlowStreamOptions } from "./flow-stream.ts";
export { KEY_FIELDS, KEY_PRESETS, type KeyPlan, parseKey, planKey } from "./key.ts";
export { KeyMaker, type KeyOptions } from "./key-maker.ts";
export { type FlowObserver, observe } from "./observe.ts";
export { MOST_FLOWS, TRACK_DEFAULTS, type TrackOptions, type TrackWords } from "./options.ts";
export { DEFAULT_TIMEOUTS, idleTimeouts, NO_TIMEOUTS, parseTimeouts, type Timeouts } from "./timeouts.ts";
export { Tracker } from "./tracker.ts";
