// The store that `flowgauge serve --demo` shows: the bundled capture, moved to the last day and repeated, more often by day than by night.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { copyBatch } from "../core/batch-copy.ts";
import { ELEMENTS, type FieldName } from "../core/elements.ts";
import { SourceError } from "../core/errors.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import { noTime, readNanoseconds, readSeconds, writeTime } from "../core/nanoseconds.ts";
import { explainStore, StoreWriter } from "../store/index.ts";
import { FlowStream } from "../track/index.ts";

const CAPTURE = new URL("../fixtures/demo.pcapng.gz", import.meta.url);
const DAY = 86_400;
/** Seconds from one repetition to the next by day and by night (UTC), and how much they differ from one time to another. */
const GAPS = { day: [75, 60], night: [240, 240] } as const;
const WORKING_HOURS = [7, 18] as const;
/** An hour is a segment: the demo is written at each start. */
const INTERVAL = 3600;

/** Makes the store anew. One with flows that were collected stays as it is: gives the sentence that says so, else null. */
export async function makeDemoStore(folder: string, nowSeconds: number): Promise<string | null> {
  if (await hasCollected(folder)) {
    return `the demo of an earlier start is shown, as flows were collected into it; remove ${folder} for a new one`;
  }
  const capture = fileURLToPath(CAPTURE);
  if (!existsSync(capture)) {
    throw new SourceError({ source: capture }, "expected the bundled capture, found none; install flowgauge anew");
  }
  const { batches, last } = await flowsOf(capture);
  // Whole before it has its name: what a start that was killed has left is nobody's.
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const store = await StoreWriter.open(fresh, {
    intervalSeconds: INTERVAL,
    onSeal: null,
    memoryOctets: 268_435_456,
    live: false,
    onNote: () => {},
  });
  try {
    for (const at of repetitions(nowSeconds)) {
      for (const batch of batches) await store.write(moved(batch, at - last));
    }
  } finally {
    await store.end();
  }
  rmSync(folder, { recursive: true, force: true });
  renameSync(fresh, folder);
  return null;
}

/** Whether a store has flows of exporters, or any that its ledger does not know (of a run that was killed). */
async function hasCollected(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  try {
    const { exporters, difference } = await explainStore(folder);
    return difference !== 0 || exporters.some(({ exporter, counts }) => exporter !== "" && counts.stored > 0);
  } catch (error) {
    // A store that was never finished holds nothing of anybody's.
    if (error instanceof SourceError) return false;
    throw error;
  }
}

/** The capture's flows, and the second in which the last one ended. */
async function flowsOf(capture: string): Promise<{ readonly batches: readonly FlowBatch[]; readonly last: number }> {
  const batches: FlowBatch[] = [];
  let last = 0;
  for await (const batch of await FlowStream.open([capture])) {
    const kept = new FlowBatch(batch.rows, batch.elements);
    copyBatch(batch, kept);
    batches.push(kept);
    for (let row = 0; row < batch.rows; row++) last = Math.max(last, readSeconds(batch.columns.end, row));
  }
  return { batches, last };
}

/** The seconds at which the capture ends again and again, the last one now. The same ones for the same time. */
function repetitions(now: number): readonly number[] {
  const found: number[] = [];
  for (let at = now; at > now - DAY; ) {
    found.push(at);
    const hour = new Date(at * 1000).getUTCHours();
    const [least, more] = hour >= WORKING_HOURS[0] && hour < WORKING_HOURS[1] ? GAPS.day : GAPS.night;
    at -= least + Math.round(more * (0.5 + 0.5 * Math.sin(found.length * 12.9898)));
  }
  return found.reverse();
}

const TIMES = ELEMENTS.filter(({ kind }) => kind === "time").map(({ name }) => name as FieldName & "start");

function moved(batch: FlowBatch, seconds: number): FlowBatch {
  const copy = new FlowBatch(batch.rows, batch.elements);
  copyBatch(batch, copy);
  for (const name of TIMES) {
    const column = copy.columns[name];
    for (let row = 0; row < copy.rows; row++) {
      if (noTime(column, row)) continue;
      const before = readSeconds(column, row);
      writeTime(column, row, before + seconds, readNanoseconds(column, row, before));
    }
  }
  return copy;
}
