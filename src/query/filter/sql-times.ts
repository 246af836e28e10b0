// Tests of times, durations, rates, time of day and weekday as SQL.
import type { FieldName } from "../../core/elements.ts";
import { identifier, joinSql, param, type Sql, sql } from "../../core/sql.ts";
import { bound, comparisonSql } from "./sql-comparison.ts";
import type { Comparison, Derived } from "./tree.ts";

const EPOCH = bound("Int64", 0);
/** Not known is -1. */
const START_KNOWN = sql`start >= fromUnixTimestamp64Nano(${EPOCH})`;
const BOTH_KNOWN = sql`${START_KNOWN} AND end >= fromUnixTimestamp64Nano(${EPOCH})`;

export function timeSql(field: FieldName, is: Comparison, nanoseconds: bigint): Sql {
  const column = identifier(field);
  const compared = comparisonSql(column, is, sql`fromUnixTimestamp64Nano(${bound("Int64", nanoseconds)})`);
  // What lies behind a time of ours is known.
  if (is === ">" || is === ">=" || is === "=") return compared;
  return sql`(${compared} AND ${column} >= fromUnixTimestamp64Nano(${EPOCH}))`;
}

const NANOSECONDS = sql`toFloat64(toUnixTimestamp64Nano(end) - toUnixTimestamp64Nano(start))`;
const PACKETS = sql`toFloat64(packets)`;
const BYTES = sql`toFloat64(bytes)`;
const SECOND = bound("Float64", 1e9);

/** The very operations of live records: both round alike. */
const VALUES: Readonly<Record<Derived, Sql>> = {
  duration: NANOSECONDS,
  pps: rate(sql`${PACKETS} * ${SECOND}`, NANOSECONDS),
  bps: rate(sql`${BYTES} * ${bound("Float64", 8)} * ${SECOND}`, NANOSECONDS),
  bpp: rate(BYTES, PACKETS),
};

function rate(amount: Sql, per: Sql): Sql {
  return sql`if(${per} = 0, 0, floor(${amount} / ${per}))`;
}

export function derivedSql(of: Derived, is: Comparison, value: number): Sql {
  const compared = comparisonSql(VALUES[of], is, bound("Float64", value));
  return of === "bpp" ? compared : sql`(${compared} AND ${BOTH_KNOWN})`;
}

export function clockSql(from: number, to: number, zone: string): Sql {
  const clock = sql`toTimeZone(start, ${param("String", zone)})`;
  const second = sql`(toHour(${clock}) * 3600 + toMinute(${clock}) * 60 + toSecond(${clock}))`;
  const [after, before] = [sql`${second} >= ${param("UInt32", from)}`, sql`${second} < ${param("UInt32", to)}`];
  return sql`((${joinSql([after, before], from <= to ? "and" : "or")}) AND ${START_KNOWN})`;
}

export function weekdaySql(days: readonly number[], zone: string): Sql {
  const day = sql`toDayOfWeek(toTimeZone(start, ${param("String", zone)}))`;
  return sql`(${day} IN ${param("Array(UInt8)", [...days])} AND ${START_KNOWN})`;
}
