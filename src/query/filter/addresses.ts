// Addresses and networks as people write them, as ranges of 128-bit numbers (IPv4 as ::ffff:a.b.c.d, as in the columns).
import { formatAddress, isIpv4, parseAddress } from "../../core/address.ts";
import { exceptRanges, joinRanges } from "./numbers.ts";
import type { NumberRanges } from "./tree.ts";

type Range = readonly [least: bigint, most: bigint];

const ALL = (1n << 128n) - 1n;
const V4_FIRST = 0xffff_0000_0000n;
const V4_LAST = 0xffff_ffff_ffffn;

export function addressNumber(octets: Uint8Array): bigint {
  let value = 0n;
  for (const octet of octets) value = (value << 8n) | BigInt(octet);
  return value;
}

export function addressOctets(value: bigint): Uint8Array {
  const octets = new Uint8Array(16);
  for (let i = 15, rest = value; i >= 0; i--, rest >>= 8n) octets[i] = Number(rest & 255n);
  return octets;
}

/** As ClickHouse reads it as an IPv6. */
export function ipv6Text(value: bigint): string {
  const octets = addressOctets(value);
  return isIpv4(octets, 0) ? `::ffff:${formatAddress(octets)}` : formatAddress(octets);
}

/**
 * An address, a network `a/length`, `a/mask` or shortened as nfdump allows (`10.0/16`), or a range `a-b`; null where it is none of
 * them. A network of IPv6 does not take in IPv4, although its addresses lie within ::/0.
 */
export function parseNetwork(text: string, mask: string | null = null): readonly Range[] | null {
  const slash = text.indexOf("/");
  if (slash < 0 && mask === null) return parseAddresses(text);
  const [base, length] = slash < 0 ? [text, mask!] : [text.slice(0, slash), text.slice(slash + 1)];
  const octets = parseAddress(base.includes(":") ? base : filled(base, slash >= 0));
  if (octets === null) return null;
  const bits = prefixLength(length, isIpv4(octets, 0));
  return bits === null ? null : withoutIpv4(networkRange(addressNumber(octets), bits));
}

function parseAddresses(text: string): readonly Range[] | null {
  const single = parseAddress(text);
  if (single !== null) return [[addressNumber(single), addressNumber(single)]];
  const dash = text.indexOf("-");
  const [first, last] =
    dash < 0 ? [null, null] : [parseAddress(text.slice(0, dash)), parseAddress(text.slice(dash + 1))];
  if (first === null || last === null || isIpv4(first, 0) !== isIpv4(last, 0)) return null;
  const range: Range = [addressNumber(first), addressNumber(last)];
  return range[0] > range[1] ? null : withoutIpv4(range);
}

/** 10 -> 10.0.0.0, 10.1 -> 10.1.0.0 */
function filled(text: string, shortened: boolean): string {
  const octets = text.split(".");
  return shortened && octets.length < 4 ? [...octets, ..."0000"].slice(0, 4).join(".") : text;
}

/** Bits of the column's 128 that a network fixes. */
function prefixLength(text: string, ipv4: boolean): number | null {
  const most = ipv4 ? 32 : 128;
  if (/^\d{1,3}$/.test(text)) return Number(text) > most ? null : Number(text) + 128 - most;
  const mask = ipv4 && /^[\d.]+$/.test(text) ? parseAddress(text) : null;
  if (mask === null) return null;
  const inverse = Number(~addressNumber(mask) & 0xffff_ffffn);
  // Ones, then zeros: the inverse is one less than a power of two.
  return (inverse & (inverse + 1)) === 0 || inverse === 0xffff_ffff
    ? 128 - (inverse === 0 ? 0 : inverse.toString(2).length)
    : null;
}

function networkRange(address: bigint, bits: number): Range {
  const host = (1n << BigInt(128 - bits)) - 1n;
  return [address & (ALL ^ host), address | host];
}

function withoutIpv4([least, most]: Range): readonly Range[] {
  if (least >= V4_FIRST && most <= V4_LAST) return [[least, most]];
  return exceptRanges([[V4_FIRST, V4_LAST]], least, most);
}

/** All addresses that are not in the ranges, but for the one that is none (::). */
export function otherAddresses(ranges: NumberRanges): NumberRanges {
  return exceptRanges(joinRanges(ranges), 1n, ALL);
}

/** The fewest networks that are a range together. */
export function networksOf([least, most]: Range): readonly { readonly address: bigint; readonly bits: number }[] {
  const networks: { address: bigint; bits: number }[] = [];
  let from = least;
  while (from <= most) {
    let hostBits = 0n;
    // As large as its alignment and what is left allow.
    while (hostBits < 128n) {
      const host = (1n << (hostBits + 1n)) - 1n;
      if ((from & host) !== 0n || from + host > most) break;
      hostBits++;
    }
    networks.push({ address: from, bits: 128 - Number(hostBits) });
    from += 1n << hostBits;
  }
  return networks;
}
