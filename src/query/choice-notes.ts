// What a reader of an answer must know of the flows that it is about: what deduplication, scaling and stitching did.

import { findElement } from "../core/elements.ts";
import { sql } from "../core/sql.ts";
import { type Engine, type FlowFiles, flowsTable } from "../store/index.ts";
import { chosenFlows, plainWhere, recordsAround } from "./chosen-flows.ts";
import { sightings } from "./dedup.ts";
import { readField } from "./key-values.ts";
import type { FlowChoice } from "./question.ts";

/** One sentence each; asks the engine only where something was asked for that wants one. */
export async function choiceNotes(engine: Engine, files: FlowFiles, choice: FlowChoice): Promise<readonly string[]> {
  const notes: string[] = [];
  if (choice.dedup) notes.push(await dedupNote(engine, files, choice));
  if (choice.biflowIdleMs !== null) notes.push(await biflowNote(engine, files, choice));
  if (choice.scale) notes.push(await scaleNote(engine, files, choice));
  return notes;
}

interface Sighting {
  readonly exporter: string;
  readonly kept: string;
  readonly dropped: string;
  readonly bytes: string;
}

async function dedupNote(engine: Engine, files: FlowFiles, choice: FlowChoice): Promise<string> {
  const all = sightings(recordsAround(flowsTable(files), choice));
  const rows = await engine.rows<Sighting>(sql`SELECT exporter, countIf(isKept) AS kept, countIf(NOT isKept) AS dropped,
    sumIf(bytes + reverseBytes, NOT isKept) AS bytes FROM ${all} WHERE ${plainWhere(choice)} GROUP BY exporter ORDER BY exporter`);
  const [kept, dropped, bytes] = (["kept", "dropped", "bytes"] as const).map((name) =>
    rows.reduce((sum, row) => sum + BigInt(row[name]), 0n),
  ) as [bigint, bigint, bigint];
  const of = rows.map((row) => `${exporterText(row.exporter)}: ${row.kept} kept, ${row.dropped} left out`);
  const shown = of.slice(0, 10).join("; ") + (of.length > 10 ? `; and ${of.length - 10} more exporters` : "");
  return `deduplicated: ${dropped} of ${kept + dropped} records (${bytes} octets) were also seen by another exporter and are left out${
    of.length === 0 ? "" : ` (${shown})`
  }`;
}

function exporterText(answered: string): string {
  return String(readField(findElement("exporter")!, answered) ?? "no exporter");
}

async function biflowNote(engine: Engine, files: FlowFiles, choice: FlowChoice): Promise<string> {
  const one = sql`SELECT count() AS n FROM ${chosenFlows(files, choice)}`;
  const [after] = await engine.rows<{ n: string }>(one);
  const [before] = await engine.rows<{ n: string }>(
    sql`SELECT count() AS n FROM ${chosenFlows(files, { ...choice, biflowIdleMs: null })}`,
  );
  return `stitched: ${before?.n ?? 0} records became ${after?.n ?? 0} biflows`;
}

async function scaleNote(engine: Engine, files: FlowFiles, choice: FlowChoice): Promise<string> {
  const [row] = await engine.rows<{ n: string; unknown: string }>(
    sql`SELECT count() AS n, countIf(samplingRate = 0) AS unknown FROM ${chosenFlows(files, choice)}`,
  );
  const unknown = row?.unknown ?? "0";
  const left = unknown === "0" ? "" : `; ${unknown} of ${row?.n} flows have no known rate and are as exported`;
  return `scaled: octets and packets are times the sampling rate${left}`;
}
