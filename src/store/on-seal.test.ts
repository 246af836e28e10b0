// The command for each segment: words, placeholders, and that nothing in them is for a shell.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { commandWords, ON_SEAL_PLACEHOLDERS, OnSeal } from "./on-seal.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge $(touch x) 'on-seal-"));
afterAll(() => rmSync(folder, { recursive: true }));

const segment = {
  path: "flows/2026/11/21/20261121T120500Z+300s_reach0s_7flows_a.parquet",
  start: Date.UTC(2026, 10, 21, 12, 5) / 1000,
  length: 300,
  reach: 0,
  rows: 7,
  job: "a",
};

describe("words", () => {
  test.each([
    ["archive %p", ["archive", "%p"]],
    ["  a\t'b  c' \"d 'e\" f\\ g %f ", ["a", "b  c", "d 'e", "f g", "%f"]],
    ["a '' %p", ["a", "", "%p"]],
    ["archive", ["archive", "%p"]],
    ["archive 100%%", ["archive", "100%%", "%p"]],
    ["sh -c 'x %p; y'", ["sh", "-c", "x %p; y"]],
  ])("%s", (command, words) => {
    expect(commandWords(command)).toEqual(words);
  });

  test.each([
    ["", "--on-seal: expected a command, found nothing."],
    ["'a", "--on-seal: expected a closing ', found none in: 'a"],
    ["a %q", "--on-seal: expected %d %f %p %t %u %l %n %i %%, found %q; write %% for a percent sign."],
  ])("wrong: %s", (command, sentence) => {
    expect(() => commandWords(command)).toThrow(sentence);
  });
});

async function run(command: string, segments = [segment]) {
  const problems: string[] = [];
  const onSeal = new OnSeal(command, folder, (sentence) => problems.push(sentence));
  onSeal.add(segments);
  await onSeal.done();
  return { counts: onSeal.counts, problems };
}

test("placeholders stand for the segment, in words of their own", async () => {
  const file = join(folder, "said");
  const script = "require('fs').writeFileSync(process.argv[1], JSON.stringify(process.argv.slice(2)))";
  const words = `${process.execPath} -e "${script}" "%d/said" %d %f %p %t %u %l %n %i 5%%:%n`;
  expect(await run(words)).toEqual({ counts: { done: 1, failed: 0, dropped: 0 }, problems: [] });
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual([
    folder,
    segment.path,
    join(folder, segment.path),
    "202611211205",
    String(segment.start),
    "300",
    "7",
    "none",
    "5%:7",
  ]);
});

test("what fails is counted and told, and the next one is run", async () => {
  const { counts, problems } = await run("false %p", [segment, segment]);
  expect(counts).toEqual({ done: 0, failed: 2, dropped: 0 });
  expect(problems[0]).toBe(
    `--on-seal: expected false to end well, found exit code 1; the segment is ${join(folder, segment.path)}`,
  );
  const missing = await run("/no/such/program");
  expect(missing.problems[0]).toContain("found spawn /no/such/program ENOENT");
});

test("too many are dropped and counted, and the end ends the one that runs", async () => {
  const onSeal = new OnSeal("sleep 600 %p", folder, () => {});
  onSeal.add(Array.from({ length: 300 }, () => segment));
  onSeal.end();
  await onSeal.done();
  expect(onSeal.counts).toEqual({ done: 0, failed: 1, dropped: 299 });
});

test("docs/store.md tells of all placeholders", () => {
  const rows = readFileSync(new URL("../../docs/store.md", import.meta.url), "utf8").matchAll(/^\| `(%.)` \|/gm);
  expect([...rows].map(([, placeholder]) => placeholder)).toEqual(Object.keys(ON_SEAL_PLACEHOLDERS));
});
