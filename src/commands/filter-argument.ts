// FILTER of every command: positional words behind the sources, or a file; with named filters, local networks and names of hosts.

import { lookup } from "node:dns/promises";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import { type Filter, type FilterOptions, parseFilter } from "../query/index.ts";

/** The options as commander gives them. */
export interface FilterSettings {
  readonly filterFile?: string;
  readonly filters?: string;
  readonly local?: string;
}

export interface SourcesAndFilter {
  readonly sources: readonly string[];
  /** null = everything. */
  readonly filter: Filter | null;
}

/** Adds --filter-file, --filters and --local. */
export function addFilterOptions(command: Command): Command {
  return command
    .optionsGroup("Filter:")
    .option("--filter-file <file>", "take FILTER from a file")
    .option("--filters <file>", "named filters for $name, one `name = filter` a line")
    .option("--local <networks>", "networks that inside and outside speak of, with commas");
}

/** True for what is a source by its look, or is there. */
function isSource(word: string): boolean {
  return word === "-" || /^[a-z][a-z0-9+]*:\/\//.test(word) || /^(iface|store):/.test(word) || existsSync(word);
}

/** Divides positional words: sources first, and what follows the last of them is the filter. */
export async function filterArgument(words: readonly string[], settings: FilterSettings): Promise<SourcesAndFilter> {
  const last = words.findLastIndex(isSource);
  const sources = words.slice(0, last + 1);
  const text = words.slice(last + 1).join(" ");
  if (text === "" && settings.filterFile === undefined) return { sources, filter: null };
  return { sources, filter: parseFilter(text) };
}
