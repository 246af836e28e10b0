// flowgauge serve collects: what is exported to it is in its answers, live pictures and figures; nothing that readers do holds it up.
import { createSocket } from "node:dgram";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { get as httpGet } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Exporters, LiveLinks, LiveView, Status } from "../src/serve/api.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { DEMO, runProgram } from "./program.ts";
import { type Collecting, get, post, query, serveCollecting } from "./serve-run.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-serve-collect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const serveIn = (name: string) => serveCollecting(join(folder, name));

async function end({ program }: Collecting): Promise<{ readonly code: number | null; readonly stderr: string }> {
  program.child.kill("SIGTERM");
  return program.ended;
}

/** The demo's flows as IPFIX: 365 records, one for each direction. */
const RECORDS = 365;

async function exportDemo(to: string): Promise<void> {
  const { code, stderr } = await runProgram(["export", DEMO, "--to", to, "--protocol", "ipfix"]);
  expect(stderr).toContain(`${RECORDS} records`);
  expect(code).toBe(0);
}

async function json<Answer>(url: string): Promise<Answer> {
  const { status, text } = await get(url);
  expect(status, text).toBe(200);
  return JSON.parse(text) as Answer;
}

/** Asks until it is as it should be; the last answer where it never is. */
async function until<Answer>(ask: () => Promise<Answer>, good: (answer: Answer) => boolean): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await ask();
    if (good(answer) || tries >= 100) return answer;
    await sleep(200);
  }
}

const statusOf = ({ url }: Collecting) => json<Status>(`${url}/api/v1/status`);
const exportersOf = ({ url }: Collecting) => json<Exporters>(`${url}/api/v1/exporters`);

/** The first live picture that is as it should be. */
function liveView(url: string, good: (view: LiveView) => boolean): Promise<LiveView> {
  return new Promise((resolve, reject) => {
    const request = httpGet(url, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
        const events = text.split("\n\n");
        text = events.pop() ?? "";
        for (const event of events) {
          const view = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "null") as LiveView;
          if (!event.startsWith("event: view") || !good(view)) continue;
          request.destroy();
          resolve(view);
        }
      });
    });
    request.on("error", reject);
    request.setTimeout(20_000, () => request.destroy(new Error("no such picture in 20 s")));
  });
}

