// The process that answers questions: it has the engine, so that the server needs none. It ends with who started it.
import { rmSync } from "node:fs";
import { setPriority } from "node:os";
import { Engine, EngineError } from "../store/index.ts";
import { asServeError, isInternal, type SaidProblem, saidProblem } from "./problems.ts";
import { type Answered, QueryWork, type QuestionTask } from "./query-work.ts";

export interface WorkerLimits {
  readonly memoryOctets: number;
  readonly seconds: number;
  readonly threads: number;
}

export type WorkerSays =
  | { readonly kind: "ready" }
  /** It ends: there is no engine. */
  | { readonly kind: "noEngine"; readonly sentence: string }
  | { readonly kind: "answered"; readonly answered: Answered }
  /** `inside`: what went wrong in our own house, for our own messages. */
  | { readonly kind: "problem"; readonly problem: SaidProblem; readonly inside: string | null };

/** Collecting comes first. */
const NICE = 5;

const folder = process.cwd();

function say(what: WorkerSays): void {
  if (process.connected) process.send?.(what);
}

async function work(engine: Engine, task: QuestionTask): Promise<WorkerSays> {
  try {
    return { kind: "answered", answered: await new QueryWork(engine, task, folder).run() };
  } catch (error) {
    const problem = asServeError(error);
    const inside = isInternal(problem) ? ((error as Error).stack ?? String(error)) : null;
    return { kind: "problem", problem: saidProblem(problem), inside };
  }
}

/** The engine cannot be interrupted, and an exit waits for it: nothing but a kill ends it at once. */
function end(): never {
  process.chdir("/");
  rmSync(folder, { recursive: true, force: true });
  process.kill(process.pid, "SIGKILL");
  return process.exit(1);
}

// Ctrl-C and TERM are for who started this; he says when it is enough.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", end);
try {
  setPriority(NICE);
} catch {
  // Then it is as important as collecting.
}
try {
  const engine = Engine.open(JSON.parse(process.argv[2] ?? "{}") as WorkerLimits);
  process.on("message", (task: QuestionTask) => void work(engine, task).then(say));
  say({ kind: "ready" });
} catch (error) {
  if (!(error instanceof EngineError)) throw error;
  process.send?.({ kind: "noEngine", sentence: error.message } satisfies WorkerSays, () => end());
}
