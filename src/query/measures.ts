// What groups of flows are measured by: sums, rates, shares, least, greatest and mean values, distinct values.
import { UsageError } from "../core/errors.ts";
import { FIELDS, findField } from "../core/fields.ts";
import { identifier, type Sql, sql } from "../core/sql.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import type { ColumnType, ColumnUnit } from "../core/table.ts";
import { ROW_VALUES } from "./row-values.ts";

/** What the engine sums up; rates and shares are made of these. */
export interface Aggregate {
  /** Unique among the aggregates of a question. */
  readonly name: string;
  /** Of the rows that the condition is true for; null = all. */
  readonly value: (condition: Sql | null) => Sql;
  /** The parts add up to the whole. */
  readonly additive: boolean;
  /** times are Int64 nanoseconds. */
  readonly type: "integer" | "real" | "time";
}

export type MeasureForm =
  | { readonly kind: "aggregate"; readonly of: Aggregate }
  /** factor * of / per; per = null: seconds from the first packet to the last one, or of the bucket. */
  | { readonly kind: "ratio"; readonly of: Aggregate; readonly factor: number; readonly per: Aggregate | null }
  | { readonly kind: "percent"; readonly of: Aggregate }
  | { readonly kind: "duration" };

export interface Measure {
  /** The one name: `--measures`, `--sort`, JSON, CSV. */
  readonly name: string;
  readonly title: string;
  readonly type: ColumnType;
  readonly unit: ColumnUnit;
  readonly form: MeasureForm;
}

function aggregate(name: string, call: string, value: Sql, rest: Partial<Aggregate> = {}): Aggregate {
  const of = (condition: Sql | null) =>
    condition === null ? sql`${identifier(call)}(${value})` : sql`${identifier(`${call}If`)}(${value}, ${condition})`;
  return { name, value: of, additive: call === "sum", type: "integer", ...rest };
}

const sumOf = (name: string, value: Sql) => aggregate(name, "sum", value);

const SUMS = {
  flows: sumOf("flows", sql`flowCount`),
  packets: sumOf("packets", ROW_VALUES.allPackets),
  bytes: sumOf("bytes", ROW_VALUES.allBytes),
  forwardPackets: sumOf("forwardPackets", sql`packets`),
  forwardBytes: sumOf("forwardBytes", sql`bytes`),
  reversePackets: sumOf("reversePackets", sql`reversePackets`),
  reverseBytes: sumOf("reverseBytes", sql`reverseBytes`),
} as const;

/** When the first packet came and the last one: nanoseconds. */
export const FIRST: Aggregate = {
  name: "first",
  value: () => sql`toUnixTimestamp64Nano(min(began))`,
  additive: false,
  type: "time",
};
export const LAST: Aggregate = {
  name: "last",
  value: () => sql`toUnixTimestamp64Nano(max(ended))`,
  additive: false,
  type: "time",
};

function sum(of: Aggregate, title: string, unit: ColumnUnit): Measure {
  return { name: of.name, title, type: "integer", unit, form: { kind: "aggregate", of } };
}

function ratio(name: string, title: string, unit: ColumnUnit, of: Aggregate, factor: number, per: Aggregate | null) {
  return { name, title, type: "real" as const, unit, form: { kind: "ratio" as const, of, factor, per } };
}

function percent(of: Aggregate): Measure {
  const title = `%${of.name.slice(0, 1).toUpperCase()}${of.name.slice(1)}`;
  return { name: `${of.name}Percent`, title, type: "real", unit: "percent", form: { kind: "percent", of } };
}

function rates(prefix: "" | "forward" | "reverse", bytes: Aggregate, packets: Aggregate): Measure[] {
  const mark = prefix.slice(0, 1).toUpperCase();
  const name = (word: string) => (prefix === "" ? word : prefix + word.slice(0, 1).toUpperCase() + word.slice(1));
  return [
    ratio(name("bps"), `${mark}Bits/s`, "bits/s", bytes, 8, null),
    ratio(name("pps"), `${mark}Packets/s`, "packets/s", packets, 1, null),
    ratio(name("bpp"), `${mark}Bytes/Packet`, "octets/packet", bytes, 1, packets),
  ];
}

const KNOWN: readonly Measure[] = [
  sum(SUMS.flows, "Flows", "flows"),
  percent(SUMS.flows),
  sum(SUMS.packets, "Packets", "packets"),
  percent(SUMS.packets),
  sum(SUMS.bytes, "Bytes", "octets"),
  percent(SUMS.bytes),
  ...rates("", SUMS.bytes, SUMS.packets),
  ratio("fps", "Flows/s", "flows/s", SUMS.flows, 1, null),
  { name: "duration", title: "Duration", type: "duration", unit: "seconds", form: { kind: "duration" } },
  { name: "first", title: "First", type: "time", unit: null, form: { kind: "aggregate", of: FIRST } },
  { name: "last", title: "Last", type: "time", unit: null, form: { kind: "aggregate", of: LAST } },
  sum(SUMS.forwardPackets, "FPackets", "packets"),
  sum(SUMS.forwardBytes, "FBytes", "octets"),
  ...rates("forward", SUMS.forwardBytes, SUMS.forwardPackets),
  sum(SUMS.reversePackets, "RPackets", "packets"),
  sum(SUMS.reverseBytes, "RBytes", "octets"),
  ...rates("reverse", SUMS.reverseBytes, SUMS.reversePackets),
];

