// What words mean that a person asks with (the options of `flowgauge query`): the flows that are chosen, and the questions about them.
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";
import { findField } from "../core/fields.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import { type Dimension, parseDimension } from "./dimensions.ts";
import { addressHint } from "./filter/address-hint.ts";
import { filterSql } from "./filter/filter-sql.ts";
import type { Filter } from "./filter/tree.ts";
import { localCondition } from "./local-networks.ts";
import { DEFAULT_MEASURES, type Measure, parseMeasure, SERIES_MEASURES } from "./measures.ts";
import {
  type FlowChoice,
  type GroupQuestion,
  type Sort,
  SPREAD,
  type Spread,
  WITHIN,
  type Within,
} from "./question.ts";
import { type Bucket, parseBucket } from "./time-buckets.ts";
import { parseTime } from "./time-words.ts";
import { localZone } from "./zone.ts";

/** Words of docs/query.md, as they stand behind the options. */
export interface QuestionWords {
  readonly from?: string;
  readonly to?: string;
  readonly within?: Within;
  /** Groupings: lists of fields with commas. None = a list of flows. */
  readonly by?: readonly string[];
  readonly aggregate?: true;
  readonly top?: string;
  readonly sort?: string;
  readonly measures?: string;
  readonly sum?: string;
  readonly distinct?: string;
  readonly percentile?: string;
  readonly spread?: Spread;
  /** A duration; true = 30s. */
  readonly biflow?: true | string;
  readonly dedup?: true;
  readonly scale?: true;
  readonly local?: string;
  readonly utc?: true;
  /** By its name; default: this machine's. */
  readonly zone?: string;
}

const TOP = 10;
const MOST_GROUPS = 10_000_000;
const IDLE_MS = 30_000;
const FIVE_TUPLE = "srcAddr,dstAddr,srcPort,dstPort,proto";
const MOST_GROUPINGS = 20;

export function choiceOf(settings: QuestionWords, filter: Filter | null, nowMs: number): FlowChoice {
  const zone = settings.utc === true ? "UTC" : (settings.zone ?? localZone());
  const from = settings.from === undefined ? null : parseTime(settings.from, "--from", zone, nowMs);
  const to = settings.to === undefined ? null : parseTime(settings.to, "--to", zone, nowMs, true);
  if (from !== null && to !== null && from >= to) {
    throw new UsageError(
      `--from and --to: expected a time and a later one, found ${iso(from)} and ${iso(to)}; exchange them.`,
    );
  }
  const within = settings.within ?? "any";
  if (!WITHIN.includes(within)) throw oneOf("--within", WITHIN, within);
  return {
    time: { from, to, within },
    condition: filter === null ? null : filterSql(filter),
    addressHint: filter === null ? null : addressHint(filter),
    biflowIdleMs: idleOf(settings.biflow),
    dedup: settings.dedup === true,
    scale: settings.scale === true,
    zone,
  };
}

function iso(time: bigint): string {
  return `${new Date(Number(time / 1_000_000n)).toISOString().replace(".000", "")}`;
}

function oneOf(option: string, words: readonly string[], found: string): UsageError {
  return new UsageError(`${option}: expected one of ${words.join(", ")}, found ${quoteWithHint(found, words)}.`);
}

function idleOf(biflow: true | string | undefined): number | null {
  if (biflow === undefined) return null;
  return biflow === true ? IDLE_MS : parseDuration(biflow, "--biflow");
}

/** The groupings that are asked for; none = a list. */
export function groupingsOf(settings: QuestionWords): readonly GroupQuestion[] {
  const asked = [...(settings.aggregate === true ? [FIVE_TUPLE] : []), ...(settings.by ?? [])];
  const summed = [settings.measures, settings.sum, settings.distinct].some((words) => words !== undefined);
  const lists = asked.length === 0 && summed ? ["none"] : asked;
  if (lists.length > MOST_GROUPINGS) {
    throw new UsageError(`--by: expected at most ${MOST_GROUPINGS} groupings in one run, found ${lists.length}.`);
  }
  return lists.map((list) => grouping(list, settings));
}

