// Options of pcapng blocks: draft-ietf-opsawg-pcapng section 3.5, for the Interface Description and Statistics Blocks.
import { TickClock } from "./tick-clock.ts";

const END_OF_OPTIONS = 0;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const ISB_IFDROP = 5;
const ISB_OSDROP = 7;

/** Calls `take` for each whole option between two offsets: code u16 | length u16 | value, padded to 4 octets. */
function eachOption(
  view: DataView,
  from: number,
  to: number,
  little: boolean,
  take: (code: number, at: number, length: number) => void,
): void {
  let at = from;
  while (at + 4 <= to) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === END_OF_OPTIONS || at + 4 + length > to) return;
    take(code, at + 4, length);
    at += 4 + ((length + 3) & ~3);
  }
}

function readUnsigned64(view: DataView, at: number, little: boolean): number {
  const first = view.getUint32(at, little);
  const second = view.getUint32(at + 4, little);
  return little ? second * 4_294_967_296 + first : first * 4_294_967_296 + second;
}

function readSigned64(view: DataView, at: number, little: boolean): number {
  const high = view.getInt32(little ? at + 4 : at, little);
  return high * 4_294_967_296 + view.getUint32(little ? at : at + 4, little);
}

export interface InterfaceOptions {
  readonly name: string | null;
  readonly clock: TickClock;
}

/** What an Interface Description Block's options say. */
export function readInterfaceOptions(view: DataView, from: number, to: number, little: boolean): InterfaceOptions {
  let name: string | null = null;
  let resolution = 6;
  let offset = 0;
  eachOption(view, from, to, little, (code, at, length) => {
    if (code === IF_NAME && length > 0) name = readText(view, at, length);
    else if (code === IF_TSRESOL && length >= 1) resolution = view.getUint8(at);
    else if (code === IF_TSOFFSET && length >= 8) offset = readSigned64(view, at, little);
  });
  return { name, clock: new TickClock(resolution, offset) };
}

const UTF8 = new TextDecoder();

function readText(view: DataView, at: number, length: number): string | null {
  const text = UTF8.decode(new Uint8Array(view.buffer, view.byteOffset + at, length));
  const end = text.indexOf("\0");
  return (end < 0 ? text : text.slice(0, end)) || null;
}

export interface StatisticsOptions {
  readonly interfaceDrops: number | null;
  readonly kernelDrops: number | null;
}

/** What an Interface Statistics Block's options say was lost since the capture began. */
export function readStatisticsOptions(view: DataView, from: number, to: number, little: boolean): StatisticsOptions {
  let interfaceDrops: number | null = null;
  let kernelDrops: number | null = null;
  eachOption(view, from, to, little, (code, at, length) => {
    if (length < 8) return;
    if (code === ISB_IFDROP) interfaceDrops = readUnsigned64(view, at, little);
    else if (code === ISB_OSDROP) kernelDrops = readUnsigned64(view, at, little);
  });
  return { interfaceDrops, kernelDrops };
}
