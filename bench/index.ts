// npm run bench [-- NAMES...] [--rounds N] [--seed N]: ours and the peers that are installed, in turn, over the same captures.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { cachedCapture } from "./capture-cache.ts";
import { benchDecode } from "./collect/decode-alone.ts";
import { VERSIONS } from "./collect/flow-messages.ts";
import { benchCollect } from "./collect/sustained.ts";
import { benchImports } from "./import-cost/index.ts";
import { benchLive } from "./live/index.ts";
import { measure, missingMeasures } from "./measured-process.ts";
import { benchMemory, benchScale } from "./own-growth.ts";
import { benchPdml } from "./pdml/index.ts";
import { BUILD_FIRST, limits, ourPrograms, peers, startSink } from "./programs.ts";
import { benchServe } from "./serve/index.ts";
import { printTable, runInTurn } from "./side-by-side.ts";
import { benchStore } from "./store/index.ts";

const COMPARED = ["mix", "small", "real"] as const;
const NAMES = [
  ...COMPARED,
  "scale",
  "memory",
  "imports",
  "decode",
  "collect",
  "store",
  "live",
  "pdml",
  "serve",
] as const;
type Name = (typeof NAMES)[number];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, seed: { type: "string", default: "1" } },
});
const rounds = Number(values.rounds);
const seed = Number(values.seed);
const unknown = positionals.filter((name) => !NAMES.includes(name as Name));
if (unknown.length > 0 || !Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write(
    `bench: give any of ${NAMES.join(", ")} (default: ${COMPARED.join(" ")}), --rounds N, --seed N\n`,
  );
  process.exit(2);
}
const names = (positionals.length === 0 ? COMPARED : positionals) as readonly Name[];

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

print(
  `${cpus().length} x ${cpus()[0]?.model.trim() ?? "unknown processor"}, Node ${process.versions.node}; absolute times hold for this run only\n`,
);
const missing = missingMeasures();
if (missing !== null) say(missing);

for (const name of names) {
  if (name === "scale") print(await benchScale(rounds, seed, say));
  else if (name === "memory") print(await benchMemory(Math.min(rounds, 3), seed, say));
  else if (name === "imports") print(benchImports(rounds, say));
  else if (name === "decode") print(benchDecode(seed, say));
  else if (name === "collect") print(await benchCollect(VERSIONS, seed, say));
  else if (name === "live") print(benchLive(seed, say));
  else if (name === "pdml") print(await benchPdml(Math.min(rounds, 3), say));
  else if (name === "serve") print(await benchServe(rounds, seed, say));
  else if (name === "store") print(await benchStore(rounds, seed, say));
  else print(await compare(name));
}

async function compare(name: (typeof COMPARED)[number]): Promise<string> {
  const ours = ourPrograms();
  if (ours.length === 0) say(`${BUILD_FIRST}; only the peers and the limits are measured`);
  const capture = await cachedCapture({ name, count: 1, seed }, say);
  const sink = await startSink();
  try {
    const programs = [...ours, ...peers(sink.port, say), ...limits()];
    // Once unmeasured, so that every measured run reads from the page cache.
    for (const limit of limits()) await measure(limit.command(capture.file));
    return printTable(capture, await runInTurn(programs, capture, rounds, say));
  } finally {
    say(`${await sink.end()} exported datagrams arrived`);
  }
}
