// The public API, in the order data travels: packets -> flows -> text; messages -> flows -> messages.
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
export {
  type AllowEntry,
  CaptureCollector,
  type CollectOptions,
  Collector,
  type CollectorOptions,
  type ListenAddress,
  parseAllow,
  parseListen,
  parseRelay,
  type RelayTarget,
} from "./collect/index.ts";
export { CollectLedger, ExporterLedger } from "./core/collect-ledger.ts";
export {
  ELEMENTS,
  type Element,
  END_REASON,
  type FieldName,
  FLOW_EVENT,
  findElement,
  MESSAGE_ELEMENTS,
  PACKET_ELEMENTS,
  SAMPLING_SOURCE,
} from "./core/elements.ts";
export { SourceError, UsageError } from "./core/errors.ts";
export { type AnyFieldName, type Field, findField, OTHER } from "./core/fields.ts";
export { type Columns, FlowBatch, readU64 } from "./core/flow-batch.ts";
export { type EndReasonWord, type EventWord, type FlowRecord, type FlowView, flowsOf } from "./core/flow-record.ts";
export { type FlowCounts, Ledger, type TrackSummary } from "./core/ledger.ts";
export { Message } from "./core/message.ts";
export type { CaptureCounts, CaptureInterface, PacketBlock, PacketSource } from "./core/packet-block.ts";
export type { ColumnType, ColumnUnit, Table, TableColumn, TableShape, Value } from "./core/table.ts";
export { Exporter, type ExporterOptions } from "./export/index.ts";
export {
  isNative,
  NATIVE_OCTETS,
  type NativeReader,
  NativeWriter,
  type NativeWriterOptions,
  type Recovery,
  readNative,
} from "./files/index.ts";
export {
  FieldNames,
  type FlowRunSummary,
  type Frame,
  type FrameCounts,
  type FrameSource,
  type FrameView,
  type OpenFramesOptions,
  observePdml,
  openFrames,
  type PdmlFlowView,
  type PdmlObject,
  type PdmlObserver,
  type PdmlOptions,
  type PdmlPlugin,
  type PdmlValue,
  type PluginOutput,
} from "./pdml/index.ts";
export {
  type BatchFilter,
  type Completion,
  type Completions,
  completeFilter,
  type Filter,
  FilterError,
  type FilterOptions,
  filterBatch,
  parseFilter,
  type QuestionWords,
  StoredFlows,
  type StoredFlowsFiles,
  type StoredFlowsWords,
} from "./query/index.ts";
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
export {
  type CounterSample,
  MessageDecoder,
  type MessageDecoderOptions,
  type OptionsRecord,
  type TemplateSnapshot,
} from "./wire/index.ts";
