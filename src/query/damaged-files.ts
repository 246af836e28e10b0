// Which file made the engine fail: the one that it names, else those that it cannot read alone.
import { sql } from "../core/sql.ts";
import { type Engine, EngineError, type FlowFiles, flowsTable } from "../store/index.ts";

export interface DamagedFile {
  readonly path: string;
  /** "expected ..., found ..." */
  readonly reason: string;
}

/** Memory, time, interruption, a question that is wrong: nothing that a file is to blame for (ClickHouse's numbers). */
const NO_FILES_FAULT = new Set([10, 36, 42, 43, 44, 46, 47, 53, 62, 159, 160, 164, 241, 243, 307, 394, 396]);

export async function damagedFiles(
  engine: Engine,
  files: FlowFiles,
  error: EngineError,
): Promise<readonly DamagedFile[]> {
  if (NO_FILES_FAULT.has(error.code)) return [];
  const all = [...files.native, ...files.parquet];
  const named = all.find((path) => error.message.includes(`${path})`) || error.message.includes(`${path}:`));
  if (named !== undefined) return [{ path: named, reason: reasonOf(named, files, error) }];
  const found: DamagedFile[] = [];
  for (const path of all) {
    const alone = files.native.includes(path) ? { native: [path], parquet: [] } : { native: [], parquet: [path] };
    try {
      await engine.query(sql`SELECT sum(cityHash64(*)) FROM ${flowsTable(alone)}`, "TSV");
    } catch (failed) {
      if (!(failed instanceof EngineError)) throw failed;
      found.push({ path, reason: reasonOf(path, files, failed) });
    }
  }
  return found;
}

function reasonOf(path: string, files: FlowFiles, { message }: EngineError): string {
  const format = files.native.includes(path) ? "Native" : "Parquet";
  const first = message.split(/[\n]|: \(in file|: While |\(version /, 1)[0]!.replace(/[.\s:]+$/, "");
  return `expected a whole file of flow records (${format}), found damage (${first.slice(0, 200)})`;
}
