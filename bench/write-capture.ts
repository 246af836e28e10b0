// node .bench-build/bench/write-capture.js NAME [COUNT] [--seed N] [-o FILE]: one generated capture to a file or to a pipe.
import { closeSync, openSync } from "node:fs";
import { parseArgs } from "node:util";
import { writeAll } from "./capture-output.ts";
import { CAPTURE_NAMES, generateCapture } from "./generate-capture.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string", default: "1" }, output: { type: "string", short: "o" } },
});
const name = CAPTURE_NAMES.find((known) => known === positionals[0]);
const count = Number(positionals[1] ?? (name === "scale" ? 100_000 : 1));
const seed = Number(values.seed);
if (name === undefined || !Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  process.stderr.write(
    `write-capture: give one of ${CAPTURE_NAMES.join(", ")}, a count for scale or long, --seed N, -o FILE\n`,
  );
  process.exit(2);
}
const descriptor = values.output === undefined ? 1 : openSync(values.output, "w");
try {
  const totals = await generateCapture({ name, count, seed }, (block) => writeAll(descriptor, block));
  process.stderr.write(`${JSON.stringify(totals)}\n`);
} catch (error) {
  // Whoever reads the pipe may stop early.
  if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
} finally {
  if (values.output !== undefined) closeSync(descriptor);
}
