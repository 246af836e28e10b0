// `flowgauge top http://...` of a real serve that collects: the pictures are the server's, and a lost server is found again.
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RemoteServer } from "../src/commands/remote-server.ts";
import { RemoteTop } from "../src/commands/remote-top.ts";
import type { TopQuestion } from "../src/core/top-view.ts";
import { DEMO, lacks, missingPrograms, type Running, runProgram } from "./program.ts";
import { sampleTopView } from "./sample-top-view.ts";
import { serveCollecting } from "./serve-run.ts";
import { TestTerminal } from "./tmux.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-remote-top-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("of a serve that collects", () => {
  let served: Running;
  let url = "";
  const skip = lacks("top of a remote serve in a terminal", missingPrograms("tmux", "bash"));

  beforeAll(async () => {
    const collecting = await serveCollecting(folder);
    const { to } = collecting;
    served = collecting.program;
    url = collecting.url;
    expect(await runProgram(["export", DEMO, "--to", to, "--protocol", "ipfix", "--biflow"])).toMatchObject({
      code: 0,
    });
    // All packets of the demo: what comes between two pictures makes them different.
    for (let packets = 0; packets < 9007; ) {
      packets = ((await picture([])) as { totals: { packets: number } }).totals.packets;
    }
  }, 60_000);
  afterAll(() => {
    served.child.kill("SIGTERM");
    return served.ended;
  });

  async function picture(words: readonly string[]): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await runProgram(["top", url, ...words, "--json", "--batch", "1"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout) as Record<string, unknown>;
  }

  /** The first picture of the API. */
  async function told(query: string): Promise<Record<string, unknown>> {
    const answer = await fetch(`${url}/api/v1/live?${query}`);
    let text = "";
    for await (const piece of answer.body ?? []) {
      text += Buffer.from(piece).toString();
      const data = /^data: (.*)\n\n/m.exec(text)?.[1];
      if (data !== undefined) return JSON.parse(data) as Record<string, unknown>;
    }
    throw new Error(text);
  }

  /** What does not change from second to second. */
  function lasting(rows: unknown) {
    return (rows as Record<string, unknown>[]).map(({ key, names, packets, bytes, flows, shareOfBytes }) => {
      return { key, names, packets, bytes, flows, shareOfBytes };
    });
  }

  test.each([
    [["--sort", "bytes", "--rows", "200", "-n"], "sort=bytes&rows=200&names=false"],
    [["--by", "hosts", "--sort", "key", "--reverse", "-n"], "group=hosts&sort=key&reverse=true&rows=20&names=false"],
    [["--by", "srcAddr/24,proto", "--sort", "packets"], "by=srcAddr/24,proto&sort=packets&rows=20"],
    [["udp", "and", "port", "7", "--sort", "bytes", "--rows", "5"], "filter=udp+and+port+7&sort=bytes&rows=5"],
    [["--no-ended", "--sort", "bytes"], "sort=bytes&ended=false&rows=20"],
  ])("%j: the rows of the API", { timeout: 30_000 }, async (words, query) => {
    const [mine, api] = [await picture(words), await told(query)];
    expect(lasting(mine.rows)).toEqual(lasting(api.rows));
    if (!words.includes("--no-ended")) expect((mine.rows as unknown[]).length).toBeGreaterThan(1);
    for (const name of ["totals", "matching", "rowCount", "group", "by", "sort", "filter"])
      expect(mine[name], name).toEqual(api[name]);
    expect(mine.sources).toEqual([url]);
  });

  test("text, CSV and sentences", { timeout: 30_000 }, async () => {
    const text = await runProgram(["top", url, "--batch", "2", "--sort", "bytes"]);
    expect(text.code).toBe(0);
    expect(text.stdout.match(/ flowgauge top {2}http:/g)).toHaveLength(2);
    expect(text.stdout).toContain("TCP ");
    expect((await runProgram(["top", url, "--csv", "--batch", "1"])).stdout).toMatch(/^time,proto,srcAddr,/);
    expect((await runProgram(["top", url, "--plain", "--batch", "1"])).stdout).toContain("Since the start");
  });

  test.each([
    [["prt 443"], "expected a term", 2],
    [["--by", "nextHop"], "--by: expected fields", 2],
    [["--since", "5m"], "--since: expected a source on this machine", 2],
    [["--speed", "2", "--uniflow"], "--uniflow, --speed: expected a source on this machine", 2],
  ])("refused: %j", { timeout: 30_000 }, async (words, sentence, code) => {
    const run = await runProgram(["top", url, ...words, "--batch", "1"]);
    expect(run).toMatchObject({ code, stdout: "", stderr: expect.stringContaining(sentence) });
  });

  test.skipIf(skip)("the screen: sorted, another view, details, quit", { timeout: 60_000 }, async () => {
    const terminal = await TestTerminal.open({ width: 120, height: 30 });
    try {
      await terminal.command(`${process.execPath} dist/cli.js top ${url} -n; echo exit $?`);
      await terminal.until((screen) => screen.includes("flowgauge top") && screen.includes("live of"));
      await terminal.press("B");
      // By the rate, rows that have none any more come in no order to rely on.
      await terminal.until((screen) => screen.includes("bytes▼") && screen.includes("TCP"));
      await terminal.press("2");
      await terminal.until((screen) => /^ Host /m.test(screen) && screen.includes("192.0.2.80"));
      await terminal.press("Enter");
      await terminal.until((screen) => screen.includes("what a remote serve does not tell"));
      // One after the other: Escape and a key at once are Alt and that key.
      await terminal.press("Escape");
      await terminal.until((screen) => !screen.includes("what a remote serve does not tell"));
      await terminal.press("1");
      await terminal.until((screen) => !/^ Host /m.test(screen));
      await terminal.type("/udp");
      await terminal.press("Enter");
      const filtered = await terminal.until((screen) => screen.includes("UDP") && !screen.includes("TCP "));
      expect(filtered).toContain("udp");
      await terminal.press("q");
      await terminal.until((screen) => screen.includes("exit 0"));
    } finally {
      await terminal.close();
    }
  });
});

