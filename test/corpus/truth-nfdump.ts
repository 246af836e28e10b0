// The second truth of NetFlow samples: sums by key as nfdump has them.
import { parseAddress } from "../../src/core/address.ts";
import { type DecodedMessage, hex } from "./decoded-messages.ts";
import type { NetflowTruth } from "./netflow-samples.ts";
import type { Comparison } from "./truth-fields.ts";

interface Sum {
  packets: bigint;
  bytes: bigint;
  /** Milliseconds of the earliest start; null = one of the records has no time that can be said. */
  start: number | null;
}

/** Sums by key as nfdump has them, where it has all of the records and did not multiply by a sampling rate. */
export function compareWithNfdump(truth: NetflowTruth, messages: readonly DecodedMessage[], into: Comparison): void {
  const agreement = truth.peer_agreement_nfdump ?? {};
  if (!agreement.packets_equal || agreement.only_truth || agreement.only_nfdump) return;
  if (agreement.packets_differ || agreement.bytes_differ) return;
  // nfdump drops what comes before its template.
  if (truth.records.some((record) => record.lateTemplate)) return;
  const ours = new Map<string, Sum>();
  for (const { columns } of messages.flatMap(({ rows }) => rows)) {
    const { srcAddr, dstAddr, proto, srcPort, dstPort, packets, bytes, start } = columns;
    const milliseconds = start === "" ? null : Number(BigInt(start) / 1_000_000n);
    add(ours, keyOf(srcAddr, dstAddr, Number(proto), Number(srcPort), Number(dstPort)), packets, bytes, milliseconds);
  }
  const theirs = new Map<string, Sum>();
  for (const record of truth.peers.nfdump?.records ?? []) {
    const [source, destination] = [record.src4_addr ?? record.src6_addr, record.dst4_addr ?? record.dst6_addr];
    if (source === undefined || destination === undefined) continue;
    const [from, to] = [hex(parseAddress(source)!), hex(parseAddress(destination)!)];
    const key = keyOf(from, to, record.proto, record.src_port ?? 0, record.dst_port ?? 0);
    const start = Date.parse(`${record.first}Z`);
    add(theirs, key, record.in_packets, record.in_bytes, Number.isNaN(start) ? null : start);
  }
  const startsAgree = !agreement.start_differ && agreement.start_equal === agreement.packets_equal;
  for (const [key, sum] of theirs) {
    const own = ours.get(key);
    into.nfdump++;
    const sameStart = !startsAgree || sum.start === null || own?.start === sum.start;
    if (own?.packets === sum.packets && own.bytes === sum.bytes && sameStart) continue;
    into.disagreements.push(`nfdump ${key}: ${text(sum)}, here ${own ? text(own) : "nothing"}`);
  }
}

/** nfdump keeps no type and code of ICMP out of NetFlow v9; no address is no address, in IPv4 and in IPv6. */
function keyOf(source: string, destination: string, proto: number, srcPort: number, dstPort: number): string {
  const ports = proto === 1 || proto === 58 ? "" : ` ${srcPort} ${dstPort}`;
  return `${source} ${destination} ${proto}${ports}`.replaceAll("ffff00000000", "000000000000");
}

function add(
  sums: Map<string, Sum>,
  key: string,
  packets: string | number,
  bytes: string | number,
  start: number | null,
): void {
  const sum = sums.get(key) ?? { packets: 0n, bytes: 0n, start: Number.POSITIVE_INFINITY };
  sum.packets += BigInt(packets);
  sum.bytes += BigInt(bytes);
  sum.start = sum.start === null || start === null ? null : Math.min(sum.start, start);
  sums.set(key, sum);
}

function text({ packets, bytes, start }: Sum): string {
  return `${packets} packets, ${bytes} bytes, from ${start}`;
}
