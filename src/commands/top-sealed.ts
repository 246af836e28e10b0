// The sealed flows of a store's newest minutes for the live screen: read by the engine in the order of their ends.
import { setImmediate as nextTurn } from "node:timers/promises";
import { LIVE_FIELDS, type LiveTable } from "../live/index.ts";
import { askFiles, choiceOf, engineSentence, listFlows } from "../query/index.ts";
import { Engine, EngineError } from "../store/index.ts";
import { passTo, writeInTime } from "./top-in-time.ts";

export interface SealedWork {
  /** Absolute paths of segments. */
  readonly parquet: readonly string[];
  /** Seconds since 1970 UTC: flows that ended from then on. */
  readonly from: number;
  readonly table: LiveTable;
  readonly signal: AbortSignal;
  /** Told of each segment that cannot be read; the others are. */
  readonly problem: (error: Error) => void;
}

/** Flows that were read. Throws a sentence where the engine is missing (see `isEngineMissing`) or refuses. */
export async function readSealed({ parquet, from, table, signal, problem }: SealedWork): Promise<number> {
  if (parquet.length === 0) return 0;
  const engine = Engine.open();
  const choice = choiceOf({ from: String(from) }, null, Date.now());
  const question = { sort: { by: "end", descending: false }, limit: null } as const;
  let rows = 0;
  try {
    await askFiles(
      engine,
      {
        list: () => ({ native: [], parquet }),
        damaged: (_path, error) => {
          problem(error);
          return null;
        },
        isFinal: () => rows > 0,
      },
      async (files) => {
        for await (const batch of listFlows(engine, files, choice, question, LIVE_FIELDS, signal)) {
          if (signal.aborted) return;
          rows += batch.rows;
          await writeInTime(batch, table, (second) => passTo(table, second), Math.floor(Date.now() / 1000));
          // Keys and refreshes have their turn.
          await nextTurn();
        }
      },
    );
    return rows;
  } catch (error) {
    throw engineSentence(error);
  } finally {
    engine.close();
  }
}

/** The package of the engine is not there, or not for this machine. */
export function isEngineMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof EngineError ? /^expected the package chdb/.test(error.message) : isEngineMissing(error.cause);
}
