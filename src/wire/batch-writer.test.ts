// Batches out of several layouts: each row holds what its layout wrote, and nothing else.
import { describe, expect, it } from "vitest";
import { ELEMENTS, type FieldName } from "../core/elements.ts";
import { type FlowBatch, WIDTH } from "../core/flow-batch.ts";
import { BatchWriter, ColumnSet } from "./batch-writer.ts";

/** A generator of numbers that is the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

describe("batches out of several layouts", () => {
  it("hold in each row what its layout wrote, and nothing in the other columns, whatever was there before", () => {
    const random = numbers(7);
    const sets = [0, 1, 2, 3].map(() => {
      const names = ELEMENTS.map(({ name }) => name as FieldName).filter(() => random() < 0.4);
      return { names, set: new ColumnSet(names) };
    });
    const wanted: { names: readonly FieldName[]; value: number }[] = [];
    let checked = 0;
    const writer = new BatchWriter((batch) => {
      expect(batch.rows).toBe(wanted.length);
      for (const [row, one] of wanted.entries()) checkRow(batch, row, one.names, one.value);
      checked += wanted.length;
      wanted.length = 0;
    });
    for (let call = 1; call <= 1500; call++) {
      const { names, set } = sets[Math.floor(random() * (call % 200 < 100 ? 1 : 4))]!;
      const count = writer.begin(set, 1 + Math.floor(random() * 30));
      for (let row = writer.row; row < writer.row + count; row++) {
        for (const name of names) fill(writer.batch, name, row, call % 200);
        wanted.push({ names, value: call % 200 });
      }
      if (random() < 0.1) writer.flush();
      if (random() < 0.1) {
        writer.beginEmpty();
        wanted.push({ names: [], value: 0 });
      }
    }
    writer.flush();
    expect(checked).toBeGreaterThan(10_000);
  });
});

function fill(batch: FlowBatch, name: FieldName, row: number, value: number): void {
  const column = batch.columns[name];
  const width = column.length / batch.capacity;
  column.fill(value, row * width, (row + 1) * width);
}

function checkRow(batch: FlowBatch, row: number, names: readonly FieldName[], value: number): void {
  for (const { name, kind } of ELEMENTS) {
    const width = WIDTH[kind];
    const empty = kind === "time" ? 0xffff_ffff : 0;
    const wanted = names.includes(name) ? value : empty;
    for (let i = row * width; i < (row + 1) * width; i++) {
      if (batch.columns[name][i] !== wanted)
        throw new Error(`${name} of row ${row} is ${batch.columns[name][i]}, not ${wanted}`);
    }
  }
}
