// A place in a list of flows, as a word that goes from an answer to the next question: the list goes on behind it, and nothing before it is read again.
import { ELEMENTS, type Element, type FieldName } from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import type { AnyFieldName } from "../core/fields.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { identifier, joinSql, param, type Sql, sql } from "../core/sql.ts";
import { addressNumber, ipv6Text } from "./filter/addresses.ts";
import type { RowRate, Sort } from "./question.ts";
import { ROW_VALUES } from "./row-values.ts";

type ListSort = Sort<AnyFieldName | RowRate>;

/** Behind what a list is sorted by: equals are ordered by these. */
export const TIE_FIELDS = [
  "start",
  "end",
  "srcAddr",
  "dstAddr",
  "srcPort",
  "dstPort",
  "proto",
  "bytes",
] as const satisfies readonly FieldName[];
/** What rates of a flow are made of. */
const RATE_FIELDS = ["start", "end", "bytes", "reverseBytes", "packets", "reversePackets"] as const;

/** Values as numbers: of times nanoseconds, of addresses 128 bits, of rates the bits of the double (null = there is none). */
export interface ListPlace {
  readonly value: bigint | null;
  readonly ties: readonly bigint[];
  /** So many flows with all these values are before it. */
  readonly equals: number;
}

/** Fields that a place is made of. */
export function placeFields({ by }: ListSort): readonly AnyFieldName[] {
  return [...TIE_FIELDS, ...(by in ROW_VALUES ? RATE_FIELDS : [by as AnyFieldName])];
}

const FORM = /^[A-Za-z0-9_-]{10,1000}$/;
const WHOLE = /^-?\d{1,39}$/;
const VERSION = 1;

export function placeText({ value, ties, equals }: ListPlace, { by, descending }: ListSort): string {
  const parts = [VERSION, by, descending ? "desc" : "asc", value === null ? "null" : value, ...ties, equals];
  return Buffer.from(parts.join(" ")).toString("base64url");
}

/** Throws a UsageError on what is no place of such a list. */
export function parsePlace(text: string, sort: ListSort): ListPlace {
  const words = FORM.test(text) ? Buffer.from(text, "base64url").toString("latin1").split(" ") : [];
  const [version, by, order, value = "", ...rest] = words;
  const numbers = rest.every((word) => WHOLE.test(word)) ? rest.map(BigInt) : [];
  const fits = version === String(VERSION) && numbers.length === TIE_FIELDS.length + 1;
  if (!fits || !(value === "null" || WHOLE.test(value)) || numbers.at(-1)! < 1n || numbers.at(-1)! > 0xffff_ffffn) {
    throw new UsageError('--after: expected what an answer before said as "next", found something else.');
  }
  if (by !== sort.by || order !== (sort.descending ? "desc" : "asc")) {
    throw new UsageError(
      `--after: expected a place in a list by ${sort.by}${sort.descending ? ", descending" : ""}, found one of another order; ask from the beginning.`,
    );
  }
  const place = {
    value: value === "null" ? null : BigInt(value),
    ties: numbers.slice(0, -1),
    equals: Number(numbers.at(-1)),
  };
  const kinds: readonly Place[] = [{ kind: kindOf(sort.by), value: place.value }, ...tiesOf(place)];
  if (kinds.every(({ kind, value: number }) => number === null || inRange(kind, number))) return place;
  throw new UsageError('--after: expected what an answer before said as "next", found numbers that no flow has.');
}

type ValueKind = Element["kind"] | "rate";

interface Place {
  readonly kind: ValueKind;
  readonly value: bigint | null;
}

function kindOf(name: string): ValueKind {
  if (name === "allBytes" || name === "allPackets") return "u64";
  return ELEMENTS.find((element) => element.name === name)?.kind ?? "rate";
}

function tiesOf({ ties }: ListPlace): readonly Place[] {
  return ties.map((value, i) => ({ kind: kindOf(TIE_FIELDS[i]!), value }));
}

function inRange(kind: ValueKind, value: bigint): boolean {
  if (kind === "time") return value >= -(1n << 63n) && value < 1n << 63n;
  return value >= 0n && value < 1n << (kind === "address" ? 128n : 64n);
}