describe.skipIf(CHDB_MISSING !== null)("collecting", () => {
  let served: Collecting;
  beforeAll(async () => {
    served = await serveIn("store");
    await exportDemo(served.to);
  }, 60_000);
  afterAll(async () => {
    await end(served);
  });

  test("what was exported is in answers, in the ledger of its exporter, and it adds up", async () => {
    const told = await until(
      () => query(served.url, { by: ["none"] }),
      ({ tables }) => tables[0]?.rows[0]?.flows === RECORDS,
    );
    expect(told.tables[0]?.rows[0]?.flows).toBe(RECORDS);
    const { now } = await exportersOf(served);
    expect(now?.exporters.map(({ exporter, format, records }) => ({ exporter, format, records }))).toEqual([
      { exporter: "127.0.0.1", format: "IPFIX", records: RECORDS },
    ]);
    expect(now?.lostRecords).toBe(0);
    const { collecting, store } = await until(
      () => statusOf(served),
      (status) => status.collecting.records === RECORDS,
    );
    expect(collecting).toMatchObject({ running: true, problem: null, exporters: 1, records: RECORDS, lost: 0 });
    expect(store.state).toBe("ready");
  });

  test("a live picture has the same, and is filtered by the same language", async () => {
    const all = await liveView(`${served.url}/api/v1/live?group=flows`, ({ totals }) => totals.flows > 0);
    const direct = await query(served.url, { by: ["none"], measures: "packets,bytes" });
    expect(all.totals.packets).toBe(direct.tables[0]?.rows[0]?.packets);
    expect(all.totals.bytes).toBe(direct.tables[0]?.rows[0]?.bytes);
    const dns = await liveView(`${served.url}/api/v1/live?group=flows&filter=port%2053`, () => true);
    expect(dns.matching).toBeGreaterThan(0);
    expect(dns.matching).toBeLessThan(all.matching);
    const links = await json<LiveLinks>(`${served.url}/api/v1/live/links`);
    expect(links.links.length).toBeGreaterThan(3);
    expect(links.links.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(all.totals.bytes);
  });

  test("wrong words for a live picture are a sentence with the place, and no stream", async () => {
    const { status, text } = await get(`${served.url}/api/v1/live?filter=prot%20tcp`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ error: { code: "filter", from: 0, to: 4 } });
    expect((await get(`${served.url}/api/v1/live?group=nobody`)).status).toBe(400);
    expect((await get(`${served.url}/api/v1/live?by=nothing`)).status).toBe(400);
  });

  test("/metrics is Prometheus text of the same ledger", async () => {
    const { status, text, headers } = await get(`${served.url}/metrics`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("text/plain; version=0.0.4");
    expect(text).toContain(`flowgauge_collect_records_total{exporter="127.0.0.1"`);
    expect(text).toMatch(new RegExp(`flowgauge_collect_records_total\\{[^}]*\\} ${RECORDS}\\n`));
  });

  test("200 event streams, half of them never read: the next ones are refused, and nothing that is sent is lost", async () => {
    const before = (await exportersOf(served)).now?.records ?? 0;
    const requests = Array.from({ length: 200 }, (_, place) =>
      httpGet(
        {
          ...urlParts(served.url),
          path: `/api/v1/live?group=flows&rows=${1 + (place % 10)}`,
          localAddress: `127.0.1.${1 + (place % 40)}`,
        },
        (response) => {
          if (place % 2 === 0) response.resume();
          else response.pause();
        },
      ).on("error", () => {}),
    );
    for (let times = 0; times < 5; times++) await exportDemo(served.to);
    const { now } = await until(
      () => exportersOf(served),
      (told) => (told.now?.records ?? 0) >= before + 5 * RECORDS,
    );
    expect(now?.records).toBe(before + 5 * RECORDS);
    expect(now?.lostRecords).toBe(0);
    expect(now?.kernelDrops ?? 0).toBe(0);
    const one = Array.from({ length: 20 }, () =>
      get(`${served.url}/api/v1/live`, { signal: AbortSignal.timeout(1500) }).catch(() => null),
    );
    const refused = (await Promise.all(one)).filter((got) => got?.status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const request of requests) request.destroy();
  }, 60_000);

  test("the process that collects is killed: said on the page, started anew, and nothing that was stored is gone", async () => {
    const stored = async () => (await query(served.url, { by: ["none"] })).tables[0]?.rows[0]?.flows;
    const before = await until(stored, (flows) => flows === 6 * RECORDS);
    await sleep(1500); // what came is on the disk within a second
    process.kill(collectorOf(served.program.child.pid ?? 0), "SIGKILL");
    const dead = await until(
      () => statusOf(served),
      ({ collecting }) => !collecting.running,
    );
    expect(dead.collecting.problem).toMatch(/^not collecting: .*SIGKILL/);
    const again = await until(
      () => statusOf(served),
      ({ collecting }) => collecting.running,
    );
    expect(again.collecting.problem).toBeNull();
    await exportDemo(again.collecting.listening[0]!);
    const after = await until(stored, (flows) => flows === Number(before) + RECORDS);
    expect(after).toBe(Number(before) + RECORDS);
  }, 60_000);
});

function urlParts(url: string): { readonly hostname: string; readonly port: string } {
  const { hostname, port } = new URL(url);
  return { hostname, port };
}

function collectorOf(pid: number): number {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1];
      if (Number(parent) === pid && readFileSync(`/proc/${name}/cmdline`, "utf8").includes("collector-worker"))
        return Number(name);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error("no process collects");
}

