// StreamLink: messages over a connection (TCP, TLS), which is made again when it breaks (RFC 7011 section 10.4, 11).
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { connectionFault, isRefusal } from "./connection-faults.ts";
import type { DestinationName } from "./destination-name.ts";
import { type Link, type LinkEvents, MessagePool } from "./link.ts";
import { HELD_TEXT } from "./options.ts";

export interface TlsOptions {
  /** PEM text. Without `ca` the certificate of the collector is held against those that Node trusts. */
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  /** Name that the collector's certificate must have; null = that of the destination. */
  readonly name: string | null;
}

export interface StreamOptions {
  readonly tls: TlsOptions;
  readonly sourceAddress: string | null;
  /** Milliseconds that a collector that does not answer is waited for before records are dropped and counted. */
  readonly patienceMs: number;
  /** One that is not there is waited for until `hurry`. */
  readonly live: boolean;
}

/** Octets of a message at the most: the content of one TLS record. */
export const STREAM_MESSAGE_OCTETS = 16_384;
/** Messages that wait for the system to take them: half a megabyte. */
const MOST_UNDER_WAY = 32;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
/** Timers cannot be longer. */
const LONGEST_TIMER_MS = 2 ** 31;

interface UnderWay {
  readonly bytes: Uint8Array;
  readonly octets: number;
  readonly records: number;
}

export class StreamLink implements Link {
  session = 0;
  private readonly to: DestinationName;
  private readonly options: StreamOptions;
  private readonly events: LinkEvents;
  private readonly pool = new MessagePool(MOST_UNDER_WAY, STREAM_MESSAGE_OCTETS);
  private socket: Socket | null = null;
  private sessions = 0;
  private pauseMs = FIRST_PAUSE_MS;
  private retry: NodeJS.Timeout | null = null;
  private closing = false;
  private hurried = false;
  /** The last try to connect failed, or the connection broke; said so until there is one. */
  private away = false;
  /** Why, as it was told since the last connection. */
  private readonly told = new Set<string>();
  /** There was no connection for so long that records are not kept waiting for one. */
  private givenUp = false;
  /** Runs while a connection, or a reader at its other end, is waited for. */
  private patience: NodeJS.Timeout | null = null;
  private readonly sent: Set<UnderWay> = new Set();
  private waiting: (() => void)[] = [];
  /** What the system took of this connection's messages. */
  private readonly taken = { messages: 0, records: 0, octets: 0 };

  constructor(to: DestinationName, options: StreamOptions, events: LinkEvents) {
    this.to = to;
    this.options = options;
    this.events = events;
    this.waitForConnection();
    this.connect();
  }

  private waitForConnection(): void {
    if (this.hurried && this.away) this.giveUp();
    else if (this.hurried || !this.options.live) this.startPatience(() => this.giveUp());
  }

  hurry(): void {
    this.hurried = true;
    if (this.session === 0) this.waitForConnection();
  }

  abandon(): void {
    this.hurried = true;
    this.away = true;
    this.giveUp();
    this.socket?.destroy();
  }

  /** One sentence for each reason, until there is a connection again. */
  private tell(sentence: string): void {
    if (this.told.has(sentence)) return;
    this.told.add(sentence);
    this.events.onProblem(sentence);
  }

  /** What is done about it. */
  private get cure(): string {
    return this.options.live ? `up to ${HELD_TEXT} are held meanwhile` : "what cannot be sent is counted";
  }

  private connect(): void {
    this.retry = null;
    const { host, port, transport } = this.to;
    const { tls, sourceAddress } = this.options;
    const where = { host, port, ...(sourceAddress === null ? {} : { localAddress: sourceAddress }) };
    const servername = tls.name ?? (isIP(host) === 0 ? host : undefined);
    const socket =
      transport === "tcp"
        ? connect(where)
        : connectTls({
            ...where,
            minVersion: "TLSv1.2",
            ...(servername === undefined ? {} : { servername }),
            ...(tls.ca === null ? {} : { ca: tls.ca }),
            ...(tls.cert === null ? {} : { cert: tls.cert }),
            ...(tls.key === null ? {} : { key: tls.key }),
          });
    this.socket = socket;
    socket.setNoDelay(true);
    socket.once(transport === "tcp" ? "connect" : "secureConnect", () => this.onOpen());
    socket.on("error", (error) => this.onError(error));
    socket.once("close", (broken) => this.onClose(broken));
    // A collector has nothing to say; what it says all the same must not stop the end of the connection from being seen.
    socket.resume();
  }

