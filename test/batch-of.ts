// Batches written down by hand: addresses and MACs as text, times as seconds and nanoseconds, everything else as numbers.
import { parseAddress } from "../src/core/address.ts";
import { ELEMENTS, type Element, type FieldName, MESSAGE_ELEMENTS } from "../src/core/elements.ts";
import { FlowBatch, WIDTH } from "../src/core/flow-batch.ts";
import { writeTime } from "../src/core/nanoseconds.ts";

type Value = number | string | readonly [seconds: number, nanoseconds: number];
export type Written = Partial<Record<FieldName, Value>>;

export function batchOf(records: readonly Written[], elements: readonly Element[] = MESSAGE_ELEMENTS): FlowBatch {
  const batch = new FlowBatch(Math.max(records.length, 1), elements);
  batch.rows = records.length;
  for (const [row, record] of records.entries()) {
    for (const element of ELEMENTS as readonly Element[]) write(batch, row, element, record[element.name as FieldName]);
  }
  return batch;
}

function write({ columns }: FlowBatch, row: number, { name, kind }: Element, value: Value | undefined): void {
  const column = columns[name as FieldName];
  if (kind === "time") {
    const [seconds, nanoseconds] = value === undefined ? [0, -1] : (value as readonly [number, number]);
    writeTime(column as Uint32Array, row, seconds, nanoseconds);
  } else if (value === undefined) {
    column.fill(0, row * WIDTH[kind], (row + 1) * WIDTH[kind]);
  } else if (kind === "address") {
    (column as Uint8Array).set(parseAddress(value as string)!, 16 * row);
  } else if (kind === "mac" || kind === "u64") {
    const number = kind === "mac" ? Number.parseInt((value as string).replaceAll(":", ""), 16) : (value as number);
    column[2 * row] = number % 2 ** 32;
    column[2 * row + 1] = Math.floor(number / 2 ** 32);
  } else {
    column[row] = value as number;
  }
}
