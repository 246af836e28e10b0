// What became of the messages for one target of the relay, and what a person is told of it: at once, and not again for each message.
import { SourceError } from "../core/errors.ts";
import { Outage } from "../core/outage.ts";
import type { RelayCounts } from "./collect-view.ts";

/** Who hears what a person should know of the targets: what is wrong, and what else happens to them. */
export interface RelayEars {
  problem(error: Error): void;
  note(sentence: string): void;
}

const NOBODY =
  "expected a collector to relay to, found that nobody listens on the port; start it, the passing on continues";
/** Different reasons that are told of one target; the counters go on. */
const MOST_REASONS = 8;

export class RouteState {
  private readonly counts: RelayCounts;
  private readonly ears: RelayEars;
  private readonly outage = new Outage();
  private readonly told = new Set<string>();

  constructor(counts: RelayCounts, ears: RelayEars) {
    this.counts = counts;
    this.ears = ears;
  }

  /** Messages that were not taken. */
  failed(messages: number, reason: string): void {
    this.counts.failed += messages;
    this.trouble(reason);
  }

  /** Messages that were booked as sent and are not, after all. */
  notSent(messages: number, octets: number, reason: string): void {
    const { counts } = this;
    counts.sent -= messages;
    counts.bytes -= octets;
    this.failed(messages, reason);
  }

  /** Something that the system said. */
  trouble(reason: string): void {
    this.counts.reason = reason;
    this.tell(`expected to pass every message on, found ${reason}; what cannot be sent is counted`);
  }

  /** The answer came that nobody listens: some message before arrived nowhere. */
  refused(): void {
    this.counts.refused++;
    if (this.outage.refused() && !this.tell(NOBODY)) this.ears.note(`${this.counts.target}: ${NOBODY}`);
  }

  /** The system took a message. */
  gone(): void {
    if (this.outage.lasts && this.outage.sent(performance.now())) {
      this.ears.note(`${this.counts.target}: what is relayed is not refused any more`);
    }
  }

  /** True when it is told for the first time. */
  private tell(sentence: string): boolean {
    const { told, ears, counts } = this;
    if (told.has(sentence) || told.size >= MOST_REASONS) return false;
    told.add(sentence);
    ears.problem(new SourceError({ source: counts.target }, sentence));
    return true;
  }
}
