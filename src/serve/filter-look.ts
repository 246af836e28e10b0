// A filter while it is typed: its colours, what is wrong with it, and what may come next. All of it from the filter language itself.
import { parseAddress } from "../core/address.ts";
import { findField } from "../core/fields.ts";
import {
  completeFilter,
  FILTER_LIMITS,
  FIRST_WORDS,
  FilterError,
  type FilterOptions,
  parseFilter,
  type Token,
  tokensOf,
} from "../query/index.ts";
import type { FilterLook, FilterSeen, FilterTokenKind } from "./api.ts";
import type { SeenHost } from "./parts.ts";

export interface LookOptions {
  readonly filter: FilterOptions;
  /** Hosts whose address or name begins so. */
  readonly seenHosts: (part: string) => readonly SeenHost[];
}

type Colour = FilterSeen["tokens"][number];

/** Completions at the most: nobody reads more, and who types on gets others. */
const MOST_OPTIONS = 100;

/** Takes time linear in the text. */
export function lookAtFilter({ text, at }: FilterLook, options: LookOptions): FilterSeen {
  return {
    tokens: coloursOf(text),
    fault: faultOf(text, options.filter),
    completions: at === undefined ? null : completionsOf(text, at, options),
  };
}

function faultOf(text: string, options: FilterOptions): FilterSeen["fault"] {
  try {
    parseFilter(text, options);
    return null;
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { source, span, sentence, suggestion } = error;
    // What is wrong in a named filter is wrong at no place of this text.
    if (source === null) return { ...span, message: sentence, suggestion };
    const name = tokens(text).found.find((token) => token.kind === "name" && `$${token.text}` === source);
    return { ...(name?.span ?? { from: 0, to: text.length }), message: `${source}: ${sentence}`, suggestion: null };
  }
}

function completionsOf(text: string, at: number, { filter, seenHosts }: LookOptions): FilterSeen["completions"] {
  const { from, to, options, expected } = completeFilter(text, at, filter);
  const hosts = expected.some((label) => /\baddress\b/.test(label)) ? seenHosts(text.slice(from, to)) : [];
  const seen = hosts.map(({ text: host, about }) => ({ text: host, kind: "host", about }));
  return { from, to, options: [...seen, ...options].slice(0, MOST_OPTIONS), expected };
}

/** What can be read of it: an open text goes to the end. */
function tokens(text: string): { readonly found: readonly Token[]; readonly open: number } {
  const short = text.slice(0, FILTER_LIMITS.text);
  try {
    return { found: tokensOf(short, null), open: short.length };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { found: tokensOf(short.slice(0, error.span.from), null), open: error.span.from };
  }
}

function coloursOf(text: string): readonly Colour[] {
  const { found, open } = tokens(text);
  const colours: Colour[] = [];
  let before = 0;
  for (const token of found) {
    const { from, to } = token.span;
    colours.push(...commentsIn(text, before, from));
    if (token.kind !== "end") colours.push({ from, to, kind: kindOf(token) });
    before = to;
  }
  const end = Math.min(text.length, FILTER_LIMITS.text);
  if (open < end) colours.push({ from: open, to: end, kind: "text" });
  return colours;
}

/** Between tokens there is nothing but blanks and comments. */
function* commentsIn(text: string, from: number, to: number): Generator<Colour> {
  for (const { index, 0: comment } of text.slice(from, to).matchAll(/#[^\n]*/g)) {
    yield { from: from + index, to: from + index + comment.length, kind: "comment" };
  }
}

const OPERATORS = new Set("and or not in contains starts ends with matches eq ne gt lt ge le".split(" "));
const NUMBER = /^[+-]?(0x[0-9a-f]+|\d[\d.]*(-\d[\d.]*)?)([a-z]{0,2})$/i;
const TIME = /^\d[\d:/.T+-]*Z?$/i;
const WORDS: ReadonlySet<string> = new Set(FIRST_WORDS.map((word) => word.toLowerCase()));

function kindOf({ kind, text }: Token): FilterTokenKind {
  if (kind === "operator") return "sign";
  if (kind === "name") return "name";
  if (kind !== "word") return "text";
  const word = text.toLowerCase();
  if (OPERATORS.has(word)) return "operator";
  if (isAddress(text)) return "address";
  if (NUMBER.test(text) || TIME.test(text)) return "number";
  return WORDS.has(word) || word.startsWith("other.") || findField(text) !== undefined ? "field" : "word";
}

function isAddress(text: string): boolean {
  const [base = "", ...rest] = text.split("/");
  if (rest.length > 1 || !/[.:]/.test(base)) return false;
  return base.split("-").every((part) => parseAddress(part) !== null);
}
