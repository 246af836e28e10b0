// FlowBatch: a block of flow records as columns. It passes from every source of flows to every sink.
import { ELEMENTS, type Element, type FieldName, type Kind, type KindOf } from "./elements.ts";
import { OtherFields } from "./other-fields.ts";

interface Arrays {
  u8: Uint8Array;
  u16: Uint16Array;
  u32: Uint32Array;
  u64: Uint32Array;
  time: Uint32Array;
  address: Uint8Array;
  mac: Uint32Array;
}

/** One typed array a field; see elements.ts for what lies in it. */
export type Columns = { readonly [N in FieldName]: Arrays[KindOf<N>] };

/** Elements of the typed array that one row takes. */
export const WIDTH: Record<Kind, number> = { u8: 1, u16: 1, u32: 1, u64: 2, time: 2, address: 16, mac: 2 };

function allocate(kind: Kind, rows: number): Arrays[Kind] {
  const length = rows * WIDTH[kind];
  if (kind === "u8" || kind === "address") return new Uint8Array(length);
  if (kind === "u16") return new Uint16Array(length);
  return new Uint32Array(length);
}

/** Rows of a batch at the most, whatever the capacity asked for. */
export const BATCH_ROWS = 65_536;

export class FlowBatch {
  readonly capacity: number;
  readonly columns: Columns;
  /** What records say beyond the columns. */
  readonly other: OtherFields;
  /** The fields that the batch's source can say; the other columns are empty. */
  readonly elements: readonly Element[];
  rows = 0;

  constructor(capacity = BATCH_ROWS, elements: readonly Element[] = ELEMENTS) {
    if (!(capacity > 0 && capacity <= BATCH_ROWS)) throw new RangeError(`capacity must be 1 to ${BATCH_ROWS}`);
    this.capacity = capacity;
    this.elements = elements;
    this.other = new OtherFields(capacity);
    this.columns = Object.fromEntries(
      ELEMENTS.map((element) => [element.name, allocate(element.kind, capacity)]),
    ) as unknown as Columns;
  }
}

/** A u64 column's value as a number: exact to 2^53. */
export function readU64(column: Uint32Array, row: number): number {
  return column[2 * row + 1]! * 4_294_967_296 + column[2 * row]!;
}
