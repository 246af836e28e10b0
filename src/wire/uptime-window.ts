// UptimeWindow: NetFlow says times as 32-bit milliseconds since the exporter was started. Which start lets all of them be said?

/** Milliseconds between the start and the last time that can be said, less an hour for messages that wait to be sent. */
const SPAN = 0xffff_ffff - 3_600_000;
/** So much older than the first flow may others be, before another start has to be chosen. */
const MARGIN = 86_400_000;

/** All times are milliseconds since 1970 UTC. */
export class UptimeWindow {
  /** When the exporter was started, as far as anybody can tell. */
  start = 0;
  /** The last time that was seen; -1 = none yet. */
  latest = -1;
  private readonly realClock: boolean;

  /** `realClock`: messages have the time when they are made; else that of the latest record, as if the records were sent live. */
  constructor(realClock: boolean) {
    this.realClock = realClock;
  }

  /** True when a record with these times can go into a message beside those before it. */
  fits(first: number, last: number): boolean {
    const end = Math.max(last, this.latest, this.realClock ? Date.now() : 0);
    return this.latest >= 0 && first >= this.start && end - this.start <= SPAN;
  }

  /** Chooses another start, for these times and what may come near them. False where they are too far apart to be said. */
  open(first: number, last: number): boolean {
    const end = this.realClock ? Math.max(last, Math.min(Date.now(), first + SPAN)) : last;
    this.start = Math.max(0, end - first > SPAN ? end - SPAN : first - Math.min(MARGIN, SPAN - (end - first)));
    this.latest = last;
    return end - first <= SPAN;
  }

  /** Notes the times of a record that is to be in the next message. */
  add(last: number): void {
    if (last > this.latest) this.latest = last;
  }

  /** The time of a message's header: not before any time in the message. */
  now(): number {
    return this.realClock || this.latest < 0 ? Math.max(Date.now(), this.latest) : this.latest;
  }

  /** The same in whole seconds. */
  nowSeconds(): number {
    const now = this.now();
    return now === this.latest
      ? Math.ceil(now / 1000)
      : Math.max(Math.floor(now / 1000), Math.ceil(this.latest / 1000));
  }
}
