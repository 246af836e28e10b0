// Asks an engine until the answer is one about all the files: those that went away meanwhile are listed anew, damaged ones are left out.
import { SourceError } from "../core/errors.ts";
import { type Engine, EngineError, type FlowFiles, missingFiles } from "../store/index.ts";
import { damagedFiles } from "./damaged-files.ts";

/** Where the files of a question are listed, and what is said of those that cannot be read. */
export interface AskedFiles {
  /** Lists them anew. */
  list(): FlowFiles;
  /** Told of a damaged file, which is left out from then on, or what is good of it: another file in its place. */
  damaged(path: string, error: SourceError): string | null;
  /** True when a part of the answer is given away already: it cannot be asked for again. */
  isFinal?(): boolean;
}

const TRIES = 3;

/** What `ask` gives for the files. Throws EngineErrors that are no file's fault. */
export async function askFiles<T>(
  engine: Engine,
  asked: AskedFiles,
  ask: (files: FlowFiles) => Promise<T>,
): Promise<T> {
  const instead = new Map<string, string | null>();
  for (let tries = 1; ; ) {
    const files = replaced(asked.list(), instead);
    let answer: T;
    try {
      answer = await ask(files);
    } catch (error) {
      if (!(error instanceof EngineError) || asked.isFinal?.() === true) throw error;
      if (missingFiles(files).length > 0 && tries++ < TRIES) continue;
      const damaged = await damagedFiles(engine, files, error);
      if (damaged.length === 0) throw error;
      for (const { path, reason } of damaged) {
        const told = new SourceError({ source: path }, `${reason}; it is left out`, { cause: error });
        instead.set(path, asked.damaged(path, told));
      }
      continue;
    }
    // The engine passes over files that are not there without a word.
    const missing = missingFiles(files);
    if (missing.length === 0) return answer;
    if (tries++ === TRIES || asked.isFinal?.() === true) {
      throw new SourceError(
        { source: missing[0]! },
        `expected the files to stay while they are read, found this one gone after ${TRIES} tries; ask again`,
      );
    }
  }
}

function replaced(files: FlowFiles, instead: ReadonlyMap<string, string | null>): FlowFiles {
  if (instead.size === 0) return files;
  const of = (paths: readonly string[]) =>
    paths.flatMap((path) => {
      const other = instead.has(path) ? instead.get(path)! : path;
      return other === null ? [] : [other];
    });
  return { native: of(files.native), parquet: of(files.parquet) };
}
