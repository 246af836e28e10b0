// Files take the place of others in steps; whatever the last step was, readers see the one or the other, and recovery makes it so.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { readCatalog } from "./catalog.ts";
import { Job, jobFiles, readJobs, recoverJobs, sweepJobs } from "./jobs.ts";
import { STORE_FILE } from "./layout.ts";

const INPUTS = ["spool/a/000001.native", "spool/a/000002.native"];
const OUTPUTS = [
  "flows/2026/11/21/20261121T120000Z+300s_reach0s_1flows_a.parquet",
  "flows/2026/11/22/20261122T120000Z+300s_reach0s_1flows_a.parquet",
];

const root = mkdtempSync(join(tmpdir(), "flowgauge-jobs-test-"));
afterAll(() => rmSync(root, { recursive: true }));

let store = "";
beforeEach(() => {
  store = mkdtempSync(join(root, "store-"));
  put(STORE_FILE, '{"format":1}');
  for (const path of INPUTS) put(path);
});

function put(path: string, text = "x"): void {
  mkdirSync(dirname(join(store, path)), { recursive: true });
  writeFileSync(join(store, path), text);
}

function seen(): "inputs" | "outputs" | readonly string[] {
  const { native, parquet } = readCatalog(store);
  const paths = [...native, ...parquet].map((path) => path.slice(store.length + 1)).sort();
  const is = (list: readonly string[]) => paths.join() === [...list].sort().join();
  return is(INPUTS) ? "inputs" : is(OUTPUTS) ? "outputs" : paths;
}

/** A job with its outputs written, and a copy of the store after each step of its commit that renames something. */
function begin(): Job {
  const job = new Job(store, "seal");
  OUTPUTS.forEach((_, i) => {
    writeFileSync(join(job.temp, String(i)), "y");
  });
  return job;
}
const outputs = OUTPUTS.map((path, i) => ({ temporary: String(i), path }));

test("inputs are seen until it is done, then outputs; the inputs go after the time of grace", () => {
  const job = begin();
  expect(seen()).toBe("inputs");
  job.commit(INPUTS, outputs);
  expect(seen()).toBe("outputs");
  expect(existsSync(join(store, INPUTS[0]!))).toBe(true);
  expect(sweepJobs(store)).toBe(0);
  expect(sweepJobs(store, 0)).toBe(1);
  expect(existsSync(join(store, "spool/a"))).toBe(false);
  expect(seen()).toBe("outputs");
  expect(readdirSync(join(store, "jobs"))).toEqual([]);
});

describe("stopped after so many outputs are in their places", () => {
  test.each([0, 1, 2])("%i: readers see the inputs, recovery takes the outputs back", (moved) => {
    const job = begin();
    const name = `seal-${job.id}`;
    put(`jobs/${name}.begun`, JSON.stringify({ inputs: INPUTS, outputs: OUTPUTS }));
    for (const { temporary, path } of outputs.slice(0, moved)) {
      mkdirSync(dirname(join(store, path)), { recursive: true });
      renameSync(join(job.temp, temporary), join(store, path));
    }
    expect(seen()).toBe("inputs");
    expect(recoverJobs(store, ["compact"])).toBe(0);
    expect(recoverJobs(store, ["seal"])).toBe(1);
    expect(seen()).toBe("inputs");
    expect(readdirSync(join(store, "jobs"))).toEqual([]);
    for (const path of OUTPUTS) expect(existsSync(join(store, path))).toBe(false);
  });

  test("recovery that was stopped itself goes on", () => {
    const job = begin();
    put(`jobs/seal-${job.id}.undone`, JSON.stringify({ inputs: INPUTS, outputs: OUTPUTS }));
    for (const path of OUTPUTS) put(path);
    expect(seen()).toBe("inputs");
    expect(recoverJobs(store, ["seal"])).toBe(1);
    expect(seen()).toBe("inputs");
    expect(jobFiles(store)).toEqual([]);
  });
});

test("who is not quite dead cannot commit what recovery has taken back", () => {
  const job = begin();
  const late = () => {
    if (jobFiles(store).length > 0) recoverJobs(store, ["seal"]);
  };
  expect(() => job.commit(INPUTS, outputs, late)).toThrow(/ENOENT/);
  expect(seen()).toBe("inputs");
});

test("done and not swept: recovery leaves it, and a sweep that was stopped goes on", () => {
  begin().commit(INPUTS, outputs);
  rmSync(join(store, INPUTS[0]!));
  expect(recoverJobs(store, ["seal"])).toBe(0);
  expect(seen()).toBe("outputs");
  expect(sweepJobs(store, 0)).toBe(1);
  expect(seen()).toBe("outputs");
});

test("outputs of nobody's job are deleted, those of other kinds and of jobs that are done stay", () => {
  const left = new Job(store, "seal");
  const other = new Job(store, "compact");
  recoverJobs(store, ["seal"]);
  expect(existsSync(left.temp)).toBe(false);
  expect(existsSync(other.temp)).toBe(true);
});

test("a copy of the folder at any moment is a store of the same flows", () => {
  begin().commit(INPUTS, outputs);
  const copy = join(root, "copy");
  cpSync(store, copy, { recursive: true });
  expect(readJobs(copy)).toHaveLength(1);
  expect(readCatalog(copy).parquet).toHaveLength(2);
  expect(readCatalog(copy).native).toHaveLength(0);
});
