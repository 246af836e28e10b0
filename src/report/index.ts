// The door of the report room: flow records and summaries to text.
export { createFlowPrinter, type FlowPrinter, type FlowPrinterOptions, type FlowSink } from "./flow-printer.ts";
export { createProgress } from "./progress.ts";
export { printSummary, summaryObject } from "./summary.ts";
