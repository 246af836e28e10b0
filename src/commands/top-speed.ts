// Pace: records of a file are given when their second comes, as fast as it was recorded or n times so.
import { UsageError } from "../core/errors.ts";

const FASTEST = 1e6;

/** A factor of --speed, or max. */
export function speedOf(text: string): number {
  if (text === "max") return Number.POSITIVE_INFINITY;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (value > 0 && value <= FASTEST) return value;
  throw new UsageError(`--speed: expected a number above 0 such as 10 or 0.5, or max, found "${text}".`);
}

/** When a second of records is due. The first one is due at once. */
export class Pace {
  private readonly speed: number;
  private readonly signal: AbortSignal;
  private firstSecond = -1;
  private began = 0;

  constructor(speed: number, signal: AbortSignal) {
    this.speed = speed;
    this.signal = signal;
  }

  /** Resolves when the second is due, or the signal ends the waiting. */
  async until(second: number): Promise<void> {
    if (this.firstSecond < 0) {
      this.firstSecond = second;
      this.began = performance.now();
    }
    const due = this.began + ((second - this.firstSecond) * 1000) / this.speed;
    // A pause of hours between two captures is a long one; it goes on with Ctrl-C only, in steps that a timer can hold.
    for (let left = due - performance.now(); left > 0 && !this.signal.aborted; left = due - performance.now()) {
      await sleep(Math.min(left, 60_000), this.signal);
    }
  }
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done, { once: true });
  });
}