test("the end: what has arrived is stored, the ledger agrees, no process is left", { timeout: 60_000 }, async () => {
  const served = await serveIn("end");
  await exportDemo(served.to);
  const pid = collectorOf(served.program.child.pid ?? 0);
  const { code } = await end(served);
  expect(code).toBe(0);
  expect(() => process.kill(pid, 0)).toThrow();
  const { stdout } = await runProgram(["explain", join(folder, "end", "store"), "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ total: { records: RECORDS, stored: RECORDS }, difference: 0 });
});

test("a port that is taken, a store that another process writes: one sentence, and the end", {
  timeout: 60_000,
}, async () => {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  const place = ["--store", join(folder, "taken"), "--templates", "none", "--listen", "127.0.0.1:0"];
  const taken = await runProgram(["serve", "--collect", `udp://127.0.0.1:${socket.address().port}`, ...place]);
  socket.close();
  expect(taken.code).toBe(1);
  expect(taken.stderr.trim().split("\n")).toHaveLength(1);
  expect(taken.stderr).toMatch(/expected a free port, found that another program listens/);

  const first = await serveIn("twice");
  const second = await runProgram([
    "serve",
    "--collect",
    "udp://127.0.0.1:0",
    "--store",
    join(folder, "twice"),
    "--state",
    join(folder, "twice2"),
    "--listen",
    "127.0.0.1:0",
  ]);
  await end(first);
  expect(second.code).toBe(1);
  expect(second.stderr.trim().split("\n")).toHaveLength(1);
});

test("users: nobody is in without logging in; a viewer asks, and ends what was his", { timeout: 60_000 }, async () => {
  const state = ["--state", join(folder, "users", "state")];
  const added = await runProgram(["serve", "user", "add", "ada", ...state], { stdin: Buffer.from("correct horse\n") });
  expect(added).toMatchObject({
    code: 0,
    stderr: "flowgauge: ada (viewer) may log in; from now on everybody has to\n",
  });
  const served = await serveIn("users");
  try {
    expect((await get(`${served.url}/`)).status).toBe(200);
    expect((await get(`${served.url}/api/v1/status`)).text).not.toContain(folder);
    expect((await get(`${served.url}/api/v1/query`)).status).toBe(401);
    expect((await get(`${served.url}/metrics`)).status).toBe(401);
    expect((await post(`${served.url}/api/v1/login`, { name: "ada", password: "wrong horse" })).status).toBe(401);
    const entered = await post(`${served.url}/api/v1/login`, { name: "ada", password: "correct horse" });
    expect(entered.status).toBe(200);
    const cookie = entered.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
    const { csrf } = JSON.parse(entered.text) as { csrf: string };
    const headers = { cookie: cookie.split(";")[0]!, "content-type": "application/json" };
    const asked = (more: Record<string, string>) =>
      post(`${served.url}/api/v1/query`, { by: ["proto"] }, { headers: { ...headers, ...more } });
    expect((await asked({})).status).toBe(403);
    expect((await asked({ "x-csrf-token": csrf })).status).toBe(CHDB_MISSING === null ? 200 : 503);
    expect((await get(`${served.url}/api/v1/status`, { headers: { ...headers, host: "evil.example" } })).status).toBe(
      200,
    );
    await post(`${served.url}/api/v1/logout`, {}, { headers: { ...headers, "x-csrf-token": csrf } });
    expect((await get(`${served.url}/api/v1/query`, { headers })).status).toBe(401);
  } finally {
    await end(served);
  }
});

test("other machines are let in only with users, or through a proxy that says who asks", async () => {
  const place = ["--state", join(folder, "nobody-state"), "--store", join(folder, "nobody"), "--no-collect"];
  const open = await runProgram(["serve", "--listen", "0.0.0.0:0", ...place]);
  expect(open.code).toBe(2);
  expect(open.stderr).toMatch(/expected users, as 0\.0\.0\.0 can be reached/);
});
