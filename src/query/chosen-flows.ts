// The flows that a question is about, as a FROM expression: time, filter, one exporter of several, directions stitched, scaled.
import { identifier, joinSql, param, type Sql, sql } from "../core/sql.ts";
import { type FlowFiles, flowsTable } from "../store/index.ts";
import { stitched } from "./biflow.ts";
import { deduplicated } from "./dedup.ts";
import type { FlowChoice, TimeWindow } from "./question.ts";
import { BEGAN, ENDED } from "./row-values.ts";

/** What scaling multiplies. */
const COUNTERS = ["packets", "bytes", "frameBytes", "reversePackets", "reverseBytes", "reverseFrameBytes"];
const SCALED = joinSql(
  COUNTERS.map((name) => sql`${identifier(name)} * greatest(samplingRate, 1) AS ${identifier(name)}`),
  ",",
);

/**
 * All fields of the chosen flows, and `flowCount` (how many flows a record stands for), `began` and `ended` (DateTime64). The engine
 * reads only the columns that a question uses.
 */
export function chosenFlows(files: FlowFiles, choice: FlowChoice): Sql {
  const { biflowIdleMs, dedup, scale } = choice;
  // Of a flow that is put together, a record may be the other way around.
  const hint = dedup || biflowIdleMs !== null ? null : (choice.addressHint ?? null);
  let flows = flowsTable(files, hint);
  if (dedup || biflowIdleMs !== null) flows = recordsAround(flows, choice);
  if (dedup) flows = deduplicated(flows);
  if (biflowIdleMs !== null) flows = stitched(flows, biflowIdleMs);
  const chosen = sql`(SELECT *, greatest(flows, 1) AS flowCount, ${BEGAN} AS began, ${ENDED} AS ended FROM ${flows} WHERE ${plainWhere(choice)})`;
  return scale ? sql`(SELECT * REPLACE (${SCALED}) FROM ${chosen})` : chosen;
}

/** The condition that a question puts on each flow. */
export function plainWhere({ time, condition }: FlowChoice): Sql {
  return joinSql([timeCondition(time), ...(condition === null ? [] : [sql`(${condition})`])], "and");
}

/** Records that may belong to flows of the time asked for: who does may be a little outside of it itself. */
export function recordsAround(flows: Sql, choice: FlowChoice): Sql {
  return sql`(SELECT * FROM ${flows} WHERE ${timeCondition(timeAround(choice))})`;
}

/** The time whose files a question needs. */
export function timeAround({ time, biflowIdleMs, dedup }: FlowChoice): TimeWindow {
  if (!dedup && biflowIdleMs === null) return time;
  return widened(time, BigInt(Math.round(Math.max(biflowIdleMs ?? 0, 1000))) * 1_000_000n);
}

function widened({ from, to }: TimeWindow, by: bigint): TimeWindow {
  return { from: from === null ? null : from - by, to: to === null ? null : to + by, within: "any" };
}

function timeOf(nanoseconds: bigint) {
  return sql`fromUnixTimestamp64Nano(${param("Int64", nanoseconds)}, 'UTC')`;
}

/** Written on the columns as they are where that can be, so that files and parts of them are passed over by their bounds. */
export function timeCondition({ from, to, within }: TimeWindow): Sql {
  const parts: Sql[] = [];
  const [first, last] = within === "start" ? [BEGAN, BEGAN] : within === "end" ? [ENDED, ENDED] : [ENDED, BEGAN];
  const lower = within === "inside" ? BEGAN : first;
  const upper = within === "inside" ? ENDED : last;
  if (from !== null) parts.push(sql`${lower} >= ${timeOf(from)}`);
  if (to !== null) parts.push(sql`${upper} < ${timeOf(to)}`);
  // Bounds of `start` and `end`; times that are not known are below all others.
  if (from !== null) parts.push(sql`(end >= ${timeOf(from)} OR end <= fromUnixTimestamp64Nano(0, 'UTC'))`);
  if (to !== null) parts.push(sql`start < ${timeOf(to)}`);
  return parts.length === 0 ? sql`true` : joinSql(parts, "and");
}
