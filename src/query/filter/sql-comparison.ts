// A comparison of an expression with a bound value.
import { param, type Sql, sql } from "../../core/sql.ts";
import type { Comparison } from "./tree.ts";

export function comparisonSql(left: Sql, is: Comparison, right: Sql): Sql {
  switch (is) {
    case "=":
      return sql`(${left} = ${right})`;
    case "!=":
      return sql`(${left} != ${right})`;
    case "<":
      return sql`(${left} < ${right})`;
    case "<=":
      return sql`(${left} <= ${right})`;
    case ">":
      return sql`(${left} > ${right})`;
    case ">=":
      return sql`(${left} >= ${right})`;
  }
}

/** Bound as text of digits, which holds 64 bits. */
export function bound(type: "UInt64" | "Int64" | "Float64", value: bigint | number): Sql {
  return sql`${param(type, String(value))}`;
}
