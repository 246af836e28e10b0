// What flows can be grouped by: the fields of the one table, prefixes, `other.NAME`, either end of a flow, the side of local networks.
import { UsageError } from "../core/errors.ts";
import { type AnyFieldName, FIELDS, type Field, findField } from "../core/fields.ts";
import { SERVICE_PORTS } from "../core/service-ports.ts";
import { identifier, param, type Sql, sql } from "../core/sql.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import type { ColumnType, ColumnUnit } from "../core/table.ts";
import { EITHER, type EitherEnd } from "./either-end.ts";
import { type KeyForm, prefixExpression, recordPrefix } from "./key-values.ts";

export interface Dimension {
  /** As asked for, with the one name of the field: "srcAddr/24". */
  readonly name: string;
  readonly title: string;
  readonly type: ColumnType;
  readonly unit: ColumnUnit;
  /** The field whose values these are as they are. */
  readonly field: AnyFieldName | null;
  /** The value of one flow; for either end: of the source, then of the destination. */
  readonly value: Sql | { readonly source: Sql; readonly destination: Sql };
  /** How what the engine says is read. */
  readonly form: KeyForm;
}

const MOST_NAME = 200;

/** One word of `--by`. Throws a UsageError with a suggestion. `local` is the condition that an address (of this column) is local. */
export function parseDimension(word: string, local: ((column: Sql) => Sql) | null): Dimension {
  const [base = "", ...lengths] = word.split("/");
  if (base === "side" && lengths.length === 0) return sideOfNetworks(local);
  if (base === "service" && lengths.length === 0) return SERVICE;
  if (base.startsWith("other.") && lengths.length === 0) return otherDimension(base.slice(6));
  const either = EITHER.get(base.toLowerCase());
  if (either !== undefined) return eitherDimension(either, lengths);
  const network = /^(src|dst)net$/i.exec(base);
  if (network !== null && lengths.length === 0) return networkOfRecord(network[1]!.toLowerCase() as "src" | "dst");
  const field = findField(base);
  if (field === undefined || field.kind === "other") throw unknown(base);
  return fieldDimension(field, lengths);
}

function unknown(word: string): UsageError {
  const names = [...FIELDS.map(({ name }) => name), ...EITHER.keys(), "srcNet", "dstNet", "side", "service", "time"];
  return new UsageError(
    `--by: expected fields such as srcAddr, dstPort, srcAddr/24, srcNet, time/5m, addr, side, service or other.NAME, found ${quoteWithHint(word, names)}.`,
  );
}

function fieldDimension(field: Exclude<Field, { kind: "other" }>, lengths: readonly string[]): Dimension {
  const { name, title } = field;
  const column = identifier(name);
  const plain = { unit: null, field: null, title };
  if (field.kind === "address") {
    const prefix = prefixLengths(name, lengths);
    if (prefix === null)
      return { ...plain, name, type: "text", field: name as AnyFieldName, ...plainValue(field, column) };
    return { ...plain, ...prefixed(name, title, lengths, prefix), value: prefixExpression(column, prefix) };
  }
  if (lengths.length > 0) {
    throw new UsageError(
      `--by: expected a prefix length on a field of addresses, found "${name}/${lengths.join("/")}".`,
    );
  }
  const type: ColumnType = field.kind === "time" ? "time" : isText(field) ? "text" : "integer";
  return { ...plain, name, type, field: name as AnyFieldName, ...plainValue(field, column) };
}

function isText({ kind, print }: Exclude<Field, { kind: "other" }>): boolean {
  return kind === "mac" || print === "event" || print === "endReason" || print === "samplingSource";
}

function plainValue(field: Exclude<Field, { kind: "other" }>, column: Sql): Pick<Dimension, "value" | "form"> {
  if (field.kind === "time") return { value: sql`toUnixTimestamp64Nano(${column})`, form: { kind: "field", field } };
  return { value: column, form: { kind: "field", field } };
}

interface PrefixLengths {
  readonly v4: number;
  readonly v6: number;
}

