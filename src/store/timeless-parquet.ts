// Tables that somebody takes for flow records: a Parquet file without a time of flows would be read as flows of 1970.
import { seenText } from "../core/cell-text.ts";
import { SourceError } from "../core/errors.ts";
import { readRowGroups } from "./parquet-row-groups.ts";

/** Any of them makes a file one of flows: segments have the last one. */
const TIMES: ReadonlySet<string> = new Set(["start", "end", "endSecond"]);
const MOST_NAMES = 5;

/** Throws a SourceError where a file has none of the columns. What cannot be read at all is told by who reads it. */
export function refuseTimeless(path: string): void {
  let names: readonly string[];
  try {
    // The first one is the schema's own.
    names = readRowGroups(path)?.names.slice(1) ?? [];
  } catch {
    return;
  }
  if (names.length === 0 || names.some((name) => TIMES.has(name))) return;
  const more = names.length - MOST_NAMES;
  const shown = names.slice(0, MOST_NAMES).map(seenText).join(", ") + (more > 0 ? ` and ${more} more` : "");
  throw new SourceError(
    { source: path },
    `expected flow records, found a table without a column start or end (it has ${shown}), as query --by writes; name the flows that it was made of`,
  );
}
