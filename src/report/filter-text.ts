// How many records a filter let through, and how many it left out.
import { counted } from "./quantity.ts";

export interface FilterCounts {
  /** Records that were given on. */
  readonly records: number;
  readonly filteredOut: number;
}

const LABEL_WIDTH = 10;

/** One line for standard error, with its end. */
export function printFilter({ records, filteredOut }: FilterCounts): string {
  return `${"filter".padEnd(LABEL_WIDTH)}${counted(records, "record")} let through, ${counted(filteredOut, "record")} filtered out\n`;
}

export function filterObject({ records, filteredOut }: FilterCounts): FilterCounts {
  return { records, filteredOut };
}
