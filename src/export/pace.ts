// Pace: how fast records may leave, so that no burst is longer than a moment.

/** Milliseconds that may be made up for after a pause. */
const BURST_MS = 10;

export class Pace {
  private readonly msPerRecord: number;
  /** When the next record may leave; milliseconds of the process's clock. */
  private next = 0;

  /** Records per second; 0 = as fast as they come. */
  constructor(rate: number) {
    this.msPerRecord = rate > 0 ? 1000 / rate : 0;
  }

  /** Books records that have left and gives the milliseconds to wait before others may. */
  spend(records: number): number {
    if (this.msPerRecord === 0) return 0;
    const now = performance.now();
    this.next = Math.max(this.next, now - BURST_MS) + records * this.msPerRecord;
    return Math.max(0, this.next - now);
  }
}
