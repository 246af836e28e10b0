// Local networks: the condition that an address is in one of them.
import { formatAddress, parseAddress } from "../core/address.ts";
import { UsageError } from "../core/errors.ts";
import { joinSql, param, type Sql, sql } from "../core/sql.ts";

/** "10.0.0.0/8,2001:db8::/32" -> the condition on a column of addresses. */
export function localCondition(text: string): (column: Sql) => Sql {
  const ranges = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "")
    .map(range);
  if (ranges.length === 0) throw new UsageError(`--local: expected networks such as 10.0.0.0/8, found "${text}".`);
  return (column) => {
    const parts = ranges.map(
      ([first, last]) => sql`${column} BETWEEN toIPv6(${param("String", first)}) AND toIPv6(${param("String", last)})`,
    );
    return sql`(${joinSql(parts, "or")})`;
  };
}

/** The first and the last address of a network. */
function range(word: string): readonly [string, string] {
  const [, text = "", length] = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?$/i.exec(word) ?? [];
  const octets = parseAddress(text);
  const most = text.includes(":") ? 128 : 32;
  const bits = Number(length ?? most);
  if (octets === null || bits > most) {
    throw new UsageError(
      `--local: expected networks such as 10.0.0.0/8 or 2001:db8::/32 with commas, found "${word}".`,
    );
  }
  const fixed = bits + 128 - most;
  const first = octets.map((octet, i) => octet & mask(fixed - 8 * i));
  const last = octets.map((octet, i) => octet | (255 & ~mask(fixed - 8 * i)));
  return [formatAddress(first), formatAddress(last)];
}

/** The first bits of an octet. */
function mask(bits: number): number {
  return bits >= 8 ? 255 : bits <= 0 ? 0 : (255 << (8 - bits)) & 255;
}
