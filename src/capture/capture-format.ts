// CaptureFormat: what a capture file format must offer to be read, and the limits that all of them share.
import type { CaptureInterface, PacketBlock } from "../core/packet-block.ts";
import type { OctetWindow } from "./octet-window.ts";

/** No packet and no block is longer than this: more is a lying length, not a packet. */
export const MAX_RECORD_OCTETS = 16_777_216;
/** Packets up to this length are believed whatever the capture says it kept of each (the greatest length that tcpdump keeps). */
export const USUAL_PACKET_OCTETS = 262_144;

/** Where packets were seen, when we know it better than the capture does: a live interface. */
export interface ObservedAt {
  readonly index: number;
  readonly name: string;
}

/** Why reading cannot go on: a sentence, and how far from the window's start the place is. */
export interface Fault {
  readonly sentence: string;
  readonly ahead?: number;
  /** True when it is a packet that is bad, so that its number helps. */
  readonly inPacket: boolean;
}

export interface CaptureFormat {
  /** All interfaces met so far; only ever grows. */
  readonly interfaces: readonly CaptureInterface[];
  /**
   * Adds packets from the window to the block until the block is full, no whole record is left or a fault is met, and
   * moves window.start behind what it used. The block's offsets point into window.bytes.
   */
  read(block: PacketBlock, window: OctetWindow): Fault | null;
  /** Says what is cut, where octets are left over at the end of the source. */
  describeCut(window: OctetWindow): Fault;
  /** Packets lost, as the capture tells; null = it does not say. */
  drops(): { kernel: number | null; interface: number | null };
}

/** A 32-bit unsigned length as it fits into the block's signed columns: nothing on a wire is longer than 2 GiB. */
export function wireLength(octets: number): number {
  return Math.min(octets, 0x7fff_ffff);
}
