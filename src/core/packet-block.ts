// PacketBlock: a chunk of capture octets and where its packets lie in it. It passes from capture/ to decode/.

/** One observation point of a capture: a pcap file has one, a pcapng section may have many. */
export interface CaptureInterface {
  /** Number in flow records (ingressInterface, IE 10); 0 = not known. */
  readonly index: number;
  readonly name: string | null;
  /** LINKTYPE_ value, https://www.tcpdump.org/linktypes.html */
  readonly linkType: number;
  /** Octets kept of each packet; 0 = no limit. */
  readonly snapLength: number;
}

/** Nanoseconds field of a packet whose capture gives no time (pcapng Simple Packet Block). */
export const NO_TIME = -1;

/** Packets in a block at the most. Small enough that a block and its decoded rows stay in a core's second-level cache. */
export const BLOCK_PACKETS = 2048;

/**
 * Up to `BLOCK_PACKETS` packets as columns. The source owns it and uses it again: it is valid until the next one is asked for.
 * Entry i of each column belongs to packet number `firstPacket + i` (1-based, in the order of the source).
 */
export class PacketBlock {
  /** The octets that the offsets point into; may change from block to block. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The same octets; `view.byteOffset === bytes.byteOffset`. */
  view: DataView = new DataView(this.bytes.buffer);
  count = 0;
  firstPacket = 1;
  interfaces: readonly CaptureInterface[] = [];
  /** Where the packet's first octet lies in `bytes`. */
  readonly offset: Int32Array = new Int32Array(BLOCK_PACKETS);
  /** Octets present; all of them lie inside `bytes`. */
  readonly capturedLength: Int32Array = new Int32Array(BLOCK_PACKETS);
  /** Octets on the wire, as the capture says; at least `capturedLength` in a sound file. */
  readonly originalLength: Int32Array = new Int32Array(BLOCK_PACKETS);
  /** Seconds since 1970 UTC, unsigned 32 bit stored as the same bits (read with `>>> 0`). */
  readonly seconds: Int32Array = new Int32Array(BLOCK_PACKETS);
  /** 0..999,999,999, or NO_TIME. */
  readonly nanoseconds: Int32Array = new Int32Array(BLOCK_PACKETS);
  /** Index into `interfaces`. */
  readonly interfaceIndex: Int32Array = new Int32Array(BLOCK_PACKETS);

  setBytes(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

/** What a capture program said it lost, and how much was read. */
export interface CaptureCounts {
  packets: number;
  /** Octets on the wire of those packets. */
  bytes: number;
  /** Packets the kernel dropped because nobody took them in time; null = the source does not say. */
  kernelDrops: number | null;
  /** Packets the interface or its driver dropped; null = the source does not say. */
  interfaceDrops: number | null;
  /** True while drops are counted, but will be told at the end of the capture only. */
  dropsToldAtEnd?: boolean;
}

/**
 * Anything that gives packets: a file, a pipe, an interface, several of them merged.
 * Iterating never throws for bad content: it ends early and `problems` says why (one Error a fault, first one first).
 */
export interface PacketSource extends AsyncIterable<PacketBlock> {
  /** What a person called it: a path, `-`, `iface:eth0`. */
  readonly name: string;
  /** True when packets arrive as they happen, so that time passes between them too. */
  readonly live: boolean;
  readonly counts: CaptureCounts;
  readonly problems: readonly Error[];
  /** Octets of the (compressed) file read so far and in all, for progress; null for pipes and interfaces. */
  progress(): { done: number; total: number } | null;
  /** Ends the iteration soon; what has been captured so far is still given. */
  close(): Promise<void>;
}