/** The flows of a list that come behind the place or are equal to it. */
export function behindPlace(place: ListPlace, { by, descending }: ListSort): Sql {
  const column = by in ROW_VALUES ? ROW_VALUES[by as RowRate] : identifier(by);
  const names = joinSql(TIE_FIELDS.map(identifier), ",");
  const values = joinSql(
    tiesOf(place).map(({ kind, value }) => valueSql(kind, value ?? 0n)),
    ",",
  );
  const tied = sql`tuple(${names}) >= tuple(${values})`;
  // What is not known comes last.
  if (place.value === null) return sql`(isNull(${column}) AND ${tied})`;
  const value = valueSql(kindOf(by), place.value);
  const beyond = descending ? sql`${column} < ${value}` : sql`${column} > ${value}`;
  const behind = sql`(${beyond} OR (${column} = ${value} AND ${tied}))`;
  if (by in ROW_VALUES) return sql`(isNull(${column}) OR ${behind})`;
  // By this alone files and parts of them are passed over.
  return sql`(${column} ${descending ? sql`<=` : sql`>=`} ${value} AND ${behind})`;
}

function valueSql(kind: ValueKind, value: bigint): Sql {
  if (kind === "time") return sql`fromUnixTimestamp64Nano(${param("Int64", value)}, 'UTC')`;
  if (kind === "address") return sql`${param("IPv6", ipv6Text(value))}`;
  if (kind === "rate") return sql`reinterpretAsFloat64(${param("UInt64", value)})`;
  return sql`${param("UInt64", value)}`;
}

/** Keeps the place of the last flow that was given. */
export class PlaceKeeper {
  private readonly sort: ListSort;
  private place: ListPlace | null;

  /** `before`: where the list began; null = at its beginning. */
  constructor(sort: ListSort, before: ListPlace | null) {
    this.sort = sort;
    this.place = before;
  }

  /** null = nothing was given yet. */
  get last(): ListPlace | null {
    return this.place;
  }

  /** The first `rows` of the batch were given. */
  take(batch: FlowBatch, rows: number): void {
    if (rows === 0) return;
    const last = this.at(batch, rows - 1);
    let row = rows - 2;
    while (row >= 0 && same(last, this.at(batch, row))) row--;
    const equals = rows - 1 - row;
    const before = row < 0 && this.place !== null && same(last, this.place) ? this.place.equals : 0;
    this.place = { ...last, equals: equals + before };
  }

  private at(batch: FlowBatch, row: number): ListPlace {
    const { by } = this.sort;
    const value = by in ROW_VALUES ? rateAt(batch, row, by as RowRate) : valueAt(batch, row, by as FieldName);
    return { value, ties: TIE_FIELDS.map((name) => valueAt(batch, row, name)), equals: 1 };
  }
}

function same(a: ListPlace, b: ListPlace): boolean {
  return a.value === b.value && a.ties.every((value, i) => value === b.ties[i]);
}

function valueAt({ columns }: FlowBatch, row: number, name: FieldName): bigint {
  const kind = kindOf(name);
  const column = columns[name];
  if (kind === "address") return addressNumber((column as Uint8Array).subarray(16 * row, 16 * row + 16));
  if (kind !== "u64" && kind !== "time" && kind !== "mac") return BigInt(column[row]!);
  const value = (BigInt(column[2 * row + 1]!) << 32n) | BigInt(column[2 * row]!);
  return kind === "time" ? BigInt.asIntN(64, value) : value;
}

/** As the engine counts it (ROW_VALUES), as the bits of the double. */
function rateAt(batch: FlowBatch, row: number, rate: RowRate): bigint | null {
  const of = (name: FieldName) => valueAt(batch, row, name);
  const [start, end] = [of("start"), of("end")];
  const seconds = end > start && start > 0n ? Number(end - start) / 1e9 : 0;
  const bytes = BigInt.asUintN(64, of("bytes") + of("reverseBytes"));
  const packets = BigInt.asUintN(64, of("packets") + of("reversePackets"));
  switch (rate) {
    case "duration":
      return bitsOf(seconds, 1);
    case "allBytes":
      return bytes;
    case "allPackets":
      return packets;
    case "bps":
      return bitsOf(Number(BigInt.asUintN(64, 8n * bytes)), seconds);
    case "pps":
      return bitsOf(Number(packets), seconds);
    case "bpp":
      return bitsOf(Number(bytes), Number(packets));
  }
}

function bitsOf(value: number, by: number): bigint | null {
  if (by === 0) return null;
  const octets = new DataView(new ArrayBuffer(8));
  octets.setFloat64(0, value / by);
  return octets.getBigUint64(0);
}
