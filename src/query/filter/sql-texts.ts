// Tests of texts as SQL: entries of `other`, addresses and MACs as they are printed.
import { identifier, param, type Sql, sql } from "../../core/sql.ts";
import type { TextMatch, TextSubject } from "./tree.ts";

export function presentSql(name: string): Sql {
  return sql`mapContains(other, ${param("String", name)})`;
}

export function textSql(of: TextSubject, match: TextMatch): Sql {
  const text = subjectSql(of);
  if (match.kind === "matches") return sql`match(${text}, ${param("String", match.pattern.re2)})`;
  const value = param("String", match.text);
  switch (match.kind) {
    case "equals":
      return sql`(${text} = ${value})`;
    case "contains":
      return sql`(position(${text}, ${value}) > 0)`;
    case "starts":
      return sql`startsWith(${text}, ${value})`;
    case "ends":
      return sql`endsWith(${text}, ${value})`;
  }
}

function subjectSql(of: TextSubject): Sql {
  if (of.kind === "other") return sql`arrayElement(other, ${param("String", of.name)})`;
  const column = identifier(of.field);
  return of.kind === "mac" ? macText(column) : addressText(column);
}

/** Six octets with colons; none is "". */
function macText(column: Sql): Sql {
  const digits = sql`lower(leftPad(hex(${column}), 12, '0'))`;
  return sql`if(${column} = 0, '', arrayStringConcat(extractAll(${digits}, '..'), ':'))`;
}

/** As core/address.ts prints them: IPv4 with dots, ::/96 in hexadecimal, where the engine has dots, too; none is "". */
function addressText(column: Sql): Sql {
  const text = sql`IPv6NumToString(${column})`;
  const [mapped, compatible] = [sql`substring(${text}, 8)`, sql`substring(${text}, 3)`];
  const number = sql`IPv4StringToNumOrDefault(${compatible})`;
  const groups = sql`concat('::', ${groupText(sql`intDiv(${number}, 65536)`)}, ':', ${groupText(sql`modulo(${number}, 65536)`)})`;
  return sql`multiIf(${column} = toIPv6('::'), '', startsWith(${text}, '::ffff:') AND isIPv4String(${mapped}), ${mapped}, isIPv4String(${compatible}), ${groups}, ${text})`;
}

/** Hexadecimal without zeros before it. */
function groupText(group: Sql): Sql {
  return sql`if(${group} = 0, '0', replaceRegexpOne(lower(hex(${group})), '^0+', ''))`;
}
