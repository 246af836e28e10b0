// What the options of `flowgauge graph` mean: the question, and how its answer is drawn.
import { UsageError } from "../core/errors.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import { type GroupQuestion, parseBucket } from "../query/index.ts";
import type { GraphStyle, GraphTheme, GraphUnit } from "../report/index.ts";
import { whole } from "./option-values.ts";
import { groupingsOf, type QuerySettings } from "./query-plan.ts";

/** The options as commander gives them. */
export interface GraphSettings extends QuerySettings {
  readonly bucket: string;
  readonly unit?: GraphUnit;
  readonly type: GraphStyle;
  readonly out?: string;
  readonly width?: string;
  readonly height?: string;
  readonly title?: string;
  readonly log?: true;
  readonly level: boolean;
  readonly theme: GraphTheme;
  readonly ascii?: true;
  readonly words?: true;
}

/** Series that the eye tells apart, and bars that fit a screen. */
const TOP_SERIES = "7";
const TOP_GROUPS = "15";
/** About so many buckets are drawn where nobody says how long they are. */
const BUCKETS = 240;
/** What a unit is made of. */
const COUNTED = {
  bps: "bytes",
  pps: "packets",
  fps: "flows",
  bytes: "bytes",
  packets: "packets",
  flows: "flows",
} as const;
const SECOND = 1_000_000_000n;
const LENGTHS: readonly (readonly [number, string])[] = [
  ...[1, 2, 5, 10, 15, 30].map((n) => [n, `${n}s`] as const),
  ...[1, 2, 5, 10, 15, 30].map((n) => [60 * n, `${n}m`] as const),
  ...[1, 2, 3, 6, 12].map((n) => [3600 * n, `${n}h`] as const),
  [86_400, "1d"],
  [604_800, "1w"],
];

/** True where the parts of the whole are drawn, not a series over time. */
export function isBreakdown({ bucket, type }: GraphSettings): boolean {
  if (type === "pie" && bucket !== "auto" && bucket !== "none") {
    throw new UsageError(`--type pie: expected the parts of a whole, found --bucket ${bucket}; choose one of them.`);
  }
  return type === "pie" || bucket === "none";
}

/** The length of the buckets of a span (nanoseconds), as --bucket has it. */
export function bucketFor(from: bigint, to: bigint): string {
  const seconds = Number((to - from) / SECOND);
  return (LENGTHS.find(([length]) => length * BUCKETS >= seconds) ?? LENGTHS.at(-1)!)[1];
}

/** The one question that the picture answers; `bucket` is null for parts of a whole. */
export function graphQuestion(settings: GraphSettings, bucket: string | null): GroupQuestion {
  const [question] = groupingsOf(graphWords(settings, bucket));
  return question!;
}

/** The same in words. */
export function graphWords(settings: GraphSettings, bucket: string | null): GraphSettings {
  const words = settings.by.length === 0 ? [] : [...settings.by];
  if (words.length > 1) {
    throw new UsageError(`--by: expected one grouping for a picture, found ${words.length}; draw them one by one.`);
  }
  if (/(^|,)\s*time\b/i.test(words[0] ?? "")) {
    throw new UsageError("--by: expected fields, found time; the length of the buckets is said with --bucket 5m.");
  }
  if (bucket === null && words.length === 0) {
    throw new UsageError("expected what the parts of the whole are, found nothing; say --by srcAddr, for example.");
  }
  if (bucket !== null) checkBucket(bucket);
  const keys = words[0] ?? "none";
  const by = bucket === null ? keys : [`time/${bucket}`, ...(keys === "none" ? [] : [keys])].join(",");
  const measures = settings.measures ?? "bytes,packets,flows";
  const sort = settings.sort ?? (settings.unit === undefined ? undefined : COUNTED[settings.unit]);
  const top = settings.top ?? (bucket === null ? TOP_GROUPS : TOP_SERIES);
  const { aggregate: _, sum: __, distinct: ___, percentile: ____, ...rest } = settings;
  return { ...rest, by: [by], measures, top, ...(sort === undefined ? {} : { sort }) };
}

function checkBucket(text: string): void {
  try {
    parseBucket(text);
  } catch (error) {
    throw new UsageError(`--bucket: ${(error as Error).message.replaceAll("time/", "")}`);
  }
}

export type Picture = "text" | "svg" | "png";

/** What is written: by the name of the file. */
export function pictureOf(out: string | undefined): Picture {
  if (out === undefined) return "text";
  if (out === "-") return "svg";
  const ending = /\.(\w+)$/.exec(out)?.[1]?.toLowerCase();
  if (ending === "svg" || ending === "png") return ending;
  const found = ending === undefined ? `"${out}"` : quoteWithHint(ending, ["svg", "png"]);
  throw new UsageError(`--out: expected a file .svg or .png, or - for SVG on standard output, found ${found}.`);
}

/** Cells or pixels; undefined = as it fits. */
export function sizeOf(text: string | undefined, option: string, picture: Picture): number | undefined {
  if (text === undefined) return undefined;
  return picture === "text" ? whole(text, option, 4, 1000) : whole(text, option, 100, 10_000);
}
