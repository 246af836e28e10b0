// A filter as SQL: one boolean expression over the columns of flowsTable, every value bound.
import { identifier, joinSql, type Sql, sql } from "../../core/sql.ts";
import { addressesSql } from "./sql-addresses.ts";
import { bitsSql, numberSql, rangesSql } from "./sql-numbers.ts";
import { presentSql, textSql } from "./sql-texts.ts";
import { clockSql, derivedSql, timeSql, weekdaySql } from "./sql-times.ts";
import type { Filter, FilterNode } from "./tree.ts";

/** True for exactly the rows that `filterBatch` keeps. It stands in parentheses. */
export function filterSql({ root }: Filter): Sql {
  return compile(root);
}

function compile(node: FilterNode): Sql {
  switch (node.kind) {
    case "any":
      return sql`(1 = 1)`;
    case "and":
    case "or":
      return sql`(${joinSql(node.terms.map(compile), node.kind)})`;
    case "not":
      return sql`(NOT ${compile(node.term)})`;
    case "frame":
      throw new TypeError("A filter of frames has no meaning for flow records.");
    case "number":
      return numberSql(node.of, node.is, node.value);
    case "numbers":
      return rangesSql(node.of, node.ranges);
    case "bits":
      return bitsSql(node.field, node.mask, node.value);
    case "addresses":
      return addressesSql(identifier(node.field), node.ranges);
    case "time":
      return timeSql(node.field, node.is, node.nanoseconds);
    case "derived":
      return derivedSql(node.of, node.is, node.value);
    case "clock":
      return clockSql(node.from, node.to, node.zone);
    case "weekday":
      return weekdaySql(node.days, node.zone);
    case "present":
      return presentSql(node.name);
    case "text":
      return textSql(node.of, node.match);
  }
}
