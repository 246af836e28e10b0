// What the options of `flowgauge pdml columns` mean: the question, and where its answer goes.
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";
import {
  COUNT,
  type ColumnMeasure,
  type ColumnsQuestion,
  DEFAULT_KEY,
  type MeasureKind,
  measureOf,
  parseColumnFields,
  parseColumnSort,
} from "../pdml/index.ts";
import { type Filter, localZone } from "../query/index.ts";
import type { TablePrintOptions } from "../report/index.ts";
import { whole } from "./option-values.ts";
import { printOptions, type TableSettings } from "./table-options.ts";

/** The options as commander gives them; measures come in their order beside them. */
export interface ColumnsSettings extends TableSettings {
  readonly field: readonly string[];
  readonly each?: true;
  readonly per?: "flow";
  readonly timeout?: string;
  readonly every?: string;
  readonly with: readonly string[];
  readonly top?: string;
  readonly sort?: string;
  readonly reverse?: true;
  readonly limit?: string;
  readonly maxGroups: string;
  readonly parquet?: string;
  readonly graph?: true;
  readonly utc?: true;
}

export type MeasureWords = (readonly [kind: MeasureKind, fields: string | null])[];

export interface ColumnsPlan {
  readonly question: ColumnsQuestion;
  readonly filter: Filter | null;
  readonly print: TablePrintOptions;
  /** A file; null = printed. */
  readonly parquet: string | null;
  readonly graph: boolean;
}

const TOP = 10;
const IDLE_SECONDS = 180;
const MOST_GROUPS = 16_000_000;
const MOST_HAVING = 30;

/** Throws a UsageError. */
export function columnsPlan(settings: ColumnsSettings, words: MeasureWords, filter: Filter | null): ColumnsPlan {
  const isFlows = settings.per === "flow";
  const said = settings.field.flatMap((text) => parseColumnFields(text, "--field"));
  const keys = isFlows && said.length === 0 ? DEFAULT_KEY.flatMap((name) => parseColumnFields(name, "--field")) : said;
  const measures = measuresOf(words, isFlows || settings.every !== undefined);
  refuseContradictions(settings, keys, measures);
  const idleSeconds = isFlows ? timeoutOf(settings.timeout) : null;
  const question: ColumnsQuestion = {
    keys: [...new Map(keys.map((key) => [key.text, key])).values()],
    defaultKeys: isFlows && said.length === 0,
    measures,
    each: settings.each === true,
    idleSeconds,
    bucketSeconds: settings.every === undefined ? null : bucketOf(settings.every),
    having: settings.with.flatMap((text) => parseColumnFields(text, "--with").map(({ name }) => name)),
    sort: parseColumnSort(settings.sort, { keys, measures, idleSeconds }, settings.reverse === true),
    top: topOf(settings, measures.length === 0),
    maxGroups: whole(settings.maxGroups, "--max-groups", 1, MOST_GROUPS),
    zone: settings.utc === true ? "UTC" : localZone(),
  };
  if (question.having.length > MOST_HAVING)
    throw new UsageError(`--with: expected ${MOST_HAVING} fields at the most, found ${question.having.length}.`);
  const { parquet = null, graph } = settings;
  return { question, filter, print: printOptions(settings), parquet, graph: graph === true };
}

/** Flows and series have something to count at any rate. */
function measuresOf(words: MeasureWords, needed: boolean): readonly ColumnMeasure[] {
  const all = words.flatMap(([kind, text]) =>
    text === null ? [COUNT] : parseColumnFields(text, `--${kind}`).map((field) => measureOf(kind, field)),
  );
  return all.length === 0 && needed ? [COUNT] : [...new Map(all.map((one) => [one.name, one])).values()];
}

function refuseContradictions(
  settings: ColumnsSettings,
  keys: ColumnsQuestion["keys"],
  measures: readonly ColumnMeasure[],
): void {
  const { per, each, every, timeout, top, sort, reverse, limit, graph } = settings;
  const wrong = (sentence: string): never => {
    throw new UsageError(sentence);
  };
  if (keys.length === 0 && measures.length === 0)
    wrong("expected columns, found none; say -f ip.src for a list, or --count, --sum frame.len and the like.");
  if (per === undefined && timeout !== undefined) wrong("--timeout: expected --per flow, found no flows to end.");
  if (per === "flow" && each === true)
    wrong("--each: expected groups or a list, found --per flow, whose key is all values.");
  if (per === "flow" && every !== undefined) wrong("--every: expected groups, found --per flow; choose one of them.");
  if (measures.length > 0) {
    if (limit !== undefined) wrong("--limit: expected a list, found measures; say --top.");
    return;
  }
  const words = { top, sort, reverse, graph, with: settings.with[0] };
  const ofGroups = Object.entries(words).find(([, value]) => value !== undefined)?.[0];
  if (ofGroups !== undefined)
    wrong(`--${ofGroups}: expected measures such as --count or --sum frame.len, found a list of frames.`);
}

function timeoutOf(text: string | undefined): number {
  return text === undefined ? IDLE_SECONDS : parseDuration(text, "--timeout") / 1000;
}

function topOf({ top, limit }: ColumnsSettings, isList: boolean): number | null {
  if (isList) return limit === undefined ? null : whole(limit, "--limit", 0, Number.MAX_SAFE_INTEGER);
  const groups = top === undefined ? TOP : whole(top, "--top", 0, MOST_GROUPS);
  return groups === 0 ? null : groups;
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Buckets that divide a day, or are whole days; of UTC. */
function bucketOf(text: string): number {
  const [, digits = "", unit = "s"] = /^(\d{1,6})([smhd]?)$/.exec(text.toLowerCase()) ?? [];
  const seconds = Number(digits) * UNITS[(unit === "" ? "s" : unit) as keyof typeof UNITS];
  if (seconds >= 1 && (86_400 % seconds === 0 || seconds % 86_400 === 0)) return seconds;
  throw new UsageError(`--every: expected a length that divides a day, such as 30s, 5m, 1h or 1d, found "${text}".`);
}
