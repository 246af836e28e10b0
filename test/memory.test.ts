// Peak memory: a capture ten times as long with the same live flows takes no more of it.
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeAll } from "../bench/capture-output.ts";
import { generateCapture } from "../bench/generate-capture.ts";
import { measure, missingMeasures } from "../bench/measured-process.ts";
import { CLI, lacks } from "./program.ts";

const FLOWS = 20_000;
/** 24 MiB and more, so that both are read with a second thread. */
const PACKETS = 260_000;
const ALLOWED = 1.15;

const missing = missingMeasures();

test.skipIf(lacks("peak memory", missing === null ? [] : [missing]))(
  "peak memory does not grow with the capture",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "flowgauge-memory-"));
    const peak = async (packets: number) => {
      const path = join(folder, `${packets}.pcap`);
      const file = openSync(path, "w");
      await generateCapture(
        { name: "scale", count: FLOWS, seed: 1, size: { packets, connections: FLOWS, seconds: 1 } },
        (block) => writeAll(file, block),
      );
      closeSync(file);
      const { status, stderr, peakMegabytes } = await measure([process.execPath, CLI, "track", "--json", path]);
      expect(status, stderr).toBe(0);
      rmSync(path);
      return peakMegabytes!;
    };
    try {
      const short = await peak(PACKETS);
      const long = await peak(10 * PACKETS);
      console.log(`peak memory: ${short.toFixed(1)} MB, ten times as long ${long.toFixed(1)} MB`);
      expect(long).toBeLessThan(short * ALLOWED);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
