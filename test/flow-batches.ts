// Batches of flow records with any values, from a seed: each column full of different ones, and what goes beyond columns.
import { ELEMENTS, type Element, type FieldName, MESSAGE_ELEMENTS } from "../src/core/elements.ts";
import { FlowBatch, WIDTH } from "../src/core/flow-batch.ts";

const NAMES = [
  "interfaceName",
  "interfaceDescription",
  "applicationName",
  "postMCastPacketDeltaCount",
  "mibObject",
  "ä",
];

/** Numbers of 32 bits that are the same for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/** A batch whose columns hold any values, a few times "not known", and up to three entries of `other` in every third row. */
export function anyBatch(rows: number, seed: number, elements: readonly Element[] = MESSAGE_ELEMENTS): FlowBatch {
  const next = numbers(seed);
  const batch = new FlowBatch(Math.max(rows, 1), elements);
  batch.rows = rows;
  for (const { name, kind } of ELEMENTS as readonly Element[]) {
    const column = batch.columns[name as FieldName];
    const said = elements.some((element) => element.name === name);
    for (let i = 0; i < rows * WIDTH[kind]; i++) column[i] = said ? next() : kind === "time" ? 0xffff_ffff : 0;
    // Times between 1970 and 2262, as ClickHouse shows them; MAC addresses of 48 bits.
    if (kind === "time") for (let row = 0; row < rows; row++) knownTime(column, row, next());
    if (kind === "mac") for (let row = 0; row < rows; row++) column[2 * row + 1] = column[2 * row + 1]! & 0xffff;
  }
  for (let row = 0; row < rows; row += 3) {
    for (let entry = 0; entry < next() % 4; entry++) {
      const name = `${NAMES[(row + entry) % NAMES.length]!}${entry}`;
      batch.other.addText(row, name, "Zürich 'a\"\\\t".repeat(next() % 3) + String(next()));
    }
  }
  return batch;
}

function knownTime(column: ArrayLike<number> & { [index: number]: number }, row: number, chance: number): void {
  if (chance % 10 === 0 || (column[2 * row] === 0xffff_ffff && column[2 * row + 1] === 0xffff_ffff)) {
    column[2 * row] = 0xffff_ffff;
    column[2 * row + 1] = 0xffff_ffff;
  } else {
    column[2 * row + 1] = column[2 * row + 1]! & 0x7fff_ffff;
  }
}
