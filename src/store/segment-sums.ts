// What a set of flow records is known by, whatever order and files they are in: counts, sums, and a fingerprint of every field.
import { FIELDS } from "../core/fields.ts";
import { identifier, joinSql, sql } from "../core/sql.ts";
import type { Engine } from "./engine.ts";
import { type FlowFiles, flowsTable } from "./flows-table.ts";

/** 64-bit numbers as texts of digits. Counters are those of both directions, and wrap at 2^64. */
export interface FlowSums {
  readonly rows: string;
  readonly packets: string;
  readonly bytes: string;
  /** Sum of a hash of each record's fields. */
  readonly fingerprint: string;
}

const ALL_FIELDS = joinSql(
  FIELDS.map(({ name }) => identifier(name)),
  ",",
);

/** Reads all columns of the files. Throws an EngineError where that cannot be. */
export async function sumsOf(engine: Engine, files: FlowFiles): Promise<FlowSums> {
  const question = sql`SELECT count() AS rows, sum(packets + reversePackets) AS packets, sum(bytes + reverseBytes) AS bytes,
    sum(cityHash64(${ALL_FIELDS})) AS fingerprint FROM ${flowsTable(files)}`;
  const [row] = await engine.rows<FlowSums>(question);
  return row!;
}

/** Both are the same records. */
export function sameSums(a: FlowSums, b: FlowSums): boolean {
  return a.rows === b.rows && a.packets === b.packets && a.bytes === b.bytes && a.fingerprint === b.fingerprint;
}
