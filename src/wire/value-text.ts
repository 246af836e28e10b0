// Values of elements as text, for what has no column: written into the octets of OtherFields.
import { ADDRESS_TEXT_OCTETS, writeAddress, writeIpv4 } from "../core/address.ts";
import type { AbstractType } from "../core/information-elements.ts";

/** Octets that the text of a value of so many octets takes at the most. */
export function textRoom(length: number): number {
  return Math.max(2 * length, 2 * ADDRESS_TEXT_OCTETS);
}

const HEX = new TextEncoder().encode("0123456789abcdef");
const encoder = new TextEncoder();
const NTP_EPOCH = 2_208_988_800;

/** The unsigned number in up to eight octets; exact to 2^53. */
export function readUnsigned(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = at; i < at + length; i++) value = value * 256 + bytes[i]!;
  return value;
}

/**
 * Writes the value as text at `text[to]`, which has `textRoom` octets, and gives the offset behind it.
 * Numbers in decimal, addresses and MACs as usual, times as milliseconds since 1970 or, where finer, RFC 3339 with nine digits,
 * strings without the NULs at their end, everything else in hexadecimal.
 */
export function writeValue(
  text: Uint8Array,
  to: number,
  type: AbstractType,
  bytes: Uint8Array,
  at: number,
  length: number,
): number {
  switch (type) {
    case "unsigned8":
    case "unsigned16":
    case "unsigned32":
    case "unsigned64":
    case "dateTimeSeconds":
    case "dateTimeMilliseconds":
      return length <= 8 ? writeUnsigned(text, to, bytes, at, length) : writeHex(text, to, bytes, at, length);
    case "signed8":
    case "signed16":
    case "signed32":
    case "signed64":
      return writeAscii(text, to, signedText(bytes, at, length));
    case "float32":
    case "float64":
      return writeAscii(text, to, floatText(bytes, at, length));
    case "boolean":
      return writeAscii(text, to, bytes[at] === 1 ? "true" : bytes[at] === 2 ? "false" : String(bytes[at]));
    case "ipv4Address":
      return length === 4 ? writeIpv4(text, to, bytes, at) : writeHex(text, to, bytes, at, length);
    case "ipv6Address":
      return length === 16 ? writeAddress(text, to, bytes, at) : writeHex(text, to, bytes, at, length);
    case "macAddress":
      return writeMac(text, to, bytes, at, length);
    case "dateTimeMicroseconds":
    case "dateTimeNanoseconds":
      return length === 8
        ? writeAscii(text, to, ntpText(bytes, at, type === "dateTimeMicroseconds"))
        : writeHex(text, to, bytes, at, length);
    case "string":
      return writeString(text, to, bytes, at, length);
    default:
      return writeHex(text, to, bytes, at, length);
  }
}

/** Decimal digits of an unsigned number of up to eight octets. */
function writeUnsigned(text: Uint8Array, to: number, bytes: Uint8Array, at: number, length: number): number {
  if (length > 6) {
    const high = readUnsigned(bytes, at, length - 4);
    const low = readUnsigned(bytes, at + length - 4, 4);
    if (high > 0x1f_ffff) return writeWords(text, to, high, low);
    return writeDigits(text, to, high * 4_294_967_296 + low);
  }
  return writeDigits(text, to, readUnsigned(bytes, at, length));
}

/** Digits of a whole number below 2^53. */
function writeDigits(text: Uint8Array, to: number, value: number): number {
  let end = to + 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
  let rest = value;
  for (let i = end - 1; i >= to; i--) {
    const tenth = Math.floor(rest / 10);
    text[i] = 48 + (rest - tenth * 10);
    rest = tenth;
  }
  return end;
}

/** Two words as one number: divided by 10^9 in steps of 16 bits, so that doubles hold it. */
function writeWords(text: Uint8Array, to: number, high: number, low: number): number {
  const limbs = [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff];
  let head = 0;
  let rest = 0;
  for (const limb of limbs) {
    const part = rest * 65_536 + limb;
    const quotient = Math.floor(part / 1e9);
    head = head * 65_536 + quotient;
    rest = part - quotient * 1e9;
  }
  const end = writeDigits(text, to, head);
  const tail = rest;
  for (let i = end + 8, left = tail; i >= end; i--) {
    const tenth = Math.floor(left / 10);
    text[i] = 48 + (left - tenth * 10);
    left = tenth;
  }
  return end + 9;
}

function signedText(bytes: Uint8Array, at: number, length: number): string {
  if (length === 0 || length > 8) return "";
  let value = 0n;
  for (let i = at; i < at + length; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return String(BigInt.asIntN(8 * length, value));
}

function floatText(bytes: Uint8Array, at: number, length: number): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length);
  if (length === 4) return String(view.getFloat32(0));
  return length === 8 ? String(view.getFloat64(0)) : "";
}

/** RFC 7011 sections 6.1.9 and 6.1.10: seconds since 1900 and a fraction of 2^-32; microseconds leave out its low 11 bits. */
function ntpText(bytes: Uint8Array, at: number, micro: boolean): string {
  const seconds = readUnsigned(bytes, at, 4) - NTP_EPOCH;
  const fraction = readUnsigned(bytes, at + 4, 4);
  const nanoseconds = Math.floor(((micro ? fraction - (fraction % 2048) : fraction) * 1e9) / 4_294_967_296);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(nanoseconds).padStart(9, "0")}Z`;
}

function writeMac(text: Uint8Array, to: number, bytes: Uint8Array, at: number, length: number): number {
  if (length !== 6) return writeHex(text, to, bytes, at, length);
  let end = to;
  for (let i = 0; i < 6; i++) {
    if (i > 0) text[end++] = 58;
    end = writeHex(text, end, bytes, at + i, 1);
  }
  return end;
}

export function writeHex(text: Uint8Array, to: number, bytes: Uint8Array, at: number, length: number): number {
  let end = to;
  for (let i = at; i < at + length; i++) {
    text[end++] = HEX[bytes[i]! >>> 4]!;
    text[end++] = HEX[bytes[i]! & 15]!;
  }
  return end;
}

function writeString(text: Uint8Array, to: number, bytes: Uint8Array, at: number, length: number): number {
  let last = at + length;
  while (last > at && bytes[last - 1] === 0) last--;
  for (let i = at; i < last; i++) text[to + i - at] = bytes[i]!;
  return to + last - at;
}

function writeAscii(text: Uint8Array, to: number, value: string): number {
  return to + encoder.encodeInto(value, text.subarray(to)).written;
}
