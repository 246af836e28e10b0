// FILTER of every command: positional words behind the sources, or a file; with named filters, local networks and names of hosts.
import { lookup } from "node:dns/promises";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import type { BatchFilter, Filter, FilterError, FilterOptions } from "../query/index.ts";

type Query = typeof import("../query/index.ts");

/** The options as commander gives them. */
export interface FilterSettings {
  readonly filterFile?: string;
  readonly filters?: string;
  readonly local?: string;
  /** Where the command has --utc: times without a zone are of UTC. */
  readonly utc?: true;
}

export interface SourcesAndFilter {
  readonly sources: readonly string[];
  /** null = everything. */
  readonly filter: Filter | null;
}

export interface FilterArgumentOptions {
  /** What is said to be missing where there is a filter and no source; default: none is needed. */
  readonly sourceNeeded?: string;
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
  { sourceNeeded }: FilterArgumentOptions = {},
): Promise<SourcesAndFilter> {
  const { filterFile } = settings;
  // Most runs have no filter: then its language is not loaded.
  if (filterFile === undefined && words.every(isPlainSource)) return { sources: words, filter: null };
  const query = await import("../query/index.ts");
  const { beginsFilter } = query;
  const end = words.findIndex((word) => !isSource(word, beginsFilter));
  const sources = end < 0 ? words : words.slice(0, end);
  const typed = end < 0 ? "" : words.slice(end).join(" ");
  if (typed === "" && filterFile === undefined) return { sources, filter: null };
  if (typed !== "" && filterFile !== undefined && beginsFilter(typed)) {
    throw new UsageError(`expected one filter, found --filter-file ${filterFile} and "${typed}"; choose one.`);
  }
  const text = typed === "" ? readText(filterFile!) : typed;
  const folder = typed === "" ? dirname(filterFile!) : ".";
  try {
    const filter = await parse(query, text, settings, folder);
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
const PATH = /^(\.{0,2}\/|~\/)|\.(pcap|pcapng|cap|gz|zst|native|parquet|csv|json|ndjson)$/i;

/** A source that cannot be meant as anything else. */
function isPlainSource(word: string): boolean {
  return word === "-" || SCHEME.test(word) || (/[./]/.test(word) && !/^other\./i.test(word) && existsSync(word));
}

function isSource(word: string, beginsFilter: Query["beginsFilter"]): boolean {
  if (isPlainSource(word)) return true;
  return !beginsFilter(word) && ((PATH.test(word) && !/\s/.test(word)) || existsSync(word));
}

/** The error is of what was typed, not of a file that it takes in. */
function isOfTyped(error: unknown): error is FilterError {
  return error instanceof UsageError && "source" in error && error.source === null;
}

async function parse(
  { parseFilter, parseNamedFilters }: Query,
  text: string,
  settings: FilterSettings,
  folder: string,
): Promise<Filter> {
  const filters = settings.filters ?? process.env.FLOWGAUGE_FILTERS;
  const options: FilterOptions = {
    ...(filters === undefined || filters === "" ? {} : { named: parseNamedFilters(readText(filters), filters) }),
    ...(settings.local === undefined ? {} : { localNetworks: settings.local.split(",").map((word) => word.trim()) }),
    ...(settings.utc === true ? { zone: "UTC" } : {}),
    include: (path) => readText(resolve(folder, path), path),
  };
  const names = new Set<string>();
  // Any address does while the names are gathered.
  const resolveLater = (name: string) => {
    names.add(name);
    return ["::"];
  };
  const filter = parseFilter(text, { ...options, resolve: resolveLater });
  if (names.size === 0) return filter;
  const known = new Map(await Promise.all([...names].map(async (name) => [name, await addressesOf(name)] as const)));
  return parseFilter(text, { ...options, resolve: (name) => known.get(name) });
}

async function addressesOf(name: string): Promise<readonly string[] | undefined> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return undefined;
  }
}

const MOST_OCTETS = 4_194_304;

/** A small regular file: not a pipe that is waited for, nor a disk. */
function readText(path: string, shown: string = path): string {
  try {
    const { size } = statSync(path);
    if (size > MOST_OCTETS) throw new Error(`${size} octets where ${MOST_OCTETS} are the most`);
    if (!statSync(path).isFile()) throw new Error("something that is no file");
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "no such file; check the name" : message;
    throw new UsageError(`${shown}: expected a file with filters or lists, found ${found}`, { cause: error });
  }
}

/** The predicate of a filter for live records; null = everything passes. */
export async function batchFilterOf(filter: Filter | null): Promise<BatchFilter | null> {
  return filter === null ? null : (await import("../query/index.ts")).filterBatch(filter);
}
