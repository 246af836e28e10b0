// Flows as an edge router exports them, made up from a seed: in the order of export, one after the other into the same object.
import { SeededRandom } from "../seeded-random.ts";

/** Clients inside, in 16 networks of one operator; servers outside. Both are chosen by Zipf's law with exponent 1. */
const CLIENTS = 30_000;
const SERVERS = 300_000;
const RESOLVERS = 4;
const SCANNERS = 50;

/** One flow record. Addresses are numbers that addressOf makes octets of; times are ms since 1970. */
export class MadeFlow {
  source = 0;
  destination = 0;
  ipv6 = false;
  sourcePort = 0;
  destinationPort = 0;
  proto = 6;
  flags = 0;
  tos = 0;
  packets = 1;
  bytes = 40;
  start = 0;
  end = 0;
  inInterface = 0;
  outInterface = 0;
  sourceAs = 0;
  destinationAs = 0;
  sourceMask = 0;
  destinationMask = 0;
}

/** Inside addresses are below, outside ones from here on. */
export const OUTSIDE = 0x4000_0000;

/** Service of a server: port, protocol, share of the servers that have it. */
const SERVICES = [
  [443, 6, 0.62],
  [443, 17, 0.12],
  [80, 6, 0.1],
  [123, 17, 0.04],
  [993, 6, 0.03],
  [8080, 6, 0.03],
  [22, 6, 0.02],
  [3478, 17, 0.04],
] as const;

export class FlowTraffic {
  readonly flow = new MadeFlow();
  private readonly random: SeededRandom;
  /** A connection is two records: the second one, the way back, waits here. */
  private back = false;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** Fills `flow` with the next record, which is exported at this time. */
  next(exported: number): void {
    if (this.back) {
      this.turn();
      return;
    }
    const kind = this.random.unit();
    if (kind < 0.03) this.scan(exported);
    else if (kind < 0.28) this.lookup(exported);
    else if (kind < 0.3) this.echo(exported);
    else this.connection(exported);
  }

  private connection(exported: number): void {
    const { flow, random } = this;
    const server = this.zipf(SERVERS);
    const [port, proto] = serviceOf(server);
    this.ends(this.zipf(CLIENTS), server);
    flow.sourcePort = 1024 + random.below(64_000);
    flow.destinationPort = port;
    flow.proto = proto;
    // Pareto: most are short, a few carry most of the octets.
    const size = Math.min(2e5, (1 - random.unit()) ** (-1 / 1.1));
    flow.packets = proto === 6 ? Math.max(1, Math.round(5 * size)) : Math.max(1, Math.round(2 * size));
    flow.flags = proto === 6 ? (flow.packets < 4 ? 0x02 : 0x1b) : 0;
    flow.bytes = flow.packets < 4 ? flow.packets * 60 : flow.packets * (52 + random.below(200)) + random.below(1400);
    const lasted = flow.packets === 1 ? 0 : Math.min(120_000, Math.round(flow.packets * 2 ** (10 * random.unit())));
    // TCP that has ended is told at once, the rest when it has been silent for 15 s.
    this.times(exported, proto === 6 && lasted < 120_000 ? random.below(1000) : 15_000 + random.below(1000), lasted);
    this.back = flow.packets > 1;
  }

  private lookup(exported: number): void {
    const { flow, random } = this;
    this.ends(this.zipf(CLIENTS), random.below(RESOLVERS));
    flow.sourcePort = 1024 + random.below(64_000);
    flow.destinationPort = 53;
    flow.proto = 17;
    flow.flags = 0;
    flow.packets = 1;
    flow.bytes = 56 + random.below(30);
    this.times(exported, 15_000 + random.below(1000), 0);
    this.back = true;
  }

  private echo(exported: number): void {
    const { flow, random } = this;
    this.ends(this.zipf(CLIENTS), this.zipf(SERVERS));
    flow.sourcePort = 0;
    flow.destinationPort = 0x0800;
    flow.proto = 1;
    flow.flags = 0;
    flow.packets = 1 + random.below(4);
    flow.bytes = 84 * flow.packets;
    this.times(exported, 15_000 + random.below(1000), 1000 * (flow.packets - 1) + random.below(20));
  }

  private scan(exported: number): void {
    const { flow, random } = this;
    this.ends(random.below(CLIENTS), SERVERS + random.below(SCANNERS));
    swap(flow);
    flow.sourcePort = 40_000 + random.below(20_000);
    flow.destinationPort = [23, 22, 445, 3389, 80][random.below(5)]!;
    flow.proto = 6;
    flow.flags = 0x02;
    flow.packets = 1;
    flow.bytes = 40;
    this.times(exported, 15_000 + random.below(1000), 0);
  }

  /** The answer to the flow before. */
  private turn(): void {
    const { flow, random } = this;
    this.back = false;
    swap(flow);
    if (flow.proto === 17 && flow.sourcePort === 53) flow.bytes += 16 + random.below(200);
    else if (flow.packets > 3) {
      flow.packets = Math.round(flow.packets * (0.8 + random.unit()));
      flow.bytes = Math.round(flow.packets * (200 + random.below(1200)));
    }
    const late = Math.min(flow.end - flow.start, random.below(40));
    flow.start += late;
  }

  private ends(client: number, server: number): void {
    const { flow, random } = this;
    const network = client & 15;
    flow.ipv6 = (client & 63) < 9 && (server & 7) < 5;
    flow.source = client;
    flow.destination = OUTSIDE + server;
    // Interfaces, systems and masks are those of the networks that the ends are in.
    flow.inInterface = 1 + (network & 3);
    flow.outInterface = 10 + ((server >>> 4) % 3);
    flow.sourceAs = 64_512;
    flow.destinationAs = 1000 + ((server >>> 5) % 4000);
    flow.sourceMask = flow.ipv6 ? 48 : 20;
    flow.destinationMask = flow.ipv6 ? 32 : 16 + ((server >>> 5) % 9);
    flow.tos = random.below(40) === 0 ? 0xb8 : 0;
  }

  private times(exported: number, silent: number, lasted: number): void {
    const { flow } = this;
    flow.end = exported - silent;
    flow.start = flow.end - lasted;
  }

  private zipf(count: number): number {
    return Math.floor(count ** this.random.unit()) - 1;
  }
}

function serviceOf(server: number): readonly [port: number, proto: number] {
  let left = (Math.imul(server, 2_654_435_761) >>> 0) / 4_294_967_296;
  for (const [port, proto, share] of SERVICES) {
    left -= share;
    if (left < 0) return [port, proto];
  }
  return [443, 6];
}

function swap(flow: MadeFlow): void {
  [flow.source, flow.destination] = [flow.destination, flow.source];
  [flow.sourcePort, flow.destinationPort] = [flow.destinationPort, flow.sourcePort];
  [flow.inInterface, flow.outInterface] = [flow.outInterface, flow.inInterface];
  [flow.sourceAs, flow.destinationAs] = [flow.destinationAs, flow.sourceAs];
  [flow.sourceMask, flow.destinationMask] = [flow.destinationMask, flow.sourceMask];
}
