// A file of named filters: `web = port in [80,443]`, one a line; lines that begin with a blank go on with the one before.
import { UsageError } from "../../core/errors.ts";
import { FILTER_LIMITS } from "./options.ts";
import { shorten } from "./token-reader.ts";

const LINE = /^([A-Za-z0-9_.-]+)[ \t]*=(?!=)(.*)$/;
/** Filters of one file at the most. */
const MOST_FILTERS = 10_000;

/** The filters by name, not yet parsed: that is done where one is used. `file` is for the errors. */
export function parseNamedFilters(text: string, file: string): ReadonlyMap<string, string> {
  const filters = new Map<string, string>();
  let last: string | null = null;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const wrong = (expected: string) =>
      new UsageError(`${file}, line ${index + 1}: expected ${expected}, found "${shorten(line)}".`);
    if (/^\s/.test(line)) {
      if (last === null) throw wrong("NAME = FILTER");
      filters.set(last, `${filters.get(last)}\n${line}`);
      continue;
    }
    const [, name, filter = ""] = LINE.exec(line) ?? [];
    if (name === undefined) throw wrong("NAME = FILTER");
    if (filters.has(name)) throw wrong(`each name once (${name} is there already)`);
    if (filters.size >= MOST_FILTERS) throw wrong(`${MOST_FILTERS} filters at the most`);
    filters.set(name, filter.trim());
    last = name;
  }
  for (const [name, filter] of filters) {
    if (filter.length > FILTER_LIMITS.text)
      throw new UsageError(
        `${file}: expected ${FILTER_LIMITS.text} characters of $${name} at the most, found ${filter.length}.`,
      );
  }
  return filters;
}
