// What is known of one field, and how a row of the one table (elements.ts) is written down.

/**
 * How a value lies in a column, octet for octet as ClickHouse Native has it (little endian):
 * u8 u16 u32; u64 as two u32 words (low, high); time = Int64 nanoseconds since 1970 UTC as two words, -1 = not known;
 * address = 16 octets, IPv4 as ::ffff:a.b.c.d, all zero = none; mac = UInt64 as two words, the 48 bits in the low ones.
 */
export type Kind = "u8" | "u16" | "u32" | "u64" | "time" | "address" | "mac";

/** How a value reads in text and JSON. */
export type Print =
  | "number"
  | "time"
  | "address"
  | "mac"
  | "tcpFlags"
  | "etherType"
  | "endReason"
  | "event"
  | "label"
  | "samplingSource";

export interface Element {
  /** The one name: TypeScript, JSON, CSV, SQL, `--fields`, `--key`. */
  readonly name: string;
  /** IANA Information Element number (RFC 7012 registry); null = ours alone. Reverse fields: the forward one under PEN 29305 (RFC 5103). */
  readonly id: number | null;
  readonly pen: 0 | 29305;
  readonly iana: string | null;
  readonly kind: Kind;
  readonly clickhouse: string;
  readonly unit: string | null;
  readonly print: Print;
  /** Column title of a table. */
  readonly title: string;
  /** Other words for it that a person may type (IANA's are accepted anyway). */
  readonly words: readonly string[];
  /** IANA names of the elements that carry it in export messages, the most exact one first. */
  readonly carriers: readonly string[];
  /** Whether packets, export messages or both say it. */
  readonly from: "packets" | "messages" | "both";
  /** One line for docs/elements.md. */
  readonly about: string;
}

const CLICKHOUSE: Record<Kind, string> = {
  u8: "UInt8",
  u16: "UInt16",
  u32: "UInt32",
  u64: "UInt64",
  time: "DateTime64(9, 'UTC')",
  address: "IPv6",
  mac: "UInt64",
};

export interface Rest {
  readonly pen?: 29305;
  readonly unit?: string;
  readonly print?: Print;
  readonly words?: readonly string[];
  readonly carriers?: readonly string[];
  readonly from?: Element["from"];
}

export interface Row<N extends string, K extends Kind> extends Element {
  readonly name: N;
  readonly kind: K;
}

export function row<const N extends string, const K extends Kind>(
  name: N,
  kind: K,
  id: number | null,
  iana: string | null,
  title: string,
  about: string,
  rest: Rest = {},
): Row<N, K> {
  const own: Print = kind === "time" || kind === "address" || kind === "mac" ? kind : "number";
  return {
    name,
    id,
    pen: rest.pen ?? 0,
    iana,
    kind,
    clickhouse: CLICKHOUSE[kind],
    unit: rest.unit ?? null,
    print: rest.print ?? own,
    title,
    words: rest.words ?? [],
    carriers: rest.carriers ?? (iana === null ? [] : [iana]),
    from: rest.from ?? "both",
    about,
  };
}
