// What every command that asks stored flows does around its questions: opens sources and engine, tells what was damaged, closes them.
import { type AskedFiles, askFiles, choiceNotes, engineSentence, type FlowChoice, timeAround } from "../query/index.ts";
import { Engine, refuseTimeless } from "../store/index.ts";
import { limitsOf, type QuerySettings } from "./query-plan.ts";
import { QueryRun } from "./query-run.ts";
import { openQuerySources, type QuerySources } from "./query-sources.ts";

/** What questions are asked of. */
export interface Asking {
  readonly run: QueryRun;
  readonly engine: Engine;
  readonly sources: QuerySources;
  readonly asked: AskedFiles;
  /** What the choice of flows has left out or put together. */
  readonly notes: readonly string[];
}

export type AskingSettings = Pick<QuerySettings, "store" | "memory" | "timeout" | "lenient">;

/** Sets the exit code: 1 where something could not be read, unless that is allowed. */
export async function ask(
  names: readonly string[],
  choice: FlowChoice,
  settings: AskingSettings,
  work: (asking: Asking) => Promise<void>,
): Promise<void> {
  const run = new QueryRun(process.stderr);
  let sources: QuerySources | null = null;
  let engine: Engine | null = null;
  try {
    const limits = limitsOf(settings);
    const opened = await openQuerySources(names, settings.store, run.signal);
    sources = opened;
    opened.parquet.forEach(refuseTimeless);
    const session = Engine.open(limits);
    engine = session;
    const asked = run.askedFiles(opened, timeAround(choice));
    const notes = await run.working(() => askFiles(session, asked, (files) => choiceNotes(session, files, choice)));
    await work({ run, engine: session, sources: opened, asked, notes });
    run.tell(opened.problems);
  } catch (error) {
    throw engineSentence(error);
  } finally {
    engine?.close();
    sources?.close();
    run.stop();
  }
  process.exitCode = run.failed && settings.lenient !== true ? 1 : 0;
}
