// pcapng captures: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-04.html
import { BLOCK_PACKETS, type CaptureInterface, NO_TIME, type PacketBlock } from "../core/packet-block.ts";
import { type CaptureFormat, type Fault, MAX_RECORD_OCTETS, type ObservedAt, wireLength } from "./capture-format.ts";
import { InterfaceTable } from "./interface-table.ts";
import type { OctetWindow } from "./octet-window.ts";
import { readInterfaceOptions, readStatisticsOptions } from "./pcapng-options.ts";
import type { TickClock } from "./tick-clock.ts";

const PACKETS = BLOCK_PACKETS;
const WITHOUT_TIME = NO_TIME;
const WORD = 4_294_967_296;

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const STATISTICS = 5;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const BYTE_ORDER_SWAPPED = 0x4d3c2b1a;

/** Every block: type u32 | total length u32 | body | total length u32. */
const BLOCK_FRAME = 12;
/** Least total length of the blocks that are read. */
const LEAST: Readonly<Record<number, number>> = {
  [SECTION_HEADER]: 28,
  [INTERFACE_DESCRIPTION]: 20,
  [OLD_PACKET]: 32,
  [SIMPLE_PACKET]: 16,
  [STATISTICS]: 24,
  [ENHANCED_PACKET]: 32,
};

export class Pcapng implements CaptureFormat {
  readonly #table: InterfaceTable;
  #little = true;

  constructor(observed?: ObservedAt) {
    this.#table = new InterfaceTable(observed);
  }

  get interfaces(): readonly CaptureInterface[] {
    return this.#table.all;
  }

  /** The hot loop: one block after the other; packets go straight to the columns, all else to `#readOther`. */
  read(block: PacketBlock, window: OctetWindow): Fault | null {
    const { view, end } = window;
    const lastFrame = end - BLOCK_FRAME;
    let at = window.start;
    let fault: Fault | null = null;
    while (block.count < PACKETS && at <= lastFrame) {
      const type = view.getUint32(at, true);
      if (type === SECTION_HEADER) {
        fault = this.#readByteOrder(view, at);
        if (fault !== null) break;
      }
      const little = this.#little;
      const length = view.getUint32(at + 4, little);
      if (length < BLOCK_FRAME || (length & 3) !== 0 || length > MAX_RECORD_OCTETS) {
        fault = badLength(length);
        break;
      }
      if (at + length > end) break;
      if (view.getUint32(at + length - 4, little) !== length) {
        fault = lengthsDiffer(length, view.getUint32(at + length - 4, little));
        break;
      }
      if ((little ? type : swap(type)) === ENHANCED_PACKET && length >= 32) {
        fault = this.#readPacket(block, view, at, length, view.getUint32(at + 8, little));
      } else {
        fault = this.#readOther(block, view, at, length, little ? type : swap(type));
      }
      if (fault !== null) break;
      at += length;
    }
    window.start = at;
    return fault;
  }

