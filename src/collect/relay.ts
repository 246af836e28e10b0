// The relay: messages go on to other collectors as they came, octet by octet.
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { parseAddress } from "../core/address.ts";
import { SourceError } from "../core/errors.ts";
import type { Message } from "../core/message.ts";
import type { RelayCounts } from "./collect-view.ts";
import { COLLECT_LIMITS } from "./options.ts";
import type { Peer } from "./peers.ts";
import { type RelayEars, RouteState } from "./relay-state.ts";
import type { RelayTarget } from "./relay-target.ts";
import { SpoofingSender } from "./spoofing-sender.ts";

const MOST_PENDING = COLLECT_LIMITS.relayPending;
/** Of UDP: 65,535 - 8 - 20. An IPFIX message of a stream may be longer. */
const MOST_OCTETS = 65_507;
const LAST_REFUSAL_MS = 20;
const TOO_MANY = "more messages than the system sends";

/** One collector that messages go to. */
interface Route {
  readonly counts: RelayCounts;
  /** 16 octets. */
  readonly address: Uint8Array;
  readonly port: number;
  /** One of the two sends. */
  readonly socket: Socket | null;
  readonly spoofing: SpoofingSender | null;
  pending: number;
  readonly state: RouteState;
}

export class Relay {
  readonly counts: readonly RelayCounts[];
  private readonly routes: readonly Route[];

  private constructor(routes: readonly Route[]) {
    this.routes = routes;
    this.counts = routes.map(({ counts }) => counts);
  }

  /** Rejects with a SourceError where a name has no address, or where spoofing is not possible here. */
  static async open(targets: readonly RelayTarget[], spoof: boolean, ears: RelayEars): Promise<Relay> {
    const routes: Route[] = [];
    try {
      for (const target of targets) routes.push(await openRoute(target, spoof, ears));
      return new Relay(routes);
    } catch (error) {
      await new Relay(routes).close();
      throw error;
    }
  }

  /** Where the messages go: 16 octets and a port each. */
  get targets(): readonly { readonly address: Uint8Array; readonly port: number; readonly target: string }[] {
    return this.routes.map(({ address, port, counts }) => ({ address, port, target: counts.target }));
  }

  /** Passes a message on to every target. Never waits: what cannot go is counted. */
  send(message: Message, peer: Peer): void {
    const octets = message.end - message.start;
    // The message's octets are written over when we return, and a socket sends when it comes to it.
    const copy = Buffer.allocUnsafe(octets);
    copy.set(message.bytes.subarray(message.start, message.end));
    for (const route of this.routes) {
      const { counts, socket, spoofing, state } = route;
      if (octets > MOST_OCTETS || route.pending >= MOST_PENDING) {
        state.failed(1, octets > MOST_OCTETS ? "messages longer than a datagram can be" : TOO_MANY);
        continue;
      }
      const fault = spoofing?.send(peer.octets, message.port, copy) ?? null;
      if (fault !== null) {
        state.failed(1, fault);
        continue;
      }
      counts.sent++;
      counts.bytes += octets;
      if (socket !== null) hand(route, socket, copy, false);
    }
  }

  /** True while so much is on its way that who can wait should: half of what may be. */
  get busy(): boolean {
    return this.routes.some(({ pending, spoofing }) => pending > MOST_PENDING / 2 || spoofing?.busy === true);
  }

  /** Sends what is on its way and ends. */
  async close(): Promise<void> {
    for (let tries = 0; tries < 100 && this.routes.some(({ pending }) => pending > 0); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    // A refusal of the last datagrams needs a moment to come back.
    if (this.routes.some(({ socket, counts }) => socket !== null && counts.sent > 0)) {
      await new Promise((resolve) => setTimeout(resolve, LAST_REFUSAL_MS));
    }
    for (const { socket } of this.routes) socket?.close();
    await Promise.all(this.routes.map(({ spoofing }) => spoofing?.close()));
  }
}

function hand(route: Route, socket: Socket, message: Uint8Array, again: boolean): void {
  const { state } = route;
  route.pending++;
  socket.send(message, (error: NodeJS.ErrnoException | null) => {
    route.pending--;
    if (error === null) {
      state.gone();
      return;
    }
    if (error.code !== "ECONNREFUSED") {
      state.notSent(1, message.length, error.message);
      return;
    }
    state.refused();
    // The refusal is that of a datagram before: the system told it instead of sending this one.
    if (again) state.notSent(1, message.length, "nobody listens on the port");
    else hand(route, socket, message, true);
  });
}

async function openRoute(target: RelayTarget, spoof: boolean, ears: RelayEars): Promise<Route> {
  const name = `${target.host.includes(":") ? `[${target.host}]` : target.host}:${target.port}`;
  const host = await addressOf(target.host, name);
  const counts: RelayCounts = { target: name, sent: 0, bytes: 0, failed: 0, refused: 0, reason: null };
  const state = new RouteState(counts, ears);
  const spoofing = spoof
    ? await SpoofingSender.open(host, target.port, (messages, octets, reason) =>
        state.notSent(messages, octets, reason),
      )
    : null;
  const socket = spoof ? null : await connect(host, target.port, name);
  // Nobody is there (ECONNREFUSED): the answer to a datagram that seemed to be sent.
  socket?.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "ECONNREFUSED") state.refused();
    else state.trouble(error.message);
  });
  const address = parseAddress(host.replace(/%.*$/, ""))!;
  return { counts, address, port: target.port, socket, spoofing, pending: 0, state };
}

async function addressOf(host: string, name: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new SourceError({ source: name }, "expected a name with an address to relay to, found none", { cause });
  }
}

function connect(host: string, port: number, name: string): Promise<Socket> {
  const socket = createSocket(isIP(host) === 4 ? "udp4" : "udp6");
  return new Promise((resolve, reject) => {
    const failed = (cause: Error) => {
      socket.close();
      const sentence = `expected a way to the collector to relay to, found none (${cause.message})`;
      reject(new SourceError({ source: name }, sentence, { cause }));
    };
    socket.once("error", failed);
    socket.connect(port, host, () => {
      socket.removeListener("error", failed);
      resolve(socket);
    });
  });
}
