// What can be read of a damaged segment, row group by row group, as a file that is whole.
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "./engine.ts";
import { isFileFault } from "./engine-faults.ts";
import { readRowGroups } from "./parquet-row-groups.ts";
import { STORED_COLUMNS } from "./segment-form.ts";
import { sumsOf } from "./segment-sums.ts";

const TRIAL = "trial.parquet";
const SALVAGED = "salvaged.parquet";

/** The root of the schema, the columns, and the parts of `other`. */
const NAMES: ReadonlySet<string> = new Set([
  ...["schema", "key_value", "key", "value"],
  ...STORED_COLUMNS.map(({ name }) => name),
]);

/** The path of a file with the good row groups in `folder`; null where there is nothing to save. */
export async function salvage(engine: Engine, path: string, folder: string): Promise<string | null> {
  const groups = readRowGroups(path);
  // A column whose name is damaged would read as zeros.
  if (groups === null || !groups.names.every((name) => NAMES.has(name))) return null;
  const good: number[] = [];
  const trial = join(folder, TRIAL);
  for (const [group, rows] of groups.rows.entries()) {
    groups.writeOnly([group], trial);
    if (await reads(engine, trial, rows)) good.push(group);
    rmSync(trial);
  }
  if (good.length === 0) return null;
  const salvaged = join(folder, SALVAGED);
  groups.writeOnly(good, salvaged);
  return salvaged;
}

/** All columns, each page with its checksum. */
async function reads(engine: Engine, path: string, rows: number): Promise<boolean> {
  try {
    return (await sumsOf(engine, { native: [], parquet: [path] })).rows === String(rows);
  } catch (error) {
    if (isFileFault(error)) return false;
    throw error;
  }
}
