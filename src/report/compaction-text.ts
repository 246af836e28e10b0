// Segments that were put together, or would be: lines and an object.
import { relative } from "node:path";
import type { CompactionGroup } from "../store/index.ts";
import { withSeparators } from "./quantity.ts";
import { isoText } from "./store-words.ts";

/** `file`: what they have become, below the store's folder; null = they would. */
export function compactionLine({ inputs, rows }: CompactionGroup, file: string | null): string {
  const what = `${withSeparators(inputs.length)} segments with ${withSeparators(rows)} flows`;
  return file === null ? `${what} would become one:\n` : `${what} became ${file}\n`;
}

export interface CompactionReport {
  readonly folder: string;
  readonly groups: readonly CompactionGroup[];
  /** Whether it has been done. */
  readonly done: boolean;
  readonly problems: readonly string[];
}

/** The object of `--json`. */
export function compactionObject({ folder, groups, done, problems }: CompactionReport): object {
  const told = groups.map(({ inputs, start, length, rows }) => ({
    from: isoText(start),
    to: isoText(start + length),
    flows: rows,
    inputs: inputs.map(({ path }) => relative(folder, path)),
  }));
  return { flowgauge: "store-compact/1", folder, done, groups: told, problems };
}
