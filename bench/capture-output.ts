// Where generated packets go: a classic pcap file (draft-ietf-opsawg-pcap, microseconds, little endian, Ethernet), in large blocks.
import { writeSync } from "node:fs";
import { FRAME_ROOM } from "./frame.ts";

const BLOCK = 4 << 20;
const RECORD_HEADER = 16;

/** What a capture holds. The numbers that a flow program must find again. */
export interface CaptureTotals {
  packets: number;
  /** Octets on the wire, and of the file. */
  wireBytes: number;
  fileBytes: number;
  /** Bidirectional and one-way 5-tuples; null where nobody counted them. */
  connections: number | null;
  oneWay: number | null;
  tcp: number;
  udp: number;
  icmp: number;
  ipv6: number;
  vlan: number;
  /** Time from the first packet to the last. */
  seconds: number;
}

export class CaptureOutput {
  /** The block that is being filled; frames are written into it in place. */
  readonly bytes: Uint8Array = new Uint8Array(BLOCK);
  private readonly view = new DataView(this.bytes.buffer);
  private readonly give: (block: Uint8Array) => void;
  private filled = 24;
  private given = 0;
  private first = -1;
  private last = 0;
  packets = 0;
  wireBytes = 0;

  constructor(snapLength: number, give: (block: Uint8Array) => void) {
    this.give = give;
    const { view } = this;
    view.setUint32(0, 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, snapLength, true);
    view.setUint32(20, 1, true);
  }

  /** Where in `bytes` the next packet's first octet goes; there is room for `octets` of them, and more than a generated frame. */
  room(octets = FRAME_ROOM): number {
    if (this.filled + RECORD_HEADER + Math.max(octets, FRAME_ROOM) > BLOCK) this.flush();
    return this.filled + RECORD_HEADER;
  }

  /** Ends the packet that was written at room(). */
  add(seconds: number, microseconds: number, captured: number, wire: number): void {
    const { view, filled } = this;
    view.setUint32(filled, seconds, true);
    view.setUint32(filled + 4, microseconds, true);
    view.setUint32(filled + 8, captured, true);
    view.setUint32(filled + 12, wire, true);
    this.filled = filled + RECORD_HEADER + captured;
    this.packets++;
    this.wireBytes += wire;
    this.last = seconds + microseconds / 1e6;
    if (this.first < 0) this.first = this.last;
  }

  /** Gives away what is there; call it at the end, and then totals(). */
  flush(): void {
    this.give(this.bytes.subarray(0, this.filled));
    this.given += this.filled;
    this.filled = 0;
  }

  totals(): CaptureTotals {
    const seconds = this.packets === 0 ? 0 : this.last - this.first;
    const { packets, wireBytes, given: fileBytes } = this;
    return {
      packets,
      wireBytes,
      fileBytes,
      connections: null,
      oneWay: null,
      tcp: 0,
      udp: 0,
      icmp: 0,
      ipv6: 0,
      vlan: 0,
      seconds,
    };
  }
}

/** Writes all of a block to a file or pipe, also one that says "not now". */
export function writeAll(descriptor: number, block: Uint8Array): void {
  for (let at = 0; at < block.length; ) {
    try {
      at += writeSync(descriptor, block, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
    }
  }
}
