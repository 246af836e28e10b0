// The public API, in the order data travels: packets -> flows -> text.
export {
  isSync,
  type OpenOptions,
  openSource,
  openSources,
  type PcapOptions,
  PcapWriter,
  type SyncPacketSource,
  writePcapHeader,
} from "./capture/index.ts";
export { ELEMENTS, type Element, END_REASON, type FieldName, FLOW_EVENT, findElement } from "./core/elements.ts";
export { SourceError, UsageError } from "./core/errors.ts";
export { type Columns, FlowBatch, readU64 } from "./core/flow-batch.ts";
export { type EndReasonWord, type EventWord, type FlowRecord, type FlowView, flowsOf } from "./core/flow-record.ts";
export { type FlowCounts, Ledger, type TrackSummary } from "./core/ledger.ts";
export type { CaptureCounts, CaptureInterface, PacketBlock, PacketSource } from "./core/packet-block.ts";
export { createFlowPrinter, type FlowPrinterOptions, type FlowSink, printSummary } from "./report/index.ts";
export {
  DEFAULT_TIMEOUTS,
  type FlowObserver,
  FlowStream,
  type FlowStreamOptions,
  KEY_FIELDS,
  KEY_PRESETS,
  type KeyOptions,
  type KeyPlan,
  NO_TIMEOUTS,
  observe,
  parseKey,
  parseTimeouts,
  planKey,
  type Timeouts,
  type TrackOptions,
  type TrackWords,
} from "./track/index.ts";
