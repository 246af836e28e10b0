// Outage: from the first refusal of datagrams until they have gone for a while without another one. Who is told of it is told twice.

/** So long nobody must refuse what is sent until it counts as taken again. Refusals of slow ways come by then. */
const QUIET_MS = 10_000;

export class Outage {
  /** True while datagrams are refused. */
  lasts = false;
  /** When the first datagram since the last refusal was sent; 0 = none was. */
  private sentAt = 0;

  /** A refusal came. True when it is the first one of an outage. */
  refused(): boolean {
    const first = !this.lasts;
    this.lasts = true;
    this.sentAt = 0;
    return first;
  }

  /** A datagram goes, at a time in milliseconds. True when this is the end of an outage. */
  sent(now: number): boolean {
    if (!this.lasts) return false;
    if (this.sentAt === 0) this.sentAt = now;
    if (now - this.sentAt < QUIET_MS) return false;
    this.lasts = false;
    return true;
  }
}
