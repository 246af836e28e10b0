// The process that seals: it has the engine, so that the one that collects needs none. It ends with who started it.
import { rmSync } from "node:fs";
import { setPriority } from "node:os";
import { Engine, EngineError } from "./engine.ts";
import { type Housekept, housekeep } from "./housekeeping.ts";
import { recoverJobs } from "./jobs.ts";
import { type Sealed, type SealTask, sealSpools } from "./seal.ts";

export type SealerTask = { readonly seal: SealTask } | { readonly housekeep: string };

export type SealerAnswer =
  | { readonly sealed: Sealed }
  /** null = another process does it. */
  | { readonly housekept: Housekept | null }
  /** `engine`: it is missing, and will be at the next try. */
  | { readonly error: string; readonly engine: boolean };

/** Octets of memory of the engine; sorting spills to disk. */
const MEMORY_OCTETS = 1_073_741_824;
const NICE = 10;
/** Segments are put together a few at a time, so that spools do not wait for long. */
const GROUPS = 2;

const folder = process.cwd();
let engine: Engine | null = null;

async function work(task: SealerTask): Promise<SealerAnswer> {
  try {
    if ("housekeep" in task) return { housekept: await housekeep(task.housekeep, { engine, groups: GROUPS, mayGoOn }) };
    engine ??= Engine.open({ memoryOctets: MEMORY_OCTETS });
    // What one before this was killed over. Only one at a time has the writer's lock, by who started it.
    recoverJobs(task.seal.folder, ["seal"]);
    return { sealed: await sealSpools(engine, task.seal, mayGoOn) };
  } catch (error) {
    return { error: (error as Error).message, engine: engine === null && error instanceof EngineError };
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
process.on("exit", () => {
  // Its private folder, with what the engine keeps there.
  process.chdir("/");
  rmSync(folder, { recursive: true, force: true });
});
process.on(
  "message",
  (task: SealerTask) => void work(task).then((answer) => process.connected && process.send?.(answer)),
);
try {
  if (process.argv[2] === "patient") setPriority(NICE);
} catch {
  // Then it is as important as collecting.
}
