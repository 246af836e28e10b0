// One run of `pdml columns`: frames of a source, those that a filter lets through, to groups (a Table at the end) or to rows of a list.
import type { Table, Value } from "../core/table.ts";
import type { Filter } from "../query/index.ts";
import { ColumnGroups } from "./columns-groups.ts";
import { ColumnList } from "./columns-list.ts";
import { type ColumnsQuestion, questionFields } from "./columns-question.ts";
import { columnsTable, neverSeenNotes } from "./columns-table.ts";
import type { Frame } from "./frame.ts";
import { type FrameFilter, filterFields, frameFilter } from "./frame-filter.ts";
import type { FrameSource } from "./frame-source.ts";
import type { PickedFields } from "./picked-fields.ts";

export interface ColumnsRun {
  readonly question: ColumnsQuestion;
  /** null = all frames. */
  readonly filter: Filter | null;
}

/** What became of the frames. */
export interface ColumnsCounts {
  /** Frames that were looked at, and those of them that the filter left out. */
  frames: number;
  filtered: number;
}

/** All fields that frames must have: of a capture no others are asked for. */
export function columnsFields({ question, filter }: ColumnsRun): readonly string[] {
  return [...new Set([...questionFields(question), ...(filter === null ? [] : filterFields(filter.root))])];
}

/** Groups: one Table, when the source has ended. Rejects where reading fails for good. */
export async function groupColumns(
  source: FrameSource,
  { question, filter }: ColumnsRun,
  counts: ColumnsCounts,
): Promise<Table> {
  const groups = new ColumnGroups(question, source.names);
  const passing = filter === null ? null : frameFilter(filter, source.names);
  do {
    for (let frame = nextFrame(source, passing, counts); frame !== null; frame = nextFrame(source, passing, counts))
      groups.add(frame);
  } while (await source.more());
  const table = columnsTable(groups);
  const whole = question.defaultKeys ? withoutEmptyKeys(table, groups.picked.neverSeen()) : table;
  return { ...whole, notes: [...table.notes, ...missing(source, groups.picked, passing, counts, question)] };
}

/** The next frame that passes. */
function nextFrame(source: FrameSource, passing: FrameFilter | null, counts: ColumnsCounts): Frame | null {
  for (;;) {
    const frame = source.next();
    if (frame === null) return null;
    counts.frames++;
    if (passing === null || passing.matches(frame)) return frame;
    counts.filtered++;
  }
}

function withoutEmptyKeys(table: Table, neverSeen: readonly string[]): Table {
  const kept = table.columns.map(({ name }) => !neverSeen.includes(name));
  const row = (values: readonly Value[]) => values.filter((_, i) => kept[i]);
  return {
    ...table,
    columns: table.columns.filter((_, i) => kept[i]),
    rows: table.rows.map(row),
    total: table.total === null ? null : row(table.total),
    others: table.others === null ? null : row(table.others),
  };
}

/** Fields that were asked for and never there. */
function missing(
  source: FrameSource,
  picked: PickedFields,
  passing: FrameFilter | null,
  counts: ColumnsCounts,
  { keys, defaultKeys }: ColumnsQuestion,
): readonly string[] {
  // Where no frame came that far, nothing can be said of its fields.
  const unseen = counts.frames > counts.filtered ? picked.neverSeen() : [];
  const asked = defaultKeys ? unseen.filter((field) => !keys.some(({ name }) => name === field)) : unseen;
  const filtered = counts.frames > 0 ? (passing?.neverSeen() ?? []) : [];
  return neverSeenNotes([...new Set([...asked, ...filtered])], source.names);
}

/** Takes rows of a list; the run waits for it. False: nobody wants more. */
export type RowTaker = (table: Table) => Promise<boolean>;

const ROWS_AT_ONCE = 512;

/** Lists: Tables of some rows each, as they come. Gives the last one, which has the notes; null where nobody wanted more. */
export async function listColumns(
  source: FrameSource,
  { question, filter }: ColumnsRun,
  counts: ColumnsCounts,
  take: RowTaker,
): Promise<Table | null> {
  const list = new ColumnList(question, source.names);
  const passing = filter === null ? null : frameFilter(filter, source.names);
  let room = question.top ?? Number.POSITIVE_INFINITY;
  let rows: (readonly Value[])[] = [];
  read: do {
    for (let frame = nextFrame(source, passing, counts); frame !== null; frame = nextFrame(source, passing, counts)) {
      for (const row of list.rowsOf(frame)) {
        if (room-- <= 0) break read;
        rows.push(row);
      }
      if (rows.length < ROWS_AT_ONCE) continue;
      if (!(await take(list.table(rows, [])))) return null;
      rows = [];
    }
    // What has come is given before more is waited for.
    if (rows.length > 0 && !(await take(list.table(rows, [])))) return null;
    rows = [];
  } while (await source.more());
  const notes = [...list.notes(), ...missing(source, list.picked, passing, counts, question)];
  return list.table(rows, notes);
}
