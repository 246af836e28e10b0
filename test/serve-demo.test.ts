// The demo's store: the bundled capture moved to now; what routers exported into it is not thrown away by the next start.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import type { Status } from "../src/serve/api.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { CLI, DEMO, runProgram, start } from "./program.ts";
import { get, query } from "./serve-run.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-serve-demo-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const READY = /page is at (\S+?); collecting on (udp:\S+)/;

function demoCommand(): readonly string[] {
  const words = [
    "serve",
    "--demo",
    "--listen",
    "127.0.0.1:0",
    "--collect",
    "udp://127.0.0.1:0",
    "--state",
    join(folder, "state"),
  ];
  return ["env", `FLOWGAUGE_STORE=${join(folder, "store")}`, process.execPath, CLI, ...words];
}

async function serveDemo() {
  const program = start(demoCommand(), { timeoutMs: 60_000 });
  await program.until(({ stderr }) => READY.test(stderr));
  const [, url = "", to = ""] = READY.exec(program.stderr) ?? [];
  const end = async () => {
    program.child.kill("SIGTERM");
    await program.ended;
    return program.stderr;
  };
  return { url, to, end };
}

/** A start that is killed while it makes the demo. */
async function killedStart(): Promise<void> {
  const program = start(demoCommand(), { timeoutMs: 60_000 });
  while (!existsSync(join(folder, "demo-store.new", "spool"))) await sleep(5);
  program.child.kill("SIGKILL");
  await program.ended;
}

describe.skipIf(CHDB_MISSING !== null)("the demo", () => {
  test("each start makes it anew; one with collected flows is kept, and that is said", {
    timeout: 90_000,
  }, async () => {
    const flowsOf = async (url: string, words: object) => (await query(url, words)).tables[0]?.rows[0]?.flows;
    await killedStart();
    const first = await serveDemo();
    expect(JSON.parse((await get(`${first.url}/api/v1/status`)).text) as Status).toMatchObject({ demo: true });
    const flows = Number(await flowsOf(first.url, { by: ["none"], from: "24h" }));
    expect(flows).toBeGreaterThan(50_000);
    expect(Number(await flowsOf(first.url, { by: ["none"], from: "10m" }))).toBeGreaterThan(300);
    await first.end();

    const second = await serveDemo();
    const exported = await runProgram(["export", DEMO, "--to", second.to, "--protocol", "ipfix"]);
    expect(exported.stderr).toContain("365 records");
    expect(await second.end()).not.toContain("earlier start");

    const third = await serveDemo();
    expect(await flowsOf(third.url, { by: ["none"], filter: "exporter 127.0.0.1" })).toBe(365);
    expect(await third.end()).toContain("the demo of an earlier start is shown, as flows were collected into it");
  });
});
