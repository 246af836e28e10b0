// FlowRecord: one row of a FlowBatch as an object that reads well. For programs' own code; the hot paths go by columns.
import { formatAddress, isNone } from "./address.ts";
import { type END_REASON, type FLOW_EVENT, PRINTED_WORDS, type SAMPLING_SOURCE } from "./element-words.ts";
import { ELEMENTS, type Element, type FieldName, type KindOf, PACKET_ELEMENTS } from "./elements.ts";
import { ZERO_IS_ADDRESS } from "./fields.ts";
import { type Columns, type FlowBatch, readU64 } from "./flow-batch.ts";
import { noTime, readNanoseconds, readSeconds } from "./nanoseconds.ts";

export type EventWord = Exclude<keyof typeof FLOW_EVENT, "none">;
export type SamplingSourceWord = Exclude<keyof typeof SAMPLING_SOURCE, "none">;
export type EndReasonWord = Exclude<keyof typeof END_REASON, "none">;

type Value<N extends FieldName> = N extends "event"
  ? EventWord | null
  : N extends "endReason"
    ? EndReasonWord | null
    : N extends "samplingSource"
      ? SamplingSourceWord | null
      : N extends "mplsLabel"
        ? number | null
        : KindOf<N> extends "address" | "mac"
          ? string | null
          : KindOf<N> extends "time"
            ? number | null
            : number;

/**
 * A flow record, by field name (docs/elements.md). Counters are numbers (exact to 2^53), times are milliseconds since 1970 UTC
 * with a fraction (`new Date(flow.start)`), addresses and MACs are text; null = none or not known.
 */
export type FlowRecord = { readonly [N in FieldName]: Value<N> } & {
  /** What the record says beyond the fields, by name (export messages only). */
  readonly other?: Readonly<Record<string, string>>;
};

/** A record that is one object for many: it shows one row after the other; `toJSON` makes a copy to keep. */
export type FlowView = FlowRecord & { toJSON(): FlowRecord };

/** The records of a batch. It is one object that moves from row to row: take what you keep out of it before the next one. */
export function* flowsOf(batch: FlowBatch): Generator<FlowView, void, void> {
  const cursor = new RecordCursor();
  for (let row = 0; row < batch.rows; row++) yield cursor.at(batch, row);
}

/** One object for any row of any batch. Its fields are read from the columns when they are asked for. */
export class RecordCursor {
  private columns: Columns | null = null;
  private batch: FlowBatch | null = null;
  private row = 0;

  /** The record of a row, until the next call or until the batch is used for something else. */
  at(batch: FlowBatch, row: number): FlowView {
    this.columns = batch.columns;
    this.batch = batch;
    this.row = row;
    return this as unknown as FlowView;
  }

  /** A plain object, for JSON.stringify and to keep. */
  toJSON(): FlowRecord {
    const record = this as unknown as FlowRecord;
    const { elements } = this.batch!;
    const fields = elements.map(({ name }) => [name, record[name as FieldName]] as const);
    const said = Object.fromEntries(fields) as unknown as FlowRecord;
    return elements === PACKET_ELEMENTS ? said : { ...said, other: this.other };
  }

  /** What the record says beyond the fields, by name. */
  get other(): Readonly<Record<string, string>> {
    return this.batch!.other.read(this.row);
  }

  static {
    for (const element of ELEMENTS) {
      const read = reader(element);
      Object.defineProperty(RecordCursor.prototype, element.name, {
        get(this: RecordCursor) {
          return read(this.columns!, this.row);
        },
      });
    }
  }
}

type Reader = (columns: Columns, row: number) => number | string | null;

function reader(element: Element): Reader {
  const name = element.name as FieldName;
  const octets = (columns: Columns) => columns[name] as Uint8Array;
  const words = (columns: Columns) => columns[name] as Uint32Array;
  const named = PRINTED_WORDS[element.print];
  if (named !== undefined) return wordReader(name, named);
  if (element.print === "label") {
    return (columns, row) => (columns[name][row] === 0 ? null : columns[name][row]! - 1);
  }
  switch (element.kind) {
    case "u64":
      return (columns, row) => readU64(words(columns), row);
    case "time":
      return (columns, row) => milliseconds(words(columns), row);
    case "address":
      return ZERO_IS_ADDRESS.has(name)
        ? (columns, row) => address(octets(columns), row, columns.ipVersion[row] === 6)
        : (columns, row) => address(octets(columns), row, false);
    case "mac":
      return (columns, row) => mac(words(columns)[2 * row]!, words(columns)[2 * row + 1]!);
    default:
      return (columns, row) => columns[name][row]!;
  }
}

function wordReader(name: FieldName, values: Readonly<Record<string, number>>): Reader {
  const texts: (string | null)[] = [];
  for (const [word, value] of Object.entries(values)) texts[value] = value === 0 ? null : word;
  return (columns, row) => texts[columns[name][row]!] ?? null;
}

function milliseconds(column: Uint32Array, row: number): number | null {
  if (noTime(column, row)) return null;
  const seconds = readSeconds(column, row);
  return seconds * 1000 + readNanoseconds(column, row, seconds) / 1e6;
}

function address(column: Uint8Array, row: number, zeroIsAddress: boolean): string | null {
  return isNone(column, 16 * row) && !zeroIsAddress ? null : formatAddress(column, 16 * row);
}

function mac(low: number, high: number): string | null {
  if (low === 0 && high === 0) return null;
  const digits = high.toString(16).padStart(4, "0") + low.toString(16).padStart(8, "0");
  return digits.replace(/..(?=.)/g, "$&:");
}
