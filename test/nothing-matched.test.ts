// Nothing matched: who asked for a time hears which times the store has flows of, and who wanted a picture that there is nothing in it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Engine } from "../src/store/index.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { addSegments, makeStore } from "./made-store.ts";
import { DEMO, runProgram } from "./program.ts";

describe.skipIf(CHDB_MISSING !== null)("nothing matched", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-nothing-test-"));
  const store = makeStore(mkdtempSync(join(folder, "store-")));
  const empty = makeStore(mkdtempSync(join(folder, "empty-")));
  const T = Date.UTC(2026, 10, 20, 12) / 1000;
  const HELD = "the store has flows from 2026-11-20 12:00:00 to 12:35:00 UTC";
  const none = ["--from", "2026-11-21", "--utc"];

  beforeAll(async () => {
    const engine = Engine.open();
    await addSegments(engine, store, [
      { start: T + 1800, seconds: 300, rows: 20 },
      { start: T, seconds: 300, rows: 20 },
    ]);
    engine.close();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("groups and series have a note", async () => {
    for (const by of ["srcAddr", "time/5m"]) {
      const { stdout, code } = await runProgram(["query", store, ...none, "--by", by]);
      expect({ stdout, code }).toEqual({ stdout: expect.stringContaining(`note: ${HELD}\n`), code: 0 });
    }
    const { stdout } = await runProgram(["query", store, ...none, "--by", "srcAddr", "--json"]);
    expect(JSON.parse(stdout).notes).toContain(HELD);
  });

  test("lists have it on standard error, where it is in nobody's way", async () => {
    for (const form of [[], ["--csv"], ["--ndjson"]]) {
      const { stderr } = await runProgram(["query", store, ...none, ...form]);
      expect(stderr).toBe(`flowgauge: nothing matched; ${HELD}\n`);
    }
  });

  test("an empty store, several stores, and what is not a store", async () => {
    expect((await runProgram(["query", empty, ...none])).stderr).toContain("nothing matched; the store has no flows\n");
    const several = await runProgram(["query", empty, store, ...none]);
    expect(several.stderr).toContain("the stores have flows from 2026-11-20 12:00:00 to");
    expect((await runProgram(["query", DEMO, "--from", "2026-11-21", "--utc"])).stderr).not.toContain("has flows");
  });

  test("nobody hears it who has his answer, or asked for no time", async () => {
    const found = await runProgram(["query", store, "--from", "2026-11-20 12:00", "--utc", "--by", "srcAddr"]);
    expect(found).toMatchObject({ code: 0, stdout: expect.not.stringContaining("store has"), stderr: "" });
    const filtered = await runProgram(["query", store, "port 1 and port 2 and port 3"]);
    expect(filtered.stderr).not.toContain("the store has");
  });

  test("a picture of nothing is told of", async () => {
    const out = join(folder, "nothing.svg");
    const { stderr, code } = await runProgram(["graph", store, ...none, "--out", out]);
    expect({ stderr, code }).toEqual({
      stderr: `flowgauge: nothing matched: ${out} shows nothing; ${HELD}\n`,
      code: 0,
    });
    expect(readFileSync(out, "utf8")).toContain("<svg");
    const filtered = await runProgram(["graph", DEMO, "port 9999", "--out", out]);
    expect(filtered.stderr).toBe(`flowgauge: nothing matched: ${out} shows nothing\n`);
    const drawn = await runProgram(["graph", DEMO, "--out", out]);
    expect(drawn.stderr).toBe("");
    expect((await runProgram(["graph", store, ...none])).stdout).toContain(HELD);
  });
});
