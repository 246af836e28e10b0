// What went wrong while an input was read, in a sentence.
import { CompressionFault, systemReason } from "../capture/index.ts";
import { SourceError } from "../core/errors.ts";

/** Without the place: the reader knows octet and frame. */
export function readFault(error: unknown): string {
  if (error instanceof SourceError) return error.sentence;
  // It was written for captures.
  if (error instanceof CompressionFault) return error.message.replace("the packets before", "the frames before");
  return `expected to read on, found ${systemReason(error)}`;
}

export function asSourceError(source: string, error: unknown): SourceError {
  return error instanceof SourceError ? error : new SourceError({ source }, readFault(error), { cause: error });
}
