// What the options of `flowgauge top` mean for what is shown and how.
import type { WriteStream } from "node:tty";
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";
import { nearest, quoteWithHint } from "../core/suggestion.ts";
import { TOP_GROUPS, TOP_SORTS, type TopGroup, type TopSort } from "../core/top-view.ts";
import { keyParts } from "../live/index.ts";
import type { TopUnit } from "../report/index.ts";
import { whole } from "./option-values.ts";

/** The options of showing as commander gives them. */
export interface TopSettings {
  readonly by?: string;
  readonly sort?: string;
  readonly reverse?: true;
  readonly rows?: string;
  readonly interval?: string;
  readonly batch?: string;
  readonly json?: true;
  readonly csv?: true;
  readonly plain?: true;
  readonly names: boolean;
  readonly services: boolean;
  readonly ended: boolean;
  readonly units: TopUnit;
  readonly width?: string;
  readonly ascii?: true;
}

/** A grouping that has a key and a name of its own. */
export interface TopViewChoice {
  readonly name: string;
  readonly group: TopGroup;
  readonly by: readonly string[];
}

/** By the keys 1 to 8. */
export const TOP_VIEWS: readonly TopViewChoice[] = [
  ...TOP_GROUPS.filter((group) => group !== "by").map((group) => ({ name: group as string, group, by: [] })),
  { name: "interfaces", group: "by", by: ["inIf", "outIf"] },
  { name: "AS", group: "by", by: ["srcAs", "dstAs"] },
];

/** screen = a terminal of one's own; text and plain lines are printed, one refresh after the other. */
export type TopMode = "screen" | "text" | "plain" | "json" | "csv";

export interface TopPlan {
  readonly mode: TopMode;
  readonly view: TopViewChoice;
  /** null = nothing was said: rate, or bytes where all of a file is one picture. */
  readonly sort: TopSort | null;
  readonly reverse: boolean;
  /** Rows at the most; null = as many as the screen has. */
  readonly rows: number | null;
  readonly intervalMs: number;
  /** Refreshes that are printed; null = until the source ends or nobody reads any more. */
  readonly refreshes: number | null;
  readonly names: boolean;
  readonly services: boolean;
  readonly ended: boolean;
  readonly unit: TopUnit;
  readonly width: number;
  readonly ascii: boolean;
}

const MOST_ROWS = 10_000;
const BATCH_ROWS = 20;
const BATCH_WIDTH = 80;
const PLAIN_ROWS = 10;
const MOST_REFRESHES = 1e9;
export const LEAST_INTERVAL_MS = 100;
const LONGEST_MS = 3_600_000;

export function topPlan(settings: TopSettings, input: { isTTY?: boolean }, output: WriteStream): TopPlan {
  const mode = modeOf(settings, input, output);
  const { rows, width, batch } = settings;
  const least = mode === "plain" ? PLAIN_ROWS : mode === "screen" ? null : BATCH_ROWS;
  return {
    mode,
    view: viewOf(settings.by),
    sort: settings.sort === undefined ? null : sortOf(settings.sort),
    reverse: settings.reverse === true,
    rows: rows === undefined ? least : whole(rows, "--rows", 1, MOST_ROWS),
    intervalMs: intervalOf(settings.interval ?? (mode === "plain" ? "10s" : "1s")),
    refreshes: batch === undefined ? null : whole(batch, "--batch", 1, MOST_REFRESHES),
    names: settings.names,
    services: settings.services,
    ended: settings.ended,
    unit: settings.units,
    width: width === undefined ? BATCH_WIDTH : whole(width, "--width", 20, 1000),
    ascii: settings.ascii === true || (mode === "screen" && !speaksUnicode(process.env)),
  };
}

function modeOf(settings: TopSettings, input: { isTTY?: boolean }, output: WriteStream): TopMode {
  const asked = (["json", "csv", "plain"] as const).filter((name) => settings[name] === true);
  if (asked.length > 1) {
    throw new UsageError(
      `expected one form of output, found ${asked.map((name) => `--${name}`).join(" and ")}; choose one.`,
    );
  }
  if (asked[0] !== undefined) return asked[0];
  if (settings.batch !== undefined) return "text";
  if (input.isTTY !== true || output.isTTY !== true) return "text";
  // It cannot move a cursor.
  return process.env.TERM === "dumb" ? "plain" : "screen";
}

/** The Linux console and other locales do not have the characters of bars and graphs. */
function speaksUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: NodeJS.ProcessEnv): boolean {
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "") ?? "";
  return TERM !== "linux" && /utf-?8/i.test(locale);
}

/** The word of a view, or a list of fields. */
function viewOf(by: string | undefined): TopViewChoice {
  if (by === undefined) return TOP_VIEWS[0]!;
  const known = TOP_VIEWS.find(({ name }) => name.toLowerCase() === by.toLowerCase());
  if (known !== undefined) return known;
  const fields = fieldsOf(by);
  return { name: fields.join(","), group: "by", by: fields };
}

/** Throws a UsageError for what the live table cannot group by. */
function fieldsOf(by: string): readonly string[] {
  try {
    return keyParts(by.split(",").map((word) => word.trim())).map(({ name }) => name);
  } catch (error) {
    const names = TOP_VIEWS.map(({ name }) => name);
    if (!(error instanceof UsageError) || nearest(by, names) === undefined) throw error;
    throw new UsageError(
      `--by: expected ${names.join(", ")}, or fields with commas, found ${quoteWithHint(by, names)}.`,
    );
  }
}

function sortOf(word: string): TopSort {
  const sort = TOP_SORTS.find((name) => name === word);
  if (sort !== undefined) return sort;
  throw new UsageError(`--sort: expected ${TOP_SORTS.join(", ")}, found ${quoteWithHint(word, TOP_SORTS)}.`);
}

function intervalOf(text: string): number {
  const milliseconds = parseDuration(/^\d+(\.\d+)?$/.test(text) ? `${text}s` : text, "--interval");
  if (milliseconds >= LEAST_INTERVAL_MS && milliseconds <= LONGEST_MS) return milliseconds;
  throw new UsageError(`--interval: expected a duration from 100ms to 1h, found "${text}".`);
}
