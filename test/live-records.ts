// Flow records as a test writes them, in a batch.
import { parseAddress } from "../src/core/address.ts";
import type { FieldName } from "../src/core/elements.ts";
import { type Columns, FlowBatch } from "../src/core/flow-batch.ts";
import { writeTime } from "../src/core/nanoseconds.ts";

export interface LiveRecord {
  readonly event?: number;
  readonly endReason?: number;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly proto?: number;
  /** Seconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly packets: number;
  readonly bytes: number;
  readonly reversePackets?: number;
  readonly reverseBytes?: number;
  readonly exporter?: string;
  readonly tcpFlags?: number;
  readonly reverseTcpFlags?: number;
}

export function batchOf(records: readonly LiveRecord[]): FlowBatch {
  const batch = new FlowBatch(Math.max(1, records.length));
  const { columns: c } = batch;
  for (const [r, record] of records.entries()) {
    c.srcAddr.set(parseAddress(record.src)!, 16 * r);
    c.dstAddr.set(parseAddress(record.dst)!, 16 * r);
    if (record.exporter !== undefined) c.exporter.set(parseAddress(record.exporter)!, 16 * r);
    c.ipVersion[r] = record.src.includes(":") ? 6 : 4;
    set(c, "event", r, record.event ?? 0);
    set(c, "endReason", r, record.endReason ?? 0);
    set(c, "srcPort", r, record.sport ?? 0);
    set(c, "dstPort", r, record.dport ?? 0);
    set(c, "proto", r, record.proto ?? 6);
    set(c, "tcpFlags", r, record.tcpFlags ?? 0);
    set(c, "reverseTcpFlags", r, record.reverseTcpFlags ?? 0);
    put(c.packets, r, record.packets);
    put(c.bytes, r, record.bytes);
    put(c.reversePackets, r, record.reversePackets ?? 0);
    put(c.reverseBytes, r, record.reverseBytes ?? 0);
    writeTime(c.start, r, Math.floor(record.start), Math.round((record.start % 1) * 1e9));
    writeTime(c.end, r, Math.floor(record.end), Math.round((record.end % 1) * 1e9));
    batch.rows++;
  }
  return batch;
}

function set(columns: Columns, name: FieldName, row: number, value: number): void {
  columns[name][row] = value;
}

function put(column: Uint32Array, row: number, value: number): void {
  column[2 * row] = value % 4_294_967_296;
  column[2 * row + 1] = Math.floor(value / 4_294_967_296);
}
