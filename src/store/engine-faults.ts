// Which of the engine's refusals are a file's fault.
import { EngineError } from "./engine.ts";

/** chDB is missing, too little memory, no room for temporary files, too late: no file is to blame. */
const OTHERS: ReadonlySet<number> = new Set([0, 159, 160, 241, 243]);

export function isFileFault(error: unknown): boolean {
  return error instanceof EngineError && !OTHERS.has(error.code);
}
