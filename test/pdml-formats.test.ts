// Frames of tshark's JSON and ek beside those of its PDML, over captures of the corpus: the same values, but for what is named here.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FieldNames } from "../src/pdml/field-names.ts";
import { openFrames } from "../src/pdml/open-frames.ts";
import { CORPUS, corpusHere } from "./corpus/corpus.ts";
import { lacks, missingPrograms } from "./program.ts";

const CAPTURES = 120;
const MOST_OCTETS = 30_000;
/** PDML only: a summary of the frame, and wrappers around fields that stand in no protocol. */
const PDML_ONLY = new Set(["geninfo", "num", "len", "caplen", "timestamp", "fake-field-wrapper"]);
/** Of the fields here that ek writes with one name two have it. */
const ONE_IN_EK = new Map([["ceph.data_size", "ceph.data.size"]]);
/** Its times are in the year 586524: tshark 4.0 writes octets of other memory into ek there. */
const LATE = "3cedb8_pcapplusplus__pcapng-example.pcapng";
/** JSON has this character as it is, PDML as this text; there is no room for it in place. */
const DELETE = ["\x7f", "\\x7f"] as const;
/** How PDML and JSON write times, and ek does. */
const PDML_TIME = /^(?:[A-Z][a-z]{2} [ \d]\d, \d{4} \d\d:\d\d:\d\d(\.\d+)? UTC|NULL)$/;
const EK_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Values of one name stand together, and come in another order where some of them lie in other fields. */
const GATHERED = "--no-duplicate-keys";

type FrameValues = ReadonlyMap<string, readonly string[]>;

const skipped = !corpusHere || lacks("tshark's formats", missingPrograms("tshark", "mergecap"));
let folder = "";
let pdml: readonly FrameValues[] = [];

beforeAll(async () => {
  if (skipped) return;
  folder = mkdtempSync(join(tmpdir(), "flowgauge-formats-"));
  const captures = readdirSync(join(CORPUS, "pcap"))
    .filter((name) => !name.endsWith(".json") && name !== LATE)
    .map((name) => join(CORPUS, "pcap", name))
    .filter((path) => statSync(path).size < MOST_OCTETS);
  const step = captures.length / CAPTURES;
  const chosen = Array.from({ length: CAPTURES }, (_, at) => captures[Math.floor(at * step)] ?? "");
  execFileSync("mergecap", ["-a", "-F", "pcapng", "-w", join(folder, "all.pcapng"), ...chosen], { stdio: "ignore" });
  pdml = await framesOf("pdml");
  expect(pdml.length).toBeGreaterThan(1000);
}, 120_000);
afterAll(() => {
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

async function framesOf(format: string, ...words: string[]): Promise<FrameValues[]> {
  const path = join(folder, `${format}${words.join("")}`);
  execFileSync(
    "sh",
    ["-c", `exec tshark -n -r "$0" -T ${format} ${words.join(" ")} > "$1"`, join(folder, "all.pcapng"), path],
    {
      stdio: "ignore",
      // Times are in UTC, as they are in ek.
      env: { ...process.env, TZ: "UTC" },
    },
  );
  const names = new FieldNames();
  const source = await openFrames([path], { names });
  const frames: FrameValues[] = [];
  do {
    for (let frame = source.next(); frame !== null; frame = source.next()) {
      const values = new Map<string, string[]>();
      for (let field = 0; field < frame.fields; field++) {
        const name = names.text(frame.name[field] ?? -1);
        const value = Buffer.from(frame.octets.subarray(frame.valueFrom[field], frame.valueTo[field])).toString();
        const list = values.get(name);
        if (list === undefined) values.set(name, value === "" ? [] : [value]);
        else if (value !== "") list.push(value);
      }
      frames.push(values);
    }
  } while (await source.more());
  await source.close();
  expect(source.problems).toEqual([]);
  expect(source.counts).toMatchObject({ malformed: 0, tooLarge: 0, longValues: 0, deepFields: 0, manyNames: 0 });
  expect(source.counts.octets).toBe(readFileSync(path).length);
  return frames;
}

function same(a: string, b: string): boolean {
  return a === b || a === b.replaceAll(...DELETE);
}

/** What differs between a frame of PDML and the same one of another format, after that format's own differences. */
function differences(
  one: FrameValues,
  other: FrameValues,
  same: (a: string, b: string) => boolean,
  ordered: boolean,
): string[] {
  const found: string[] = [];
  for (const [name, values] of one) {
    const others = other.get(name) ?? other.get(ONE_IN_EK.get(name) ?? "");
    if (others === undefined) {
      // An object with such a name is what lies in a field: one field that is called so, and has no value, goes unseen.
      const isTree = name.endsWith("_tree") && values.length === 0;
      if (!PDML_ONLY.has(name) && !isTree) found.push(`${name} is missing`);
      continue;
    }
    const [a, b] = ordered ? [values, others] : [[...values].sort(), [...others].sort()];
    if (a.length !== b.length || a.some((value, at) => !same(value, b[at] ?? "")))
      found.push(`${name}: ${a.join()} | ${b.join()}`);
  }
  for (const name of other.keys())
    if (!one.has(name) && ![...ONE_IN_EK.values()].includes(name)) found.push(`${name} is new`);
  return found;
}

describe.skipIf(skipped)("the same frames as PDML", () => {
  test.each([["json"], ["json", GATHERED], ["json", "-x"]])(
    "-T %s %s",
    async (format, ...words) => {
      const frames = await framesOf(format, ...words);
      expect(frames.length).toBe(pdml.length);
      const found = frames.flatMap((frame, at) =>
        differences(pdml[at] ?? new Map(), frame, same, words[0] !== GATHERED),
      );
      expect(found).toEqual([]);
    },
    120_000,
  );

  // In ek values of one name are gathered too.
  test.each([["ek"], ["ek", "-x"]])(
    "-T %s %s",
    async (format, ...words) => {
      const frames = await framesOf(format, ...words);
      expect(frames.length).toBe(pdml.length);
      const sameInEk = (a: string, b: string) => same(a, b) || (PDML_TIME.test(a) && EK_TIME.test(b));
      const found = frames.flatMap((frame, at) => differences(pdml[at] ?? new Map(), frame, sameInEk, false));
      expect(found).toEqual([]);
    },
    120_000,
  );
});
