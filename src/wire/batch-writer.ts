// BatchWriter: where decoded records go. It hands full batches on and keeps columns clean that a layout does not write.
import { ELEMENTS, type Element, type FieldName, MESSAGE_ELEMENTS } from "../core/elements.ts";
import { type Columns, FlowBatch, WIDTH } from "../core/flow-batch.ts";

/** Small enough to stay in a core's second-level cache until the sink has taken it. */
const ROWS = 2048;

/** Octets of text in other fields after which a batch is handed on before it is full: rows of a whole message each would fill memory. */
const MOST_TEXT = 4_194_304;

const COLUMNS = ELEMENTS.length;
const NUMBER_OF: ReadonlyMap<string, number> = new Map(ELEMENTS.map(({ name }, number) => [name, number]));
const WIDTHS = Int32Array.from(ELEMENTS, ({ kind }) => WIDTH[kind]);
/** What an empty value is made of: 0, but for times, which are not known (-1). */
const EMPTY = Int32Array.from(ELEMENTS, (element: Element) => (element.kind === "time" ? -1 : 0));

/** Which columns a layout of records writes. */
export class ColumnSet {
  /** 1 = written, by number of the column. */
  readonly written: Uint8Array = new Uint8Array(COLUMNS);

  constructor(names: Iterable<FieldName>) {
    for (const name of names) this.written[NUMBER_OF.get(name)!] = 1;
  }
}

const EVERYTHING = new ColumnSet(ELEMENTS.map(({ name }) => name));

export class BatchWriter {
  readonly batch: FlowBatch = new FlowBatch(ROWS, MESSAGE_ELEMENTS);
  readonly columns: Columns = this.batch.columns;
  /** First of the rows that `begin` gave. */
  row = 0;
  private readonly arrays = ELEMENTS.map(({ name }) => this.columns[name]);
  /** Rows of each column that may hold something, by number of the column. */
  private readonly soiled = EMPTY.map((value) => (value === 0 ? 0 : ROWS));
  /** The columns that are written at present, and how far since that began; null after a batch was handed on. */
  private last: ColumnSet | null = null;
  private highest = 0;
  private readonly deliver: (batch: FlowBatch) => void;

  constructor(deliver: (batch: FlowBatch) => void) {
    this.deliver = deliver;
  }

  /**
   * Room for up to `wanted` rows, from `row` on: gives how many of them there is room for, at least one. The caller writes
   * every column of the set in each of these rows; the others are made empty here.
   */
  begin(set: ColumnSet, wanted: number): number {
    const { batch } = this;
    if (batch.rows === ROWS || batch.other.octets > MOST_TEXT) this.flush();
    const from = batch.rows;
    const count = Math.min(wanted, ROWS - from);
    const to = from + count;
    if (set !== this.last) this.change(set, from);
    this.highest = Math.max(this.highest, to);
    this.row = from;
    batch.rows = to;
    return count;
  }

  /** Another set of columns is written from here on: those that it does not write are made clean once, not for each row. */
  private change(set: ColumnSet | null, from: number): void {
    const { soiled, last, highest } = this;
    if (last !== null) {
      for (let column = 0; column < COLUMNS; column++) {
        if (last.written[column] === 1 && soiled[column]! < highest) soiled[column] = highest;
      }
    }
    this.last = set;
    this.highest = 0;
    if (set === null) return;
    for (let column = 0; column < COLUMNS; column++) {
      if (set.written[column] === 0 && soiled[column]! > from) {
        this.empty(column, from, soiled[column]!);
        soiled[column] = from;
      }
    }
  }

  /** One row with nothing in it, any columns of which the caller may write. Gives the row. */
  beginEmpty(): number {
    this.begin(EVERYTHING, 1);
    const { row } = this;
    for (let column = 0; column < COLUMNS; column++) this.empty(column, row, row + 1);
    return row;
  }

  /** Hands on what there is. */
  flush(): void {
    const { batch } = this;
    if (batch.rows === 0) return;
    this.deliver(batch);
    batch.rows = 0;
    batch.other.clear();
    this.change(null, 0);
  }

  private empty(column: number, from: number, to: number): void {
    const width = WIDTHS[column]!;
    this.arrays[column]!.fill(EMPTY[column]!, from * width, to * width);
  }
}
