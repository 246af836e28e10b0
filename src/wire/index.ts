// The door of wire/: Message <-> FlowBatch.
export {
  looksLikeFlow,
  MessageDecoder,
  type MessageDecoderOptions,
} from "./message-decoder.ts";
export {
  createMessageEncoder,
  EXPORT_PROTOCOLS,
  EXPORT_TIMES,
  type ExportProtocol,
  type ExportTimes,
  type MessageEncoder,
  type MessageEncoderOptions,
} from "./message-encoder.ts";
export {
  type CounterSample,
  type HeaderReader,
  type OptionsRecord,
  WIRE_LIMITS,
  type WireLimits,
} from "./reader-context.ts";
export type { TemplateSnapshot } from "./template-snapshot.ts";
