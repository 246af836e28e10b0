// The door of the report room: flow records and summaries to text.
export {
  createFlowPrinter,
  FLOW_FORMATS,
  type FlowFormat,
  type FlowPrinter,
  type FlowPrinterOptions,
  type FlowSink,
} from "./flow-printer.ts";
export { createProgress, type Progress, type ProgressState } from "./progress.ts";
export { PROTOCOL_NAMES } from "./protocol-names.ts";
export { printSummary, type SummaryObject, summaryObject } from "./summary.ts";
