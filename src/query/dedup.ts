// Flows that several exporters saw count once: records with the same key whose times overlap (or nearly do, as clocks differ) are
// sightings of one flow, and of these the exporter is kept that saw the most packets.
import { param, type Sql, sql } from "../core/sql.ts";
import { BEGAN, ENDED } from "./row-values.ts";

/** How far apart the clocks of exporters may be: ns. */
const CLOCKS = param("Int64", 1_000_000_000n);

const KEY = sql`srcAddr, dstAddr, srcPort, dstPort, proto, ipVersion`;
const IN_ORDER = sql`ORDER BY toUnixTimestamp64Nano(${BEGAN}), toUnixTimestamp64Nano(${ENDED})`;
const BEFORE = sql`ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING`;
const ALL = sql`ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING`;

/** All fields of `flows`, and `isKept`. */
export function sightings(flows: Sql): Sql {
  const gaps = sql`(SELECT *, toUnixTimestamp64Nano(${BEGAN}) > ${CLOCKS} + max(toUnixTimestamp64Nano(${ENDED}))
    OVER (PARTITION BY ${KEY} ${IN_ORDER} ${BEFORE}) AS isNew FROM ${flows})`;
  const numbered = sql`(SELECT *, sum(isNew) OVER (PARTITION BY ${KEY} ${IN_ORDER} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS sighting FROM ${gaps})`;
  const seen = sql`(SELECT *, sum(packets + reversePackets) OVER (PARTITION BY ${KEY}, sighting, exporter) AS seen FROM ${numbered})`;
  return sql`(SELECT * EXCEPT (isNew, sighting, seen), exporter = first_value(exporter)
    OVER (PARTITION BY ${KEY}, sighting ORDER BY seen DESC, exporter ${ALL}) AS isKept FROM ${seen})`;
}

export function deduplicated(flows: Sql): Sql {
  return sql`(SELECT * EXCEPT (isKept) FROM ${sightings(flows)} WHERE isKept)`;
}
