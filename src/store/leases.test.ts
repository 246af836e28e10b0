// Who asks holds the files that it has listed, for as long as it lives; nobody else's files, and not for ever.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Job, sweepJobs } from "./jobs.ts";
import { takeLease } from "./leases.ts";

/** Of grace. */
const SHORT_MS = 1;

let store: string;
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), "flowgauge-leases-test-"));
  mkdirSync(join(store, "jobs"));
});
afterEach(() => rmSync(store, { recursive: true }));

const isThere = (name: string) => existsSync(join(store, "spool", name, "000001.native"));
const leases = () => readdirSync(join(store, "jobs")).filter((file) => file.endsWith(".lease"));

/** A chunk that a job has replaced just now. */
async function replace(name: string): Promise<void> {
  mkdirSync(join(store, "spool", name), { recursive: true });
  writeFileSync(join(store, "spool", name, "000001.native"), "x");
  new Job(store, "seal").commit([`spool/${name}/000001.native`], []);
  await sleep(20);
}

test("what was replaced while somebody asks stays until he has ended; what was replaced before goes", async () => {
  await replace("before");
  const end = takeLease(store);
  await sleep(20);
  await replace("meanwhile");
  expect(sweepJobs(store, SHORT_MS)).toBe(1);
  expect({ before: isThere("before"), meanwhile: isThere("meanwhile") }).toEqual({ before: false, meanwhile: true });
  end();
  expect(sweepJobs(store, SHORT_MS)).toBe(1);
  expect(isThere("meanwhile")).toBe(false);
  expect(readdirSync(join(store, "jobs"))).toEqual([]);
});

test("where room is needed at once it holds nothing", async () => {
  takeLease(store);
  await replace("a");
  expect(sweepJobs(store, 0)).toBe(1);
});

test("not for ever, and not for a process that is no more", async () => {
  takeLease(store);
  const [file] = leases();
  const path = join(store, "jobs", file!);
  utimesSync(path, 0, Date.now() / 1000 - 3500);
  await replace("a");
  expect(sweepJobs(store, SHORT_MS)).toBe(0);
  utimesSync(path, 0, Date.now() / 1000 - 3700);
  expect(sweepJobs(store, SHORT_MS)).toBe(1);
  expect(leases()).toEqual([]);

  takeLease(store);
  const dead = join(store, "jobs", leases()[0]!);
  const { mtime } = statSync(dead);
  const said = JSON.parse(readFileSync(dead, "utf8"));
  writeFileSync(dead, JSON.stringify({ ...said, started: "1" }));
  utimesSync(dead, mtime, mtime);
  await replace("b");
  expect(sweepJobs(store, SHORT_MS)).toBe(1);
  expect(leases()).toEqual([]);
});

test("of a machine that cannot be seen it holds for ten minutes", async () => {
  const path = join(store, "jobs", "query-1-a-0.lease");
  writeFileSync(path, '{"place":"elsewhere","pid":1,"started":"1"}');
  await replace("a");
  expect(sweepJobs(store, SHORT_MS)).toBe(0);
  utimesSync(path, 0, Date.now() / 1000 - 601);
  expect(sweepJobs(store, SHORT_MS)).toBe(1);
});

test("where nothing can be written there is none, and no error", () => {
  rmSync(join(store, "jobs"), { recursive: true });
  takeLease(store)();
});
