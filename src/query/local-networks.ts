// Local networks: those that a person declares as his own, and the condition that an address is in one of them.
import { UsageError } from "../core/errors.ts";
import type { Sql } from "../core/sql.ts";
import { parseNetwork } from "./filter/addresses.ts";
import { joinRanges } from "./filter/numbers.ts";
import { addressesSql } from "./filter/sql-addresses.ts";
import type { NumberRanges } from "./filter/tree.ts";

/** "10.0.0.0/8", "2001:db8::/32", as filters write networks. Throws a UsageError. */
export function localRanges(networks: readonly string[]): NumberRanges {
  return joinRanges(
    networks.flatMap((text) => {
      const ranges = parseNetwork(text);
      if (ranges !== null) return ranges;
      const found = text.length > 60 ? `${text.slice(0, 60)}...` : text;
      throw new UsageError(
        `--local: expected networks such as 10.0.0.0/8 or 2001:db8::/32 with commas, found "${found}".`,
      );
    }),
  );
}

/** "10.0.0.0/8,2001:db8::/32" -> the condition on a column of addresses. */
export function localCondition(text: string): (column: Sql) => Sql {
  const words = text.split(",").map((word) => word.trim());
  const ranges = localRanges(words.filter((word) => word !== ""));
  if (ranges.length === 0) throw new UsageError(`--local: expected networks such as 10.0.0.0/8, found "${text}".`);
  return (column) => addressesSql(column, ranges);
}
