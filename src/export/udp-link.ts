// UdpLink: messages as datagrams over one connected socket.
import { createSocket, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { SourceError } from "../core/errors.ts";
import { Outage } from "../core/outage.ts";
import type { DestinationName } from "./destination-name.ts";
import { type Link, type LinkEvents, MessagePool } from "./link.ts";

export interface UdpOptions {
  /** Octets of an IP packet at the most. */
  readonly mtu: number;
  /** Our own address; null = the system's choice. */
  readonly sourceAddress: string | null;
  /** Time to live or hop limit; null = the system's choice. */
  readonly ttl: number | null;
}

/** Datagrams that wait for the system to take them. */
const MOST_UNDER_WAY = 128;
/** Octets of the headers of IP and UDP. */
const HEADERS = { 4: 28, 6: 48 } as const;

export class UdpLink implements Link {
  readonly session = 1;
  /** Octets of a message at the most. */
  readonly messageOctets: number;
  private readonly socket: Socket;
  private readonly pool: MessagePool;
  private readonly events: LinkEvents;
  private readonly outage = new Outage();

  /** Looks up the name and connects; a SourceError where there is no such name or no way there. */
  static async open(to: DestinationName, options: UdpOptions, events: LinkEvents): Promise<UdpLink> {
    const own = options.sourceAddress;
    try {
      const family = own === null ? 0 : isIP(own);
      const { address, family: found } = await lookup(to.host, { family });
      const socket = createSocket(found === 6 ? "udp6" : "udp4");
      try {
        await prepare(socket, address, to.port, options);
      } catch (error) {
        socket.close();
        throw error;
      }
      return new UdpLink(socket, options.mtu - HEADERS[found === 6 ? 6 : 4], events);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const reason = code === "ENOTFOUND" ? "no address of that name" : message;
      throw new SourceError({ source: to.name }, `expected a destination that can be sent to, found ${reason}`, {
        cause: error,
      });
    }
  }

  private constructor(socket: Socket, messageOctets: number, events: LinkEvents) {
    this.socket = socket;
    this.messageOctets = messageOctets;
    this.events = events;
    this.pool = new MessagePool(MOST_UNDER_WAY, messageOctets);
    socket.on("error", (error: NodeJS.ErrnoException) => this.heard(error));
  }

  private heard(error: NodeJS.ErrnoException): void {
    if (error.code !== "ECONNREFUSED") {
      this.events.onProblem(`expected to send datagrams, found ${error.message}; what is lost is counted`);
      return;
    }
    this.events.onRefused();
    if (!this.outage.refused()) return;
    this.events.onProblem(
      "expected a collector there, found that nobody listens on the port; start it, the sending goes on",
    );
  }

  take(): Uint8Array | null {
    return this.pool.take();
  }

  giveBack(bytes: Uint8Array): void {
    this.pool.giveBack(bytes);
  }

  room(): Promise<void> {
    return this.pool.change();
  }

  async connected(): Promise<void> {}

  send(bytes: Uint8Array, octets: number, records: number): void {
    this.hand(bytes, octets, records, false);
  }

  private hand(bytes: Uint8Array, octets: number, records: number, again: boolean): void {
    this.socket.send(bytes, 0, octets, (error) => {
      if (error === null) {
        this.pool.giveBack(bytes);
        if (this.outage.lasts && this.outage.sent(performance.now()))
          this.events.onBetter("what is sent is not refused any more");
        return;
      }
      this.heard(error);
      // The refusal is that of a datagram before: the system told it instead of sending this one.
      if ((error as NodeJS.ErrnoException).code === "ECONNREFUSED" && !again) {
        this.hand(bytes, octets, records, true);
        return;
      }
      this.events.onFailed(octets, records, 1);
      this.pool.giveBack(bytes);
    });
  }

  hurry(): void {}

  abandon(): void {}

  async close(): Promise<void> {
    while (this.pool.underWay > 0) await this.pool.change();
    // A refusal of the last datagrams needs a moment to come back.
    await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise<void>((resolve) => this.socket.close(resolve));
  }
}

async function prepare(socket: Socket, address: string, port: number, options: UdpOptions): Promise<void> {
  const { sourceAddress, ttl } = options;
  if (sourceAddress !== null) await settled(socket, (done) => socket.bind({ address: sourceAddress, port: 0 }, done));
  await settled(socket, (done) => socket.connect(port, address, done));
  if (ttl !== null) {
    socket.setTTL(ttl);
    socket.setMulticastTTL(ttl);
  }
}

/** Resolves when the step is done, rejects when the socket reports an error. */
function settled(socket: Socket, step: (done: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    step(() => {
      socket.removeListener("error", reject);
      resolve();
    });
  });
}
