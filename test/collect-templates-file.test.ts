// One templates file and several collectors: nothing in it is lost, whoever ends first and however.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TemplateFile } from "../src/collect/template-file.ts";
import { type CollectorRun, ipfixMessage, startCollector, TestExporter, until } from "./collector-run.ts";

let folder = "";
let templatesFile = "";
const runs: CollectorRun[] = [];
const senders: TestExporter[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-templates-"));
  templatesFile = join(folder, "templates.json");
});
afterEach(async () => {
  for (const sender of senders.splice(0)) sender.close();
  await Promise.all(runs.splice(0).map(({ collector }) => collector.close()));
  rmSync(folder, { recursive: true });
});

/** A collector that has learned a template of a domain. */
async function collectorOf(domain: number): Promise<CollectorRun> {
  const run = await startCollector(["udp://127.0.0.1:0"], { templatesFile });
  runs.push(run);
  const sender = await TestExporter.open();
  senders.push(sender);
  await sender.send(run.ports[0]!, ipfixMessage(1, { domain }));
  await until(() => run.records.length === 1, "the record came");
  return run;
}

const kept = (): number[] => {
  const { templates } = JSON.parse(readFileSync(templatesFile, "utf8")) as { templates: { domain: number }[] };
  return templates.map(({ domain }) => domain).sort((a, b) => a - b);
};

const lock = (content: object | string): void =>
  writeFileSync(`${templatesFile}.lock`, typeof content === "string" ? content : JSON.stringify(content));

describe("a collector that is killed", () => {
  test("has written what it learned soon", async () => {
    const { ports } = await collectorOf(1);
    const keeps = (domains: readonly number[]) => () =>
      existsSync(templatesFile) && JSON.stringify(kept()) === JSON.stringify(domains);
    await until(keeps([1]), "the template is in the file");
    await senders[0]!.send(ports[0]!, ipfixMessage(1, { domain: 5 }));
    await until(keeps([1, 5]), "the second one is, too");
  });
});

describe("two collectors with one templates file", () => {
  test("the second says so, and nothing of the first is overwritten when both end", async () => {
    const first = await collectorOf(1);
    const second = await collectorOf(2);
    expect(first.notes).toEqual([]);
    expect(second.notes).toEqual([
      expect.stringMatching(
        /templates\.json: expected to be the only one .* found that process \d+ does; .*--templates FILE/,
      ),
    ]);
    await second.collector.close();
    expect(existsSync(templatesFile) ? kept() : []).not.toContain(2);
    await first.collector.close();
    expect(kept()).toEqual([1]);
  });

  test("the second adds its own when the first has ended", async () => {
    const first = await collectorOf(1);
    const second = await collectorOf(2);
    await first.collector.close();
    await second.collector.close();
    expect(kept()).toEqual([1, 2]);
    expect(existsSync(`${templatesFile}.lock`)).toBe(false);
    expect(second.collector.problems).toEqual([]);
  });

  test("a collector that could not start leaves no lock", async () => {
    const first = await startCollector(["udp://127.0.0.1:0"]);
    runs.push(first);
    await expect(startCollector([`udp://127.0.0.1:${first.ports[0]}`], { templatesFile })).rejects.toThrow();
    expect(existsSync(`${templatesFile}.lock`)).toBe(false);
  });
});

describe("a lock", () => {
  const proc = existsSync("/proc/self/ns/pid");
  const place = proc
    ? `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${spawnSync("readlink", ["/proc/self/ns/pid"]).stdout.toString().trim()}`
    : "";

  test.runIf(proc)("of a process that has ended, or whose number is another's now, holds nobody up", async () => {
    const { pid } = spawnSync("true");
    for (const gone of [{ pid }, { pid: process.pid, started: "1" }, { pid: -5 }]) {
      lock({ started: "12345", token: "another", place, ...gone });
      const run = await collectorOf(3);
      expect(run.notes).toEqual([]);
      await run.collector.close();
      expect(kept()).toEqual([3]);
      rmSync(templatesFile);
    }
  });

  test("of a process that cannot be looked for, or that is being written, counts until it was silent for minutes", async () => {
    for (const content of [{ pid: 1, started: "1", token: "another", place: "elsewhere" }, ""]) {
      lock(content);
      const waits = await collectorOf(4);
      expect(waits.notes).toHaveLength(1);
      await waits.collector.close();
      expect(existsSync(templatesFile)).toBe(false);
      const long = Date.now() / 1000 - 200;
      utimesSync(`${templatesFile}.lock`, long, long);
      const run = await collectorOf(4);
      expect(run.notes).toEqual([]);
      await run.collector.close();
      expect(kept()).toEqual([4]);
      rmSync(templatesFile);
    }
  });

  test("that was lost to another process stops the writing, with a sentence", async () => {
    const told: string[] = [];
    const file = new TemplateFile(templatesFile, {
      templates: () => [],
      restore: () => {},
      tell: (sentence) => told.push(sentence),
    });
    await file.open();
    lock({ pid: 77, started: "1", token: "another", place: "elsewhere" });
    await file.save();
    await file.save();
    expect(existsSync(templatesFile)).toBe(false);
    expect(told).toEqual([expect.stringMatching(/found that process 77 does by now/)]);
    await file.close();
    expect(existsSync(`${templatesFile}.lock`)).toBe(true);
  });
});
