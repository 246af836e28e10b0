// Housekeeping by the program: killed at every step it loses nothing, what it deletes and repairs is accounted for.
import {
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { param, sql } from "../src/core/sql.ts";
import { fileCrc32 } from "../src/store/file-checksum.ts";
import { Engine, explainStore, readCatalog, type Segment, verifyStore } from "../src/store/index.ts";
import { parseSegmentFile, segmentFile } from "../src/store/layout.ts";
import { appendLedger } from "../src/store/ledger-file.ts";
import { sumsOf } from "../src/store/segment-sums.ts";
import { numbers } from "./flow-batches.ts";
import { addSegments, makeStore, writeChunk } from "./made-store.ts";
import { asNobody, CLI, lacks, missingPrograms, type Outcome, runProgram, start, startProgram } from "./program.ts";

const T = Date.UTC(2026, 10, 20) / 1000;
const HOUR = 3600;
/** Twelve five minutes of one hour and six of another day. */
const INTERVALS = [...Array(12).keys(), ...[300, 301, 302, 303, 304, 305]].map((n) => ({
  start: T + n * 300,
  seconds: 300,
  rows: 30 + n,
}));
const FLOWS = INTERVALS.reduce((sum, { rows }) => sum + rows, 0);
const STEPS = ["written", "begun", "moved", "commit", "done"];

let engine: Engine;
let made: string;
let folder: string;
let store: string;
beforeAll(async () => {
  engine = Engine.open();
  made = makeStore(mkdtempSync(join(tmpdir(), "flowgauge-housekeeping-made-")));
  await addSegments(engine, made, INTERVALS);
  const line = { exporter: "192.0.2.1", domain: 1, format: "IPFIX", counts: { records: FLOWS, stored: FLOWS } };
  await appendLedger(made, [{ hour: "2026-11-20T00:00:00Z", ...line }]);
});
afterAll(() => {
  engine.close();
  rmSync(made, { recursive: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-housekeeping-test-"));
  store = join(folder, "store");
  cpSync(made, store, { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const run = (...args: string[]): Promise<Outcome> => runProgram(args);
const runFaulty = (step: string, ...args: string[]) =>
  runProgram(args, { through: ["env", `FLOWGAUGE_FAULT=${step}`] });
const sums = () => sumsOf(engine, readCatalog(store));
const segments = (): readonly Segment[] => readCatalog(store).segments;

describe("compaction", () => {
  test.each(STEPS)("killed at the step %s", async (step) => {
    const before = await sums();
    const killed = await runFaulty(step, "store", "compact", store);
    expect(killed.code).toBeNull();
    expect(await sums()).toEqual(before);
    const { stdout, code } = await run("store", "compact", store);
    expect({ code, sums: await sums(), segments: segments().length }).toEqual({ code: 0, sums: before, segments: 2 });
    expect(stdout).toContain("segments");
    expect(readdirSync(join(store, "jobs")).filter((file) => /begun|undone/.test(file))).toEqual([]);
    expect(await verifyStore(store, { engine })).toMatchObject({ damaged: [], segments: 2 });
    expect(await explainStore(store)).toMatchObject({ difference: 0 });
  });

  test("killed at any moment", async () => {
    const before = await sums();
    const next = numbers(5);
    for (let i = 0; i < 5; i++) {
      const running = startProgram(["store", "compact", store]);
      setTimeout(() => running.child.kill("SIGKILL"), 150 + (next() % 700));
      await running.ended;
      expect(await sums()).toEqual(before);
    }
    await run("store", "compact", store);
    expect({ sums: await sums(), segments: segments().length }).toEqual({ sums: before, segments: 2 });
    expect((await run("store", "verify", store)).code).toBe(0);
    expect((await run("explain", store)).stdout).toContain("yes: the store holds what the ledger says");
  });

  test("what would be done, and that it was done, as JSON", async () => {
    const dry = JSON.parse((await run("store", "compact", store, "--dry-run", "--json")).stdout);
    expect(dry).toMatchObject({ flowgauge: "store-compact/1", done: false, groups: [{ flows: 426 }, { flows: 1995 }] });
    expect(dry.groups[0].inputs.length).toBe(12);
    expect(segments().length).toBe(INTERVALS.length);
    const done = JSON.parse((await run("store", "compact", store, "--json")).stdout);
    expect(done).toEqual({ ...dry, done: true });
  });
});

describe("expiry", () => {
  test.each(STEPS.filter((step) => step !== "moved"))("killed at the step %s, all or nothing is gone", async (step) => {
    await runFaulty(step, "store", "expire", store, "--keep-count", "6", "--yes");
    expect(segments().length).toBe(step === "done" ? 6 : INTERVALS.length);
    const { code } = await run("store", "expire", store, "--keep-count", "6", "--yes");
    expect({ code, segments: segments().length }).toEqual({ code: 0, segments: 6 });
    expect(segments()[0]?.start).toBe(T + 300 * 300);
    expect(await explainStore(store)).toMatchObject({
      difference: 0,
      changes: { expired: { files: 12, flows: 426 } },
    });
  });

  test("a list with reasons first; nobody is asked without --yes; what has gone is in the ledger", async () => {
    const dry = await run("store", "expire", store, "--keep-count", "15", "--keep-age", "1h", "--dry-run");
    expect(dry.code).toBe(0);
    const lines = dry.stdout.split("\n");
    expect(lines[0]).toMatch(/^flows\/2026\/11\/20\/20261120T000000Z\S+ {2}[\d.]+ kB {2}too old, beyond the number$/);
    expect(lines[16]).toMatch(/^flows\/2026\/11\/21\/20261121T012000Z\S+ {2}[\d.]+ kB {2}too old$/);
    expect(lines[17]).toMatch(/^would delete: 17 segments with 2,086 flows/);
    expect(dry.stdout).toContain("the newest segment stays");
    expect(segments().length).toBe(INTERVALS.length);

    const asked = await run("store", "expire", store, "--keep-age", "1h");
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("expected --yes, as nobody can be asked") });
    expect(segments().length).toBe(INTERVALS.length);

    const done = JSON.parse((await run("store", "expire", store, "--keep-count", "15", "--yes", "--json")).stdout);
    expect(done).toMatchObject({ flowgauge: "store-expire/1", done: true, expiringFlows: 93, kept: 15 });
    expect(segments().length).toBe(15);
    const parquet = () =>
      readdirSync(join(store, "flows"), { recursive: true }).filter((file) => `${file}`.endsWith("t"));
    expect(parquet().length).toBe(18);
    await run("store", "expire", store, "--keep-count", "6", "--yes", "--now");
    expect(parquet().length).toBe(6);
    expect(existsSync(join(store, "flows", "2026", "11", "20"))).toBe(false);
    const explained = JSON.parse((await run("explain", store, "--json")).stdout);
    expect(explained).toMatchObject({ difference: 0, changes: { expired: { files: 12, flows: 426 } } });
  });

  test("on a terminal a person is asked", async () => {
    if (lacks("terminal", missingPrograms("script"))) return;
    const words = [process.execPath, CLI, "store", "expire", store, "--keep-count", "17"].map((word) => `'${word}'`);
    const answered = async (answer: string) => {
      const running = start(["script", "-qec", words.join(" "), "/dev/null"], { stdin: "open" });
      await running.until(({ stdout }) => stdout.includes("Delete them? [y/N]"));
      running.child.stdin?.end(answer);
      return { ...(await running.ended), segments: segments().length };
    };
    expect(await answered("n\n")).toMatchObject({ code: 0, segments: 18 });
    expect(await answered("\u0003")).toMatchObject({ code: 130, segments: 18 });
    const { stdout, ...done } = await answered("y\n");
    expect(done).toMatchObject({ code: 0, segments: 17 });
    expect(stdout).toMatch(/would delete: 1 segment with 30 flows[\s\S]*deleted: 1 segment with 30 flows/);
  });

  test("limits are saved with the store", async () => {
    expect((await run("store", "expire", store)).code).toBe(2);
    await run("store", "expire", store, "--set", "--keep-count", "17", "--yes");
    expect(segments().length).toBe(17);
    const info = JSON.parse((await run("store", "info", store, "--json")).stdout);
    expect(info).toMatchObject({
      flowgauge: "store-info/1",
      segments: 17,
      keep: { segments: 17 },
      jobs: [{ kind: "expire" }],
    });
    await addSegments(engine, store, [{ start: T + 20 * HOUR, seconds: 300, rows: 1 }]);
    await run("store", "expire", store, "--yes");
    expect(segments().length).toBe(17);
    await run("store", "expire", store, "--set", "--yes");
    expect(JSON.parse(readFileSync(join(store, "keep.json"), "utf8"))).toEqual({});
  });
});

test("a small disk: free space by the limit, not more when asked again; then the disk is read-only", async () => {
  if (lacks("small disk", process.getuid?.() === 0 ? missingPrograms("unshare", "mount") : ["right to mount"])) return;
  const disk = join(folder, "disk");
  mkdirSync(disk);
  // Half of it is full.
  const size = 2 * segments().reduce((sum, { path }) => sum + Math.ceil(statSync(path).size / 4096) * 4096, 40_960);
  const flowgauge = (...args: string[]) => [process.execPath, CLI, ...args].map((word) => `'${word}'`).join(" ");
  const expire = flowgauge("store", "expire", disk, "--keep-free", "60%", "--yes", "--json");
  const lines = [
    `mount -t tmpfs -o size=${size} none '${disk}' && cp -r '${store}'/. '${disk}' || exit 99`,
    expire,
    expire,
    `mount -o remount,ro '${disk}' || exit 99`,
    flowgauge("store", "info", disk, "--json"),
    `${flowgauge("store", "verify", disk, "--json")}; ${expire}; ${flowgauge("store", "compact", disk)}`,
  ];
  const { stdout, stderr, code } = await start(["unshare", "-m", "sh", "-c", lines.join("\n")]).ended;
  if (lacks("small disk", code === 99 ? ["mount in a namespace"] : [])) return;
  const [first, second, info, verified] = stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  expect(first.done).toBe(true);
  expect(first.expiring.length).toBeGreaterThan(0);
  expect(first.kept).toBeGreaterThan(1);
  expect(second.expiring).toEqual([]);
  expect(info.disk.free + info.leavingOctets).toBeGreaterThanOrEqual(0.6 * info.disk.total);
  expect(info.segments).toBe(first.kept);
  expect(verified).toMatchObject({ segments: first.kept, damaged: [] });
  // Expiry has something left to do: the first run's files have not gone yet.
  expect(stderr).toMatch(/^(flowgauge: \S+: expected to lock the store, found a disk that is read-only; [^\n]+\n){2}$/);
  expect(code).toBe(1);
});

/** The same flows with so many in a row group, under a name that says so. */
async function regroup(segment: Segment, rows: number): Promise<Segment> {
  const path = join(folder, "regrouped.parquet");
  await engine.query(
    sql`INSERT INTO FUNCTION file(${param("String", path)}, 'Parquet') SELECT * FROM file(${param("String", segment.path)}, 'Parquet')
      SETTINGS output_format_parquet_row_group_size = ${param("UInt64", rows)}, max_block_size = ${param("UInt64", rows)}`,
    "Null",
  );
  const name = { ...parseSegmentFile(basename(segment.path))!, crc32: await fileCrc32(path) };
  const place = join(segment.path, "..", segmentFile(name));
  rmSync(segment.path);
  renameSync(path, place);
  return { ...name, path: place };
}

describe("repair", () => {
  test("a damaged segment goes to damaged/, its good row groups stay in the store", async () => {
    const big = segments().at(-1)!;
    const segment = await regroup(big, 64);
    const whole = await sums();
    const octets = readFileSync(segment.path);
    octets.fill(255, octets.length >> 1, (octets.length >> 1) + 500);
    writeFileSync(segment.path, octets);
    const below = segment.path.slice(store.length + 1);

    const found = await run("store", "verify", store);
    expect(found).toMatchObject({ code: 1, stdout: expect.stringContaining(`damaged  ${below}: expected the octets`) });
    expect((await run("store", "verify", store, "--quick")).code).toBe(1);
    const dry = await run("store", "repair", store, "--dry-run");
    expect(dry.stdout).toContain(`${below}: expected the octets that were written`);
    expect(existsSync(segment.path)).toBe(true);

    const { code, stdout } = await run("store", "repair", store, "--json");
    const done = JSON.parse(stdout);
    expect(done).toMatchObject({ done: true, spool: true, damaged: 1, damagedFlows: segment.rows });
    expect(code).toBe(1);
    expect(done.salvagedFlows).toBeGreaterThan(0);
    expect(done.salvagedFlows).toBeLessThan(segment.rows);
    expect(readFileSync(join(store, "damaged", basename(segment.path)))).toEqual(octets);
    expect(Number((await sums()).rows)).toBe(Number(whole.rows) - segment.rows + done.salvagedFlows);
    expect(await verifyStore(store, { engine })).toMatchObject({ damaged: [] });
    expect((await run("store", "repair", store)).stdout).not.toContain("damaged/");
    expect(await explainStore(store)).toMatchObject({
      difference: 0,
      changes: { damaged: { flows: segment.rows }, salvaged: { flows: done.salvagedFlows } },
    });
  });

  test("damage behind the flows costs none; a file that ends too early is kept apart", async () => {
    const [first, second] = segments();
    const whole = readFileSync(first!.path);
    // Who wrote the file: nobody needs it to read the flows.
    const at = whole.lastIndexOf("ClickHouse");
    expect(at).toBeGreaterThan(0);
    whole[at]! ^= 32;
    writeFileSync(first!.path, whole);
    writeFileSync(second!.path, readFileSync(second!.path).subarray(0, 1000));
    const done = JSON.parse((await run("store", "repair", store, "--json")).stdout);
    expect(done).toMatchObject({ damaged: 2, damagedFlows: 61, salvagedFlows: 30 });
    expect(readdirSync(join(store, "damaged")).length).toBe(2);
    expect(await verifyStore(store, { engine })).toMatchObject({ damaged: [] });
  });

  test("what killed writers left", async () => {
    const spool = join(store, "spool", "20261120T120000Z_x");
    mkdirSync(spool);
    await writeChunk(join(spool, "000001.native"), { start: T + 12 * HOUR, seconds: 300, rows: 10 });
    await writeChunk(join(spool, "000002.part"), { start: T + 12 * HOUR, seconds: 300, rows: 20 });
    const part = readFileSync(join(spool, "000002.part"));
    writeFileSync(join(spool, "000002.part"), Buffer.concat([part, part.subarray(0, part.length - 7)]));
    const [first] = segments();
    const copy = first!.path.replace("_crc", "0_crc");
    linkSync(first!.path, copy);
    const outputs = [copy.slice(store.length + 1)];
    writeFileSync(join(store, "jobs", "compact-0dead.begun"), JSON.stringify({ inputs: [], outputs }));
    mkdirSync(join(store, "jobs", "repair-0dead.temp"));
    writeFileSync(join(store, "keep.json.new"), "{");
    const { stdout } = await run("store", "repair", store, "--dry-run");
    expect(stdout).toContain("jobs/compact-0dead.begun: was begun and not done");
    expect(stdout).toContain("jobs/repair-0dead.temp: left by a process that was killed");
    expect(stdout).toContain("20261120T120000Z_x/000002.part: left by a writer that was killed: 20 flows kept");
    expect(existsSync(copy)).toBe(true);
    const { code } = await run("store", "repair", store);
    expect(code).toBe(0);
    expect([existsSync(copy), existsSync(join(store, "keep.json.new"))]).toEqual([false, false]);
    expect(readdirSync(join(store, "jobs"))).toEqual([]);
    expect(readdirSync(spool).filter((file) => /native|part/.test(file))).toEqual(["000001.native", "000002.native"]);
    expect(Number((await sums()).rows)).toBe(FLOWS + 30);
    expect((await run("store", "repair", store)).stdout).toBe("nothing to repair\n");
  });
});

describe("stores that are none, or closed", () => {
  test("a newer format, an unreadable settings file", async () => {
    writeFileSync(join(store, "flowgauge.json"), '{"format":99}');
    for (const args of [["store", "info"], ["store", "verify"], ["store", "repair"], ["explain"]]) {
      const { code, stderr } = await run(...args, store);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("found one of format 99") });
    }
    writeFileSync(join(store, "flowgauge.json"), '{"format":1}');
    writeFileSync(join(store, "keep.json"), '{"ageSeconds":"for ever"}');
    expect((await run("store", "info", store)).stderr).toContain("expected what the store keeps, found something else");
  });

  test("an empty store", async () => {
    const empty = makeStore(join(folder, "empty"));
    expect((await run("store", "info", empty)).stdout).toContain("none sealed yet");
    for (const args of [["verify"], ["compact"], ["repair"], ["expire", "--keep-age", "1d"]]) {
      const [command = "", ...options] = args;
      expect((await run("store", command, empty, ...options)).code).toBe(0);
    }
    expect((await run("explain", empty)).code).toBe(0);
  });

  test("no permission to write, or to read", async () => {
    const nobody = (await asNobody()) ?? [];
    if (lacks("permission", nobody.length > 0 ? [] : ["way to run it as nobody"])) return;
    for (const path of [folder, store]) chmodSync(path, 0o755);
    const asked = (...args: string[]) => runProgram(args, { through: nobody });
    expect((await asked("store", "info", store)).code).toBe(0);
    expect((await asked("store", "verify", store)).code).toBe(0);
    for (const args of [["compact"], ["repair"], ["expire", "--keep-count", "1", "--yes"]]) {
      const [command = "", ...options] = args;
      const { code, stderr } = await asked("store", command, store, ...options);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^flowgauge: \S+: expected .*, found no permission; .+\n$/),
      });
    }
    chmodSync(store, 0o700);
    expect((await asked("store", "info", store)).stderr).toMatch(
      /^flowgauge: \S+: expected a store of flows, found no permission/,
    );
  });

  test("two cannot tidy at once", async () => {
    const lock = { pid: process.pid, command: "other", started: startOf(), place: placeOf(), token: "t" };
    writeFileSync(join(store, "housekeeping.lock"), JSON.stringify(lock));
    const { code, stderr } = await run("store", "compact", store);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(`found that process ${process.pid} (other) does`),
    });
    expect((await run("store", "info", store)).stdout).toContain(`tidied by   process ${process.pid} (other)`);
  });
});

function startOf(): string {
  const text = readFileSync("/proc/self/stat", "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19]!;
}

function placeOf(): string {
  const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return `${boot} pid:[${statSync("/proc/self/ns/pid").ino}]`;
}
