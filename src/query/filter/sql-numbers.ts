// Tests of numbers as SQL.
import type { FieldName } from "../../core/elements.ts";
import { identifier, joinSql, param, type Sql, sql } from "../../core/sql.ts";
import { bound, comparisonSql } from "./sql-comparison.ts";
import type { Comparison, NumberRanges, Quantity } from "./tree.ts";

function quantitySql({ field, shift, mask, least }: Quantity): Sql {
  let value = identifier(field);
  if (shift > 0) value = sql`bitShiftRight(${value}, ${param("UInt8", shift)})`;
  if (mask !== null) value = sql`bitAnd(${value}, ${param("UInt32", mask)})`;
  return least > 0 ? sql`greatest(${value}, ${param("UInt64", least)})` : value;
}

export function numberSql(of: Quantity, is: Comparison, value: bigint): Sql {
  return comparisonSql(quantitySql(of), is, bound("UInt64", value));
}

/** Single numbers as a set, longer ranges one by one. */
export function rangesSql(of: Quantity, ranges: NumberRanges): Sql {
  const value = quantitySql(of);
  const single = ranges.filter(([low, high]) => low === high).map(([low]) => String(low));
  const long = ranges.filter(([low, high]) => low !== high);
  const parts = long.map(([low, high]) => sql`${value} BETWEEN ${bound("UInt64", low)} AND ${bound("UInt64", high)}`);
  if (single.length === 1) parts.push(sql`${value} = ${bound("UInt64", BigInt(single[0]!))}`);
  // Bound as text, which holds 64 bits.
  if (single.length > 1) parts.push(sql`${value} IN ${param("Array(UInt64)", single.map(BigInt))}`);
  return parts.length === 0 ? sql`(1 = 0)` : sql`(${joinSql(parts, "or")})`;
}

export function bitsSql(field: FieldName, mask: number, value: number): Sql {
  return sql`(bitAnd(${identifier(field)}, ${param("UInt16", mask)}) = ${param("UInt16", value)})`;
}
