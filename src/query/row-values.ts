// Values of one flow that are made of its fields: durations, rates, both directions together.
import { type Sql, sql } from "../core/sql.ts";

const UNKNOWN = sql`toDateTime64(0, 9, 'UTC')`;

/** When a flow began and ended, as DateTime64: where its exporter did not say, the other end of it, or its arrival. */
export const BEGAN: Sql = sql`multiIf(start > ${UNKNOWN}, start, end > ${UNKNOWN}, end, received)`;
export const ENDED: Sql = sql`multiIf(end > ${UNKNOWN}, end, start > ${UNKNOWN}, start, received)`;

/** Seconds as a real number. */
const DURATION = sql`(if(end > start AND start > ${UNKNOWN}, toUnixTimestamp64Nano(end) - toUnixTimestamp64Nano(start), 0) / 1e9)`;
const BYTES = sql`(bytes + reverseBytes)`;
const PACKETS = sql`(packets + reversePackets)`;

/** nfdump's rates of one flow: null where it has no duration. */
export const ROW_VALUES = {
  duration: DURATION,
  allBytes: BYTES,
  allPackets: PACKETS,
  bps: sql`(8 * ${BYTES} / nullIf(${DURATION}, 0))`,
  pps: sql`(${PACKETS} / nullIf(${DURATION}, 0))`,
  bpp: sql`(${BYTES} / nullIf(${PACKETS}, 0))`,
} as const;
