// What a filter says of a flow's two ends, as a condition on their octets: by it parts of segments are passed over.
import { joinSql, param, type Sql, sql } from "../../core/sql.ts";
import type { Filter, FilterNode, NumberRanges } from "./tree.ts";

/** More ranges than these become one that holds them all. */
const MOST_RANGES = 8;

/** True for all rows that the filter keeps, and for others; null = it leaves out none by their ends. `srcAddr` and `dstAddr` are FixedString(16). */
export function addressHint({ root }: Filter): Sql | null {
  return hintOf(root);
}

function hintOf(node: FilterNode): Sql | null {
  switch (node.kind) {
    case "and": {
      const known = node.terms.map(hintOf).filter((hint) => hint !== null);
      return known.length === 0 ? null : sql`(${joinSql(known, "and")})`;
    }
    case "or": {
      const known = node.terms.map(hintOf).filter((hint) => hint !== null);
      return known.length < node.terms.length ? null : sql`(${joinSql(known, "or")})`;
    }
    case "addresses":
      if (node.field === "srcAddr") return rangesHint(sql`srcAddr`, node.ranges);
      return node.field === "dstAddr" ? rangesHint(sql`dstAddr`, node.ranges) : null;
    default:
      return null;
  }
}

function rangesHint(column: Sql, ranges: NumberRanges): Sql | null {
  const [first, last] = [ranges[0], ranges.at(-1)];
  if (first === undefined || last === undefined) return null;
  const few = ranges.length > MOST_RANGES ? [[first[0], last[1]] as const] : ranges;
  const parts = few.map(([least, most]) =>
    least === most
      ? sql`${column} = ${octets(least)}`
      : sql`(${column} >= ${octets(least)} AND ${column} <= ${octets(most)})`,
  );
  return sql`(${joinSql(parts, "or")})`;
}

function octets(address: bigint): Sql {
  return sql`toFixedString(unhex(${param("String", address.toString(16).padStart(32, "0"))}), 16)`;
}
