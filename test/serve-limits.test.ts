// What a server bears: any request, readers who leave, who read slowly, who come all at once; processes that die; its own end.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiError } from "../src/serve/api.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { ROOT } from "./module-imports.ts";
import { runProgram, start } from "./program.ts";
import { randomFlows } from "./random-flows.ts";
import { type Got, get, post, query, type Served, serve, spooledStore } from "./serve-run.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-serve-limits-"));
/** Takes minutes: every flow in each second that it lasts, none put together. */
const DEAR = { by: ["time/1s,srcAddr,dstAddr,srcPort,dstPort"], top: 0 };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sentenceOf({ text }: Got): ApiError["error"] {
  const { error } = JSON.parse(text) as ApiError;
  expect(error.message).not.toMatch(/\n|\bat .*\.[jt]s:/);
  expect(error.message.length).toBeGreaterThan(10);
  return error;
}

describe.skipIf(CHDB_MISSING !== null)("limits", () => {
  let served: Served;
  let store = "";

  beforeAll(async () => {
    store = await spooledStore(join(folder, "store"), randomFlows(3, 30_000));
    served = await serve(["--store", store]);
    await query(served.url, { by: ["proto"] });
  }, 60_000);
  afterAll(() => served?.end());

  const ok = (got: Got, what: string) => {
    expect(got.status, `${what}: ${got.text.slice(0, 300)}`).toBeLessThan(500);
    if (got.status !== 200) sentenceOf(got);
  };

  test("any query string: an answer, or a sentence", { timeout: 120_000 }, async () => {
    const name = fc.constantFrom(
      "filter",
      "from",
      "to",
      "by",
      "top",
      "sort",
      "measures",
      "limit",
      "fields",
      "after",
      "format",
      "x",
      "__proto__",
      "percentile",
      "biflow",
    );
    const word = fc.constantFrom(
      "srcAddr",
      "time/5m",
      "bytes",
      "-1",
      "1e9",
      "\u0000",
      "2h",
      "csv",
      "'\"`;--",
      "proto",
      "$x",
      "((((",
      "%",
      "true",
    );
    const value = fc.oneof({ weight: 3, arbitrary: word }, fc.string({ maxLength: 40, unit: "binary-ascii" }));
    const search = fc.array(fc.tuple(name, value), { maxLength: 5 });
    const ask = async (pairs: [string, string][]) => {
      const text = pairs.map(([key, said]) => `${key}=${encodeURIComponent(said)}`).join("&");
      ok(await get(`${served.url}/api/v1/query?${text}`), text);
    };
    await fc.assert(fc.asyncProperty(search, ask), { numRuns: 150, seed: 1 });
  });

  test("any body: an answer, or a sentence", { timeout: 120_000 }, async () => {
    const paths = fc.constantFrom("query", "filter", "query/cost");
    const words = fc.record(
      {
        filter: fc.oneof(
          fc.string({ maxLength: 60, unit: "binary-ascii" }),
          fc.constantFrom("tcp", "dst port", "a".repeat(9000), "(".repeat(500)),
        ),
        text: fc.oneof(
          fc.string({ maxLength: 60, unit: "binary-ascii" }),
          fc.constantFrom("src ip 10.", '"', "$", "/a(/", "é\u202e😀", "(".repeat(5000)),
        ),
        at: fc.integer(),
        by: fc.oneof(fc.array(fc.constantFrom("srcAddr", "time/1ms", "other.x", "")), fc.jsonValue()),
        top: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
        limit: fc.oneof(fc.integer(), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(
      { weight: 3, arbitrary: words.map((value) => JSON.stringify(value)) },
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.string({ maxLength: 50, unit: "binary-ascii" }),
    );
    const ask = async (path: string, text: string) => {
      ok(await post(`${served.url}/api/v1/${path}`, text), `${path} ${text}`);
    };
    await fc.assert(fc.asyncProperty(paths, body, ask), { numRuns: 150, seed: 2 });
  });

  test("too much is refused: bodies, headers, what is no HTTP", async () => {
    const large = await post(`${served.url}/api/v1/filter`, JSON.stringify({ text: "a".repeat(1_100_000) }));
    expect(large.status).toBe(413);
    sentenceOf(large);
    const other = await post(`${served.url}/api/v1/filter`, "<a/>", { headers: { "content-type": "text/xml" } });
    expect(other.status).toBe(415);
    sentenceOf(other);
    const { port } = new URL(served.url);
    const said = (words: string) =>
      new Promise<string>((resolve) => {
        let text = "";
        const socket = connect(Number(port), "127.0.0.1", () => socket.write(words));
        socket.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        socket.on("close", () => resolve(text));
      });
    expect(await said("hello\r\n\r\n")).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"expected a request of HTTP, found something else"/,
    );
    expect(await said(`GET / HTTP/1.1\r\nhost: a\r\nx: ${"a".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
  });

  test("who sends slowly is let go: of headers, of a body", { timeout: 60_000 }, async () => {
    const { port } = new URL(served.url);
    const slow = (head: string) =>
      new Promise<string>((resolve) => {
        let text = "";
        const socket = connect(Number(port), "127.0.0.1", () => socket.write(head));
        const drops = setInterval(() => socket.write("a"), 500);
        socket.on("error", () => {});
        socket.setEncoding("utf8").on("data", (part: string) => {
          text += part;
        });
        socket.on("close", () => {
          clearInterval(drops);
          resolve(text);
        });
      });
    const body =
      "POST /api/v1/filter HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 999\r\n\r\n";
    const both = await Promise.all([slow("GET / HTTP/1.1\r\nx-"), slow(body)]);
    for (const said of both) expect(said).toMatch(/^HTTP\/1\.1 408 [\s\S]*expected a whole request within 15 s/);
  });

  test("a reader who leaves frees the process at once", { timeout: 60_000 }, async () => {
    const before = served.workers();
    const leave = new AbortController();
    const asked = [DEAR, { ...DEAR, sort: "packets" }].map((words) =>
      post(`${served.url}/api/v1/query`, words, { signal: leave.signal }).catch((error: Error) => error.name),
    );
    await sleep(1500);
    leave.abort();
    expect(await Promise.all(asked)).toEqual(["AbortError", "AbortError"]);
    // Both were busy with it: they are others now, and answer.
    const { tables } = await query(served.url, { by: ["dstPort"], top: 1 });
    expect(tables[0]?.rows.length).toBe(1);
    expect(served.workers().some((pid) => before.includes(pid))).toBe(false);
  });

  test("a process that dies is a sentence, and another one answers", { timeout: 60_000 }, async () => {
    const dear = post(`${served.url}/api/v1/query`, DEAR);
    await sleep(1000);
    for (const pid of served.workers()) process.kill(pid, "SIGKILL");
    const got = await dear;
    expect(got.status).toBe(503);
    expect(sentenceOf(got)).toMatchObject({
      code: "busy",
      message: expect.stringMatching(/process which looks for it ended/),
    });
    expect((await query(served.url, { by: ["srcPort"], top: 1 })).tables.length).toBe(1);
    expect(served.program.stderr).toContain("a process that answers questions ended (SIGKILL)");
  });

  test("50 who ask the same at once get the same answer", { timeout: 60_000 }, async () => {
    const words = { by: ["srcAddr,dstPort"], top: 50 };
    const all = await Promise.all(Array.from({ length: 50 }, () => post(`${served.url}/api/v1/query`, words)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    // Two at the most, where they came in two seconds.
    expect(new Set(all.map(({ text }) => text)).size).toBeLessThanOrEqual(3);
  });

  test("50 different questions of one reader at once: answers, or the advice to ask again", {
    timeout: 120_000,
  }, async () => {
    const ask = (top: number) => post(`${served.url}/api/v1/query`, { by: ["srcAddr"], top: 100 + top });
    const all = await Promise.all(Array.from({ length: 50 }, (_, top) => ask(top)));
    const answered = all.filter(({ status }) => status === 200);
    const refused = all.filter(({ status }) => status !== 200);
    // Those that may wait; others are answered at once, where the processes of the test before are there again.
    expect(answered.length).toBeGreaterThanOrEqual(4);
    for (const got of refused) {
      expect({ status: got.status, wait: got.headers.get("retry-after") }).toEqual({ status: 503, wait: "1" });
      expect(sentenceOf(got).code).toBe("busy");
    }
    expect((await ask(99)).status).toBe(200);
  });

  test("many answers over one connection leave nothing behind on it", { timeout: 60_000 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number | undefined>();
    const ask = (top: number) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request(`${served.url}/api/v1/query?by=proto&top=${top}`, { agent }, (answer) => {
          ports.add(answer.socket.localPort);
          answer.resume().once("end", () => resolve(answer.statusCode));
        });
        asked.once("error", reject).end();
      });
    for (let top = 1; top <= 20; top++) expect(await ask(top)).toBe(200);
    agent.destroy();
    expect(ports.size).toBe(1);
    expect(served.program.stderr).not.toContain("MaxListenersExceededWarning");
  });

  test("a reader who takes nothing holds up nobody, and his answer is whole", { timeout: 120_000 }, async () => {
    const whole = (await get(`${served.url}/api/v1/query?format=ndjson`)).text;
    expect(whole.length).toBeGreaterThan(10_000_000);
    const slow = await new Promise<import("node:http").IncomingMessage>((resolve) => {
      request(`${served.url}/api/v1/query?format=ndjson`, resolve).end();
    });
    await sleep(500);
    for (let i = 0; i < 5; i++) expect((await query(served.url, { by: ["proto"], top: i + 1 })).tables.length).toBe(1);
    let octets = 0;
    for await (const piece of slow) octets += (piece as Buffer).length;
    expect(octets).toBe(Buffer.byteLength(whole));
  });
});

describe.skipIf(CHDB_MISSING !== null)("time", () => {
  test("what takes longer than --timeout is 504, and the process answers the next one", {
    timeout: 60_000,
  }, async () => {
    const store = await spooledStore(join(folder, "timed"), randomFlows(3, 30_000));
    const served = await serve(["--store", store, "--timeout", "2s"]);
    const late = await post(`${served.url}/api/v1/query`, DEAR);
    expect(late.status).toBe(504);
    expect(sentenceOf(late)).toMatchObject({ code: "timeout", message: expect.stringContaining("serve --timeout") });
    expect((await query(served.url, { by: ["proto"] })).tables.length).toBe(1);
    expect((await served.end()).code).toBe(0);
  });
});

describe("the program", () => {
  test("TERM ends it in order: no process, no temporary file is left", { timeout: 60_000 }, async () => {
    const temporary = mkdtempSync(join(folder, "temporary-"));
    const store = await spooledStore(join(folder, "ended"), randomFlows(3, 100));
    const served = await serve(["--store", store], { through: ["env", `TMPDIR=${temporary}`] });
    if (CHDB_MISSING === null) await query(served.url, { by: ["proto"] });
    const workers = served.workers();
    if (CHDB_MISSING === null) expect(readdirSync(temporary)).not.toEqual([]);
    const { code } = await served.end();
    expect(code).toBe(0);
    expect(workers.filter(isThere)).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("killed, it takes those that answer questions with it", { timeout: 60_000 }, async () => {
    const served = await serve(["--store", join(folder, "none")]);
    if (CHDB_MISSING === null) await get(`${served.url}/api/v1/query?by=proto`);
    const workers = served.workers();
    served.program.child.kill("SIGKILL");
    await served.program.ended;
    await sleep(500);
    expect(workers.filter(isThere)).toEqual([]);
  });

  test("a store that is not there: the page runs and says so", { timeout: 60_000 }, async () => {
    const missing = join(folder, "none");
    const served = await serve(["--store", missing]);
    const status = JSON.parse((await get(`${served.url}/api/v1/status`)).text);
    expect(status.store).toMatchObject({ folder: missing, state: "missing", flows: null });
    if (CHDB_MISSING === null) {
      const got = await get(`${served.url}/api/v1/query?by=proto`);
      expect({ status: got.status, code: sentenceOf(got).code }).toEqual({ status: 503, code: "store" });
    }
    await served.end();
  });

  test("no engine: the page runs, says what to install, and looks at filters", { timeout: 60_000 }, async () => {
    const root = mkdtempSync(join(folder, "no-engine-"));
    cpSync(join(ROOT, "dist"), join(root, "dist"), { recursive: true });
    cpSync(join(ROOT, "package.json"), join(root, "package.json"));
    mkdirSync(join(root, "node_modules"));
    for (const name of readdirSync(join(ROOT, "node_modules"))) {
      if (/chdb/.test(name)) continue;
      symlinkSync(join(ROOT, "node_modules", name), join(root, "node_modules", name));
    }
    const store = await spooledStore(join(folder, "no-engine"), randomFlows(3, 100));
    const words = ["serve", "--no-collect", "--listen", "127.0.0.1:0", "--state", root, "--store", store];
    const program = start([process.execPath, join(root, "dist", "cli.js"), ...words], { timeoutMs: 60_000 });
    await program.until(({ stderr }) => /http:[\s\S]*chdb/.test(stderr));
    const url = /(http:[^\s;]+)/.exec(program.stderr)?.[1] ?? "";
    const sentence = expect.stringMatching(/^expected the package chdb, .*; install it with: npm install chdb$/);
    const status = JSON.parse((await get(`${url}/api/v1/status`)).text);
    expect(status).toMatchObject({ store: { state: "noEngine" }, problems: [sentence] });
    const got = await get(`${url}/api/v1/query?by=proto`);
    expect({ status: got.status, ...sentenceOf(got) }).toMatchObject({
      status: 503,
      code: "engine",
      message: sentence,
    });
    expect((await post(`${url}/api/v1/filter`, { text: "tcp" })).status).toBe(200);
    program.child.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  });

  test("a port that is taken, or none: a sentence", { timeout: 60_000 }, async () => {
    const served = await serve(["--store", join(folder, "none")]);
    const { host } = new URL(served.url);
    const second = await runProgram(["serve", "--no-collect", "--listen", host, "--store", join(folder, "none")]);
    expect(second).toEqual({
      code: 1,
      stdout: "",
      stderr: `flowgauge: ${host}: expected to listen there, found that another program does already; choose another with --listen HOST:PORT\n`,
    });
    await served.end();
    const wrong = await runProgram(["serve", "--listen", "8055"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/^flowgauge: --listen: expected HOST:PORT/) });
  });
});

/** Where nobody waits for it, a process that has ended is still in the list. */
function isThere(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
