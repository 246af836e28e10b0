// What words mean that a person asks for a list with: its order, how many, which fields, and where it goes on.
import { UsageError } from "../core/errors.ts";
import { fieldList } from "../core/field-list.ts";
import { type AnyFieldName, FIELDS, findField, OTHER } from "../core/fields.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import { type ListPlace, parsePlace } from "./list-place.ts";
import { parseMeasure } from "./measures.ts";
import type { ListQuestion } from "./question.ts";
import { splitSort } from "./question-words.ts";

/** Words of docs/query.md, as they stand behind the options. */
export interface ListWords {
  readonly sort?: string;
  readonly limit?: string;
  readonly fields?: string;
  readonly after?: string;
}

/** What measures are called that a single flow has under another name. */
const OF_ONE_FLOW: Readonly<Record<string, AnyFieldName>> = {
  first: "start",
  last: "end",
  forwardBytes: "bytes",
  forwardPackets: "packets",
};
const RATES = ["duration", "bps", "pps", "bpp"] as const;

/** Throws UsageErrors. */
export function listOf({ sort, limit, after }: ListWords): ListQuestion {
  const order = sortOf(sort);
  return { sort: order, limit: limit === undefined ? null : limitOf(limit), after: placeOf(after, order) };
}

/** null = all there are. */
export function fieldsOf({ fields }: ListWords): readonly AnyFieldName[] | null {
  return fields === undefined ? null : fieldList(fields, "both");
}

/** What a list is called. */
export function listTitle({ sort, limit }: ListQuestion): string {
  const order = sort === null ? "" : ` by ${sort.by}${sort.descending ? ", descending" : ""}`;
  return `${limit === null ? "" : `${limit} `}flows${order}`;
}

function limitOf(text: string): number {
  const limit = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (limit <= Number.MAX_SAFE_INTEGER) return limit;
  throw new UsageError(
    `--limit: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, found "${text.slice(0, 60)}".`,
  );
}

function placeOf(text: string | undefined, sort: ListQuestion["sort"]): ListPlace | null {
  if (text === undefined) return null;
  if (sort === null)
    throw new UsageError("--after: expected a list in an order, found --sort none; leave one of them out.");
  return parsePlace(text, sort);
}

function sortOf(text: string | undefined): ListQuestion["sort"] {
  const { by, descending } = splitSort(text);
  if (by === null) return { by: "start", descending: false };
  if (by === "none") return null;
  const rate = RATES.find((name) => name === by.toLowerCase());
  if (rate !== undefined) return { by: rate, descending: descending ?? true };
  const field = findField(by)?.name ?? fieldOfMeasure(by);
  if (field !== undefined && field !== OTHER.name) {
    const counter = FIELDS.find(({ name }) => name === field)?.unit !== null;
    return { by: field as AnyFieldName, descending: descending ?? counter };
  }
  const names = [...FIELDS.map(({ name }) => name), ...RATES, "none"];
  throw new UsageError(`--sort: expected a field, duration, bps, pps, bpp or none, found ${quoteWithHint(by, names)}.`);
}

/** nfdump's words for what is counted: ibytes, obytes, tstart ... */
function fieldOfMeasure(word: string): string | undefined {
  try {
    const { name } = parseMeasure(word);
    return OF_ONE_FLOW[name] ?? FIELDS.find((field) => field.name === name)?.name;
  } catch {
    return undefined;
  }
}
