// A condition in the filter language on rows of flows: they are written as records, which the filter marks.
import { FlowBatch } from "../core/flow-batch.ts";
import { writeTime } from "../core/nanoseconds.ts";
import { type BatchFilter, type FilterOptions, filterBatch, parseFilter } from "../query/index.ts";
import { refuseUnkept } from "./kept-fields.ts";
import { portOf } from "./key-parts.ts";
import { BIT, FLOW_KEY, ROW, STRIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import { counterOf, firstOf, lastOf } from "./row-values.ts";
import type { SourceNumbers } from "./source-numbers.ts";

const ROWS = 1024;

export class FlowFilter {
  readonly text: string;
  private readonly filter: BatchFilter;
  private readonly sources: SourceNumbers;
  private readonly batch = new FlowBatch(ROWS);
  private marks = new Uint8Array(0);

  /** Throws a FilterError for what is no filter, or one by a field that rows do not keep. */
  constructor(text: string, sources: SourceNumbers, options: FilterOptions) {
    this.text = text;
    const filter = parseFilter(text, options);
    refuseUnkept(filter);
    this.filter = filterBatch(filter);
    this.sources = sources;
  }

  /** 1 for each row that matches, valid until the next call. */
  mark(rows: Rows): Uint8Array {
    if (this.marks.length < rows.used) this.marks = new Uint8Array(Math.max(rows.used, 2 * this.marks.length));
    const { marks, batch } = this;
    const numbers: number[] = [];
    const judge = () => {
      const found = this.filter.mark(batch);
      for (let i = 0; i < numbers.length; i++) marks[numbers[i]!] = found[i]!;
      numbers.length = 0;
      batch.rows = 0;
    };
    for (let row = 0; row < rows.used; row++) {
      marks[row] = 0;
      if (!rows.has(row)) continue;
      numbers.push(row);
      this.write(rows, row);
      if (batch.rows === ROWS) judge();
    }
    if (batch.rows > 0) judge();
    return marks;
  }

  private write(rows: Rows, row: number): void {
    const { words } = rows;
    const at = row * STRIDE;
    const c = this.batch.columns;
    const r = this.batch.rows++;
    const kind = words[at + FLOW_KEY.kind]!;
    const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
    const octets = new Uint8Array(words.buffer, words.byteOffset + 4 * at, 32);
    c.srcAddr.set(fromB ? octets.subarray(16) : octets.subarray(0, 16), 16 * r);
    c.dstAddr.set(fromB ? octets.subarray(0, 16) : octets.subarray(16), 16 * r);
    c.srcPort[r] = portOf(words, at, fromB, 0);
    c.dstPort[r] = portOf(words, at, fromB, 1);
    c.proto[r] = kind & 0xff;
    c.ipVersion[r] = (kind >>> 8) & 0xff;
    c.etherType[r] = kind >>> 16;
    const source = words[at + FLOW_KEY.source]!;
    c.exporter.set(this.sources.addressOf(this.sources.exporterOf(source)), 16 * r);
    c.domain[r] = this.sources.domainOf(source);
    put(c.packets, r, counterOf(rows, row, "packets", 0));
    put(c.bytes, r, counterOf(rows, row, "bytes", 0));
    put(c.reversePackets, r, counterOf(rows, row, "packets", 1));
    put(c.reverseBytes, r, counterOf(rows, row, "bytes", 1));
    const flags = words[at + ROW.tcpFlags]!;
    c.tcpFlags[r] = (fromB ? flags >>> 16 : flags) & 0xffff;
    c.reverseTcpFlags[r] = (fromB ? flags : flags >>> 16) & 0xffff;
    time(c.start, r, firstOf(rows, row));
    time(c.end, r, lastOf(rows, row));
    c.vlan[r] = words[at + ROW.vlans]! & 0xffff;
    c.innerVlan[r] = words[at + ROW.vlans]! >>> 16;
    c.inIf[r] = words[at + ROW.inIf]!;
    c.outIf[r] = words[at + ROW.outIf]!;
    c.tos[r] = words[at + ROW.service]! & 0xff;
    c.ttl[r] = (words[at + ROW.service]! >>> 8) & 0xff;
    c.reverseTos[r] = (words[at + ROW.service]! >>> 16) & 0xff;
    for (let w = 0; w < 2; w++) {
      c.srcMac[2 * r + w] = words[at + ROW.srcMac + w]!;
      c.dstMac[2 * r + w] = words[at + ROW.dstMac + w]!;
    }
    c.srcAs[r] = words[at + ROW.srcAs]!;
    c.dstAs[r] = words[at + ROW.dstAs]!;
    c.tunnelId[r] = words[at + ROW.tunnelId]!;
    c.mplsLabel[r] = words[at + ROW.mplsLabel]!;
    c.samplingRate[r] = words[at + ROW.samplingRate]!;
    c.endReason[r] = words[at + ROW.endReason]!;
    put(c.flows, r, words[at + ROW.flows]!);
  }
}

function put(column: Uint32Array, row: number, value: number): void {
  column[2 * row] = value % 4_294_967_296;
  column[2 * row + 1] = Math.floor(value / 4_294_967_296);
}

function time(column: Uint32Array, row: number, milliseconds: number): void {
  const seconds = Math.floor(milliseconds / 1000);
  writeTime(column, row, seconds, Math.round(milliseconds - seconds * 1000) * 1_000_000);
}
