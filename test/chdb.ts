// chDB, ClickHouse in a process of its own for each query: what our Native files are held against.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);

/** The library has no build for every platform. */
export const CHDB_MISSING: string | null = libraryMissing();

function libraryMissing(): string | null {
  try {
    const scope = join(dirname(require.resolve("chdb/package.json")), "..", "@chdb");
    const built = existsSync(scope) && readdirSync(scope).some((name) => name.startsWith("lib-"));
    return built ? null : "chDB has no library for this platform";
  } catch {
    return "chDB is not installed";
  }
}

const PROGRAM = `
const { query } = require(process.argv[1]);
const { readFileSync } = require("node:fs");
for (const sql of JSON.parse(readFileSync(0, "utf8"))) {
  const settings = sql.includes(" SETTINGS ") ? "" : " SETTINGS output_format_json_quote_64bit_integers = 1, max_threads = 1";
  process.stdout.write(query(sql + settings, "JSONEachRow"));
}
`;

/** Runs queries in `folder` (chDB takes a config.xml of its working directory) and gives all rows in the order of the file. 64-bit numbers are text. */
export function chdb(folder: string, ...queries: string[]): Record<string, unknown>[] {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", PROGRAM, require.resolve("chdb")], {
    cwd: folder,
    input: JSON.stringify(queries),
    encoding: "utf8",
    maxBuffer: 268_435_456,
    timeout: 60_000,
  });
  if (status !== 0) throw new Error(`chDB ended with ${status}: ${stderr.slice(0, 2000)}`);
  return stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
