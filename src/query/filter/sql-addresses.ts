// Tests of addresses as SQL: comparisons that can skip parts of files, and sets for long lists.
import { joinSql, param, type Sql, sql } from "../../core/sql.ts";
import { ipv6Text, networksOf } from "./addresses.ts";
import type { NumberRanges } from "./tree.ts";

/** So many ranges are compared one by one; more are looked up by their networks. */
const MOST_COMPARED = 16;

export function addressesSql(column: Sql, ranges: NumberRanges): Sql {
  const single = ranges.filter(([low, high]) => low === high).map(([low]) => low);
  const long = ranges.filter(([low, high]) => low !== high);
  const parts = long.length > MOST_COMPARED ? networksSql(column, long) : long.map((range) => rangeSql(column, range));
  if (single.length === 1) parts.push(sql`${column} = ${param("IPv6", ipv6Text(single[0]!))}`);
  if (single.length > 1) parts.push(sql`${column} IN ${param("Array(IPv6)", single.map(ipv6Text))}`);
  return parts.length === 0 ? sql`(1 = 0)` : sql`(${joinSql(parts, "or")})`;
}

function rangeSql(column: Sql, [low, high]: NumberRanges[number]): Sql {
  return sql`${column} BETWEEN ${param("IPv6", ipv6Text(low))} AND ${param("IPv6", ipv6Text(high))}`;
}

/** One set for each length of prefix: an address is looked up once in each, however long the list is. */
function networksSql(column: Sql, ranges: NumberRanges): Sql[] {
  const byLength = new Map<number, string[]>();
  for (const { address, bits } of ranges.flatMap(networksOf)) {
    const known = byLength.get(bits);
    if (known === undefined) byLength.set(bits, [ipv6Text(address)]);
    else known.push(ipv6Text(address));
  }
  return [...byLength].map(([bits, addresses]) => {
    const first = sql`tupleElement(IPv6CIDRToRange(${column}, ${param("UInt8", bits)}), 1)`;
    return sql`${first} IN ${param("Array(IPv6)", addresses)}`;
  });
}
