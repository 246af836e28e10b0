// The options of `flowgauge query` beyond the words of a question: where the answer goes, and what it may take.
import { parseDuration } from "../core/duration.ts";
import type { QuestionWords, Within } from "../query/index.ts";
import { octets } from "./option-values.ts";

export { choiceOf, groupingsOf } from "../query/index.ts";

/** The options as commander gives them. */
export interface QuerySettings extends QuestionWords {
  readonly within: Within;
  readonly by: readonly string[];
  readonly limit?: string;
  readonly fields?: string;
  readonly after?: string;
  readonly json?: true;
  readonly ndjson?: true;
  readonly csv?: true;
  readonly parquet?: string;
  readonly excel?: true;
  readonly raw?: true;
  readonly header: boolean;
  readonly totals?: true;
  readonly lenient?: true;
  readonly memory: string;
  readonly timeout: string;
  readonly store?: string;
}

const GIB = 1_073_741_824;

export function limitsOf({ memory, timeout }: { readonly memory: string; readonly timeout: string }): {
  memoryOctets: number;
  seconds: number;
} {
  const ms = parseDuration(timeout, "--timeout");
  const seconds = Number.isFinite(ms) ? Math.max(1, Math.ceil(ms / 1000)) : 0;
  return { memoryOctets: octets(memory, "--memory", 67_108_864, 4096 * GIB), seconds };
}
