// How the fields of a flow lie in a Parquet segment, and how they are read again. docs/store.md says it for other engines.
import { FIELDS, type Field } from "../core/fields.ts";
import { identifier, joinSql, param, type Sql, sql } from "../core/sql.ts";

/** A column as a segment has it. One that would hold nothing but zeros is left out; who reads it then has zeros. */
export interface StoredColumn {
  readonly name: string;
  readonly clickhouse: string;
  /** Its values, out of a table with all fields. */
  readonly value: Sql;
  /** 1 where it is not zero. */
  readonly used: Sql;
}

/**
 * Times are kept as whole seconds and nanoseconds beyond them, and all but the end as what lies between: each of these columns has few values, so
 * that dictionaries hold them, whatever the resolution of the exporter. Not known (-1 ns) goes the same way: -1 s and 999,999,999 ns.
 */
const TIMES: Readonly<Record<"start" | "end" | "received", readonly [second: string, nanosecond: string]>> = {
  end: ["endSecond", "endNanosecond"],
  start: ["durationSecond", "durationNanosecond"],
  received: ["receivedAfterSecond", "receivedAfterNanosecond"],
};

const END = nanoseconds("end");
const SINCE: Readonly<Record<keyof typeof TIMES, Sql>> = {
  end: END,
  start: sql`(${END} - ${nanoseconds("start")})`,
  received: sql`(${nanoseconds("received")} - ${END})`,
};

export const STORED_COLUMNS: readonly StoredColumn[] = FIELDS.flatMap(storedColumns);

function storedColumns(field: Field): readonly StoredColumn[] {
  const { name, kind, clickhouse } = field;
  const column = identifier(name);
  if (kind === "other") return [{ name, clickhouse, value: column, used: sql`notEmpty(mapKeys(${column}))` }];
  if (kind === "address") {
    return [{ name, clickhouse, value: column, used: sql`(${column} != toIPv6(${param("String", "::")}))` }];
  }
  if (kind !== "time") return [{ name, clickhouse, value: column, used: sql`(${column} != 0)` }];
  const since = SINCE[name as keyof typeof TIMES];
  const [second, nanosecond] = TIMES[name as keyof typeof TIMES];
  // Rounded down, as what is left shall not be negative.
  const seconds = sql`(intDiv(${since}, 1000000000) - (${since} < 0 AND ${since} % 1000000000 != 0))`;
  const rest = sql`positiveModulo(${since}, 1000000000)`;
  // The one that other engines shall see a time in, and that every segment has.
  const whole =
    name === "end"
      ? { clickhouse: "DateTime64(3, 'UTC')", value: sql`fromUnixTimestamp64Milli(toInt64(${seconds}) * 1000, 'UTC')` }
      : { clickhouse: "Int64", value: sql`toInt64(${seconds})` };
  return [
    { name: second, ...whole, used: name === "end" ? sql`1` : sql`(${seconds} != 0)` },
    { name: nanosecond, clickhouse: "UInt32", value: sql`toUInt32(${rest})`, used: sql`(${rest} != 0)` },
  ];
}

/** The order of a segment's rows: like beside like, and the flows of one source address in one place. */
export const STORED_ORDER: Sql = sql`srcAddr, proto, dstPort < srcPort, dstAddr, packets, bytes`;

/**
 * Columns of a Parquet file that is read: ours, and those of somebody else's file that has the fields by their names. What a file does not have
 * gives zeros, so that times are sums of both.
 */
export const PARQUET_STRUCTURE: string = [
  ...FIELDS,
  ...STORED_COLUMNS.filter(({ name }) => FIELDS.every((field) => field.name !== name)),
]
  .map(({ name, clickhouse }) => `${name} ${clickhouse}`)
  .join(", ");

/** The same where the ends of flows are read as octets: parts of segments are passed over by the bounds of octets, not of IPv6. */
export const OCTETS_STRUCTURE: string = PARQUET_STRUCTURE.replace(
  /\b(srcAddr|dstAddr) IPv6\b/g,
  (_, name) => `${name} FixedString(16)`,
);

/** All fields, in the order of the one table, out of a table with PARQUET_STRUCTURE. */
export const FIELDS_OF_PARQUET: Sql = fieldsOf(identifier);

/** The same out of a table with OCTETS_STRUCTURE. */
export const FIELDS_OF_OCTETS: Sql = fieldsOf((name) =>
  name === "srcAddr" || name === "dstAddr"
    ? sql`CAST(${identifier(name)} AS IPv6) AS ${identifier(name)}`
    : identifier(name),
);

function fieldsOf(plain: (name: string) => Sql): Sql {
  const fields = FIELDS.map(({ name, kind }) => {
    if (kind !== "time") return plain(name);
    const between = name === "end" ? sql`` : sql` ${name === "start" ? sql`-` : sql`+`} ${storedSince(name)}`;
    return sql`fromUnixTimestamp64Nano(${nanoseconds(name)} + ${storedEnd()}${between}, 'UTC') AS ${identifier(name)}`;
  });
  return joinSql(fields, ",");
}

function storedEnd(): Sql {
  return sql`toUnixTimestamp64Milli(endSecond) * 1000000 + endNanosecond`;
}

function storedSince(name: string): Sql {
  const [second, nanosecond] = TIMES[name as keyof typeof TIMES];
  return sql`(${identifier(second)} * 1000000000 + ${identifier(nanosecond)})`;
}

function nanoseconds(name: string): Sql {
  return sql`toUnixTimestamp64Nano(${identifier(name)})`;
}
