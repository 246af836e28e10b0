// Link: how messages leave for one destination. Implemented over datagrams (udp-link.ts) and connections (stream-link.ts).

/** What a link tells of messages that did not leave after all, and of what people should know. */
export interface LinkEvents {
  /** Messages that were handed to `send` are lost. */
  onFailed(octets: number, records: number, messages: number): void;
  /** The other end says that nobody listens there: some message before did not arrive. */
  onRefused(): void;
  onConnected(): void;
  /** A sentence: expected ..., found ... */
  onProblem(sentence: string): void;
  /** The same of what is well again. */
  onBetter(sentence: string): void;
}

export interface Link {
  /** Counts up with each connection; 0 = there is none now. */
  readonly session: number;
  /** Octets for a message; null when all of them are under way: `room` resolves when some are free again. */
  take(): Uint8Array | null;
  /** Resolves when `take` has something, or when the link gives up what is under way. */
  room(): Promise<void>;
  /** Resolves when there is a connection, or when it is not worth waiting any longer for now. */
  connected(): Promise<void>;
  /** Sends octets that `take` gave, and takes them back when they have left. */
  send(bytes: Uint8Array, octets: number, records: number): void;
  /** Takes back octets that are not sent. */
  giveBack(bytes: Uint8Array): void;
  /** The end is near: a collector that is not there is not waited for much longer. */
  hurry(): void;
  /** Gives up at once what is under way, and the connection. */
  abandon(): void;
  /** Resolves when everything under way has left or is lost. */
  close(): Promise<void>;
}

/** Octets of messages under way, used again and again, so that what waits is bounded. */
export class MessagePool {
  /** How many are not here. */
  underWay = 0;
  private readonly free: Uint8Array[] = [];
  private readonly octets: number;
  private readonly most: number;
  private made = 0;
  private waiting: (() => void)[] = [];

  constructor(messages: number, octets: number) {
    this.most = messages;
    this.octets = octets;
  }

  take(): Uint8Array | null {
    const bytes = this.free.pop() ?? (this.made < this.most ? this.make() : null);
    if (bytes !== null) this.underWay++;
    return bytes;
  }

  private make(): Uint8Array {
    this.made++;
    return new Uint8Array(this.octets);
  }

  giveBack(bytes: Uint8Array): void {
    this.underWay--;
    this.free.push(bytes);
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.waiting = [];
    for (const resume of waiting) resume();
  }

  /** Resolves when something came back. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }
}