/** nfdump's words, and flow-tools'. */
const WORDS: Readonly<Record<string, string>> = {
  octets: "bytes",
  byte: "bytes",
  ibytes: "forwardBytes",
  ibyte: "forwardBytes",
  obytes: "reverseBytes",
  obyte: "reverseBytes",
  pkts: "packets",
  ipackets: "forwardPackets",
  ipkg: "forwardPackets",
  opackets: "reversePackets",
  opkg: "reversePackets",
  ibps: "forwardBps",
  obps: "reverseBps",
  ipps: "forwardPps",
  opps: "reversePps",
  ibpp: "forwardBpp",
  obpp: "reverseBpp",
  tstart: "first",
  start: "first",
  tend: "last",
  end: "last",
};

const BY_NAME = new Map(KNOWN.map((measure) => [measure.name.toLowerCase(), measure]));

/** What groups show unless they are asked for something else. */
export const DEFAULT_MEASURES: readonly Measure[] = measuresOf([
  "flows",
  "packets",
  "bytes",
  "bytesPercent",
  "bps",
  "pps",
  "bpp",
]);
export const SERIES_MEASURES: readonly Measure[] = measuresOf(["flows", "packets", "bytes", "bps", "pps"]);

function measuresOf(names: readonly string[]): readonly Measure[] {
  return names.map((name) => BY_NAME.get(name.toLowerCase())!);
}

/** One word of `--measures`: a name, or min(...), max(...), avg(...), sum(...) of a number, distinct(...) of any field. */
export function parseMeasure(word: string, option = "--measures"): Measure {
  const call = /^(min|max|avg|sum|distinct)\((\w+)\)$/i.exec(word.trim());
  if (call !== null) return calledMeasure(call[1]!.toLowerCase(), call[2]!, option);
  const name = (WORDS[word.toLowerCase()] ?? word).toLowerCase();
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  const field = findField(word);
  if (field !== undefined && field.unit !== null) return calledMeasure("sum", field.name, option);
  throw new UsageError(
    `${option}: expected measures such as ${KNOWN.map((measure) => measure.name).join(", ")}, or min(...), max(...), avg(...), distinct(...) of a field, found ${quoteWithHint(word, knownNames())}.`,
  );
}

function knownNames(): readonly string[] {
  return [...KNOWN.map(({ name }) => name), ...Object.keys(WORDS)];
}

function calledMeasure(call: string, word: string, option: string): Measure {
  const known = /^(duration|bps|pps|bpp)$/.exec(word.toLowerCase())?.[0] as
    | "duration"
    | "bps"
    | "pps"
    | "bpp"
    | undefined;
  const field = known === undefined ? findField(word) : undefined;
  if (known === undefined && field === undefined) throw noField(word, option);
  const name = known ?? field!.name;
  const title = `${call} ${field?.title ?? name}`;
  const full = call === "sum" ? name : call + name.slice(0, 1).toUpperCase() + name.slice(1);
  if (call === "distinct") {
    const value = known === undefined ? identifier(name) : ROW_VALUES[known];
    return sum(aggregate(full, "uniqExact", value), `Distinct ${field?.title ?? name}`, null);
  }
  const value = numberOf(name, known, option);
  const real = known !== undefined || call === "avg";
  const of = aggregate(full, call, value, { type: real ? "real" : "integer" });
  const unit = known === undefined ? (field!.unit as ColumnUnit) : UNITS[known];
  return { name: full, title, type: real ? "real" : "integer", unit, form: { kind: "aggregate", of } };
}

const UNITS = { duration: "seconds", bps: "bits/s", pps: "packets/s", bpp: "octets/packet" } as const;

/** In aggregates bytes and packets are those of both directions. */
function numberOf(name: string, known: "duration" | "bps" | "pps" | "bpp" | undefined, option: string): Sql {
  if (known !== undefined) return ROW_VALUES[known];
  if (name === "bytes") return ROW_VALUES.allBytes;
  if (name === "packets") return ROW_VALUES.allPackets;
  const field = findField(name)!;
  if (field.kind === "address" || field.kind === "other" || field.kind === "time" || field.kind === "mac") {
    throw new UsageError(`${option}: expected a field of numbers, found ${name}; distinct(${name}) counts its values.`);
  }
  return name === "flows" ? sql`flowCount` : identifier(name);
}

function noField(word: string, option: string): UsageError {
  return new UsageError(
    `${option}: expected a field, duration, bps, pps or bpp, found ${quoteWithHint(
      word,
      FIELDS.map(({ name }) => name),
    )}.`,
  );
}

/** The aggregates that measures are made of, each once. `bucketed`: rates are over the length of a bucket, not from the first packet to the last. */
export function aggregatesOf(measures: readonly Measure[], bucketed = false): readonly Aggregate[] {
  const found = new Map<string, Aggregate>();
  for (const { form } of measures) {
    const parts =
      form.kind === "duration"
        ? [FIRST, LAST]
        : form.kind === "ratio"
          ? [form.of, ...(form.per !== null ? [form.per] : bucketed ? [] : [FIRST, LAST])]
          : [form.of];
    for (const part of parts) found.set(part.name, part);
  }
  return [...found.values()];
}
