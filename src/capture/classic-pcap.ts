// Classic pcap files: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-06.html, and Kuznetsov's "modified" kind.
import { BLOCK_PACKETS, type CaptureInterface, NO_TIME, type PacketBlock } from "../core/packet-block.ts";
import {
  type CaptureFormat,
  type Fault,
  MAX_RECORD_OCTETS,
  type ObservedAt,
  USUAL_PACKET_OCTETS,
  wireLength,
} from "./capture-format.ts";
import type { OctetWindow } from "./octet-window.ts";

// Own constants: an imported binding used in a hot loop costs twice the time.
const PACKETS = BLOCK_PACKETS;
const FILE_HEADER = 24;

/** What the magic number says of a classic pcap file. */
export interface PcapKind {
  readonly littleEndian: boolean;
  readonly nanoseconds: boolean;
  /** Octets before each packet: 16, or 24 in the modified kind (interface, protocol and packet type follow the lengths). */
  readonly recordHeader: 16 | 24;
}

/**
 * File header: magic u32 | major u16 | minor u16 | reserved u32 x 2 | snapshot length u32 | FCS bits 4, 0 x 12, link type u16.
 * Packet record: seconds u32 | fraction u32 | captured length u32 | original length u32 | packet.
 */
export class ClassicPcap implements CaptureFormat {
  readonly interfaces: CaptureInterface[] = [];
  readonly #kind: PcapKind;
  readonly #observed: ObservedAt | undefined;
  #limit = 0;
  #oldLengths = false;

  constructor(kind: PcapKind, observed?: ObservedAt) {
    this.#kind = kind;
    this.#observed = observed;
  }

  read(block: PacketBlock, window: OctetWindow): Fault | null {
    if (this.interfaces.length === 0) {
      if (window.end - window.start < FILE_HEADER) return null;
      const fault = this.#readFileHeader(window);
      if (fault !== null) return fault;
    }
    return this.#readPackets(block, window);
  }

  #readFileHeader(window: OctetWindow): Fault | null {
    const { view, start } = window;
    const little = this.#kind.littleEndian;
    const major = view.getUint16(start + 4, little);
    const minor = view.getUint16(start + 6, little);
    if (major !== 2) {
      const sentence = `expected pcap version 2.x, found version ${major}.${minor}; the file is damaged or not a capture`;
      return { sentence, ahead: 4, inPacket: false };
    }
    const snapLength = view.getUint32(start + 16, little);
    this.interfaces.push({
      index: this.#observed?.index ?? 0,
      name: this.#observed?.name ?? null,
      linkType: view.getUint32(start + 20, little) & 0xffff,
      snapLength: wireLength(snapLength),
    });
    this.#limit = Math.min(Math.max(snapLength, USUAL_PACKET_OCTETS), MAX_RECORD_OCTETS);
    this.#oldLengths = minor <= 3;
    window.start += FILE_HEADER;
    return null;
  }

  /** The hot loop: one record after the other, nothing allocated. */
  #readPackets(block: PacketBlock, window: OctetWindow): Fault | null {
    const { littleEndian, nanoseconds: nano, recordHeader } = this.#kind;
    const limit = this.#limit;
    const oldLengths = this.#oldLengths;
    const { view, end } = window;
    const { offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex } = block;
    const scale = nano ? 1 : 1000;
    const fractions = nano ? 1_000_000_000 : 1_000_000;
    const lastHeader = end - recordHeader;
    let at = window.start;
    let row = block.count;
    let fault: Fault | null = null;
    while (row < PACKETS && at <= lastHeader) {
      // Read as signed: lengths above 2^31 are negative, and the processor need not widen any of them.
      let captured = view.getInt32(at + 8, littleEndian);
      let original = view.getInt32(at + 12, littleEndian);
      // Before version 2.4 some programs wrote the two lengths in the other order.
      if (oldLengths && captured >>> 0 > original >>> 0) [captured, original] = [original, captured];
      if (captured < 0 || captured > limit) {
        fault = lyingLength(captured >>> 0, limit);
        break;
      }
      const first = at + recordHeader;
      const next = first + captured;
      if (next > end) break;
      offset[row] = first;
      capturedLength[row] = captured;
      originalLength[row] = original < 0 ? 0x7fff_ffff : original;
      const fraction = view.getInt32(at + 4, littleEndian);
      if (fraction >= 0 && fraction < fractions) {
        seconds[row] = view.getInt32(at, littleEndian);
        nanoseconds[row] = fraction * scale;
      } else {
        carryFraction(block, row, view.getUint32(at, littleEndian), fraction >>> 0, fractions);
      }
      interfaceIndex[row] = 0;
      row++;
      at = next;
    }
    block.count = row;
    window.start = at;
    return fault;
  }

  describeCut(window: OctetWindow): Fault {
    const left = window.end - window.start;
    if (this.interfaces.length === 0) {
      return {
        sentence: `expected a pcap file header of ${FILE_HEADER} octets, found the end after ${left}`,
        inPacket: false,
      };
    }
    const { recordHeader, littleEndian } = this.#kind;
    const found = `found the end of the capture after ${left}; it was cut short, the packets before are given`;
    if (left < recordHeader) {
      return { sentence: `expected a packet record header of ${recordHeader} octets, ${found}`, inPacket: true };
    }
    const captured = window.view.getUint32(window.start + 8, littleEndian);
    return { sentence: `expected a packet record of ${recordHeader + captured} octets, ${found}`, inPacket: true };
  }

  drops(): { kernel: null; interface: null } {
    return { kernel: null, interface: null };
  }
}

function lyingLength(captured: number, limit: number): Fault {
  const sentence =
    `expected a packet of at most ${limit} octets, found a record that says ${captured}; ` +
    "the capture is damaged here, the packets before are given";
  return { sentence, inPacket: true };
}

/** A fraction of a second and more: a damaged or careless writer. The whole seconds in it count as seconds. */
function carryFraction(block: PacketBlock, row: number, whole: number, fraction: number, fractions: number): void {
  const sum = whole + Math.floor(fraction / fractions);
  const known = sum <= 0xffff_ffff;
  block.seconds[row] = known ? sum : 0;
  block.nanoseconds[row] = known ? (fraction % fractions) * (1_000_000_000 / fractions) : NO_TIME;
}
