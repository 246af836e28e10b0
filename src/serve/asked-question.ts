// A question as the API is asked it: checked where it comes in, read again by the process that answers it.
import { UsageError } from "../core/errors.ts";
import type { AnyFieldName } from "../core/fields.ts";
import {
  choiceOf,
  type Filter,
  type FilterOptions,
  type FlowChoice,
  fieldsOf,
  type GroupQuestion,
  groupingsOf,
  type ListQuestion,
  listOf,
  parseFilter,
  type QuestionWords,
} from "../query/index.ts";
import type { QueryWords } from "./api.ts";
import { ANSWER } from "./limits.ts";
import type { Format } from "./parts.ts";

/** All that the answer depends on, but for the store; it crosses from a process to another. */
export interface AskedQuestion {
  readonly words: QueryWords;
  readonly format: Format;
  /** Texts of `$name`. */
  readonly named: readonly (readonly [name: string, text: string])[];
  /** Networks that `inside`, `outside` and `side` speak of, with commas; null = none were declared. */
  readonly local: string | null;
  /** What "2h" and "today" count from: milliseconds since 1970 UTC. */
  readonly now: number;
}

/** What the networks are that are local: those of the question, else the server's. */
export function localOf({ local }: QueryWords, ours: string | null): string | null {
  return local === undefined || local.trim() === "" ? ours : local;
}

export interface ListAsked {
  readonly question: ListQuestion;
  /** null = all. */
  readonly fields: readonly AnyFieldName[] | null;
}

/** What the words mean. */
export interface ReadQuestion {
  readonly filter: Filter | null;
  readonly choice: FlowChoice;
  /** None = a list. */
  readonly groupings: readonly GroupQuestion[];
  readonly list: ListAsked | null;
}

/** Throws a UsageError or FilterError for words that cannot be asked. */
export function readQuestion({ words, format, named, local, now }: AskedQuestion): ReadQuestion {
  const text = words.filter ?? "";
  const zone = zoneOf(words);
  const options = { ...optionsOf(words, local), ...(zone === undefined ? {} : { zone }) };
  const meaning = { ...filterOptions(new Map(named), local, now), ...(zone === undefined ? {} : { zone }) };
  const filter = text.trim() === "" ? null : parseFilter(text, meaning);
  const choice = choiceOf(options, filter, now);
  const groupings = groupingsOf(options);
  if (groupings.length > 0) {
    refuseListWords(words);
    if (format === "native") {
      throw new UsageError("format: expected a list of flows for native, found groups; take json.");
    }
    if (format !== "json" && groupings.length > 1) {
      throw new UsageError(`format: expected one grouping for ${format}, found ${groupings.length}; ask one by one.`);
    }
    return { filter, choice, groupings, list: null };
  }
  if (format === "svg" || format === "png") {
    throw new UsageError(
      `format: expected groups or a series for ${format}, found a list of flows; say by=time/5m, for example.`,
    );
  }
  return { filter, choice, groupings, list: listAsked(words, format) };
}

export function filterOptions(named: ReadonlyMap<string, string>, local: string | null, now: number): FilterOptions {
  return { named, now, ...(local === null ? {} : { localNetworks: local.split(",").map((word) => word.trim()) }) };
}

const ZONE = /^[A-Za-z0-9_+/-]{1,64}$/;

/** By the name that it always has: few are known, however they are written. undefined = the server's. */
export function zoneOf({ utc, zone }: QueryWords): string | undefined {
  if (utc === true) return "UTC";
  if (zone === undefined) return undefined;
  try {
    if (ZONE.test(zone)) return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // Said below.
  }
  throw new UsageError(`zone: expected the name of a zone such as Europe/Berlin, found "${zone.slice(0, 60)}".`);
}

/** The words as the options of `flowgauge query` have them. */
function optionsOf(words: QueryWords, local: string | null): QuestionWords {
  const { from, to, within, by, top, sort, measures, sum, distinct, percentile, spread, biflow, dedup, scale, utc } =
    words;
  const stitched = biflow === undefined || biflow === false ? {} : { biflow };
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(within === undefined ? {} : { within }),
    ...(by === undefined ? {} : { by }),
    ...(top === undefined ? {} : { top: String(top) }),
    ...(sort === undefined ? {} : { sort }),
    ...(measures === undefined ? {} : { measures }),
    ...(sum === undefined ? {} : { sum }),
    ...(distinct === undefined ? {} : { distinct }),
    ...(percentile === undefined ? {} : { percentile: String(percentile) }),
    ...(spread === undefined ? {} : { spread }),
    ...stitched,
    ...(dedup === true ? { dedup } : {}),
    ...(scale === true ? { scale } : {}),
    ...(utc === true ? { utc } : {}),
    ...(local === null ? {} : { local }),
  };
}

/** A list that is shown is cut where nobody says how long it may be; one that is taken away is whole. */
export function limitOf({ limit }: QueryWords, format: Format): number | null {
  return limit ?? (format === "json" ? ANSWER.listed : null);
}

function listAsked(words: QueryWords, format: Format): ListAsked {
  const { sort, fields, after } = words;
  const limit = limitOf(words, format);
  if (format === "json" && limit !== null && (limit < 1 || limit > ANSWER.mostListed)) {
    throw new UsageError(
      `limit: expected 1 to ${ANSWER.mostListed} flows at a time, found ${limit}; go on with after, or take format=ndjson.`,
    );
  }
  const listWords = {
    ...(sort === undefined ? {} : { sort }),
    ...(fields === undefined ? {} : { fields }),
    ...(after === undefined ? {} : { after }),
    ...(limit === null ? {} : { limit: String(limit) }),
  };
  return { question: listOf(listWords), fields: fieldsOf(listWords) };
}

function refuseListWords(words: QueryWords): void {
  for (const name of ["limit", "fields", "after"] as const) {
    if (words[name] !== undefined) {
      throw new UsageError(`${name}: expected a list of flows, found groups; groups are cut with top.`);
    }
  }
}
