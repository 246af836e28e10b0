// Keys of groups: how the engine makes them, and how what it answers is read into a Table's values.
import { formatAddress, isIpv4, isNone, parseAddress } from "../core/address.ts";
import { PRINTED_WORDS } from "../core/element-words.ts";
import type { Element } from "../core/elements.ts";
import { ZERO_IS_ADDRESS } from "../core/fields.ts";
import { param, type Sql, sql } from "../core/sql.ts";
import type { Value } from "../core/table.ts";

/** What the engine says in its JSON. */
export type Answered = string | number | null | readonly Answered[];

export type KeyForm =
  | { readonly kind: "field"; readonly field: Element }
  | { readonly kind: "prefix"; readonly v4: number; readonly v6: number }
  | { readonly kind: "recordPrefix" }
  | { readonly kind: "text" };

const IPV4_FIRST = param("String", "::ffff:0.0.0.0");
const IPV4_LAST = param("String", "::ffff:255.255.255.255");

/** The first address of the prefix. */
export function prefixExpression(column: Sql, { v4, v6 }: { readonly v4: number; readonly v6: number }): Sql {
  return sql`tupleElement(IPv6CIDRToRange(${column}, ${lengthOf(column, param("UInt8", v4 + 96), param("UInt8", v6))}), 1)`;
}

function lengthOf(column: Sql, v4: Sql | ReturnType<typeof param>, v6: Sql | ReturnType<typeof param>): Sql {
  return sql`if(${column} BETWEEN toIPv6(${IPV4_FIRST}) AND toIPv6(${IPV4_LAST}), toUInt8(${v4}), toUInt8(${v6}))`;
}

/** The first address of the prefix whose length stands in another column, and that length. */
export function recordPrefix(column: Sql, mask: Sql): Sql {
  const length = lengthOf(column, sql`least(${mask}, 32) + 96`, sql`least(${mask}, 128)`);
  return sql`tuple(tupleElement(IPv6CIDRToRange(${column}, ${length}), 1), ${mask})`;
}

export function readKey(form: KeyForm, answered: Answered): Value {
  if (answered === null) return null;
  switch (form.kind) {
    case "field":
      return readField(form.field, answered as string | number);
    case "prefix":
      return readPrefix(answered as string, form.v4, form.v6);
    case "recordPrefix": {
      const [address, mask] = answered as readonly [string, number];
      return readPrefix(address, Math.min(mask, 32), Math.min(mask, 128));
    }
    default:
      return answered === "" ? null : String(answered);
  }
}

function octetsOf(text: string): Uint8Array {
  return parseAddress(text) ?? new Uint8Array(16);
}

function readPrefix(text: string, v4: number, v6: number): string {
  const octets = octetsOf(text);
  return `${formatAddress(octets)}/${isIpv4(octets, 0) ? v4 : v6}`;
}

/** The value that the JSON record of a flow has (docs/output.md). */
export function readField({ name, kind, print }: Element, answered: string | number): Value {
  const words = PRINTED_WORDS[print];
  if (words !== undefined) return wordOf(words, Number(answered));
  if (print === "label") return Number(answered) === 0 ? null : Number(answered) - 1;
  switch (kind) {
    case "address": {
      const octets = octetsOf(String(answered));
      return isNone(octets, 0) && !ZERO_IS_ADDRESS.has(name) ? null : formatAddress(octets);
    }
    case "mac":
      return Number(answered) === 0 ? null : macText(BigInt(answered));
    case "time":
      return knownTime(answered);
    case "u64":
      return readInteger(answered);
    default:
      return Number(answered);
  }
}

/** Nanoseconds; what is not known is -1 in a record, and 0 where a file has no column for it. */
export function knownTime(answered: string | number): bigint | null {
  const time = BigInt(answered);
  return time > 0n ? time : null;
}

/** A number where it is exact, else a bigint. */
export function readInteger(answered: string | number): number | bigint {
  const number = Number(answered);
  return Number.isSafeInteger(number) ? number : BigInt(answered);
}

function wordOf(words: Readonly<Record<string, number>>, value: number): string | null {
  if (value === 0) return null;
  return Object.entries(words).find(([, number]) => number === value)?.[0] ?? null;
}

function macText(value: bigint): string {
  const digits = value.toString(16).padStart(12, "0").slice(-12);
  return digits.replace(/..(?=.)/g, "$&:");
}
