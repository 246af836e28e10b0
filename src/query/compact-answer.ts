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
  return JSON.parse(new TextDecoder().decode(await engine.query(question, "JSONCompact"))) as CompactAnswer;
}
