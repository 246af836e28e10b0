// Records in the order of their time, and the live table's time with them: pictures of the past are as they would have been.
import type { FlowBatch } from "../core/flow-batch.ts";
import { noTime, readSeconds } from "../core/nanoseconds.ts";
import { HISTORY, type LiveTable } from "../live/index.ts";

/**
 * Gives the table each second of a batch that is sorted by `end`. `due`: waits until a second may be shown as the one that goes on.
 * `last`: time does not go on beyond this second, as clocks of exporters may be ahead.
 */
export async function writeInTime(
  batch: FlowBatch,
  table: LiveTable,
  due: (second: number) => unknown,
  last = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { end } = batch.columns;
  let from = 0;
  for (let row = 0; row < batch.rows; row++) {
    const second = noTime(end, row) ? 0 : readSeconds(end, row);
    // The second that the table shows as whole is the one before.
    if (second < table.now || second === 0 || second >= last) continue;
    if (row > from) table.write(batch, 0, from, row);
    from = row;
    await due(second + 1);
    table.advance(second + 1);
  }
  if (batch.rows > from) table.write(batch, 0, from, batch.rows);
}

/** Time passes up to a second as it does while somebody looks: what was on top is kept every few seconds, also while nothing came. */
export function passTo(table: LiveTable, second: number): void {
  table.advance(Math.min(second, table.options.historyFrom));
  while (table.now + HISTORY.every < second) table.advance(table.now + HISTORY.every);
  table.advance(second);
}
