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
  /** null = there are none. */
  readonly liveFlows: number | null;
  /** Packets, as far as that is known. */
  readonly kernelDrops?: number | null;
  /** Octets of the source read and in all; null where nobody knows. */
  readonly source: { readonly done: number; readonly total: number } | null;
}

/** What collecting shows of itself while it runs. All of it only rises. */
export interface CollectProgressState {
  readonly messages: number;
  readonly records: number;
  readonly lostRecords: number;
  readonly kernelDrops: number;
  readonly exporters: number;
}

/** Work on so many things of which it is known how many there are. */
export interface CountedProgressState {
  readonly done: number;
  readonly total: number;
  /** What they are: "segment". */
  readonly noun: string;
}

export interface Progress<S = ProgressState> {
  /** To be called as often as one likes; draws five times a second at the most. */
  update(state: S): void;
  /** True when an `update` now would draw: to save making the state. */
  due(): boolean;
  /** Clears the line. What is written after it stands where it was; it is drawn again with the next `update`. */
  clear(): void;
  /** Clears the line for good. */
  end(): void;
}

export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

type Clock = () => number;
const CLOCK: Clock = () => performance.now();

/** Draws on a terminal; on anything else nothing is ever written. `now` gives milliseconds. */
export function createProgress(stream: ProgressStream, now: Clock = CLOCK): Progress {
  return stream.isTTY === true ? new TerminalProgress(stream, now, progressLine) : NO_PROGRESS;
}

/** The same for a collector. */
export function createCollectProgress(stream: ProgressStream, now: Clock = CLOCK): Progress<CollectProgressState> {
  return stream.isTTY === true ? new TerminalProgress(stream, now, collectLine) : NO_PROGRESS;
}

/** The same for work on a store's files. */
export function createCountedProgress(stream: ProgressStream, now: Clock = CLOCK): Progress<CountedProgressState> {
  return stream.isTTY === true ? new TerminalProgress(stream, now, countedLine) : NO_PROGRESS;
}

const NO_PROGRESS: Progress<unknown> = { update() {}, due: () => false, clear() {}, end() {} };

/** The line of a state, the one before it (null = none yet), the seconds between them and since the beginning. */
type Line<S> = (state: S, before: S | null, seconds: number, elapsedSeconds: number) => string;

class TerminalProgress<S> implements Progress<S> {
  private readonly stream: ProgressStream;
  private readonly now: Clock;
  private readonly line: Line<S>;
  private readonly startedAt: number;
  private drawnAt: number;
  private drawn = false;
  private last: S | null = null;
  private lastAt: number;

  constructor(stream: ProgressStream, now: Clock, line: Line<S>) {
    this.stream = stream;
    this.now = now;
    this.line = line;
    this.startedAt = now();
    this.lastAt = this.startedAt;
    this.drawnAt = this.startedAt + FIRST_MS - INTERVAL_MS;
  }

  due(): boolean {
    return this.now() - this.drawnAt >= INTERVAL_MS;
  }

  update(state: S): void {
    const time = this.now();
    if (time - this.drawnAt < INTERVAL_MS) return;
    const line = this.line(state, this.last, (time - this.lastAt) / 1000, (time - this.startedAt) / 1000);
    // Some terminals do not know their width and say 0.
    const width = (this.stream.columns || 80) - 1;
    this.stream.write(CLEAR_LINE + line.slice(0, width));
    this.drawn = true;
    this.drawnAt = time;
    this.lastAt = time;
    this.last = state;
  }

  clear(): void {
    if (this.drawn) this.stream.write(CLEAR_LINE);
    this.drawn = false;
  }

  end(): void {
    this.clear();
    this.drawnAt = Number.POSITIVE_INFINITY;
  }
}

function progressLine(state: ProgressState, before: ProgressState | null, seconds: number, elapsed: number): string {
  const { packets, bytes, liveFlows, kernelDrops = null, source } = state;
  const parts = [
    `${withSeparators(packets)} packets`,
    `${withSeparators((packets - (before?.packets ?? 0)) / seconds)}/s`,
    `${withUnit((bytes - (before?.bytes ?? 0)) / seconds, "B")}/s`,
    ...(liveFlows === null ? [] : [`${counted(liveFlows, "flow")} live`]),
    ...(kernelDrops !== null && kernelDrops > 0 ? [`${withSeparators(kernelDrops)} dropped by the kernel`] : []),
  ];
  if (source === null || source.total <= 0) return [...parts, withTime(elapsed)].join("  ");
  const part = Math.min(source.done / source.total, 1);
  const left = part > 0 ? [`${withTime((elapsed * (1 - part)) / part)} left`] : [];
  return [`${Math.floor(part * 100)}%`.padStart(4), ...parts, ...left].join("  ");
}

function collectLine(
  state: CollectProgressState,
  before: CollectProgressState | null,
  seconds: number,
  elapsed: number,
): string {
  const rate = (name: "messages" | "records") => (state[name] - (before?.[name] ?? 0)) / seconds;
  return [
    `${withSeparators(state.messages)} messages ${withSeparators(rate("messages"))}/s`,
    `${withSeparators(state.records)} records ${withSeparators(rate("records"))}/s`,
    counted(state.exporters, "exporter"),
    ...(state.lostRecords > 0 ? [`${withSeparators(state.lostRecords)} lost`] : []),
    ...(state.kernelDrops > 0 ? [`${withSeparators(state.kernelDrops)} dropped by the kernel`] : []),
    withTime(elapsed),
  ].join("  ");
}

function countedLine({ done, total, noun }: CountedProgressState, _: unknown, __: number, elapsed: number): string {
  const left = done === 0 ? [] : [`about ${withTime((elapsed * (total - done)) / done)} left`];
  return [`${withSeparators(done)} of ${counted(total, noun)}`, withTime(elapsed), ...left].join("  ");
}
