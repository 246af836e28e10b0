// FILTER of every command: positional words behind the sources, or a file; with named filters, local networks and names of hosts.
import { existsSync, statSync } from "node:fs";
import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import type { BatchFilter, Filter, FilterError } from "../query/index.ts";
import { FilterLanguage, type FilterSettings, readText } from "./filter-language.ts";

export type { FilterSettings };

export interface SourcesAndFilter {
  readonly sources: readonly string[];
  /** null = everything. */
  readonly filter: Filter | null;
}

export interface FilterArgumentOptions {
  /** What is said to be missing where there is a filter and no source; default: none is needed. */
  readonly sourceNeeded?: string;
  /** Of a command that has other filters than this one, too. */
  readonly language?: FilterLanguage;
}

const OPTIONS = [
  ["--filter-file <file>", "take FILTER from a file"],
  ["--filters <file>", "named filters for $name: `name = filter` a line (default: $FLOWGAUGE_FILTERS)"],
  ["--local <networks>", "networks that inside and outside speak of, with commas"],
] as const;

/** Adds --filter-file, --filters and --local, but for those that the command has. */
export function addFilterOptions(command: Command): Command {
  command.optionsGroup("Filter (docs/filter.md):");
  for (const [flags, about] of OPTIONS) {
    const name = flags.split(" ")[0];
    if (!command.options.some(({ long }) => long === name)) command.option(flags, about);
  }
  return command;
}

/**
 * Divides positional words: sources first, then the words of the filter. A word that may begin a filter is never a source: a file
 * of such a name is `./src`.
 */
export async function filterArgument(
  words: readonly string[],
  settings: FilterSettings,
  { sourceNeeded, language }: FilterArgumentOptions = {},
): Promise<SourcesAndFilter> {
  const { filterFile, frames } = settings;
  // Most runs have no filter: then its language is not loaded.
  if (filterFile === undefined && words.every(isPlainSource)) return { sources: words, filter: null };
  const query = await import("../query/index.ts");
  const beginsFilter = (word: string) => query.beginsFilter(word, frames !== undefined);
  const end = words.findIndex((word) => !isSource(word, beginsFilter, frames !== undefined));
  const sources = end < 0 ? words : words.slice(0, end);
  const typed = end < 0 ? "" : words.slice(end).join(" ");
  if (typed === "" && filterFile === undefined) return { sources, filter: null };
  if (typed !== "" && filterFile !== undefined && beginsFilter(typed)) {
    throw new UsageError(`expected one filter, found --filter-file ${filterFile} and "${typed}"; choose one.`);
  }
  const text = typed === "" ? readText(filterFile!) : typed;
  try {
    const filter = await (language ?? (await FilterLanguage.open(settings))).parse(text);
    if (sources.length > 0 || sourceNeeded === undefined) return { sources, filter };
    throw new UsageError(`expected ${sourceNeeded} before the filter "${typed}", found none.`);
  } catch (error) {
    if (typed === "" || beginsFilter(typed) || !isOfTyped(error)) throw error;
    // One word that is nothing we know: whoever opens sources says what it misses.
    if (sources.length === 0 && words.length === 1) return { sources: words, filter: null };
    throw new UsageError(
      `expected a source that is there, or a filter, found "${words[end]}": no such file, and ${error.message}`,
    );
  }
}

const SCHEME = /^([a-z][a-z0-9+]*:\/\/|iface:|store:)/i;
/** Nobody begins a filter so. */
const PATH = /^(\.{0,2}\/|~\/)|\.(pcap|pcapng|cap|gz|zst|native|parquet|csv|json|ndjson|pdml|xml|ek)$/i;

/** A source that cannot be meant as anything else. */
function isPlainSource(word: string): boolean {
  return word === "-" || SCHEME.test(word) || (/[./]/.test(word) && !/^other\./i.test(word) && existsSync(word));
}

function isSource(word: string, beginsFilter: (word: string) => boolean, ofFrames: boolean): boolean {
  if (isPlainSource(word)) return true;
  // Any word may be a protocol there: a file of that name is a file.
  if (ofFrames) return (PATH.test(word) && !/\s/.test(word)) || isFile(word);
  return !beginsFilter(word) && ((PATH.test(word) && !/\s/.test(word)) || existsSync(word));
}

function isFile(word: string): boolean {
  return statSync(word, { throwIfNoEntry: false })?.isFile() === true;
}

/** The error is of what was typed, not of a file that it takes in. */
function isOfTyped(error: unknown): error is FilterError {
  return error instanceof UsageError && "source" in error && error.source === null;
}

/** The predicate of a filter for live records; null = everything passes. */
export async function batchFilterOf(filter: Filter | null): Promise<BatchFilter | null> {
  return filter === null ? null : (await import("../query/index.ts")).filterBatch(filter);
}
