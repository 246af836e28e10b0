// From a live flow to a record: one row of a FlowBatch, with the source where the initiator is.
import { type EndReason, FLOW_EVENT, type FlowEvent, PACKET_ELEMENTS } from "../core/elements.ts";
import { type Columns, FlowBatch } from "../core/flow-batch.ts";
import { writeTime } from "../core/nanoseconds.ts";
import { FAMILY } from "../decode/index.ts";
import { type Carries, FLOW, isIcmp, STATE } from "./flow-row.ts";
import type { FlowTable } from "./flow-table.ts";
import type { KeyPlan } from "./key.ts";

/** Rows of the batches a tracker gives: small enough to stay in the cache until they are printed. */
const ROWS = 1024;

/** Records that one packet or one visit can cause at the most. */
const MARGIN = 8;

export class FlowWriter {
  private batch = new FlowBatch(ROWS, PACKET_ELEMENTS);
  private spare = new FlowBatch(ROWS, PACKET_ELEMENTS);
  private readonly table: FlowTable;
  private readonly carries: Carries;
  private readonly biflow: boolean;
  private readonly addresses: boolean;

  constructor(table: FlowTable, carries: Carries, plan: KeyPlan, biflow: boolean) {
    this.table = table;
    this.carries = carries;
    this.biflow = biflow;
    this.addresses = plan.srcAddr || plan.dstAddr;
  }

  /** True when the batch must be taken before anything else is written. */
  full(): boolean {
    return this.batch.rows >= ROWS - MARGIN;
  }

  /** The records so far, valid until the next but one is taken; null when there are none. */
  take(): FlowBatch | null {
    const { batch } = this;
    if (batch.rows === 0) return null;
    this.batch = this.spare;
    this.spare = batch;
    this.batch.rows = 0;
    return batch;
  }

  write(row: number, event: FlowEvent, reason: EndReason): void {
    const { words, stride } = this.table;
    const c = this.batch.columns;
    const r = this.batch.rows++;
    const at = row * stride;
    const state = words[at + FLOW.state]!;
    const kind = words[at + FLOW.kind]!;
    const family = (kind >>> 8) & 7;
    const fromB = (state & STATE.sourceB) !== 0;
    c.event[r] = event;
    c.endReason[r] = event === FLOW_EVENT.end ? reason : 0;
    writeTime(c.start, r, words[at + FLOW.startSeconds]! >>> 0, words[at + FLOW.startNanoseconds]!);
    writeTime(c.end, r, words[at + FLOW.lastSeconds]! >>> 0, words[at + FLOW.lastNanoseconds]!);
    c.proto[r] = kind & 0xff;
    c.etherType[r] = kind >>> 16;
    c.ipVersion[r] = family === FAMILY.ipv4 ? 4 : family === FAMILY.ipv6 ? 6 : 0;
    this.addressColumns(c, r, at, family, fromB);
    const ports = words[at + FLOW.ports]!;
    const swap = fromB && !isIcmp(kind);
    c.srcPort[r] = swap ? ports & 0xffff : ports >>> 16;
    c.dstPort[r] = swap ? ports >>> 16 : ports & 0xffff;
    this.counters(c, r, row, at, fromB ? 1 : 0);
    const flags = words[at + FLOW.tcpFlags]!;
    c.tcpFlags[r] = (fromB ? flags >>> 16 : flags) & 0xfff;
    c.reverseTcpFlags[r] = (fromB ? flags : flags >>> 16) & 0xfff;
    c.tos[r] = state & 0xff;
    c.ttl[r] = (state >>> 8) & 0xff;
    c.flowLabel[r] = words[at + FLOW.flowLabel]!;
    c.inIf[r] = words[at + FLOW.inIf]!;
    c.vlan[r] = words[at + FLOW.vlans]! & 0xffff;
    c.innerVlan[r] = words[at + FLOW.vlans]! >>> 16;
    const tunnel = (state & STATE.tunnel) !== 0;
    c.mplsLabel[r] = tunnel ? 0 : words[at + FLOW.encapsulation]!;
    c.tunnelId[r] = tunnel ? words[at + FLOW.encapsulation]! : 0;
    c.firstPacket[r] = words[at + FLOW.firstPacket]!;
  }

  private addressColumns(c: Columns, r: number, at: number, family: number, fromB: boolean): void {
    const { words } = this.table;
    const source = fromB ? at + 4 : at;
    const destination = fromB ? at : at + 4;
    const ether = family === FAMILY.ether || !this.addresses;
    writeAddress(c.srcAddr, r, words, source, ether);
    writeAddress(c.dstAddr, r, words, destination, ether);
    // The MACs of the first packet, turned round where the initiator is its destination.
    const high = words[at + FLOW.macs]!;
    const middle = words[at + FLOW.macs + 1]!;
    const low = words[at + FLOW.macs + 2]!;
    const firstFromB = (words[at + FLOW.state]! & STATE.firstFromB) !== 0;
    const turned = firstFromB !== fromB;
    writeMac(turned ? c.dstMac : c.srcMac, r, middle & 0xffff, low);
    writeMac(turned ? c.srcMac : c.dstMac, r, high >>> 16, (high << 16) | (middle >>> 16));
  }

  private counters(c: Columns, r: number, row: number, at: number, source: number): void {
    const { words } = this.table;
    const { carries } = this;
    const other = 1 - source;
    put(c.packets, r, words[at + FLOW.packets + source]!, carries.high(row, source));
    put(c.bytes, r, words[at + FLOW.bytes + source]!, carries.high(row, 2 + source));
    put(c.frameBytes, r, words[at + FLOW.frameBytes + source]!, carries.high(row, 4 + source));
    const both = this.biflow ? 1 : 0;
    put(c.reversePackets, r, words[at + FLOW.packets + other]! * both, carries.high(row, other) * both);
    put(c.reverseBytes, r, words[at + FLOW.bytes + other]! * both, carries.high(row, 2 + other) * both);
    put(c.reverseFrameBytes, r, words[at + FLOW.frameBytes + other]! * both, carries.high(row, 4 + other) * both);
  }
}

function put(column: Uint32Array, row: number, low: number, high: number): void {
  column[2 * row] = low;
  column[2 * row + 1] = high;
}

function writeMac(column: Uint32Array, row: number, high: number, low: number): void {
  column[2 * row] = low;
  column[2 * row + 1] = high;
}

function writeAddress(column: Uint8Array, row: number, words: Int32Array, from: number, none: boolean): void {
  const at = row * 16;
  if (none) {
    column.fill(0, at, at + 16);
    return;
  }
  for (let i = 0; i < 4; i++) {
    const word = words[from + i]!;
    column[at + 4 * i] = word >>> 24;
    column[at + 4 * i + 1] = word >>> 16;
    column[at + 4 * i + 2] = word >>> 8;
    column[at + 4 * i + 3] = word;
  }
}
