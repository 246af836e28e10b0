// A share of a second for work that may be left out: what is more is not done, and counted.

const SECOND_MS = 1000;

export class SpareTime {
  /** How often there was no time left. */
  refused = 0;
  private readonly mostMs: number;
  private readonly clock: () => number;
  private readonly processor: () => number;
  private readonly least: number;
  private began = Number.NEGATIVE_INFINITY;
  private spent = 0;
  private done = 0;

  /** `least`: so much of it is done in each second in any case. `share`: 0 to 1 of each second, of processor time: on a busy machine, waiting for a turn is no work. */
  constructor(share: number, least: number, clock: () => number = () => performance.now(), processor = processorMs) {
    this.mostMs = share * SECOND_MS;
    this.least = least;
    this.clock = clock;
    this.processor = processor;
  }

  /** Does so much work where there is time for it in this second; false where there is none. */
  spend(amount: number, work: () => void): boolean {
    const now = this.clock();
    if (now - this.began >= SECOND_MS) {
      this.began = now;
      this.spent = 0;
      this.done = 0;
    }
    if (this.spent >= this.mostMs && this.done >= this.least) {
      this.refused++;
      return false;
    }
    const before = this.processor();
    work();
    this.done += amount;
    this.spent += this.processor() - before;
    return true;
  }
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
