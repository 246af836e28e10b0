// A Table as HTML for pages and mail: a picture (inline SVG), rows or figures, notes. Texts stay texts, whatever they hold; nothing runs.
import { seenText } from "../core/cell-text.ts";
import { UsageError } from "../core/errors.ts";
import type { Table } from "../core/table.ts";
import { graphSvg, graphText } from "./graph.ts";
import type { TimeChart } from "./graph-chart.ts";
import { FIGURE_COLUMNS, figureRows } from "./graph-figures.ts";
import { chartOf } from "./graph-series.ts";
import type { GraphStyle } from "./graph-words.ts";
import { inlineSvg } from "./inline-svg.ts";
import { escapeXml } from "./svg-text.ts";
import { columnsFor, linesOf } from "./table-columns.ts";
import { tablePieces } from "./table-printer.ts";
import { spanText, ZoneClock } from "./zone-time.ts";

export { escapeXml as escapeHtml, seenText as plainText };

/** Columns beyond which a table is wide. */
const WIDE = 9;
const WIDEST = 16;

export interface TableHtmlOptions {
  /** null = no picture. */
  readonly style: GraphStyle | null;
  /** Rows at the most; the rest is told. */
  readonly rows: number;
  /** A word of letters and digits that only this Table has on its page. */
  readonly mark: string;
}

/** A `<section>`. Series that are drawn have the figures of their rows instead of a row a bucket. */
export function tableHtml(table: Table, { style, rows, mark }: TableHtmlOptions): string {
  const drawn = style === null ? null : pictureOf(table, style);
  const chart = drawn?.chart ?? null;
  return [
    "<section>",
    // A picture says the question itself.
    drawn === null ? `<h2>${escapeXml(table.title)}</h2>` : `<figure>${inlineSvg(drawn.svg, mark)}</figure>`,
    table.rows.length === 0 ? "<p>nothing matched</p>" : chart === null ? rowsHtml(table, rows) : figuresHtml(chart),
    ...table.notes.map((note) => `<p class="note">${escapeXml(note)}</p>`),
    "</section>\n",
  ].join("\n");
}

/** The time that a Table is about: "2026-11-20 00:00:00 to 2026-11-21 00:00:00 UTC". null = all of it. */
export function tableSpan({ zone, from, to }: Table): string | null {
  return spanText(new ZoneClock(zone), from, to);
}

/** The same for readers of plain text, lines of at most 100 cells. */
export function tablePlainText(table: Table, rows: number): string {
  const width = 100;
  const [shown, note] = firstRows(table, rows);
  const pieces =
    table.shape === "series" && pictureOf(table, "stacked") !== null
      ? graphText(table, { width, picture: false, ascii: true })
      : tablePieces(shown, { form: "text", width, ascii: true });
  return [...pieces].join("") + (note === null ? "" : `note: ${note}\n`);
}

/** null where it cannot be drawn. `chart`: of a series. */
function pictureOf(table: Table, style: GraphStyle): { readonly svg: string; readonly chart: TimeChart | null } | null {
  if (table.shape === "list" || table.rows.length === 0) return null;
  if (table.shape === "group" && !table.columns.some(({ role }) => role === "key")) return null;
  try {
    const chart = chartOf(table);
    return {
      svg: graphSvg({ ...table, notes: [] }, { style, theme: "light" }),
      chart: chart.kind === "time" ? chart : null,
    };
  } catch (error) {
    // What it is sorted by cannot be drawn: the rows say it.
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function firstRows(table: Table, most: number): readonly [Table, note: string | null] {
  const { rows, othersRows } = table;
  const all = rows.length + othersRows.length;
  if (all <= most) return [table, null];
  const shown = {
    ...table,
    rows: rows.slice(0, most),
    othersRows: othersRows.slice(0, Math.max(0, most - rows.length)),
  };
  return [shown, `the first ${most} of ${all} rows; the command line gives all of them`];
}

function rowsHtml(whole: Table, most: number): string {
  const [table, note] = firstRows(whole, most);
  const lines = linesOf(table);
  const all = columnsFor(table, lines, { clock: new ZoneClock(table.zone), raw: false });
  const columns =
    table.shape === "list" && all.length > WIDEST ? all.filter(({ place }) => saysAny(table, place)) : all;
  const cell = (tag: string, text: string, right: boolean) =>
    `<${tag}${right ? ' class="figure"' : ""}${tag === "th" ? ' scope="col"' : ""}>${escapeXml(text)}</${tag}>`;
  const head = columns.map(({ title, right }) => cell("th", title, right)).join("");
  const body = lines.map(({ kind }, i) => {
    const cells = columns.map(({ cells: texts, right }) => cell("td", texts[i]!.trim(), right)).join("");
    return `<tr${kind === "row" ? "" : ` class="${kind}"`}>${cells}</tr>`;
  });
  return [
    `<table${widthClass(columns.length)}>\n<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>`,
    ...(note === null ? [] : [`<p class="note">${note}</p>`]),
    ...(columns.length < all.length ? ['<p class="note">fields that say nothing of these flows are left out</p>'] : []),
  ].join("\n");
}

/** Paper is narrow: a field that is empty or 0 in all rows is not needed. */
function saysAny({ rows }: Table, place: number): boolean {
  return rows.some((row) => {
    const value = row[place];
    if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
    return value !== null && value !== undefined && value !== 0 && value !== 0n && value !== "";
  });
}

/** Paper is turned for wide tables; the widest have their words broken. */
function widthClass(columns: number): string {
  return columns > WIDEST ? ' class="wide widest"' : columns > WIDE ? ' class="wide"' : "";
}

/** Who does not see the picture, in a mail for one, reads it here. */
function figuresHtml(chart: TimeChart): string {
  const columns = FIGURE_COLUMNS.filter(({ title }) => title !== "Total" || chart.amountUnit !== null);
  const head = columns.map(({ title }) => `<th scope="col" class="figure">${title}</th>`).join("");
  const body = figureRows(chart).map((series) => {
    const figures = columns.map(({ text }) => `<td class="figure">${escapeXml(text(chart, series))}</td>`).join("");
    return `<tr><td>${escapeXml(seenText(series.name))}</td>${figures}</tr>`;
  });
  const title = `<th scope="col">${escapeXml(chart.unitName)}</th>`;
  return `<details><summary>${escapeXml(chart.title)}: the figures as a table</summary>\n<table>\n<thead><tr>${title}${head}</tr></thead>\n<tbody>\n${body.join("\n")}\n</tbody>\n</table>\n</details>`;
}
