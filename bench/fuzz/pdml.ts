// Fuzzing of the PDML scanner: changed documents, read in pieces of any length, beside saxes.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { mutatePdml } from "../pdml/pdml-mutator.ts";
import { type ReadFrames, readPdml } from "../pdml/read-frames.ts";
import { difference, saxesFrames } from "../pdml/saxes-frames.ts";
import { SeededRandom } from "../seeded-random.ts";

/** The package's folder, from bench/fuzz/ as well as from .bench-build/bench/fuzz/. */
const PACKAGE = new URL(import.meta.url.includes("/.bench-build/") ? "../../../" : "../../", import.meta.url);
const CORPUS = fileURLToPath(new URL("../shared/corpus/pdml/", PACKAGE));
/** Longer documents take their time with saxes. */
const MOST_OCTETS = 30_000;
const LIMITS = { octets: 1 << 20, value: 4096 };
/** Longer than this for one document is a hang. */
const HANG_MS = 2000;

export interface PdmlFuzz {
  readonly documents: number;
  readonly seconds: number;
  /** Documents that saxes read as well (those that are UTF-8), and those with which nothing was wrong. */
  readonly compared: number;
  readonly sound: number;
  readonly frames: number;
  /** What went wrong, in a sentence; null = nothing. */
  readonly failure: string | null;
}

export interface PdmlFuzzOptions {
  readonly seeds: readonly Uint8Array[];
  readonly documents: number;
  readonly seed: number;
  readonly progress?: (done: number) => void;
}

/** PDML that is right: our own, and the corpus' shorter files where it is there. */
export function pdmlSeeds(): Uint8Array[] {
  const fields = ["frame.time_epoch", "ip.src", "tcp.flags.str"].map(
    (name, at) =>
      `<field name="${name}" showname="L&quot;${at}" size="4" pos="${at}" show="\u00b7${at}&amp;" value="0a"/>\n    `,
  );
  const packet = `<packet>\n  <proto name="ip" showname="IP" size="20" pos="14">\n    ${fields.join("")}</proto>\n</packet>\n\n`;
  const own = Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>\n<!-- c -->\n<pdml version="0">\n${packet.repeat(3)}</pdml>\n`,
  );
  if (!existsSync(CORPUS)) return [own];
  const files = readdirSync(CORPUS, { recursive: true, encoding: "utf8" }).filter((file) =>
    /(\.pdml|stdin)$/.test(file),
  );
  const found = files.sort().map((file) => readFileSync(join(CORPUS, file)));
  return [own, ...found.filter((octets) => octets.length <= MOST_OCTETS)];
}

/** Reads so many changed documents; stops at the first failure. */
export async function fuzzPdml({ seeds, documents, seed, progress }: PdmlFuzzOptions): Promise<PdmlFuzz> {
  const random = new SeededRandom(seed);
  const began = performance.now();
  const found = { compared: 0, sound: 0, frames: 0 };
  let failure: string | null = null;
  let done = 0;
  for (; done < documents && failure === null; done++) {
    if (done % 1000 === 0) progress?.(done);
    const document = mutatePdml(seeds[random.below(seeds.length)]!, random);
    const piece = [document.length, 1 + random.below(50), 1 + random.below(5000)][random.below(3)]!;
    const start = performance.now();
    const ours = await readPdml(document, { piece, limits: LIMITS });
    failure = oddities(ours, performance.now() - start);
    found.frames += ours.frames.length;
    const text = Buffer.from(document).toString();
    if (failure === null && Buffer.compare(Buffer.from(text), document) === 0) {
      const saxes = saxesFrames(text);
      found.compared++;
      if (saxes.error === null) found.sound++;
      failure = difference(saxes, ours);
    }
    if (failure !== null) failure = `document ${done} of seed ${seed}: ${failure}: ${JSON.stringify(text)}`;
  }
  return { documents: done, seconds: (performance.now() - began) / 1000, ...found, failure };
}

/** What must hold whatever was read. */
function oddities({ frames, counts, problems }: ReadFrames, ms: number): string | null {
  if (counts.given !== frames.length) return `${counts.given} frames counted, ${frames.length} given`;
  if (counts.frames !== counts.given + counts.tooLarge + counts.malformed)
    return `the sum is wrong: ${JSON.stringify(counts)}`;
  if (problems.length > 1) return `two problems: ${problems.join()}`;
  return ms > HANG_MS ? `it took ${ms.toFixed(0)} ms` : null;
}
