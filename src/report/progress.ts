// One line on a terminal that says how far a run is, and is gone at its end.
import { counted, withSeparators, withTime, withUnit } from "./quantity.ts";

/** Milliseconds between two drawings. */
const INTERVAL_MS = 200;
/** A run that is over sooner shows nothing. */
const FIRST_MS = 1000;
const CLEAR_LINE = "\r\u001b[K";

export interface ProgressState {
  readonly packets: number;
  readonly bytes: number;
  readonly liveFlows: number;
  /** Octets of the source read and in all; null where nobody knows. */
  readonly source: { readonly done: number; readonly total: number } | null;
}

export interface Progress {
  /** To be called as often as one likes; draws five times a second at the most. */
  update(state: ProgressState): void;
  /** True when an `update` now would draw: to save making the state. */
  due(): boolean;
  /** Clears the line. */
  end(): void;
}

export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Draws on a terminal; on anything else nothing is ever written. `now` gives milliseconds. */
export function createProgress(stream: ProgressStream, now: () => number = () => performance.now()): Progress {
  return stream.isTTY === true ? new TerminalProgress(stream, now) : NO_PROGRESS;
}

const NO_PROGRESS: Progress = { update() {}, due: () => false, end() {} };

class TerminalProgress implements Progress {
  private readonly stream: ProgressStream;
  private readonly now: () => number;
  private readonly startedAt: number;
  private drawnAt: number;
  private drawn = false;
  private lastPackets = 0;
  private lastBytes = 0;
  private lastAt: number;

  constructor(stream: ProgressStream, now: () => number) {
    this.stream = stream;
    this.now = now;
    this.startedAt = now();
    this.lastAt = this.startedAt;
    this.drawnAt = this.startedAt + FIRST_MS - INTERVAL_MS;
  }

  due(): boolean {
    return this.now() - this.drawnAt >= INTERVAL_MS;
  }

  update(state: ProgressState): void {
    const time = this.now();
    if (time - this.drawnAt < INTERVAL_MS) return;
    const seconds = (time - this.lastAt) / 1000;
    const line = progressLine(state, {
      packets: (state.packets - this.lastPackets) / seconds,
      bytes: (state.bytes - this.lastBytes) / seconds,
      elapsedSeconds: (time - this.startedAt) / 1000,
    });
    // Some terminals do not know their width and say 0.
    const width = (this.stream.columns || 80) - 1;
    this.stream.write(CLEAR_LINE + line.slice(0, width));
    this.drawn = true;
    this.drawnAt = time;
    this.lastAt = time;
    this.lastPackets = state.packets;
    this.lastBytes = state.bytes;
  }

  end(): void {
    if (this.drawn) this.stream.write(CLEAR_LINE);
    this.drawn = false;
    this.drawnAt = Number.POSITIVE_INFINITY;
  }
}

interface Rates {
  readonly packets: number;
  readonly bytes: number;
  readonly elapsedSeconds: number;
}

function progressLine({ packets, liveFlows, source }: ProgressState, rates: Rates): string {
  const parts = [
    `${withSeparators(packets)} packets`,
    `${withSeparators(rates.packets)}/s`,
    `${withUnit(rates.bytes, "B")}/s`,
    `${counted(liveFlows, "flow")} live`,
  ];
  if (source === null || source.total <= 0) return [...parts, withTime(rates.elapsedSeconds)].join("  ");
  const part = Math.min(source.done / source.total, 1);
  const left = part > 0 ? [`${withTime((rates.elapsedSeconds * (1 - part)) / part)} left`] : [];
  return [`${Math.floor(part * 100)}%`.padStart(4), ...parts, ...left].join("  ");
}
