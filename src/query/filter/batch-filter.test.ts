// Live records: what is left of a batch are the rows that match, whole and in their order.
import { expect, test } from "vitest";
import { filterFlows } from "../../../test/filter-flows.ts";
import { RecordCursor } from "../../core/flow-record.ts";
import { filterBatch, parseFilter } from "../index.ts";

function records(batch: ReturnType<typeof filterFlows>): unknown[] {
  const cursor = new RecordCursor();
  return Array.from({ length: batch.rows }, (_, row) => cursor.at(batch, row).toJSON());
}

test.each([
  "any",
  "not any",
  "tcp",
  "not tcp and bytes > 1000",
  "other.applicationName",
  "ip in [10.0.0.1, 2001:db8::/32]",
])("%s", (text) => {
  for (const rows of [0, 1, 2, 63, 500]) {
    const batch = filterFlows(rows, 3);
    const filter = filterBatch(parseFilter(text));
    const marks = filter.mark(batch).slice(0, rows);
    const expected = records(batch).filter((_, row) => marks[row] === 1);
    expect(filter.select(batch)).toBe(expected.length);
    expect(batch.rows).toBe(expected.length);
    expect(records(batch)).toEqual(expected);
    // What is left goes through again.
    expect(filter.select(batch)).toBe(expected.length);
  }
});

test("a batch may be larger than the one before, and a filter used by itself again", () => {
  const filter = filterBatch(parseFilter("tcp or not (udp or bytes > 1K)"));
  const [few, many] = [filter.mark(filterFlows(3, 5)).slice(0, 3), filter.mark(filterFlows(900, 5)).slice(0, 3)];
  expect(many).toEqual(few);
});
