// A list of flows as SQL: their fields as they are, ordered by one of them or by a value that is made of them.
import { type AnyFieldName, FIELDS } from "../core/fields.ts";
import { identifier, joinSql, param, type Sql, sql } from "../core/sql.ts";
import { behindPlace, TIE_FIELDS } from "./list-place.ts";
import type { ListQuestion } from "./question.ts";
import { ROW_VALUES } from "./row-values.ts";

/** `flows` is a FROM expression of chosenFlows' shape; `fields` null = all there are. */
export function listSql(flows: Sql, question: ListQuestion, fields: readonly AnyFieldName[] | null): Sql {
  const { sort, limit, after = null } = question;
  // ipVersion says whether :: is an address.
  const names = fields === null ? FIELDS.map(({ name }) => name) : [...new Set([...fields, "ipVersion"])];
  const columns = joinSql(names.map(identifier), ",");
  const ordered = sort === null ? sql`` : sql` ORDER BY ${orderOf(sort, names)}`;
  const behind = sort === null || after === null ? sql`` : sql` WHERE ${behindPlace(after, sort)}`;
  const limited = limit === null ? sql`` : sql` LIMIT ${param("UInt64", limit)}`;
  const passed = after === null ? sql`` : sql` OFFSET ${param("UInt64", after.equals)}`;
  return sql`SELECT ${columns} FROM ${flows}${behind}${ordered}${limited}${passed}`;
}

/** Equals are ordered by their times and ends, then by all that is shown of them, so that the same question has the same answer. */
function orderOf({ by, descending }: NonNullable<ListQuestion["sort"]>, shown: readonly string[]): Sql {
  const value = by in ROW_VALUES ? ROW_VALUES[by as keyof typeof ROW_VALUES] : identifier(by);
  const direction = descending ? sql`DESC NULLS LAST` : sql`ASC NULLS LAST`;
  const ties = [...new Set<string>([...TIE_FIELDS, ...shown])].filter((name) => name !== by);
  return sql`${value} ${direction}, ${joinSql(ties.map(identifier), ",")}`;
}
