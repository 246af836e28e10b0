// Makes the captures of the bench: seeded, the same octets everywhere, any length in bounded memory.
import { CaptureOutput, type CaptureTotals } from "./capture-output.ts";
import { LONG_SIZE, MIX_SIZE, type PlanSize, planLong, planMix, planSmall, SMALL_SIZE } from "./connection-plan.ts";
import { SNAP_LENGTH } from "./frame.ts";
import { REAL_PACKETS, REAL_SNAP_LENGTH, writeRealCaptures } from "./real-captures.ts";
import { SeededRandom } from "./seeded-random.ts";
import { SCALE_PACKETS, writeSteadyFlows } from "./steady-flows.ts";
import { writeTraffic } from "./traffic.ts";

/** Raise it when the same seed gives other octets: cached captures are made anew. */
export const GENERATOR_VERSION = 1;

/** `count`: `scale` = flows, `long` = times as long; of no meaning to the others. */
export interface CaptureSpec {
  readonly name: "mix" | "small" | "real" | "scale" | "long";
  readonly count: number;
  readonly seed: number;
  /** Smaller (or bigger) than usual; `real` takes only the packets of it. */
  readonly size?: PlanSize | undefined;
}

export const CAPTURE_NAMES = [
  "mix",
  "small",
  "real",
  "scale",
  "long",
] as const satisfies readonly CaptureSpec["name"][];

/** Octets of the file at the most, to see beforehand whether the disk has room for it. */
export function estimateBytes({ name, count, size }: CaptureSpec): number {
  const record = SNAP_LENGTH + 16;
  if (name === "mix") return (size ?? MIX_SIZE).packets * record;
  if (name === "small") return (size ?? SMALL_SIZE).packets * record;
  if (name === "long") return (size ?? LONG_SIZE).packets * count * record;
  if (name === "scale") return (size?.packets ?? SCALE_PACKETS) * record;
  return (size?.packets ?? REAL_PACKETS) * 700;
}

/** Gives the capture block by block; a block is used again after `give` has returned. Says what the capture holds. */
export async function generateCapture(spec: CaptureSpec, give: (block: Uint8Array) => void): Promise<CaptureTotals> {
  if (spec.name === "real") {
    return writeRealCaptures(spec.size?.packets ?? REAL_PACKETS, new CaptureOutput(REAL_SNAP_LENGTH, give));
  }
  return generateSeeded(spec, give);
}

function generateSeeded({ name, count, seed, size }: CaptureSpec, give: (block: Uint8Array) => void): CaptureTotals {
  const random = new SeededRandom(seed);
  const output = new CaptureOutput(SNAP_LENGTH, give);
  if (name === "scale") return writeSteadyFlows(count, size?.packets ?? SCALE_PACKETS, random, output);
  if (name === "mix") return writeTraffic(planMix(size ?? MIX_SIZE, random), random, output);
  if (name === "small") return writeTraffic(planSmall(size ?? SMALL_SIZE, random), random, output);
  return writeTraffic(planLong(count, random, size), random, output);
}

/** A capture in memory, for tests: e.g. `{ name: "mix", size: { packets: 2000, connections: 200, seconds: 10 } }`. */
export function captureInMemory(spec: {
  readonly name: "mix" | "small";
  readonly size: PlanSize;
  readonly seed?: number;
}): { readonly bytes: Buffer; readonly totals: CaptureTotals } {
  const blocks: Buffer[] = [];
  const totals = generateSeeded({ seed: 1, count: 1, ...spec }, (block) => blocks.push(Buffer.from(block)));
  return { bytes: Buffer.concat(blocks), totals };
}
