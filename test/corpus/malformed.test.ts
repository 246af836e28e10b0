// Broken, cut, fuzzed and hostile files: nothing of it crashes, hangs or breaks the ledger; what others can read of it, we read.
import { readdirSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FlowStream, SourceError, type TrackSummary } from "../../src/index.ts";
import { runProgram } from "../program.ts";
import { CORPUS, corpusHere, readTruth } from "./corpus.ts";

const FOLDER = `${CORPUS}malformed/`;
/** One file takes no longer, however broken it is: they have 300 kB at the most. */
const LIMIT_MS = 5000;

/** Files of which we read another number of frames than TShark. */
const DIFFERENT: Readonly<Record<string, number>> = {
  // A version that no program writes: the file is not what it seems to be.
  "derived__bad-version__dev.pcap": 0,
  // Another format, which is named in the sentence with the program that converts it.
  "pcapplusplus__solaris.snoop": 0,
};

const files = corpusHere ? readdirSync(FOLDER).filter((name) => !name.endsWith(".truth.json")) : [];

async function track(name: string): Promise<{ summary: TrackSummary | null; refusal: Error | null }> {
  let stream: FlowStream;
  try {
    stream = await FlowStream.open([`${FOLDER}${name}`], { track: { startEvents: true, updateSeconds: 1 } });
  } catch (error) {
    return { summary: null, refusal: error as Error };
  }
  for await (const _ of stream);
  return { summary: stream.summary(), refusal: null };
}

/** Frames that TShark delivered, where the truth is about frames. */
function framesOf(name: string): number | null {
  try {
    const { totals } = readTruth(`${FOLDER}${name}`);
    return typeof totals?.frames === "number" ? totals.frames : null;
  } catch {
    return null;
  }
}

describe.skipIf(!corpusHere)("malformed files", () => {
  test("are seen", () => {
    expect(files.length).toBeGreaterThan(100);
  });

  test.each(files)("%s", async (name) => {
    const began = performance.now();
    const { summary, refusal } = await track(name);
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    if (refusal !== null) {
      expect(refusal).toBeInstanceOf(SourceError);
      expect(refusal.message).toMatch(/: expected .+, found .+/);
      if (!(name in DIFFERENT)) expect(framesOf(name) ?? 0).toBe(0);
      return;
    }
    const { ledger, problems } = summary!;
    expect(ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
    for (const problem of problems) expect(problem.message).toMatch(/: expected .+, found .+/);
    const frames = framesOf(name);
    // TShark refuses a file of an unknown link type, we count its packets.
    const refused = frames === 0 && ledger.untracked.unknownLinkType.packets === ledger.read.packets;
    if (frames !== null && !refused) expect(ledger.read.packets).toBe(DIFFERENT[name] ?? frames);
  });

  /** Every so many of them through the real program. */
  const some = files.filter((_, index) => index % Math.ceil(files.length / 12) === 3);
  test.each(some)("the program: %s", async (name) => {
    const { code, stderr } = await runProgram(["track", "--json", `${FOLDER}${name}`]);
    expect([0, 1]).toContain(code);
    expect(stderr).not.toMatch(/^ {4}at |this should not happen|DOES NOT ADD UP/m);
    expect(statSync(`${FOLDER}${name}`).isFile()).toBe(true);
  });
});
