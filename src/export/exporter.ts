// Exporter: FlowBatch in, messages to all destinations (the Exporting Process of RFC 7011).
import { SourceError } from "../core/errors.ts";
import { DestinationLedger, type ExportSummary } from "../core/export-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { createMessageEncoder } from "../wire/index.ts";
import { destinationOf } from "./balance.ts";
import { Destination } from "./destination.ts";
import type { DestinationName } from "./destination-name.ts";
import type { Link, LinkEvents } from "./link.ts";
import { destinationsOf, type ExporterOptions, exportOptions } from "./options.ts";
import { STREAM_MESSAGE_OCTETS, StreamLink } from "./stream-link.ts";
import { UdpLink } from "./udp-link.ts";

/** A record waits no longer than this for its message to be full. */
const LONGEST_WAIT_MS = 1000;
const LOOK_EVERY_MS = 250;
/** Different sentences that are kept; the counters go on. */
const MOST_PROBLEMS = 100;

/** Who hears at once what happens to destinations: what is wrong, and what is well again or wrong once more. */
export interface ExportEars {
  problem(error: Error): void;
  note(sentence: string): void;
}

/** The same sentence of a destination is not told again before. */
const AGAIN_MS = 10_000;

/** Rows of a batch that go to one destination. */
class Share {
  rows: Int32Array = new Int32Array(0);
  count = 0;

  begin(rows: number): void {
    if (this.rows.length < rows) this.rows = new Int32Array(rows);
    this.count = 0;
  }
}

export class Exporter {
  private readonly destinations: readonly Destination[];
  /** One share each when they are balanced; else one for all. */
  private readonly shares: readonly Share[];
  private readonly problems: readonly Error[];
  private readonly timer: NodeJS.Timeout;
  private flows = 0;
  private ended = false;
  /** What is under way: batches and the sending of what waited too long come one after the other. */
  private work: Promise<void> = Promise.resolve();
  private busy = false;

  /** Looks up names and makes sockets. A SourceError where a destination has no address; one that nobody listens on is none. */
  static async open(
    words: Partial<ExporterOptions> & { readonly to: readonly string[] },
    ears: ExportEars | null = null,
  ): Promise<Exporter> {
    const options = exportOptions(words);
    const names = destinationsOf(options);
    const problems: Error[] = [];
    const destinations: Destination[] = [];
    try {
      for (const name of names) destinations.push(await openDestination(name, options, problems, ears));
    } catch (error) {
      await Promise.all(destinations.map((destination) => destination.end()));
      throw error;
    }
    return new Exporter(destinations, options.balance, problems);
  }

  private constructor(destinations: readonly Destination[], balance: boolean, problems: readonly Error[]) {
    this.destinations = destinations;
    this.shares = balance ? destinations.map(() => new Share()) : [new Share()];
    this.problems = problems;
    this.timer = setInterval(() => this.flushOld(), LOOK_EVERY_MS);
  }

  /** Sends the records of a batch, which is its owner's again when the promise has resolved. */
  async write(batch: FlowBatch): Promise<void> {
    while (this.busy) await this.work;
    this.busy = true;
    this.work = this.send(batch).finally(() => {
      this.busy = false;
    });
    return this.work;
  }

  private async send(batch: FlowBatch): Promise<void> {
    this.flows += batch.rows;
    this.share(batch);
    const { destinations, shares } = this;
    const work = destinations.map((destination, number) => {
      const share = shares[number % shares.length]!;
      return destination.write(batch, share.rows, share.count);
    });
    await Promise.all(work);
  }

  private share({ rows, capacity, columns }: FlowBatch): void {
    const { shares } = this;
    for (const share of shares) share.begin(capacity);
    if (shares.length === 1) {
      const all = shares[0]!;
      for (let row = 0; row < rows; row++) all.rows[row] = row;
      all.count = rows;
      return;
    }
    for (let row = 0; row < rows; row++) {
      const share = shares[destinationOf(columns, row, shares.length)]!;
      share.rows[share.count++] = row;
    }
  }

