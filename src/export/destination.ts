// Destination: flows to one collector: its own encoder with its own sequence numbers, templates when they are due, its pace, its ledger.
import { setTimeout as sleep } from "node:timers/promises";
import type { DestinationLedger, SentCount } from "../core/export-ledger.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { MessageEncoder } from "../wire/index.ts";
import type { Link } from "./link.ts";
import { Pace } from "./pace.ts";

/** Shorter pauses are made up for later: timers are no finer. */
const LEAST_PAUSE_MS = 2;

export interface DestinationPlan {
  /** Templates and options data are sent again after so many messages, and after so many milliseconds. */
  readonly refreshMessages: number;
  readonly refreshMs: number;
  /** Records per second at the most; 0 = as fast as they come. */
  readonly rate: number;
}

export class Destination {
  readonly ledger: DestinationLedger;
  private readonly encoder: MessageEncoder;
  private readonly plan: DestinationPlan;
  private readonly link: Link;
  private readonly pace: Pace;
  /** Octets that the encoder writes to. */
  private bytes: Uint8Array;
  private session: number;
  private messagesSince = 0;
  private introducedAt = 0;
  /** When the oldest pending record was written. */
  private pendingSince = 0;

  constructor(ledger: DestinationLedger, encoder: MessageEncoder, link: Link, plan: DestinationPlan) {
    this.ledger = ledger;
    this.encoder = encoder;
    this.link = link;
    this.plan = plan;
    this.pace = new Pace(plan.rate);
    this.session = link.session;
    this.bytes = link.take()!;
    encoder.use(this.bytes);
  }

  /** Sends the rows of a batch, but for what waits for the message to be full. */
  async write(batch: FlowBatch, rows: Int32Array, count: number): Promise<void> {
    const { encoder } = this;
    this.ledger.given += count;
    for (let from = 0; from < count; ) {
      const to = encoder.load(batch, rows, from, count);
      if (to === from) {
        await this.flush();
        continue;
      }
      from = to;
      if (encoder.introductionDue) await this.introduce();
      while (encoder.fill()) {
        const wait = this.flush();
        if (wait !== undefined) await wait;
      }
      if (encoder.pending > 0 && this.pendingSince === 0) this.pendingSince = performance.now();
    }
  }

  /** True when records have waited so long for the message to be full. */
  waitsLonger(ms: number): boolean {
    return this.pendingSince > 0 && performance.now() - this.pendingSince >= ms;
  }

  /** Sends the message as it is, full or not. Undefined when that was done at once. */
  flush(): Promise<void> | undefined {
    const { encoder, link, plan } = this;
    if (encoder.pending === 0) return;
    if (link.session === 0 || link.session !== this.session) return this.flushOver();
    const pause = this.sendPending();
    if (++this.messagesSince >= plan.refreshMessages || performance.now() - this.introducedAt >= plan.refreshMs) {
      encoder.renew();
    }
    const bytes = link.take();
    if (bytes !== null) this.takeUp(bytes);
    if (bytes !== null && pause < LEAST_PAUSE_MS && !encoder.introductionDue) return;
    return this.goOn(bytes === null, pause);
  }

  /** All that has to be waited for between two messages. */
  private async goOn(bytesNeeded: boolean, pause: number): Promise<void> {
    if (bytesNeeded) this.takeUp(await this.freeBytes());
    if (this.encoder.introductionDue) await this.introduce();
    if (pause >= LEAST_PAUSE_MS) await sleep(pause);
  }

  private async freeBytes(): Promise<Uint8Array> {
    const { link } = this;
    let bytes = link.take();
    for (; bytes === null; bytes = link.take()) await link.room();
    return bytes;
  }

  private takeUp(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.encoder.use(bytes);
  }

  /** The same over a connection that is new, or is not there. */
  private async flushOver(): Promise<void> {
    const { encoder, link, ledger } = this;
    await link.connected();
    if (link.session !== this.session && link.session > 0) {
      this.session = link.session;
      this.messagesSince = 0;
      encoder.restart();
      await this.introduce();
    }
    if (link.session === this.session && link.session > 0) {
      const pause = this.sendPending();
      await this.goOn(true, pause);
      return;
    }
    const records = encoder.pending;
    book(ledger.failed, encoder.finish(), records);
    this.pendingSince = 0;
  }

  /** Gives the milliseconds to wait afterwards. */
  private sendPending(): number {
    const { encoder, link, ledger } = this;
    const records = encoder.pending;
    const octets = encoder.finish();
    this.pendingSince = 0;
    book(ledger.sent, octets, records);
    link.send(this.bytes, octets, records);
    return this.pace.spend(records);
  }

  /** Sends templates and options data, if there is a connection that they can go over. */
  private async introduce(): Promise<void> {
    const { encoder, link, ledger } = this;
    const connected = () => link.session === this.session && link.session > 0;
    while (encoder.introductionDue && connected()) {
      const bytes = await this.freeBytes();
      const octets = connected() ? encoder.introduce(bytes, ledger.sent) : 0;
      if (octets === 0) {
        link.giveBack(bytes);
        continue;
      }
      book(ledger.sent, octets, 0);
      ledger.introductions++;
      link.send(bytes, octets, 0);
    }
    this.messagesSince = 0;
    this.introducedAt = performance.now();
  }

  /** The end is near: see Link. */
  hurry(): void {
    this.link.hurry();
  }

  abandon(): void {
    this.link.abandon();
  }

  /** Sends what is left and waits until it has gone. */
  async end(): Promise<void> {
    await this.flush();
    this.link.giveBack(this.bytes);
    await this.link.close();
  }
}

function book(count: SentCount, octets: number, records: number): void {
  count.messages++;
  count.records += records;
  count.octets += octets;
}