/** /24 is IPv4's, /24/48 both, /48 alone IPv6's (addresses of IPv4 stay whole). */
function prefixLengths(name: string, words: readonly string[]): PrefixLengths | null {
  if (words.length === 0) return null;
  const [first = Number.NaN, second] = words.map((word) => (/^\d{1,3}$/.test(word) ? Number(word) : Number.NaN));
  if (words.length === 1 && first <= 32) return { v4: first, v6: 64 };
  if (words.length === 1 && first <= 128) return { v4: 32, v6: first };
  if (words.length === 2 && first <= 32 && second! <= 128) return { v4: first, v6: second! };
  throw new UsageError(
    `--by: expected prefix lengths of IPv4 (0 to 32) and IPv6 (0 to 128) such as ${name}/24 or ${name}/24/48, found "${name}/${words.join("/")}".`,
  );
}

function prefixed(name: string, title: string, lengths: readonly string[], { v4, v6 }: PrefixLengths) {
  const form: KeyForm = { kind: "prefix", v4, v6 };
  return { name: [name, ...lengths].join("/"), title: [title, ...lengths].join("/"), type: "text" as const, form };
}

function eitherDimension(either: EitherEnd, lengths: readonly string[]): Dimension {
  const [source, destination] = [identifier(either.source), identifier(either.destination)];
  const field = findField(either.source)!;
  if (field.kind === "other") throw unknown(either.name);
  const base = fieldDimension(field, either.name === "addr" ? lengths : []);
  if (either.name !== "addr" && lengths.length > 0) throw unknown(`${either.name}/${lengths.join("/")}`);
  const prefix = base.form.kind === "prefix" ? base.form : null;
  return {
    ...base,
    name: base.name.replace(either.source, either.name),
    title: [either.title, ...lengths].join("/"),
    value:
      prefix === null
        ? { source, destination }
        : { source: prefixExpression(source, prefix), destination: prefixExpression(destination, prefix) },
  };
}

/** The network by the mask that the record has. */
function networkOfRecord(end: "src" | "dst"): Dimension {
  const title = end === "src" ? "Source net" : "Destination net";
  const value = recordPrefix(identifier(`${end}Addr`), identifier(`${end}Mask`));
  return { name: `${end}Net`, title, type: "text", unit: null, field: null, value, form: { kind: "recordPrefix" } };
}

function otherDimension(element: string): Dimension {
  if (element === "" || element.length > MOST_NAME) throw unknown(`other.${element}`);
  const value = sql`other[${param("String", element)}]`;
  return {
    name: `other.${element}`,
    title: element,
    type: "text",
    unit: null,
    field: null,
    value,
    form: { kind: "text" },
  };
}

/** in, out, internal or transit: which of the two ends is in the local networks. */
function sideOfNetworks(local: ((column: Sql) => Sql) | null): Dimension {
  if (local === null) {
    throw new UsageError(
      "--by side: expected local networks to tell inside from outside, found none; name them with --local.",
    );
  }
  const [source, destination] = [local(sql`srcAddr`), local(sql`dstAddr`)];
  const value = sql`multiIf(${source} AND ${destination}, 'internal', ${source}, 'out', ${destination}, 'in', 'transit')`;
  return { name: "side", title: "Side", type: "text", unit: null, field: null, value, form: { kind: "text" } };
}

/** Names of ports, the first one that each has. */
const PORT_NAMES = new Map([...SERVICE_PORTS].reverse().map(([name, port]) => [port, name] as const));
const PORTS = param("Array(UInt16)", [...PORT_NAMES.keys()]);
const NAMES = param("Array(String)", [...PORT_NAMES.values()]);
const nameOf = (port: Sql) => sql`transform(${port}, ${PORTS}, ${NAMES}, '')`;

/** The name of the port that has one, the destination's first; its number where none has; nothing where there are no ports. */
const SERVICE: Dimension = {
  name: "service",
  title: "Service",
  type: "text",
  unit: null,
  field: null,
  value: sql`multiIf(proto NOT IN (6, 17, 33, 132, 136), '', ${nameOf(sql`dstPort`)} != '', ${nameOf(sql`dstPort`)},
    ${nameOf(sql`srcPort`)} != '', ${nameOf(sql`srcPort`)}, toString(dstPort))`,
  form: { kind: "text" },
};
