// The connections of the generated captures: how many, how big, of what kind, one after the other in the order they begin.
import { type Connection, type ConnectionKind, Identities, KIND } from "./connection.ts";
import type { SeededRandom } from "./seeded-random.ts";

export interface ConnectionPlan {
  readonly connections: number;
  readonly packets: number;
  readonly seconds: number;
  /** Describes connection `index`; asked once for each, in order. `begin` is its first packet's time in microseconds. */
  describe(index: number, begin: number, connection: Connection): void;
}

export interface PlanSize {
  readonly packets: number;
  readonly connections: number;
  readonly seconds: number;
}

export const MIX_SIZE: PlanSize = { packets: 10_000_000, connections: 500_000, seconds: 600 };
export const SMALL_SIZE: PlanSize = { packets: 5_000_000, connections: 2_000_000, seconds: 300 };
/** Times K; 1,000 connections of 20 packets begin in each second and last about 20: some 20,000 are alive at any time. */
export const LONG_SIZE: PlanSize = { packets: 2_000_000, connections: 100_000, seconds: 100 };

/** Everyday traffic: Zipf sizes (the r-th biggest connection has C / r packets), so that few connections have most packets. */
export function planMix({ packets, connections, seconds }: PlanSize, random: SeededRandom): ConnectionPlan {
  const sizes = zipfSizes(packets, connections);
  const order = new Uint32Array(connections).map((_, i) => i);
  random.shuffle(order);
  // Big connections begin in the first half, so that they need not hurry.
  for (let i = connections >> 1; i < connections; i++) {
    for (let other = i; sizes[order[i]!]! > 1000; ) {
      other = random.below(connections >> 1);
      const rank = order[i]!;
      order[i] = order[other]!;
      order[other] = rank;
    }
  }
  const kinds = shareOut(sizes, [0.76, 0.22, 0.02], random);
  const ipv6 = shareOut(sizes, [0.85, 0.15], random);
  const vlan = shareOut(sizes, [0.96, 0.04], random);
  const identities = new Identities();
  return {
    connections,
    packets,
    seconds,
    describe(index, begin, connection) {
      const rank = order[index]!;
      connection.size = sizes[rank]!;
      connection.kind = kinds[rank] as ConnectionKind;
      connection.ipv6 = ipv6[rank] === 1;
      connection.vlan = vlan[rank] === 1;
      // 1 ms to 1 s, each octave as likely; by shifts, for powers differ in their last bit from one engine to the next.
      const gap = (1000 << random.below(10)) * (1 + random.unit());
      connection.gap = Math.min(gap, Math.max(100, (0.97 * seconds * 1e6 - begin) / connection.size));
      identities.give(connection, skewed(random), skewed(random), servicePort(connection.kind, random));
    },
  };
}

/** Scans and name lookups: most connections have one packet or two. */
export function planSmall({ packets, connections, seconds }: PlanSize, random: SeededRandom): ConnectionPlan {
  const counts = [0.45, 0.245, 0.105, 0.05].map((share) => Math.round(share * connections));
  const short = connections - counts.reduce((sum, count) => sum + count);
  const left = packets - (2 * counts[0]! + counts[1]! + 2 * counts[2]! + 2 * counts[3]!);
  if (left < 4 * short) throw new RangeError("too few packets for so many connections");
  const kinds = new Uint32Array(connections).fill(KIND.shortTcp);
  let filled = 0;
  for (const [i, kind] of [KIND.dns, KIND.scan, KIND.refused, KIND.icmp].entries()) {
    kinds.fill(kind, filled, filled + counts[i]!);
    filled += counts[i]!;
  }
  random.shuffle(kinds);
  const identities = new Identities();
  let shorts = 0;
  return {
    connections,
    packets,
    seconds,
    describe(index, _begin, connection) {
      const kind = kinds[index] as ConnectionKind;
      connection.kind = kind;
      connection.size = kind === KIND.scan ? 1 : 2;
      if (kind === KIND.shortTcp) {
        connection.size = Math.floor(((shorts + 1) * left) / short) - Math.floor((shorts * left) / short);
        shorts++;
      }
      connection.ipv6 = random.unit() < 0.1;
      connection.vlan = random.unit() < 0.05;
      connection.gap = 500 + random.unit() * 50_000;
      const scanner = kind === KIND.scan || kind === KIND.refused;
      const anyClient = kind === KIND.icmp ? random.below(65_536) : skewed(random);
      const client = scanner ? random.below(256) : anyClient;
      identities.give(connection, client, scanner ? random.below(65_536) : skewed(random), servicePort(kind, random));
    },
  };
}

