// Uniflows of the two directions become biflows (RFC 5103): records of one exporter with the same two ends and protocol, each of which
// begins at most the idle timeout behind the end of those before it, are one flow. Who began is the source. Each record is in one flow.
import { FIELDS } from "../core/fields.ts";
import { identifier, joinSql, param, type Sql, sql } from "../core/sql.ts";
import { BEGAN, ENDED } from "./row-values.ts";

/** Fields that change places where a record is of the other direction. */
const PAIRS: readonly (readonly [string, string])[] = [
  ["srcAddr", "dstAddr"],
  ["packets", "reversePackets"],
  ["bytes", "reverseBytes"],
  ["frameBytes", "reverseFrameBytes"],
  ["tcpFlags", "reverseTcpFlags"],
  ["tos", "reverseTos"],
  ["srcAs", "dstAs"],
  ["srcMask", "dstMask"],
  ["srcMac", "dstMac"],
  ["inIf", "outIf"],
];
const PARTNER = new Map([...PAIRS, ...PAIRS.map(([one, other]) => [other, one] as const)]);

/** Parts of a biflow's key that both directions have alike, and those that are turned. */
const KEY_FIELDS = new Set([
  "srcAddr",
  "dstAddr",
  "srcPort",
  "dstPort",
  "proto",
  "ipVersion",
  "exporter",
  "domain",
  "vlan",
]);
const SUMMED = new Set(["packets", "bytes", "frameBytes", "reversePackets", "reverseBytes", "reverseFrameBytes"]);
const OR_ED = new Set(["tcpFlags", "reverseTcpFlags"]);

// ICMP has its type and code as port of the destination, in both directions; a reply (0, 129) belongs to the type that asked (8, 128).
const IS_ICMP = sql`(proto = 1 OR proto = 58)`;
const ASKED = sql`multiIf(NOT ${IS_ICMP}, 0, proto = 1 AND dstPort = 0, 2048, proto = 58 AND dstPort = 33024, 32768, dstPort)`;
const IS_ECHO = sql`(NOT ${IS_ICMP} OR ${ASKED} = 2048 OR ${ASKED} = 32768)`;
const [SOURCE, DESTINATION] = [sql`(srcAddr, if(${IS_ICMP}, 0, srcPort))`, sql`(dstAddr, if(${IS_ICMP}, 0, dstPort))`];

/** Other ICMP messages have no other direction. */
const PAIR = sql`least(${SOURCE}, ${DESTINATION}), greatest(${SOURCE}, ${DESTINATION}), ${ASKED}, if(${IS_ECHO}, 2, isForward), proto, ipVersion, exporter, domain, vlan`;
/** Who asked: the earliest; of two at one time who sent a SYN alone, an echo request, or has the higher port. */
const ASKED_FIRST = sql`multiIf(proto = 6, bitAnd(tcpFlags, 18) != 2, ${IS_ICMP}, dstPort != ${ASKED}, srcPort < dstPort)`;
const IN_ORDER = sql`ORDER BY beganNs, askedFirst, isForward, endedNs, bytes, packets`;
const BEFORE = sql`ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING`;
const SO_FAR = sql`ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW`;

/** Sorting by 128 bits of hash is many times quicker than by the ends themselves. `flows`: a FROM expression with all fields. Sums over the result are those over `flows`. */
export function stitched(flows: Sql, idleMs: number): Sql {
  const idle = param("Int64", BigInt(Math.round(idleMs)) * 1_000_000n);
  const timed = sql`(SELECT *, ${SOURCE} <= ${DESTINATION} AS isForward, ${ASKED_FIRST} AS askedFirst,
    toUnixTimestamp64Nano(${BEGAN}) AS beganNs, toUnixTimestamp64Nano(${ENDED}) AS endedNs, reinterpretAsUInt128(sipHash128(${PAIR})) AS pair FROM ${flows})`;
  const gaps = sql`(SELECT *, beganNs > ${idle} + max(endedNs) OVER (PARTITION BY pair ${IN_ORDER} ${BEFORE}) AS isNew FROM ${timed})`;
  const numbered = sql`(SELECT *, sum(isNew) OVER (PARTITION BY pair ${IN_ORDER} ${SO_FAR}) AS part FROM ${gaps})`;
  const led = sql`(SELECT *, first_value(isForward) OVER (PARTITION BY pair, part ${IN_ORDER} ${SO_FAR}) = isForward AS isLead FROM ${numbered})`;
  const turned = sql`(SELECT ${fields(turnedField)}, beganNs, endedNs, isLead, part FROM ${led})`;
  const keys = joinSql([...KEY_FIELDS].map(identifier), ",");
  return sql`(SELECT ${fields(mergedField)} FROM ${turned} GROUP BY ${keys}, part)`;
}

function fields(of: (name: string, column: Sql) => Sql): Sql {
  return joinSql(
    FIELDS.map(({ name }) => of(name, identifier(name))),
    ",",
  );
}

function turnedField(name: string, column: Sql): Sql {
  if (name === "srcPort") return sql`multiIf(${IS_ICMP}, srcPort, isLead, srcPort, dstPort) AS srcPort`;
  if (name === "dstPort") return sql`multiIf(${IS_ICMP}, toUInt16(${ASKED}), isLead, dstPort, srcPort) AS dstPort`;
  const partner = PARTNER.get(name);
  return partner === undefined ? column : sql`if(isLead, ${column}, ${identifier(partner)}) AS ${column}`;
}

const NO_TIME = sql`fromUnixTimestamp64Nano(toInt64(-1), 'UTC')`;

function mergedField(name: string, column: Sql): Sql {
  if (KEY_FIELDS.has(name)) return column;
  if (name === "start") return sql`if(max(start) > ${NO_TIME}, minIf(start, start > ${NO_TIME}), ${NO_TIME}) AS start`;
  if (name === "end" || name === "received") return sql`max(${column}) AS ${column}`;
  if (SUMMED.has(name)) return sql`sum(${column}) AS ${column}`;
  if (OR_ED.has(name)) return sql`groupBitOr(${column}) AS ${column}`;
  // Records that stand for several flows still do; two uniflows are one.
  if (name === "flows") return sql`sumIf(flows, flows > 1) AS flows`;
  if (name === "endReason") return sql`argMax(endReason, endedNs) AS endReason`;
  return sql`argMin(${column}, (NOT isLead, beganNs)) AS ${column}`;
}
