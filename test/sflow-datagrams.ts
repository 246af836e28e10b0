// Datagrams of sFlow built field by field for tests: version 5 as sflow.org has it, versions 2 and 4 as RFC 3176 has them.
import { parseAddress } from "../src/core/address.ts";
import { octets, u32 } from "./packets.ts";

export function u64(value: bigint): number[] {
  return [...u32(Number(value >> 32n)), ...u32(Number(value & 0xffff_ffffn))];
}

export function pad(content: Uint8Array): Uint8Array {
  return octets(content, new Uint8Array((4 - (content.length % 4)) % 4));
}

/** Octets of any length: their number, they themselves, padding. */
export function opaque(content: Uint8Array): Uint8Array {
  return octets(u32(content.length), pad(content));
}

export function text(content: string): Uint8Array {
  return opaque(new TextEncoder().encode(content));
}

export function macAddress(address: string): number[] {
  return [...address.split(":").map((pair) => Number.parseInt(pair, 16)), 0, 0];
}

/** The 4 or 16 octets of an address. */
export function ip(address: string): number[] {
  const all = [...parseAddress(address)!];
  return address.includes(":") ? all : all.slice(12);
}

/** An address with its type before it. */
export function typed(address: string): number[] {
  return [...u32(address.includes(":") ? 2 : 1), ...ip(address)];
}

/** Something with its tag and its length. */
export function tagged(tag: number, content: Uint8Array): Uint8Array {
  return octets(u32(tag), u32(content.length), pad(content));
}

export interface SampleFields {
  readonly sequence?: number;
  readonly source?: number;
  readonly rate?: number;
  readonly pool?: number;
  readonly drops?: number;
  readonly input?: number;
  readonly output?: number;
}

function sampleStart({
  sequence = 1,
  source = 3,
  rate = 256,
  pool = 4096,
  drops = 0,
  input = 3,
  output = 4,
}: SampleFields) {
  return [sequence, source, rate, pool, drops, input, output].flatMap(u32);
}

/** A packet header in a flow record of version 5. */
export function headerRecord(
  header: Uint8Array,
  { protocol = 1, frameLength = header.length + 4, stripped = 4 } = {},
): Uint8Array {
  return tagged(1, octets(u32(protocol), u32(frameLength), u32(stripped), opaque(header)));
}

export function flowSample(records: readonly Uint8Array[], given: SampleFields = {}): Uint8Array {
  return tagged(1, octets(sampleStart(given), u32(records.length), ...records));
}

/** Interfaces and source have their formats and classes in four octets of their own. */
export function expandedFlowSample(
  records: readonly Uint8Array[],
  input: readonly [format: number, value: number],
  output: readonly [format: number, value: number],
): Uint8Array {
  const words = [9, 1, 300, 512, 8192, 2, ...input, ...output, records.length];
  return tagged(3, octets(words.flatMap(u32), ...records));
}

export function counterSample(records: readonly Uint8Array[], source = 3): Uint8Array {
  return tagged(2, octets(u32(1), u32(source), u32(records.length), ...records));
}

export interface DatagramFields {
  readonly agent?: string;
  readonly subAgent?: number;
  readonly sequence?: number;
  /** Samples that the header counts. */
  readonly count?: number;
}

/** A datagram of version 5. */
export function sflow5(samples: readonly Uint8Array[], given: DatagramFields = {}): Uint8Array {
  const { agent = "10.0.0.1", subAgent = 0, sequence = 1, count = samples.length } = given;
  return octets(u32(5), typed(agent), u32(subAgent), u32(sequence), u32(1000), u32(count), ...samples);
}

/** A datagram of version 2 or 4. */
export function sflowOld(version: 2 | 4, samples: readonly Uint8Array[], given: DatagramFields = {}): Uint8Array {
  const { agent = "10.0.0.1", sequence = 1, count = samples.length } = given;
  return octets(u32(version), typed(agent), u32(sequence), u32(1000), u32(count), ...samples);
}

/** A flow sample of versions 2 and 4: packet data of type 1 (header), 2 (IPv4) or 3 (IPv6), and extended data. */
export function oldFlowSample(
  kind: 1 | 2 | 3,
  packet: Uint8Array,
  extended: readonly (readonly [type: number, content: Uint8Array])[] = [],
  given: SampleFields = {},
): Uint8Array {
  const parts = extended.map(([type, content]) => octets(u32(type), content));
  return octets(u32(1), sampleStart(given), u32(kind), packet, u32(extended.length), ...parts);
}

/** A packet header as versions 2 and 4 have it. */
export function oldHeader(header: Uint8Array, { protocol = 1, frameLength = header.length + 4 } = {}): Uint8Array {
  return octets(u32(protocol), u32(frameLength), opaque(header));
}

export function oldCounterSample(type: number, counters: Uint8Array, source = 3): Uint8Array {
  return octets(u32(2), u32(1), u32(source), u32(30), u32(type), counters);
}

/** length, protocol, addresses, ports, TCP flags, ToS: 32 octets, or 56 for IPv6. */
export function ipRecord(
  length: number,
  proto: number,
  src: string,
  dst: string,
  ports: readonly [number, number],
  flags = 0,
  tos = 0,
): Uint8Array {
  return octets(u32(length), u32(proto), ip(src), ip(dst), u32(ports[0]), u32(ports[1]), u32(flags), u32(tos));
}

/** The counters of an interface: 88 octets with a different number in each. */
export function interfaceCounters(first = 100): Uint8Array {
  const n = (i: number) => u32(first + i);
  return octets(
    ...[n(0), n(1), u64(10_000_000_000n), n(3), u32(3)],
    ...[u64(0x1_0000_0005n), n(6), n(7), n(8), n(9), n(10), n(11)],
    ...[u64(0xffff_ffff_ffff_ffffn), n(13), n(14), n(15), n(16), n(17), n(18)],
  );
}

/** Counters of 32 bits, one after the other. */
export function counters(count: number, first = 1): Uint8Array {
  return octets(Array.from({ length: count }, (_, i) => u32(first + i)).flat());
}

/** RFC 3176 section 4: extended data of each kind. */
const OLD_PATH = {
  2: octets(u32(3), u32(65_001), u32(65_002), u32(65_003)),
  4: octets(u32(1), u32(2), u32(2), u32(65_001), u32(65_003), u32(1), u32(0xfffe_0001), u32(99)),
};

/** A datagram with samples of every kind; the first sample is of this frame. */
export function oldDatagram(version: 2 | 4, frame: Uint8Array): Uint8Array {
  const extended = [
    [1, octets([100, 1, 200, 2].flatMap(u32))],
    [2, octets(typed("10.9.9.9"), u32(24), u32(16))],
    [3, octets([1, 2, 3].flatMap(u32), OLD_PATH[version])],
    [4, octets(text("ann"), text("bob"))],
    [5, octets(u32(2), text("http://example.net/"))],
  ] as const;
  return sflowOld(version, [
    oldFlowSample(1, oldHeader(frame), extended, { output: 0x8000_0002, source: 0x0000_0011 }),
    oldFlowSample(2, ipRecord(986, 17, "10.2.0.1", "10.2.0.2", [53, 5353], 0, 8)),
    oldFlowSample(3, ipRecord(500, 6, "2001:db8::a", "2001:db8::b", [80, 81], 18, 0), [], { rate: 1 }),
    oldCounterSample(1, interfaceCounters()),
    oldCounterSample(2, octets(interfaceCounters(200), counters(13))),
    oldCounterSample(7, octets(u32(55), u64(123n), counters(4, 10)), 0x0100_0037),
  ]);
}
