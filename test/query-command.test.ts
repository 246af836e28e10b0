// query and sql as programs: the same records as track, half files, signals, limits, a missing engine, readers that go away.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHDB_MISSING } from "./chdb.ts";
import { DEMO, runProgram, startProgram } from "./program.ts";
import { randomFlows, writeFlows } from "./random-flows.ts";

const SUM = ["--sum", "bytes,flows", "--csv", "--no-header"];

describe.skipIf(CHDB_MISSING !== null)("query", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-query-command-"));
  const flows = randomFlows(7, 4000);
  const whole = join(folder, "whole.native");
  const sums = [
    flows.reduce((sum, flow) => sum + flow.bytes + flow.reverseBytes, 0),
    flows.reduce((sum, flow) => sum + Math.max(flow.flows, 1), 0),
  ].join();

  beforeAll(async () => {
    await writeFlows(whole, flows);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("the records of a list are those of track, octet for octet", async () => {
    const tracked = await runProgram(["track", DEMO, "--json", "--summary", "none"]);
    const listed = await runProgram(["query", DEMO, "--ndjson"]);
    const lines = (text: string) => text.trim().split("\n").sort();
    expect(lines(listed.stdout)).toEqual(lines(tracked.stdout));
    expect(listed.code).toBe(0);
  });

  test("a list is in the order of time, or as asked for", async () => {
    const { stdout } = await runProgram(["query", whole, "--csv", "--no-header", "--fields", "start"]);
    const times = stdout.trim().split("\r\n");
    expect(times.length).toBe(flows.length);
    expect(times).toEqual([...times].sort());
    const sorted = await runProgram([
      "query",
      whole,
      "--csv",
      "--no-header",
      "--fields",
      "bytes",
      "--sort",
      "ibytes:asc",
      "--limit",
      "50",
    ]);
    const least = flows
      .map(({ bytes }) => bytes)
      .sort((a, b) => a - b)
      .slice(0, 50);
    expect(sorted.stdout.trim().split("\r\n").map(Number)).toEqual(least);
  });

  test("Parquet out, and in again", async () => {
    const path = join(folder, "list.parquet");
    expect(await runProgram(["query", whole, "--parquet", path])).toMatchObject({ code: 0, stdout: "" });
    expect((await runProgram(["query", path, ...SUM])).stdout.trim()).toBe(sums);
    expect(readdirSync(folder).filter((name) => name.includes(".part"))).toEqual([]);
    const missing = await runProgram(["query", whole, "--parquet", join(folder, "no", "list.parquet")]);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("expected to write a Parquet file, found"),
    });
  });

  test("a table of an answer is no flows: nothing of 1970 is told", async () => {
    const table = join(folder, "table.parquet");
    expect(await runProgram(["query", whole, "--by", "srcAddr,dstPort", "--parquet", table])).toMatchObject({
      code: 0,
    });
    const refused = {
      code: 1,
      stdout: "",
      stderr: `flowgauge: ${table}: expected flow records, found a table without a column start or end (it has srcAddr, dstPort, flows, packets, bytes and 4 more), as query --by writes; name the flows that it was made of\n`,
    };
    expect(await runProgram(["query", table])).toEqual(refused);
    expect(await runProgram(["query", whole, table, "--by", "srcAddr"])).toEqual(refused);
    expect(await runProgram(["graph", table])).toEqual(refused);
    const some = join(folder, "some.parquet");
    await runProgram(["query", whole, "--fields", "end,bytes,reverseBytes,flows", "--parquet", some]);
    expect((await runProgram(["query", some, ...SUM])).stdout.trim()).toBe(sums);
  });

  test("an empty file of flow records is not taken for a capture", async () => {
    for (const name of ["none.parquet", "none.native"]) {
      const path = join(folder, name);
      writeFileSync(path, "");
      const { stderr, code } = await runProgram(["query", path]);
      const sentence = "expected flow records, found an empty file; was it written to its end?";
      expect({ stderr, code }).toEqual({ stderr: `flowgauge: ${path}: ${sentence}\n`, code: 1 });
    }
  });

  test("half files are named and left out: exit 1, with --lenient 0", async () => {
    const parquet = join(folder, "whole.parquet");
    await runProgram(["query", whole, "--parquet", parquet]);
    for (const [name, from] of [
      ["half.native", whole],
      ["half.parquet", parquet],
    ] as const) {
      const octets = readFileSync(from);
      const half = join(folder, name);
      writeFileSync(half, octets.subarray(0, Math.floor(octets.length * 0.7)));
      const words = ["query", whole, half, ...SUM];
      const strict = await runProgram(words);
      expect(strict.stdout.trim()).toBe(sums);
      expect(strict.stderr).toMatch(
        new RegExp(`^flowgauge: ${half}: expected a whole file of flow records .*; it is left out\n$`),
      );
      expect(strict.code).toBe(1);
      expect((await runProgram([...words, "--lenient"])).code).toBe(0);
    }
  });

  test("SQL over the same files, from standard input, too", async () => {
    const statement = "SELECT sum(bytes + reverseBytes), sum(greatest(flows, 1)) FROM flows FORMAT CSV";
    expect((await runProgram(["sql", statement, whole])).stdout.trim()).toBe(sums);
    expect((await runProgram(["sql", "-", whole], { stdin: Buffer.from(`${statement};\n`) })).stdout.trim()).toBe(sums);
  });

  test("files of the machine are no tables, however they are named", async () => {
    const secret = join(folder, "secret.csv");
    writeFileSync(secret, "a\nhidden\n");
    const names = [
      `flows, '${secret}'`,
      `flows WHERE src IN \`${secret}\``,
      `flows AS a, '${secret}' AS b`,
      `'${secret}'`,
    ];
    for (const name of names) {
      const { stdout, code } = await runProgram(["sql", `SELECT * FROM ${name}`, whole, "--csv"]);
      expect([stdout, code], name).toEqual(["", 2]);
    }
  });

  test("times of SQL are UTC, whatever the zone of the machine", async () => {
    const { stdout } = await runProgram([
      "sql",
      "SELECT toDateTime(0) AS zero, toHour(toDateTime(0)) AS hour",
      whole,
      "--ndjson",
    ]);
    expect(JSON.parse(stdout)).toEqual({ zero: "1970-01-01 00:00:00", hour: 0 });
  });

  test("Ctrl-C ends a question at once", async () => {
    const running = startProgram([
      "sql",
      "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
      whole,
    ]);
    // The engine's own folder is there when it works.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    running.child.kill("SIGINT");
    await running.ended;
    // What a shell calls 130.
    expect(running.child.signalCode).toBe("SIGINT");
  });

  test("limits are sentences", async () => {
    const sleepy = await runProgram([
      "sql",
      "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
      whole,
      "--timeout",
      "1s",
    ]);
    expect(sleepy).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("expected an answer within --timeout, found none"),
    });
    const greedy = await runProgram([
      "sql",
      "SELECT groupArray(number) FROM numbers(100000000)",
      whole,
      "--memory",
      "64M",
    ]);
    expect(greedy).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("expected to need less memory than --memory gives"),
    });
  });

  test("a store of a newer format is refused", async () => {
    const store = join(folder, "newer");
    mkdirSync(store);
    writeFileSync(join(store, "flowgauge.json"), JSON.stringify({ format: 99, intervalSeconds: 300 }));
    const { code, stderr } = await runProgram(["query", store, ...SUM]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^flowgauge: .*format.*99.*\n$/);
  });

  test("a reader that goes away ends it", async () => {
    const running = startProgram(["query", whole, "--ndjson"]);
    running.child.stdout!.once("data", () => running.child.stdout!.destroy());
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([0, ""]);
  });

  test("nothing of ours stays in the folder of temporary files", async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => /^flowgauge-(query|list|engine)-\w{6}$/.test(name));
    const before = new Set(left());
    await runProgram(["query", DEMO, "--limit", "1"]);
    await runProgram(["query", DEMO, "--by", "nothing"]);
    const running = startProgram([
      "sql",
      "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1",
      DEMO,
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    running.child.kill("SIGTERM");
    await running.ended;
    // Other tests run beside this one: only what is nobody's any more is ours.
    const mine = left().filter((name) => !before.has(name) && !existsSync(join(tmpdir(), name, "session")));
    expect(mine).toEqual([]);
  });
});
