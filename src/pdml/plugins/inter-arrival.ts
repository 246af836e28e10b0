// Plug-in inter-arrival: the times between the frames of each flow: how many, least, mean, deviation, most; JSON lines.
import { parseArgs } from "node:util";
import type { FrameView, PdmlPlugin } from "../observer.ts";

export const words = "[--all] (also every time) [--overall] (between all frames, whatever their flow)";

/** Seconds, and nanoseconds of the second: a double of seconds since 1970 has no more than six digits behind the point. */
interface Instant {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** What is known of the times between frames so far. */
interface Gaps {
  last: Instant;
  count: number;
  least: number;
  most: number;
  mean: number;
  /** Sum of the squared distances from the mean (Welford): small differences do not vanish in large sums. */
  squares: number;
  readonly all: number[] | null;
}

const NONE = { min: null, mean: null, deviation: null, max: null };

export const plugin: PdmlPlugin = (given, output) => {
  const { values } = parseArgs({
    args: [...given],
    options: { all: { type: "boolean" }, overall: { type: "boolean" } },
  });
  const keepsAll = values.all === true;

  if (values.overall === true) {
    let overall: Gaps | null = null;
    return {
      onFrame(frame) {
        if (overall === null) overall = began(instantOf(frame), keepsAll);
        else goOn(overall, instantOf(frame));
      },
      onClose() {
        if (overall !== null) output.json({ frames: overall.count + 1, ...figures(overall) });
      },
    };
  }

  const byFlow = new Map<number, Gaps>();
  return {
    onFrame(frame, flow) {
      if (flow === null) return;
      const gaps = byFlow.get(flow.id);
      if (gaps === undefined) byFlow.set(flow.id, began(instantOf(frame), keepsAll));
      else goOn(gaps, instantOf(frame));
    },
    onFlowEnd(flow) {
      const gaps = byFlow.get(flow.id);
      byFlow.delete(flow.id);
      if (gaps === undefined) return;
      const key = Object.fromEntries(flow.keyFields.map((name, at) => [name, flow.key[at]]));
      output.json({ flow: flow.id, key, start: flow.start, frames: flow.frames, ...figures(gaps) });
    },
  };
};

function instantOf(frame: FrameView): Instant {
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d+))?$/.exec(frame.values("frame.time_epoch")[0] ?? "") ?? [];
  if (whole !== undefined) return { seconds: Number(whole), nanoseconds: Number(fraction.padEnd(9, "0").slice(0, 9)) };
  const seconds = Math.floor(frame.time);
  return { seconds, nanoseconds: (frame.time - seconds) * 1e9 };
}

function began(last: Instant, keepsAll: boolean): Gaps {
  const [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return { last, count: 0, least, most, mean: 0, squares: 0, all: keepsAll ? [] : null };
}

/** Negative where a frame is older than the one before it. */
function goOn(gaps: Gaps, now: Instant): void {
  const { last } = gaps;
  const time = now.seconds - last.seconds + (now.nanoseconds - last.nanoseconds) / 1e9;
  gaps.last = now;
  gaps.count++;
  gaps.least = Math.min(gaps.least, time);
  gaps.most = Math.max(gaps.most, time);
  const distance = time - gaps.mean;
  gaps.mean += distance / gaps.count;
  gaps.squares += distance * (time - gaps.mean);
  gaps.all?.push(time);
}

/** In seconds, to the nanosecond. */
function figures({ count, least, most, mean, squares, all }: Gaps): object {
  const known = {
    min: rounded(least),
    mean: rounded(mean),
    deviation: rounded(Math.sqrt(squares / count)),
    max: rounded(most),
  };
  const times = all === null ? {} : { interArrivalTimes: all.map(rounded) };
  return { count, ...(count === 0 ? NONE : known), ...times };
}

function rounded(seconds: number): number {
  return Number(seconds.toFixed(9));
}
