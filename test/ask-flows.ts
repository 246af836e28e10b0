// Questions to an engine in the test's own process: words as on the command line, flows in Native files.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { choiceOf, groupingsOf, type QuerySettings } from "../src/commands/query-plan.ts";
import type { Table, Value } from "../src/core/table.ts";
import { answer, type KnownSpans } from "../src/query/index.ts";
import { Engine, type FlowFiles } from "../src/store/index.ts";
import { type Flow, writeFlows } from "./random-flows.ts";

const PLAIN: QuerySettings = { within: "any", by: [], header: true, memory: "2G", timeout: "none", utc: true };

export class Asker {
  readonly folder = mkdtempSync(join(tmpdir(), "flowgauge-ask-"));
  readonly engine = Engine.open();
  private held = 0;
  private files: FlowFiles = { native: [], parquet: [] };

  async hold(flows: readonly Flow[]): Promise<void> {
    const path = join(this.folder, `${this.held++}.native`);
    this.files = { native: [await writeFlows(path, flows)], parquet: [] };
  }

  async ask(settings: Partial<QuerySettings>, known: KnownSpans = null, zone = "UTC"): Promise<Table> {
    const all = { ...PLAIN, ...settings };
    const choice = { ...choiceOf(all, null, 0), zone };
    return answer(this.engine, this.files, choice, groupingsOf(all)[0]!, known);
  }

  close(): void {
    this.engine.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** The values of one column, row by row. */
export function columnOf(table: Table, name: string): readonly Value[] {
  const place = table.columns.findIndex((column) => column.name === name);
  if (place < 0) throw new Error(`no column ${name}`);
  return table.rows.map((row) => row[place]!);
}

/** A column of one row: the total, the others. */
export function cellOf(table: Table, row: readonly Value[] | null, name: string): Value {
  const place = table.columns.findIndex((column) => column.name === name);
  return row === null ? null : row[place]!;
}

/** A column as a sum, whatever its rows are. */
export function sumOf(rows: readonly Value[]): number {
  return rows.reduce<number>((sum, value) => sum + Number(value ?? 0), 0);
}
