// Sends datagrams to one collector with the exporter's address as source: what waits, what is on its way, and what is done when the
// system refuses a packet, as socat then ends (docs/decisions/0005-spoofing-relay.md).
import { isIpv4, parseAddress } from "../core/address.ts";
import { SourceError } from "../core/errors.ts";
import { RawPacketProcess } from "./raw-packet-process.ts";
import { MTU, SMALLEST_MTU, spoofedPackets } from "./spoofed-packet.ts";

/** Octets that may wait for one target; a datagram itself takes some. */
const MOST_WAITING = 4_194_304;
const DATAGRAM_OCTETS = 256;
/**
 * From here on no further datagram is begun, before socat has said that it sent some. With the pieces of the longest one they fit
 * into the buffer of its socket (4 KB of the kernel's memory each at the most), so that the kernel drops none.
 */
const MOST_FLYING = 48;
/** Between two starts of socat. */
const RESTART_MS = 100;
/** How long messages are refused after a start that brought none of them on its way. */
const REFUSE_MS = 1000;
const END_MS = 2000;

/** Hears of datagrams that were taken and that the system then did not send, and of the octets in them. */
export type FailedDatagrams = (datagrams: number, octets: number, reason: string) => void;

interface Datagram {
  readonly source: Uint8Array;
  readonly sourcePort: number;
  readonly payload: Uint8Array;
}

/** A packet that socat has. */
interface Flying {
  readonly datagram: Datagram;
  readonly last: boolean;
}

export class SpoofingSender {
  private readonly host: string;
  private readonly target: Uint8Array;
  private readonly port: number;
  private readonly onFailed: FailedDatagrams;
  private helper: RawPacketProcess | null = null;
  private starting = false;
  private startedAt = 0;
  /** Packets sent since the start. */
  private progress = 0;
  private mtu = MTU;
  private waiting: Datagram[] = [];
  private readonly flying: Flying[] = [];
  /** Octets of both. */
  private octets = 0;
  private refusal: { readonly reason: string; readonly until: number } | null = null;
  private restart: NodeJS.Timeout | null = null;
  private closed = false;
  private onIdle = () => {};

  private constructor(host: string, port: number, onFailed: FailedDatagrams) {
    this.host = host;
    this.target = parseAddress(host.replace(/%.*$/, ""))!;
    this.port = port;
    this.onFailed = onFailed;
  }

  /** To an address as text and a port. Rejects with a SourceError where there is no socat or no permission. */
  static async open(host: string, port: number, onFailed: FailedDatagrams): Promise<SpoofingSender> {
    const sender = new SpoofingSender(host, port, onFailed);
    await sender.start();
    return sender;
  }

  /** Takes one datagram. The source is 16 octets. Gives why it could not, or null. The payload must stay as it is. */
  send(source: Uint8Array, sourcePort: number, payload: Uint8Array): string | null {
    if (isIpv4(source, 0) !== isIpv4(this.target, 0))
      return "an exporter with IPv4 cannot be shown to a target with IPv6, nor the reverse";
    if (this.refusal !== null && Date.now() < this.refusal.until) return this.refusal.reason;
    this.refusal = null;
    if (this.octets > MOST_WAITING) return "more messages than the system sends";
    this.octets += costOf(payload);
    this.waiting.push({ source, sourcePort, payload });
    this.pump();
    return null;
  }

  /** True while half of what may wait does. */
  get busy(): boolean {
    return this.octets > MOST_WAITING / 2;
  }

  /** Sends what it was given and ends. */
  async close(): Promise<void> {
    const end = Date.now() + END_MS;
    while (this.octets > 0 && Date.now() < end) await this.idle(end - Date.now());
    this.closed = true;
    if (this.restart !== null) clearTimeout(this.restart);
    this.failAll("there was no time left to send them");
    this.helper?.end();
    if (this.helper !== null) await this.idle(END_MS);
    this.helper?.kill();
  }

  /** Resolves when nothing waits any more, or socat has ended, or the time is up. */
  private idle(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async start(): Promise<void> {
    this.starting = true;
    this.startedAt = Date.now();
    this.progress = 0;
    try {
      this.helper = await RawPacketProcess.open(this.host, {
        onSent: (packets) => this.sent(packets),
        onEnded: (reason) => this.ended(reason),
      });
      if (this.closed) this.helper.end();
    } finally {
      this.starting = false;
    }
  }

  /** Hands socat as much as may be on its way, and starts it where there is none. */
  private pump(): void {
    const { helper } = this;
    if (helper === null) {
      this.startAgain();
      return;
    }
    let taken = 0;
    while (this.flying.length < MOST_FLYING && taken < this.waiting.length) {
      const datagram = this.waiting[taken++]!;
      const { source, sourcePort, payload } = datagram;
      const packets = spoofedPackets(source, sourcePort, this.target, this.port, payload, this.mtu);
      for (const [number, packet] of packets.entries()) {
        this.flying.push({ datagram, last: number === packets.length - 1 });
        helper.send(packet);
      }
    }
    if (taken > 0) this.waiting.splice(0, taken);
  }

  private startAgain(): void {
    if (this.starting || this.restart !== null || this.closed || this.waiting.length === 0) return;
    const wait = Math.max(0, this.startedAt + RESTART_MS - Date.now());
    this.restart = setTimeout(() => {
      this.restart = null;
      this.start().then(
        () => this.pump(),
        (fault: unknown) => this.refuse(fault instanceof SourceError ? fault.sentence : String(fault)),
      );
    }, wait);
  }

  private sent(packets: number): void {
    this.progress += packets;
    for (const { datagram, last } of this.flying.splice(0, packets)) {
      if (last) this.octets -= costOf(datagram.payload);
    }
    this.pump();
    if (this.octets === 0) this.onIdle();
  }

  /** What socat still had goes out once more, but for the datagram that the system refused. */
  private ended(reason: string | null): void {
    this.helper = null;
    const again = [...new Set(this.flying.splice(0).map(({ datagram }) => datagram))];
    let shorter = false;
    if (reason !== null && again.length > 0) {
      // An interface that carries less than Ethernet does (PPPoE, tunnels).
      shorter = this.mtu > SMALLEST_MTU && reason.startsWith("Message too l");
      if (shorter) this.mtu = SMALLEST_MTU;
      else {
        const { payload } = again.shift()!;
        this.octets -= costOf(payload);
        this.onFailed(1, payload.length, reason);
      }
    }
    this.waiting = again.concat(this.waiting);
    if (reason !== null && this.progress === 0 && !shorter) this.refuse(reason);
    else this.startAgain();
    if (this.octets === 0 || this.closed) this.onIdle();
  }

  private refuse(reason: string): void {
    this.refusal = { reason, until: Date.now() + REFUSE_MS };
    this.failAll(reason);
    this.onIdle();
  }

  /** What waits and what is on its way counts as not sent. */
  private failAll(reason: string): void {
    const datagrams = [...new Set(this.flying.splice(0).map(({ datagram }) => datagram)), ...this.waiting];
    const octets = datagrams.reduce((sum, { payload }) => sum + payload.length, 0);
    this.waiting = [];
    this.octets = 0;
    if (datagrams.length > 0) this.onFailed(datagrams.length, octets, reason);
  }
}

function costOf(payload: Uint8Array): number {
  return DATAGRAM_OCTETS + payload.length;
}
