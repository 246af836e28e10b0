// Which of several collectors a flow goes to: always the same one for a flow and for its other direction.
import type { Columns } from "../core/flow-batch.ts";

/** The number of a row's destination, 0 to `destinations` - 1. */
export function destinationOf(columns: Columns, row: number, destinations: number): number {
  const { srcAddr, dstAddr, srcPort, dstPort, srcMac, dstMac, proto } = columns;
  const number = proto[row]!;
  // Sums, so that both directions are alike. What stands for the ports of ICMP is not: a request and its answer differ there.
  const ports = number === 1 || number === 58 ? 0 : srcPort[row]! + dstPort[row]!;
  let hash = Math.imul(number + 1, 0x9e37_79b1) + Math.imul(ports + 1, 0x85eb_ca6b);
  hash += mixed(srcAddr, 16 * row) + mixed(dstAddr, 16 * row);
  if (columns.ipVersion[row] === 0) {
    hash += Math.imul(srcMac[2 * row]! ^ srcMac[2 * row + 1]!, 0xc2b2_ae35);
    hash += Math.imul(dstMac[2 * row]! ^ dstMac[2 * row + 1]!, 0xc2b2_ae35);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a_2d39);
  return Math.floor((((hash ^ (hash >>> 15)) >>> 0) / 4_294_967_296) * destinations);
}

function mixed(octets: Uint8Array, from: number): number {
  let hash = 0;
  for (let at = from; at < from + 16; at++) hash = Math.imul(hash ^ octets[at]!, 0x0100_0193);
  return Math.imul(hash ^ (hash >>> 16), 0x7feb_352d);
}
