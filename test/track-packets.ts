// Built packets through decoder, key maker and tracker: the flow records that come out, as objects that read well.
import { formatAddress } from "../src/core/address.ts";
import { ELEMENTS, END_REASON, type FieldName, FLOW_EVENT } from "../src/core/elements.ts";
import { type FlowBatch, readU64 } from "../src/core/flow-batch.ts";
import { type FlowCounts, Ledger } from "../src/core/ledger.ts";
import { noTime, readNanoseconds, readSeconds } from "../src/core/nanoseconds.ts";
import { BLOCK_PACKETS } from "../src/core/packet-block.ts";
import { DECODE_DEFAULTS, type DecodeOptions, Decoder, LayersBlock } from "../src/decode/index.ts";
import { KeyMaker, TRACK_DEFAULTS, Tracker, type TrackOptions } from "../src/track/index.ts";
import { packetBlock, type Sent } from "./decode-packets.ts";

/** Times are nanoseconds since 1970, null where not known; addresses and MACs are text; the rest are numbers. */
export type FlowRecord = {
  readonly [N in FieldName]: N extends "start" | "end"
    ? bigint | null
    : N extends `${string}Addr` | `${string}Mac`
      ? string
      : number;
};

export function readRecords(batch: FlowBatch): FlowRecord[] {
  return Array.from({ length: batch.rows }, (_, row) => {
    const entries = ELEMENTS.map(({ name, kind }) => {
      const column = batch.columns[name];
      if (kind === "address") return [name, formatAddress(column as Uint8Array, row * 16)];
      if (kind === "u64") return [name, readU64(column as Uint32Array, row)];
      if (kind === "time") return [name, time(column as Uint32Array, row)];
      if (kind === "mac")
        return [
          name,
          readU64(column as Uint32Array, row)
            .toString(16)
            .padStart(12, "0")
            .replace(/..(?!$)/g, "$&:"),
        ];
      return [name, column[row]];
    });
    return Object.fromEntries(entries) as FlowRecord;
  });
}

function time(column: Uint32Array, row: number): bigint | null {
  if (noTime(column, row)) return null;
  const seconds = readSeconds(column, row);
  return BigInt(seconds) * 1_000_000_000n + BigInt(readNanoseconds(column, row, seconds));
}

export interface Tracked {
  readonly records: readonly FlowRecord[];
  readonly flows: FlowCounts;
  readonly ledger: Ledger;
}

export type TrackSettings = Partial<Omit<TrackOptions, "key">> & {
  readonly key?: Partial<TrackOptions["key"]>;
  readonly decode?: Partial<DecodeOptions>;
};

/** A tracker and the way to it; `send` gives it packets, `finish` ends all flows. */
export class PacketTracker {
  readonly ledger = new Ledger();
  readonly tracker: Tracker;
  readonly records: FlowRecord[] = [];
  private readonly decoder: Decoder;
  private readonly keys: KeyMaker;
  private readonly layers = new LayersBlock(BLOCK_PACKETS);
  private sent = 0;

  constructor(settings: TrackSettings = {}) {
    const { decode, key, ...rest } = settings;
    const options: TrackOptions = { ...TRACK_DEFAULTS, ...rest, key: { ...TRACK_DEFAULTS.key, ...key } };
    this.decoder = new Decoder({ ...DECODE_DEFAULTS, quoteIcmpErrors: options.icmpErrors === "attach", ...decode });
    this.keys = new KeyMaker(options.key);
    this.tracker = new Tracker(options, this.keys);
  }

  send(packets: readonly Sent[]): FlowRecord[] {
    const before = this.records.length;
    for (let at = 0; at < packets.length; at += BLOCK_PACKETS) {
      const part = packets.slice(at, at + BLOCK_PACKETS);
      this.decoder.decode(packetBlock(part, { firstPacket: this.sent + 1 }), this.layers);
      this.sent += part.length;
      this.keys.prepare(this.layers);
      for (let row = 0; ; ) {
        row = this.tracker.track(this.layers, row);
        this.take();
        if (row === this.layers.count) break;
      }
    }
    this.book();
    return this.records.slice(before);
  }

  finish(): FlowRecord[] {
    const before = this.records.length;
    for (let done = false; !done; ) {
      done = this.tracker.flush();
      this.take();
    }
    this.book();
    return this.records.slice(before);
  }

  take(): void {
    const batch = this.tracker.take();
    if (batch !== null) this.records.push(...readRecords(batch));
  }

  private book(): void {
    this.decoder.book(this.ledger);
    this.tracker.book(this.ledger);
    this.ledger.remarks.fragmentsWithoutFirst += this.keys.fragments.takeWithoutFirst();
  }
}

export function trackPackets(packets: readonly Sent[], settings: TrackSettings = {}): Tracked {
  const way = new PacketTracker(settings);
  way.send(packets);
  way.finish();
  return { records: way.records, flows: way.tracker.flows, ledger: way.ledger };
}

/** The records that end flows, in the order of their flows' first packets, with a part of the fields. */
export function pick<N extends FieldName>(records: readonly FlowRecord[], ...names: N[]): Pick<FlowRecord, N>[] {
  const ends = records.filter(({ event }) => event === FLOW_EVENT.end);
  const sorted = ends.toSorted((a, b) => a.firstPacket - b.firstPacket || Number((a.start ?? 0n) - (b.start ?? 0n)));
  return sorted.map((record) => Object.fromEntries(names.map((name) => [name, record[name]])) as Pick<FlowRecord, N>);
}

const REASON_NAMES = new Map<number, string>(Object.entries(END_REASON).map(([name, value]) => [value, name]));

export function reasonOf({ endReason }: FlowRecord): string {
  return REASON_NAMES.get(endReason) ?? "?";
}

/** Seconds as the nanoseconds of a packet: exact for up to nine digits. */
export function at(seconds: number): bigint {
  return BigInt(Math.floor(seconds)) * 1_000_000_000n + BigInt(Math.round((seconds % 1) * 1e9));
}
