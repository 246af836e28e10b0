// What lies in the structures of sFlow (https://sflow.org/developers/structures.php) that are read field by field: name and type.
import { ADDRESS_OCTETS, formatAddress } from "../core/address.ts";
import { MOST_VALUE_OCTETS } from "../core/other-fields.ts";
import type { XdrCursor } from "./xdr-cursor.ts";

/**
 * percent: hundredths (-1 = not known). mac: 6 octets, padded. address: its type stands before it. octets4 to octets16 and opaque
 * are given in hexadecimal.
 */
export type SflowType =
  | "u32"
  | "u64"
  | "i32"
  | "float"
  | "percent"
  | "mac"
  | "ipv4"
  | "ipv6"
  | "address"
  | "octets4"
  | "octets8"
  | "octets16"
  | "uuid"
  | "string"
  | "opaque";

export type SflowLayout = readonly (readonly [name: string, type: SflowType])[];

/** Fields of one type in a row. */
export function fields(type: SflowType, names: string, prefix = ""): SflowLayout {
  return names.split(" ").map((name) => [prefix + name, type] as const);
}

/** The value of the field at the cursor; what is beyond the end shows in `cursor.whole`. Numbers beyond 2^53 are text. */
export function readField(cursor: XdrCursor, type: SflowType): number | string {
  switch (type) {
    case "u32":
      return cursor.u32();
    case "i32":
      return cursor.u32() | 0;
    case "u64":
      return readU64(cursor);
    case "float":
      return readFloat(cursor);
    case "percent": {
      const hundredths = cursor.u32() | 0;
      return hundredths === -1 ? -1 : hundredths / 100;
    }
    case "mac":
      return readMac(cursor);
    case "ipv4":
      return readIp(cursor, 4);
    case "ipv6":
      return readIp(cursor, 16);
    case "address":
      return readAddress(cursor);
    case "octets4":
      return hexadecimal(cursor, cursor.skip(4), 4);
    case "octets8":
      return hexadecimal(cursor, cursor.skip(8), 8);
    case "octets16":
      return hexadecimal(cursor, cursor.skip(16), 16);
    case "uuid":
      return hexadecimal(cursor, cursor.skip(16), 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
    case "string":
      return readString(cursor);
    default: {
      const at = cursor.opaque();
      return hexadecimal(cursor, at, cursor.length);
    }
  }
}

function readU64(cursor: XdrCursor): number | string {
  const high = cursor.u32();
  const low = cursor.u32();
  if (high < 0x20_0000) return high * 4_294_967_296 + low;
  return String((BigInt(high) << 32n) | BigInt(low));
}

function readFloat(cursor: XdrCursor): number | string {
  const at = cursor.skip(4);
  if (!cursor.whole) return 0;
  const value = cursor.view.getFloat32(at);
  // Seven digits are what 32 bits hold; NaN and infinity are no numbers in JSON.
  return Number.isFinite(value) ? Number(value.toPrecision(7)) : String(value);
}

/** Six octets and their padding. */
function readMac(cursor: XdrCursor): string {
  return hexadecimal(cursor, cursor.skip(8), 6).replace(/..(?=.)/g, "$&:");
}

/** An address of 4 or 16 octets as text. */
export function readIp(cursor: XdrCursor, octets: 4 | 16): string {
  const at = cursor.skip(octets);
  if (!cursor.whole) return "";
  const address = new Uint8Array(ADDRESS_OCTETS);
  if (octets === 4) address.fill(255, 10, 12);
  address.set(cursor.bytes.subarray(at, at + octets), ADDRESS_OCTETS - octets);
  return formatAddress(address);
}

/** type 4 (0 unknown, 1 IPv4, 2 IPv6) | 0, 4 or 16 octets. "" where it is not known. */
export function readAddress(cursor: XdrCursor): string {
  const type = cursor.u32();
  if (type === 1) return readIp(cursor, 4);
  if (type === 2) return readIp(cursor, 16);
  if (type !== 0) cursor.whole = false;
  return "";
}

const decoder = new TextDecoder();

/** Text of UTF-8 octets, without NULs at the end. */
export function readString(cursor: XdrCursor): string {
  const at = cursor.opaque();
  let length = Math.min(cursor.length, MOST_VALUE_OCTETS);
  if (length < cursor.length) cursor.cut = true;
  while (length > 0 && cursor.bytes[at + length - 1] === 0) length--;
  return decoder.decode(cursor.bytes.subarray(at, at + length));
}

/** Octets in hexadecimal, at most half of what a value may have. */
export function hexadecimal(cursor: XdrCursor, at: number, octets: number): string {
  if (!cursor.whole) return "";
  let text = "";
  const end = at + Math.min(octets, MOST_VALUE_OCTETS / 2);
  if (end < at + octets) cursor.cut = true;
  for (let i = at; i < end; i++) text += (cursor.bytes[i]! + 256).toString(16).slice(1);
  return text;
}
