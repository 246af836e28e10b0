// Flows that several exporters saw count once: records with the same key whose times overlap (or nearly do, as clocks differ) are
// sightings of one flow, and of these the exporter is kept that saw the most packets.
import { param, type Sql, sql } from "../core/sql.ts";
import { BEGAN, ENDED } from "./row-values.ts";

/** How far apart the clocks of exporters may be: ns. */
const CLOCKS = param("Int64", 1_000_000_000n);

/** 128 bits of hash: sorting by them is many times quicker than by the ends themselves. */
const FLOW = sql`reinterpretAsUInt128(sipHash128(srcAddr, dstAddr, srcPort, dstPort, proto, ipVersion)) AS flowKey, toUnixTimestamp64Nano(${BEGAN}) AS beganNs, toUnixTimestamp64Nano(${ENDED}) AS endedNs`;
const KEY = sql`flowKey`;
const IN_ORDER = sql`ORDER BY beganNs, endedNs`;
const BEFORE = sql`ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING`;
const ALL = sql`ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING`;

/** All fields of `flows`, and `isKept`. */
export function sightings(flows: Sql): Sql {
  const gaps = sql`(SELECT *, beganNs > ${CLOCKS} + max(endedNs)
    OVER (PARTITION BY ${KEY} ${IN_ORDER} ${BEFORE}) AS isNew FROM (SELECT *, ${FLOW} FROM ${flows}))`;
  const numbered = sql`(SELECT *, sum(isNew) OVER (PARTITION BY ${KEY} ${IN_ORDER} RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS sighting FROM ${gaps})`;
  const seen = sql`(SELECT *, sum(packets + reversePackets) OVER (PARTITION BY ${KEY}, sighting, exporter) AS seen FROM ${numbered})`;
  return sql`(SELECT * EXCEPT (isNew, sighting, seen, flowKey, beganNs, endedNs), exporter = first_value(exporter)
    OVER (PARTITION BY ${KEY}, sighting ORDER BY seen DESC, exporter ${ALL}) AS isKept FROM ${seen})`;
}

export function deduplicated(flows: Sql): Sql {
  return sql`(SELECT * EXCEPT (isKept) FROM ${sightings(flows)} WHERE isKept)`;
}