/** Connections that end and begin all the time, always as many alive; `times` as long as LONG_SIZE. Needs no memory of its length. */
export function planLong(times: number, random: SeededRandom, size: PlanSize = LONG_SIZE): ConnectionPlan {
  const identities = new Identities();
  let pair = 0;
  return {
    connections: size.connections * times,
    packets: size.packets * times,
    seconds: size.seconds * times,
    describe(index, _begin, connection) {
      // Sizes come in pairs around the mean, so that the sum is exact.
      const mean = size.packets / size.connections;
      if (index % 2 === 0) pair = random.below(mean);
      connection.size = index % 2 === 0 ? mean - pair : mean + pair;
      connection.kind = random.unit() < 0.75 ? KIND.tcp : KIND.udp;
      connection.ipv6 = random.unit() < 0.15;
      connection.vlan = false;
      connection.gap = 1e6;
      identities.give(connection, skewed(random), skewed(random), servicePort(connection.kind, random));
    },
  };
}

function zipfSizes(packets: number, connections: number): Uint32Array {
  let harmonic = 0;
  for (let rank = 1; rank <= connections; rank++) harmonic += 1 / rank;
  const sizes = new Uint32Array(connections).map((_, i) => Math.max(1, Math.floor(packets / harmonic / (i + 1))));
  let excess = sizes.reduce((sum, size) => sum + size, 0) - packets;
  for (let i = Math.min(10, connections - 1); excess !== 0; i = (i + 1) % connections) {
    if (excess < 0) {
      sizes[i]!++;
      excess++;
    } else if (sizes[i]! > 1) {
      sizes[i]!--;
      excess--;
    }
  }
  return sizes;
}

/** Gives each connection a class by chance, so that each class gets its share of all packets: weights are what is left of it. */
function shareOut(sizes: Uint32Array, shares: readonly number[], random: SeededRandom): Uint8Array {
  const packets = sizes.reduce((sum, size) => sum + size, 0);
  const left = shares.map((share) => share * packets);
  return new Uint8Array(sizes.length).map((_, i) => {
    const size = sizes[i]!;
    const weights = left.map((quota) => (quota >= size ? quota : 0));
    let at = random.unit() * weights.reduce((sum, weight) => sum + weight, 0);
    let chosen = 0;
    while (chosen < weights.length - 1 && at >= weights[chosen]!) at -= weights[chosen++]!;
    left[chosen]! -= size;
    return chosen;
  });
}

/** Few hosts speak much, many little. */
function skewed(random: SeededRandom): number {
  const chance = random.unit();
  return Math.floor(65_536 * chance * chance * chance);
}

const TCP_PORTS = Uint16Array.of(443, 443, 443, 443, 443, 443, 80, 80, 22, 993, 8080, 25);
const UDP_PORTS = Uint16Array.of(443, 443, 443, 53, 53, 53, 3478, 51_820);
const SCANNED_PORTS = Uint16Array.of(22, 23, 80, 443, 445, 3389, 5900, 8080);

function servicePort(kind: ConnectionKind, random: SeededRandom): number {
  if (kind === KIND.icmp) return 0;
  if (kind === KIND.dns) return 53;
  const known = kind === KIND.udp ? UDP_PORTS : kind === KIND.scan || kind === KIND.refused ? SCANNED_PORTS : TCP_PORTS;
  return random.unit() < 0.85 ? known[random.below(known.length)]! : 10_000 + random.below(40_000);
}
