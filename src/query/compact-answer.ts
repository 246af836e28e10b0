// Asks the engine for rows as arrays.
import type { Sql } from "../core/sql.ts";
import type { Engine } from "../store/index.ts";
import type { Answered } from "./key-values.ts";

/** The engine's JSONCompact. */
export interface CompactAnswer {
  readonly data: readonly (readonly Answered[])[];
  readonly totals?: readonly Answered[];
  readonly rows_before_limit_at_least?: number;
}

export async function askCompact(engine: Engine, question: Sql): Promise<CompactAnswer> {
  const text = new TextDecoder().decode(await engine.query(question, "JSONCompact"));
  // chDB 3.4 writes the totals before the head where there are no rows: then it is no JSON.
  if (!text.startsWith("{")) return { data: [], rows_before_limit_at_least: 0 };
  return JSON.parse(text) as CompactAnswer;
}
