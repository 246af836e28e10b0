// Flows over buckets of time: each flow in the bucket where it began or ended, or in pieces, one for each bucket that it has a part in.
// Pieces of a counter are whole numbers that add up to it: differences of what had passed at the pieces' ends, rounded down.
import { identifier, joinSql, param, Sql, sql } from "../core/sql.ts";
import type { Spread, TimeWindow } from "./question.ts";

/** How the engine finds the bucket of a time. */
export interface BucketEdges {
  /** Seconds; null where buckets have different lengths. */
  readonly uniform: number | null;
  /** Where buckets have different lengths: their beginnings and the end of the last one, seconds. */
  readonly edges: readonly number[];
}

/** `bucket` of flows that are not in the time asked for, or have no time. */
export const OUTSIDE = -1;

const COUNTERS = ["packets", "bytes", "frameBytes", "reversePackets", "reverseBytes", "reverseFrameBytes"];
const BILLION = 1_000_000_000n;
/** Pieces of one flow; what is longer has the rest in the last one. */
const MOST_PIECES = 100_000;
const OPEN = 9_223_372_036_854_775_807n;

const int64 = (value: bigint | number) => sql`${param("Int64", BigInt(value))}`;

/** The shape of chosenFlows and `bucket`: Int64 seconds since 1970 UTC at which the bucket begins, or OUTSIDE. */
export function spreadFlows(flows: Sql, spread: Spread, buckets: BucketEdges, { from, to }: TimeWindow): Sql {
  const lower = from ?? 1n;
  const upper = to ?? OPEN;
  if (spread !== "even") {
    const time = sql`toUnixTimestamp64Nano(${identifier(spread === "start" ? "began" : "ended")})`;
    const inside = sql`${time} >= ${int64(lower)} AND ${time} < ${int64(upper)} AND ${time} > 0`;
    return sql`(SELECT *, if(${inside}, ${bucketOf(time, buckets)}, ${int64(OUTSIDE)}) AS bucket FROM ${flows})`;
  }
  const timed = sql`(SELECT *, toUnixTimestamp64Nano(began) AS t0, greatest(toUnixTimestamp64Nano(ended), t0) AS t1 FROM ${flows})`;
  const whole = sql`(t0 > 0 AND t0 >= ${int64(lower)} AND t1 <= ${int64(upper)} AND ${bucketOf(sql`t0`, buckets)} = ${bucketOf(lastOf("t0", "t1"), buckets)})`;
  const kept = sql`* EXCEPT (t0, t1)`;
  const one = sql`SELECT ${kept}, ${bucketOf(sql`t0`, buckets)} AS bucket FROM ${timed} WHERE ${whole}`;
  return sql`(${one} UNION ALL ${inPieces(sql`(SELECT * FROM ${timed} WHERE NOT ${whole})`, buckets, lower, upper)})`;
}

/** A flow that ends where a bucket begins has nothing in it. */
function lastOf(first: string, last: string): Sql {
  return sql`greatest(${new Sql([last])} - 1, ${new Sql([first])})`;
}

/** The beginning of the bucket of a time in nanoseconds. */
function bucketOf(time: Sql, { uniform, edges }: BucketEdges): Sql {
  if (uniform !== null) {
    const length = int64(uniform);
    return sql`intDiv(${time}, ${int64(BigInt(uniform) * BILLION)}) * ${length}`;
  }
  return sql`toInt64(roundDown(intDiv(${time}, 1000000000), ${edgesParam(edges)}))`;
}

function edgesParam(edges: readonly number[]): Sql {
  return sql`${param("Array(Int64)", edges)}`;
}

function inPieces(flows: Sql, buckets: BucketEdges, lower: bigint, upper: bigint): Sql {
  const known = sql`(SELECT *, greatest(t0, ${int64(lower)}) AS lo, greatest(least(t1, ${int64(upper)}), lo) AS hi FROM ${flows})`;
  const begins = sql`if(t0 > 0, arrayConcat([lo], ${innerEdges(buckets)}), emptyArrayInt64())`;
  const listed = sql`(SELECT *, ${begins} AS begins, t0 <= 0 OR lo > t0 OR hi < t1 AS isCut FROM ${known})`;
  const outside = int64(OUTSIDE);
  const joined = sql`(SELECT * EXCEPT (begins), pieceFrom, pieceTo FROM ${listed} ARRAY JOIN
    arrayConcat(begins, if(isCut, [${outside}], emptyArrayInt64())) AS pieceFrom,
    arrayConcat(arrayPopFront(begins), if(t0 > 0, [hi], emptyArrayInt64()), if(isCut, [${outside}], emptyArrayInt64())) AS pieceTo)`;
  const parts = joinSql(
    [
      ...COUNTERS.map((name) => sql`${share(identifier(name))} AS ${identifier(name)}`),
      sql`${FIRST_ONLY} AS flowCount`,
    ],
    ",",
  );
  const bucket = sql`if(pieceFrom < 0, ${outside}, ${bucketOf(sql`pieceFrom`, buckets)})`;
  const all = sql`(SELECT *, ${bucket} AS bucket FROM ${joined})`;
  const kept = sql`* EXCEPT (t0, t1, lo, hi, isCut, pieceFrom, pieceTo)`;
  return sql`SELECT ${kept} REPLACE (${parts}) FROM ${all}`;
}

/** The beginnings of buckets between lo and hi, neither included. */
function innerEdges({ uniform, edges }: BucketEdges): Sql {
  if (uniform === null) {
    return sql`arrayFilter(edge -> edge > lo AND edge < hi, ${param(
      "Array(Int64)",
      edges.map((edge) => BigInt(edge) * BILLION),
    )})`;
  }
  const length = int64(BigInt(uniform) * BILLION);
  const count = sql`toUInt64(least(intDiv(${lastOf("lo", "hi")}, ${length}) - intDiv(lo, ${length}), ${int64(MOST_PIECES)}))`;
  return sql`arrayMap(i -> (intDiv(lo, ${length}) + 1 + toInt64(i)) * ${length}, range(${count}))`;
}

/** What of a counter had passed at a time between t0 and t1. */
function passed(counter: Sql, time: Sql): Sql {
  return sql`multiIf(${time} <= t0, toUInt64(0), ${time} >= t1, ${counter}, least(${counter}, toUInt64(floor(toFloat64(${counter}) * ((${time} - t0) / (t1 - t0))))))`;
}

function share(counter: Sql): Sql {
  const upTo = (time: Sql) => sql`if(${time} >= t1, ${counter}, ${passed(counter, time)})`;
  const inside = (first: Sql, last: Sql) => sql`toUInt64(${upTo(last)} - ${passed(counter, first)})`;
  return sql`if(pieceFrom < 0, if(t0 <= 0, ${counter}, toUInt64(${counter} - ${inside(sql`lo`, sql`hi`)})), ${inside(sql`pieceFrom`, sql`pieceTo`)})`;
}

/** A flow is counted where it began. */
const FIRST_ONLY = sql`if(if(pieceFrom < 0, t0 <= 0 OR lo > t0, pieceFrom = t0), flowCount, toUInt64(0))`;
