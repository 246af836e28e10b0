// A share of a second for work that may be left out: what is more is not done, and counted.

const SECOND_MS = 1000;

export class SpareTime {
  /** How often there was no time left. */
  refused = 0;
  private readonly mostMs: number;
  private readonly clock: () => number;
  private began = Number.NEGATIVE_INFINITY;
  private spent = 0;

  /** `share`: 0 to 1 of each second. */
  constructor(share: number, clock: () => number = () => performance.now()) {
    this.mostMs = share * SECOND_MS;
    this.clock = clock;
  }

  /** Does the work where there is time for it in this second; false where there is none. */
  spend(work: () => void): boolean {
    const before = this.clock();
    if (before - this.began >= SECOND_MS) {
      this.began = before;
      this.spent = 0;
    }
    if (this.spent >= this.mostMs) {
      this.refused++;
      return false;
    }
    work();
    this.spent += this.clock() - before;
    return true;
  }
}
