// What the engine says, as a sentence for a person.
import { SourceError, UsageError } from "../core/errors.ts";
import { EngineError } from "../store/index.ts";

/** The error to throw on: one sentence where the engine refused, and the error itself where it is none of the engine's. */
export function engineSentence(error: unknown): unknown {
  if (!(error instanceof EngineError)) return error;
  const { code, message } = error;
  const source = { source: "query" };
  // 0: chDB itself is missing; the engine's own sentence says what to install.
  if (code === 0) return new SourceError(source, message, { cause: error });
  if (code === 241) {
    return new SourceError(
      source,
      "expected to need less memory than --memory gives, found more; give more, or ask for less time or fewer fields",
      { cause: error },
    );
  }
  if (code === 159 || code === 160) {
    return new SourceError(source, "expected an answer within --timeout, found none; give more time, or ask for less", {
      cause: error,
    });
  }
  if (code === 243 || message.includes("No space left")) {
    return new SourceError(source, "expected room for temporary files, found none left; make room where TMPDIR is", {
      cause: error,
    });
  }
  return new UsageError(`the engine refused: ${message.split("\n", 1)[0]}`, { cause: error });
}