function grouping(list: string, settings: QuestionWords): GroupQuestion {
  const local = settings.local === undefined ? null : localCondition(settings.local);
  let bucket: Bucket | null = null;
  const keys: Dimension[] = [];
  for (const word of list.split(",").map((part) => part.trim())) {
    if (word === "none") continue;
    if (/^time(\/|$)/i.test(word)) {
      if (bucket !== null) throw new UsageError(`--by: expected time once, found it twice in "${list}".`);
      bucket = parseBucket(word.slice(5));
    } else {
      const key = parseDimension(word, local);
      if (keys.some(({ name }) => name === key.name)) {
        throw new UsageError(`--by: expected each field once, found ${key.name} twice in "${list}".`);
      }
      keys.push(key);
    }
  }
  const measures = measuresOf(settings, bucket !== null);
  return {
    keys,
    bucket,
    measures,
    spread: spreadOf(settings.spread),
    sort: sortOf(settings.sort, keys, measures),
    top: topOf(settings.top),
    percentile: percentileOf(settings.percentile, bucket),
  };
}

function spreadOf(word: Spread | undefined): Spread {
  if (word !== undefined && !SPREAD.includes(word)) throw oneOf("--spread", SPREAD, word);
  return word ?? "even";
}

function topOf(text: string | undefined): number | null {
  const top = text === undefined ? TOP : groupsAtMost(text);
  return top === 0 ? null : top;
}

function groupsAtMost(text: string): number {
  if (/^\d{1,8}$/.test(text) && Number(text) <= MOST_GROUPS) return Number(text);
  throw new UsageError(`--top: expected a whole number from 0 to ${MOST_GROUPS}, found "${text}".`);
}

function percentileOf(text: string | undefined, bucket: Bucket | null): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!(value > 0 && value <= 100))
    throw new UsageError(`--percentile: expected more than 0 and at most 100, found "${text}".`);
  if (bucket === null) {
    throw new UsageError("--percentile: expected buckets of time, as it is one of their rates; say --by time/5m.");
  }
  return value;
}

function measuresOf({ measures, sum, distinct, sort }: QuestionWords, series: boolean): readonly Measure[] {
  const words = (text: string | undefined) =>
    text === undefined ? [] : text.split(/,(?![^(]*\))/).map((word) => word.trim());
  const found = [
    ...words(measures).map((word) => parseMeasure(word)),
    ...words(sum).map((word) => parseMeasure(word, "--sum")),
    ...words(distinct).map((word) => parseMeasure(`distinct(${word})`, "--distinct")),
  ];
  const shown =
    measures === undefined && sum === undefined ? [...(series ? SERIES_MEASURES : DEFAULT_MEASURES), ...found] : found;
  const unique = [...new Map(shown.map((measure) => [measure.name, measure])).values()];
  const { by } = splitSort(sort);
  const sorted = by === null ? null : tryMeasure(by);
  return sorted === null || unique.some(({ name }) => name === sorted.name) ? unique : [...unique, sorted];
}

function tryMeasure(word: string): Measure | null {
  try {
    return parseMeasure(word, "--sort");
  } catch {
    return null;
  }
}

/** "bytes:asc"; nfdump's one letter, too. */
export function splitSort(text: string | undefined): {
  readonly by: string | null;
  readonly descending: boolean | null;
} {
  if (text === undefined) return { by: null, descending: null };
  const [, by = "", order = ""] = /^(.*?)(?::(\w+))?$/.exec(text.trim()) ?? [];
  const descending = { "": null, a: false, asc: false, d: true, desc: true }[order.toLowerCase()];
  if (descending === undefined)
    throw new UsageError(`--sort: expected asc or desc behind the colon, found "${order}".`);
  return { by, descending };
}

function sortOf(text: string | undefined, keys: readonly Dimension[], measures: readonly Measure[]): Sort {
  const { by, descending } = splitSort(text);
  if (by === null) {
    const first = measures.find(({ name }) => name === "bytes") ?? measures[0]!;
    return { by: first.name, descending: true };
  }
  const measure = tryMeasure(by);
  if (measure !== null) return { by: measure.name, descending: descending ?? true };
  const name = by.toLowerCase();
  const field = findField(by)?.name;
  const key = keys.find((candidate) => candidate.name.toLowerCase() === name || candidate.name === field);
  if (key !== undefined) return { by: key.name, descending: descending ?? false };
  const names = [...measures, ...keys].map((candidate) => candidate.name);
  throw new UsageError(`--sort: expected one of ${names.join(", ")}, found ${quoteWithHint(by, names)}.`);
}
