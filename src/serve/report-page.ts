// A report as a page that needs nothing else: for printers, files and mail. No script; texts are only ever texts.
import type { Table } from "../core/table.ts";
import { type GraphStyle, loadTableHtml } from "../report/index.ts";
import type { Report } from "./api.ts";

export interface ReportPage {
  readonly title: string;
  readonly about: string;
  readonly chart: Report["chart"];
  readonly filter: string;
  readonly tables: readonly Table[];
  readonly command: string;
  /** Files that could not be read: one sentence each. */
  readonly problems: readonly string[];
  /** RFC 3339. */
  readonly made: string;
}

/** What the page may do, also where it is opened as a file: be seen. */
export const REPORT_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** What a file can say of itself. */
const FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** Rows of a table at the most: what is longer nobody prints. */
const MOST_ROWS = 1000;
const MOST_PLAIN_ROWS = 50;

const STYLE = `body{font:13px/1.4 system-ui,"DejaVu Sans",sans-serif;color:#1b1f24;background:#fff;max-width:1040px;margin:16px auto;padding:0 16px}
h1{font-size:20px;margin:0 0 4px}h2{font-size:15px;margin:20px 0 6px}p{margin:4px 0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:2px 8px;border-bottom:1px solid #d8dee4;text-align:left;white-space:nowrap}
thead{display:table-header-group}tr{break-inside:avoid}.figure{text-align:right}.total{font-weight:600}.others,.note,footer{color:#57606a}
figure{margin:0;break-inside:avoid}svg{max-width:100%;height:auto}code{overflow-wrap:anywhere}.table{overflow-x:auto}
footer{margin-top:20px;border-top:1px solid #d8dee4;padding-top:6px;font-size:12px}
@media print{body{margin:0;max-width:none;font-size:10px}th,td{padding:1px 4px}.wide{font-size:8px}.widest{font-size:6px}.widest td,.widest th{white-space:normal;overflow-wrap:anywhere}details{display:none}.table{overflow:visible}}
@page{margin:12mm}@page wide{size:A4 landscape}body:has(.wide){page:wide}`;

export async function reportHtml(page: ReportPage): Promise<string> {
  const { escapeHtml, tableHtml, tableSpan } = await loadTableHtml();
  const { title, about, filter, tables, command, problems, made } = page;
  const span = tables[0] === undefined ? null : tableSpan(tables[0]);
  const parts: string[] = [];
  for (const [i, table] of tables.entries()) {
    if (i > 0) await breath();
    parts.push(
      `<div class="table">${tableHtml(table, { style: styleOf(page.chart), rows: MOST_ROWS, mark: `t${i}` })}</div>`,
    );
  }
  const line = (name: string, text: string) => `<${name}>${escapeHtml(oneLine(text))}</${name}>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${FILE_POLICY}">
<meta name="referrer" content="no-referrer">
${line("title", title)}
<style>${STYLE}</style>
</head>
<body>
${[
  line("h1", title),
  ...(about === "" ? [] : [line("p", about)]),
  ...(span === null ? [] : [line("p", span)]),
  ...(filter.trim() === "" ? [] : [`<p>filter: ${line("code", filter)}</p>`]),
  ...parts,
  ...problems.map((problem) => `<p class="note">${escapeHtml(problem)}</p>`),
  `<footer><p>${line("code", command)}</p><p>flowgauge, ${escapeHtml(made)}</p></footer>`,
].join("\n")}
</body>
</html>
`;
}

/** For who reads no HTML. */
export async function reportText(page: ReportPage): Promise<string> {
  const { plainText, tablePlainText } = await loadTableHtml();
  const { title, about, filter, tables, command, problems, made } = page;
  const head = [title, about, filter.trim() === "" ? "" : `filter: ${filter}`].filter((text) => text !== "");
  const parts = tables.map((table) => tablePlainText(table, MOST_PLAIN_ROWS));
  const foot = [...problems, command, `flowgauge, ${made}`];
  const lines = (texts: readonly string[]) => texts.map((text) => plainText(oneLine(text))).join("\n");
  return [lines(head), ...parts, lines(foot)].join("\n\n").concat("\n");
}

function styleOf(chart: Report["chart"]): GraphStyle | null {
  if (chart === "none") return null;
  return chart === "lines" || chart === "bars" ? chart : "stacked";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Others are answered between two tables. */
function breath(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