  private onOpen(): void {
    this.session = ++this.sessions;
    Object.assign(this.taken, { messages: 0, records: 0, octets: 0 });
    this.pauseMs = FIRST_PAUSE_MS;
    this.givenUp = false;
    this.stopPatience();
    this.events.onConnected();
    if (this.away) this.events.onBetter("there is a connection again");
    this.away = false;
    this.told.clear();
    this.wakeUp();
  }

  private onError(error: NodeJS.ErrnoException): void {
    const { taken, events } = this;
    // In TLS 1.3 a collector refuses our certificate after we have begun to send: nothing of it was read.
    if (isRefusal(error) && taken.messages > 0) {
      events.onFailed(taken.octets, taken.records, taken.messages);
      Object.assign(taken, { messages: 0, records: 0, octets: 0 });
    }
    const found = connectionFault(error, this.session > 0);
    this.tell(`expected a collector that takes a connection, found ${found}; it is tried again, ${this.cure}`);
  }

  private onClose(broken: boolean): void {
    const connected = this.session > 0;
    if (connected && !this.closing && !broken) {
      const sentence = "expected the connection to stay, found that the collector closed it; it is made again";
      this.tell(`${sentence}, ${this.options.live ? this.cure : "what is lost is counted"}`);
    }
    this.socket = null;
    this.session = 0;
    this.away = true;
    if ((connected || this.hurried) && !this.closing) this.waitForConnection();
    for (const message of this.sent) {
      this.events.onFailed(message.octets, message.records, 1);
      this.pool.giveBack(message.bytes);
    }
    this.sent.clear();
    if (!this.closing && !(this.hurried && this.givenUp)) {
      this.retry = setTimeout(() => this.connect(), this.pauseMs);
      this.pauseMs = Math.min(2 * this.pauseMs, LONGEST_PAUSE_MS);
    }
    this.wakeUp();
  }

  private wakeUp(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const resume of waiting) resume();
  }

  /** `over` is called when the patience is over; not before the events that came meanwhile have been heard. */
  private startPatience(over: () => void): void {
    this.stopPatience();
    const { patienceMs } = this.options;
    if (patienceMs < LONGEST_TIMER_MS) this.patience = setTimeout(() => setImmediate(over), patienceMs);
  }

  private stopPatience(): void {
    if (this.patience !== null) clearTimeout(this.patience);
    this.patience = null;
  }

  private giveUp(): void {
    this.givenUp = this.session === 0;
    this.wakeUp();
  }

  async connected(): Promise<void> {
    while (this.session === 0 && !this.givenUp) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    }
  }

  take(): Uint8Array | null {
    return this.pool.take();
  }

  giveBack(bytes: Uint8Array): void {
    this.pool.giveBack(bytes);
  }

  /** A peer that takes nothing for too long is as good as gone. */
  async room(): Promise<void> {
    const { socket } = this;
    let came = false;
    this.startPatience(() => {
      if (came || this.socket !== socket) return;
      this.tell(
        "expected the collector to read, found that it took nothing for too long; the connection is made again",
      );
      socket?.destroy();
    });
    await this.pool.change();
    came = true;
    if (this.session > 0) this.stopPatience();
  }

  send(bytes: Uint8Array, octets: number, records: number): void {
    const message = { bytes, octets, records };
    this.sent.add(message);
    this.socket!.write(bytes.subarray(0, octets), (error) => {
      // What fails is counted once, when the connection is closed.
      if (error || !this.sent.delete(message)) return;
      const { taken } = this;
      taken.messages++;
      taken.records += records;
      taken.octets += octets;
      this.pool.giveBack(bytes);
    });
  }

  async close(): Promise<void> {
    this.closing = true;
    this.stopPatience();
    if (this.retry !== null) clearTimeout(this.retry);
    const { socket } = this;
    if (socket === null) return;
    if (this.session === 0) {
      socket.destroy();
      return;
    }
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    this.startPatience(() => socket.destroy());
    socket.end();
    await closed;
    this.stopPatience();
  }
}