  #readByteOrder(view: DataView, at: number): Fault | null {
    const magic = view.getUint32(at + 8, true);
    if (magic === BYTE_ORDER_MAGIC) this.#little = true;
    else if (magic === BYTE_ORDER_SWAPPED) this.#little = false;
    else {
      const found = magic.toString(16).padStart(8, "0");
      return {
        sentence: `expected the pcapng byte order magic 1a2b3c4d, found ${found}; the file is damaged`,
        ahead: 8,
        inPacket: false,
      };
    }
    return null;
  }

  #readOther(block: PacketBlock, view: DataView, at: number, length: number, type: number): Fault | null {
    const least = LEAST[type];
    if (least === undefined) return null;
    const inPacket = type === OLD_PACKET || type === SIMPLE_PACKET || type === ENHANCED_PACKET;
    if (length < least) {
      return {
        sentence: `expected a pcapng block (type ${type}) of at least ${least} octets, found ${length}; the file is damaged here`,
        inPacket,
      };
    }
    if (type === SIMPLE_PACKET) return this.#readSimplePacket(block, view, at, length);
    if (type === OLD_PACKET) return this.#readPacket(block, view, at, length, view.getUint16(at + 8, this.#little));
    if (type === SECTION_HEADER) return this.#startSection(view, at);
    if (type === INTERFACE_DESCRIPTION) return this.#addInterface(view, at, length);
    const number = view.getUint32(at + 8, this.#little);
    this.#table.noteStatistics(number, readStatisticsOptions(view, at + 20, at + length - 4, this.#little));
    return null;
  }

  #startSection(view: DataView, at: number): Fault | null {
    this.#table.startSection();
    const major = view.getUint16(at + 12, this.#little);
    if (major === 1) return null;
    return {
      sentence: `expected pcapng version 1.x, found ${major}; a newer program may read it`,
      ahead: 12,
      inPacket: false,
    };
  }

  #addInterface(view: DataView, at: number, length: number): Fault | null {
    const linkType = view.getUint16(at + 8, this.#little);
    const snapLength = view.getUint32(at + 12, this.#little);
    const { name, clock } = readInterfaceOptions(view, at + 16, at + length - 4, this.#little);
    if (this.#table.add(linkType, wireLength(snapLength), name, clock)) return null;
    return {
      sentence: "expected at most 65536 interfaces, found more; the file is not a real capture",
      inPacket: false,
    };
  }

  /**
   * Enhanced Packet Block: interface u32 | time high u32 | time low u32 | captured u32 | original u32 | packet | options.
   * The old Packet Block has interface u16 and drop count u16 in the place of the first.
   */
  #readPacket(block: PacketBlock, view: DataView, at: number, length: number, number: number): Fault | null {
    const little = this.#little;
    const table = this.#table;
    if (number >= table.sectionIndex.length) return missingInterface(number, table.sectionIndex.length);
    const captured = view.getUint32(at + 20, little);
    if (captured > length - 32) return doesNotFit(captured, length - 32);
    const row = block.count;
    block.offset[row] = at + 28;
    block.capturedLength[row] = captured;
    const original = view.getUint32(at + 24, little);
    block.originalLength[row] = Math.min(original, 0x7fff_ffff);
    block.interfaceIndex[row] = table.sectionIndex[number]!;
    writeTicks(
      block,
      row,
      table.sectionClock[number]!,
      view.getUint32(at + 12, little),
      view.getUint32(at + 16, little),
    );
    block.count = row + 1;
    return null;
  }

  /** Original length u32 | packet: no time, and the captured length follows from the first interface's snapshot length. */
  #readSimplePacket(block: PacketBlock, view: DataView, at: number, length: number): Fault | null {
    const index = this.#table.sectionIndex[0];
    if (index === undefined) return missingInterface(0, 0);
    const original = view.getUint32(at + 8, this.#little);
    const snapLength = this.#table.all[index]!.snapLength;
    const captured = snapLength === 0 ? original : Math.min(original, snapLength);
    if (captured > length - 16) return doesNotFit(captured, length - 16);
    const row = block.count++;
    block.offset[row] = at + 12;
    block.capturedLength[row] = captured;
    block.originalLength[row] = wireLength(original);
    block.interfaceIndex[row] = index;
    block.seconds[row] = 0;
    block.nanoseconds[row] = WITHOUT_TIME;
    return null;
  }

  describeCut(window: OctetWindow): Fault {
    const left = window.end - window.start;
    const found = `found the end of the capture after ${left}; it was cut short, the packets before are given`;
    if (left < BLOCK_FRAME) {
      return { sentence: `expected a pcapng block of at least ${BLOCK_FRAME} octets, ${found}`, inPacket: false };
    }
    const length = window.view.getUint32(window.start + 4, this.#little);
    return { sentence: `expected a pcapng block of ${length} octets, ${found}`, inPacket: false };
  }

  drops(): { kernel: number | null; interface: number | null } {
    return this.#table.drops();
  }
}

/** Writes a packet's time: the short way for whole powers of ten up to 10^9 ticks a second, else the exact long one. */
function writeTicks(block: PacketBlock, row: number, clock: TickClock, high: number, low: number): void {
  const unit = clock.unit;
  let seconds: number;
  let nanoseconds: number;
  if (unit !== 0) {
    // The quotient of doubles is at most one off; the remainder modulo 2^32 is exact and says which way.
    seconds = Math.floor((high * WORD + low) / unit);
    let rest = (low - Math.imul(seconds, unit)) | 0;
    if (rest < 0) {
      seconds--;
      rest += unit;
    } else if (rest >= unit) {
      seconds++;
      rest -= unit;
    }
    nanoseconds = rest * clock.scale;
    seconds += clock.offset;
  } else {
    clock.convert(high, low);
    seconds = clock.seconds;
    nanoseconds = clock.nanoseconds;
  }
  const known = seconds >= 0 && seconds < WORD;
  block.seconds[row] = known ? seconds : 0;
  block.nanoseconds[row] = known ? nanoseconds : WITHOUT_TIME;
}

function swap(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
}

function badLength(length: number): Fault {
  const sentence =
    `expected a pcapng block length of 12 to ${MAX_RECORD_OCTETS} and a multiple of 4, found ${length}; ` +
    "the file is damaged here, the packets before are given";
  return { sentence, ahead: 4, inPacket: false };
}

function lengthsDiffer(first: number, last: number): Fault {
  const sentence =
    `expected a pcapng block that ends with its length ${first}, found ${last}; ` +
    "the file is damaged here, the packets before are given";
  return { sentence, inPacket: false };
}

function missingInterface(number: number, known: number): Fault {
  const sentence =
    `expected a packet of one of the ${known} interfaces described before it, found interface number ${number}; ` +
    "the file is damaged here, the packets before are given";
  return { sentence, inPacket: true };
}

function doesNotFit(captured: number, room: number): Fault {
  const sentence =
    `expected a packet of at most ${room} octets in its block, found one that says ${captured}; ` +
    "the file is damaged here, the packets before are given";
  return { sentence, inPacket: true };
}