describe("a server that comes and goes", () => {
  const question: TopQuestion = { group: "flows", sort: "rate", rows: 10, from: 0, filter: "", names: true };
  const view = (seed: number) =>
    JSON.stringify({ flowgauge: "top/1", ...sampleTopView({ rows: 60, seed, group: "flows" }) });

  async function fake(answer: (response: ServerResponse, path: string) => void) {
    const server = createServer((request, response) => answer(response, request.url ?? ""));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const lost: string[] = [];
    const remote = new RemoteServer({ name: url, api: new URL(`${url}/api/v1/`), ca: null, authorization: null });
    const top = new RemoteTop({ server: remote, filterText: (text) => text, lost: (sentence) => lost.push(sentence) });
    const close = () => {
      top.close();
      remote.close();
      server.closeAllConnections();
      server.close();
    };
    return { top, lost, close };
  }
  const send = (response: ServerResponse, event: string, data: string) =>
    void response.write(`event: ${event}\ndata: ${data}\n\n`);

  test("is asked again; meanwhile the last picture stands, with a note", { timeout: 20_000 }, async () => {
    let asked = 0;
    const { top, lost, close } = await fake((response) => {
      asked++;
      if (asked === 2) return void response.writeHead(503, { "retry-after": "1" }).end("{}");
      response.writeHead(200, { "content-type": "text/event-stream" });
      send(response, "view", view(asked));
      if (asked === 1) setTimeout(() => response.destroy(), 50);
    });
    await top.ready(question);
    const first = top.view(question);
    expect(first.rows).toHaveLength(10);
    while (lost.length === 0) await new Promise<void>((resolve) => setTimeout(resolve, 10));
    const meanwhile = top.view(question);
    expect(meanwhile.rows).toEqual(first.rows);
    expect(meanwhile.notes.at(-1)).toMatch(/^since \d\d:\d\d:\d\d UTC no picture: http:.*; trying again$/);
    await top.ready(question);
    expect(top.view(question).rows).not.toEqual(first.rows);
    expect(top.view(question).notes.join()).not.toContain("no picture");
    expect(lost).toHaveLength(1);
    close();
  });

  test("rows are taken out of one stream, another question is another one", { timeout: 20_000 }, async () => {
    const paths: string[] = [];
    const { top, close } = await fake((response, path) => {
      paths.push(path);
      response.writeHead(200, { "content-type": "text/event-stream" });
      send(response, "view", view(3));
    });
    await top.ready(question);
    const all = top.view({ ...question, rows: 60 });
    expect(top.view({ ...question, from: 20 }).rows).toEqual(all.rows.slice(20, 30));
    expect(top.view({ ...question, from: 20 }).from).toBe(20);
    expect(paths).toHaveLength(1);
    await top.ready({ ...question, sort: "bytes", filter: "tcp" });
    expect(paths).toHaveLength(2);
    expect(paths[1]).toContain("sort=bytes&filter=tcp&from=0&rows=60");
    expect(top.view({ ...question, sort: "bytes", filter: "tcp", at: 1 }).notes.at(-1)).toContain(
      "no pictures of the past",
    );
    expect(top.expand(all.rows[0]?.id ?? -1)?.lines.at(-1)?.text).toContain("does not tell");
    expect(top.expand(-1)).toBeNull();
    close();
  });

  test.each([
    ["{}", "picture.flowgauge: expected a known word, found none"],
    [view(1).replace('"rows":[', '"rows":[7,'), "picture.rows[0]: expected an object, found 7"],
    ["{", "JSON"],
  ])("a picture that is none is told: %#", async (data, sentence) => {
    const { top, close } = await fake((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      send(response, "view", data);
    });
    await expect(top.ready(question)).rejects.toThrow(sentence);
    close();
  });

  test("what does something to a terminal does not come in", async () => {
    const evil = view(1).replace(/"title":"[^"]*"/, '"title":"\\u001b[2Jx"');
    const { top, close } = await fake((response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      send(response, "view", evil);
    });
    await top.ready(question);
    expect(JSON.stringify(top.view(question))).not.toContain("\\u001b");
    close();
  });
});