  private flushOld(): void {
    if (this.busy || !this.destinations.some((destination) => destination.waitsLonger(LONGEST_WAIT_MS))) return;
    this.busy = true;
    const old = this.destinations.filter((destination) => destination.waitsLonger(LONGEST_WAIT_MS));
    this.work = Promise.all(old.map((destination) => destination.flush()))
      .then(() => {})
      .finally(() => {
        this.busy = false;
      });
  }

  /** The end is near: collectors that are not there are not waited for much longer. */
  hurry(): void {
    for (const destination of this.destinations) destination.hurry();
  }

  /** What has not gone yet counts as failed. */
  abandon(): void {
    for (const destination of this.destinations) destination.abandon();
  }

  /** Sends what is left; resolves when all of it has gone or is counted as failed. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    while (this.busy) await this.work;
    await Promise.all(this.destinations.map((destination) => destination.end()));
    this.ended = true;
  }

  /** True when something that was to be sent was not. */
  failed(): boolean {
    return this.destinations.some(
      ({ ledger }) => ledger.failed.messages > 0 || ledger.refused > 0 || ledger.dropped.queueFull > 0,
    );
  }

  summary(): ExportSummary {
    return {
      flows: this.flows,
      ended: this.ended,
      destinations: this.destinations.map(({ ledger }) => ledger),
      problems: this.problems,
    };
  }
}

async function openDestination(
  to: DestinationName,
  options: ExporterOptions,
  problems: Error[],
  ears: ExportEars | null,
): Promise<Destination> {
  const again = new Map<string, number>();
  const told = (sentence: string) => {
    const now = performance.now();
    const last = again.get(sentence);
    if (last !== undefined && now - last < AGAIN_MS) return;
    again.set(sentence, now);
    ears?.note(`${to.name}: ${sentence}`);
  };
  // The ledger comes after the encoder, which needs to know how long messages may be.
  let ledger: DestinationLedger | null = null;
  const events: LinkEvents = {
    onFailed: (octets, records, messages) => fail(ledger!, octets, records, messages),
    onRefused: () => ledger!.refused++,
    onConnected: () => ledger!.connections++,
    onProblem: (sentence) => {
      if (problems.some(({ message }) => message === `${to.name}: ${sentence}`)) {
        told(sentence);
        return;
      }
      if (problems.length >= MOST_PROBLEMS) return;
      const problem = new SourceError({ source: to.name }, sentence);
      problems.push(problem);
      again.set(sentence, performance.now());
      ears?.problem(problem);
    },
    onBetter: told,
  };
  const { link, messageOctets } = await openLink(to, options, events);
  const encoder = createMessageEncoder({ ...options, messageOctets });
  ledger = new DestinationLedger(to.name, encoder.counts);
  const { rate, refreshMs, refreshMessages } = options;
  // Over connections templates live as long as they do (RFC 7011 section 8.4).
  const never = Number.POSITIVE_INFINITY;
  const refresh =
    to.transport === "udp" ? { refreshMs, refreshMessages } : { refreshMs: never, refreshMessages: never };
  return new Destination(ledger, encoder, link, { rate, ...refresh });
}

/** What was booked as sent was not, after all. */
function fail({ sent, failed }: DestinationLedger, octets: number, records: number, messages: number): void {
  sent.messages -= messages;
  sent.records -= records;
  sent.octets -= octets;
  failed.messages += messages;
  failed.records += records;
  failed.octets += octets;
}

async function openLink(
  to: DestinationName,
  options: ExporterOptions,
  events: LinkEvents,
): Promise<{ link: Link; messageOctets: number }> {
  if (to.transport !== "udp")
    return { link: new StreamLink(to, options, events), messageOctets: STREAM_MESSAGE_OCTETS };
  const link = await UdpLink.open(to, options, events);
  return { link, messageOctets: link.messageOctets };
}
