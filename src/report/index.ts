// The door of the report room: flow records and summaries to text.
export { AsciiText } from "./ascii-text.ts";
export { ByteWriter } from "./byte-writer.ts";
export { printCollectChange } from "./collect-change.ts";
export { METRICS_TYPE, printCollectMetrics } from "./collect-metrics.ts";
export { type CollectObject, type CollectShown, collectObject, timeText } from "./collect-object.ts";
export { printCollect } from "./collect-text.ts";
export { type DoctorObject, doctorObject } from "./doctor-object.ts";
export { printDoctor } from "./doctor-text.ts";
export { exportObject, printExport } from "./export-report.ts";
export { type FilterCounts, filterObject, printFilter } from "./filter-text.ts";
export { createFlowPrinter, type FlowPrinter, type FlowPrinterOptions, type FlowSink } from "./flow-printer.ts";
export { pdmlObject, printPdml } from "./pdml-summary.ts";
export {
  type CollectProgressState,
  createCollectProgress,
  createCountedProgress,
  createProgress,
  type Progress,
} from "./progress.ts";
export { printStore, storeObject } from "./store-report.ts";
export { printSummary, summaryObject } from "./summary.ts";
export { printPieces, printTable, type TableForm, type TablePrintOptions } from "./table-printer.ts";
export { parseExactly, readTable, readTime } from "./table-read.ts";
export { TableStream } from "./table-stream.ts";
export { PIECE_OCTETS, TextOutput } from "./text-output.ts";

/** Pictures of Tables; what they need is loaded now. */
export const loadGraphs = () => import("./graph.ts");
/** Tables as HTML, with pictures. */
export const loadTableHtml = () => import("./table-html.ts");
export { compactionLine, compactionObject } from "./compaction-text.ts";
export { type ExpiryReport, expiryObject, printExpiry } from "./expiry-text.ts";
export { explainedObject, printExplained } from "./explain-text.ts";
export {
  GRAPH_STYLES,
  GRAPH_THEMES,
  GRAPH_UNITS,
  type GraphStyle,
  type GraphTheme,
  type GraphUnit,
} from "./graph-words.ts";
export { heldTimesText } from "./held-times.ts";
export { printRepaired, repairedObject } from "./repair-text.ts";
export { printStoreInfo, storeInfoObject } from "./store-info-text.ts";
export { topCsv, topObject } from "./top-object.ts";
export type { TopEntry, TopPicture, TopPlaces } from "./top-picture.ts";
export { topScreen } from "./top-screen.ts";
export { topBatchLines, topSentences } from "./top-text.ts";
export { TOP_UNITS, type TopUnit } from "./top-words.ts";
export { printVerified, verifiedObject } from "./verify-text.ts";
export { isoTime } from "./zone-time.ts";
