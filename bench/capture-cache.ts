// Generated captures, kept between runs in the folder for temporary files, and made anew when seed or generator change.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CaptureTotals, writeAll } from "./capture-output.ts";
import { type CaptureSpec, estimateBytes, GENERATOR_VERSION, generateCapture } from "./generate-capture.ts";
import { realCaptureOrigin } from "./real-captures.ts";

export interface CachedCapture {
  readonly title: string;
  readonly file: string;
  readonly totals: CaptureTotals;
}

/** Octets that stay free on the disk whatever we make. */
const SPARE = 1e9;

/** The capture's file, made now if it is not there. Throws a sentence when the disk has no room for it. */
export async function cachedCapture(spec: CaptureSpec, say: (line: string) => void): Promise<CachedCapture> {
  const folder = join(tmpdir(), `flowgauge-bench-${spec.seed}-${GENERATOR_VERSION}`);
  const title = captureTitle(spec);
  const packets = spec.size === undefined ? "" : `-${spec.size.packets}`;
  const origin = spec.name === "real" ? `-${realCaptureOrigin()}` : "";
  const file = join(folder, `${title.replace(" ", "-")}${origin}${packets}.pcap`);
  const note = `${file}.json`;
  if (existsSync(file) && existsSync(note)) {
    return { title, file, totals: JSON.parse(readFileSync(note, "utf8")) as CaptureTotals };
  }
  mkdirSync(folder, { recursive: true });
  const { bavail, bsize } = statfsSync(folder);
  const need = estimateBytes(spec) + SPARE;
  if (bavail * bsize < need) {
    throw new Error(
      `${folder} has ${gigabytes(bavail * bsize)} free, ${title} asks for ${gigabytes(need)} (set TMPDIR to another disk)`,
    );
  }
  const begin = performance.now();
  // A run that is broken off leaves no half capture under the right name.
  const unfinished = `${file}.${process.pid}`;
  const descriptor = openSync(unfinished, "w");
  try {
    const totals = await generateCapture(spec, (block) => writeAll(descriptor, block));
    writeFileSync(note, JSON.stringify(totals));
    renameSync(unfinished, file);
    say(
      `made ${title}: ${totals.packets} packets, ${gigabytes(totals.fileBytes)}, in ${((performance.now() - begin) / 1000).toFixed(1)} s`,
    );
    return { title, file, totals };
  } finally {
    closeSync(descriptor);
    rmSync(unfinished, { force: true });
  }
}

export function captureTitle({ name, count }: CaptureSpec): string {
  return name === "scale" || name === "long" ? `${name} ${count}` : name;
}

function gigabytes(octets: number): string {
  return `${(octets / 1e9).toFixed(1)} GB`;
}
