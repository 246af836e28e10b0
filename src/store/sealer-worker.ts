// The process that seals: it has the engine, so that the one that collects needs none. It ends with who started it.
import { setPriority } from "node:os";
import { Engine, EngineError } from "./engine.ts";
import { recoverJobs, sweepJobs } from "./jobs.ts";
import { type Sealed, type SealTask, sealSpools } from "./seal.ts";

export type SealerAnswer =
  | { readonly sealed: Sealed }
  /** `engine`: it is missing, and will be at the next try. */
  | { readonly error: string; readonly engine: boolean };

/** Octets of memory of the engine; sorting spills to disk. */
const MEMORY_OCTETS = 1_073_741_824;
const NICE = 10;

let engine: Engine | null = null;

async function work(task: SealTask): Promise<SealerAnswer> {
  try {
    engine ??= Engine.open({ memoryOctets: MEMORY_OCTETS });
  } catch (error) {
    return { error: (error as Error).message, engine: error instanceof EngineError };
  }
  try {
    // What one before this was killed over. Only one at a time has the writer's lock, by who started it.
    recoverJobs(task.folder, ["seal"]);
    sweepJobs(task.folder);
    return { sealed: await sealSpools(engine, task, mayGoOn) };
  } catch (error) {
    return { error: (error as Error).message, engine: false };
  }
}

/** Who started this holds the lock: without him another one may. */
function mayGoOn(): void {
  if (!process.connected) throw new Error("expected who started this to be there, found that he has ended");
}

// Ctrl-C and TERM are for who started this; he says when it is enough.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on(
  "message",
  (task: SealTask) => void work(task).then((answer) => process.connected && process.send?.(answer)),
);
try {
  setPriority(NICE);
} catch {
  // Then it is as important as collecting.
}
