// The API's questions against `flowgauge query` on the same store: the same octets, through the command line that the answer prints.
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QueryAnswer, QueryCost, QueryWords, Status, Words } from "../src/serve/api.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { CORPUS, corpusHere } from "./corpus/corpus.ts";
import { CLI, runProgram } from "./program.ts";
import { randomFlows } from "./random-flows.ts";
import {
  demoStore,
  get,
  joinedTables,
  post,
  query,
  type Served,
  serve,
  spooledStore,
  tablesText,
} from "./serve-run.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-serve-query-"));
const LOCAL = "198.51.100.0/24,2001:db8:a::/48";
/** Generated ones; each is asked twice, once in a shell. */
const QUESTIONS = Number(process.env.FLOWGAUGE_QUESTIONS ?? 25);

/** Runs a command line in a shell in which `flowgauge` is the built program. */
function inShell(
  command: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, TZ: "America/St_Johns", NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile("/bin/sh", ["-c", command], { env, maxBuffer: 1 << 28, timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

describe.skipIf(CHDB_MISSING !== null)("questions", () => {
  let served: Served;
  let random: Served;
  const store = join(folder, "it's a store");
  const flows = randomFlows(11, 3000);

  beforeAll(async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "flowgauge"), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
    chmodSync(join(bin, "flowgauge"), 0o755);
    await demoStore(store);
    served = await serve(["--store", store, "--local", LOCAL]);
    random = await serve(["--store", await spooledStore(join(folder, "random"), flows)]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([served?.end(), random?.end()]);
    rmSync(folder, { recursive: true });
  });

  /** Asks, and runs the command line of the answer. */
  async function same(words: QueryWords): Promise<void> {
    const { status, text } = await post(`${served.url}/api/v1/query`, words);
    expect(status, `${JSON.stringify(words)}: ${text.slice(0, 300)}`).toBe(200);
    const { command } = JSON.parse(text) as QueryAnswer;
    const { code, stdout, stderr } = await inShell(`${command} --json`);
    expect({ code, stderr: code === 0 ? "" : stderr }, command).toEqual({ code: 0, stderr: "" });
    expect(tablesText(text), command).toBe(joinedTables(stdout));
  }

  test.each<QueryWords>([
    {},
    { limit: 3, sort: "bytes:desc", fields: "start,srcAddr,bytes,other" },
    { by: ["srcAddr", "dstPort", "proto,dstPort"], top: 4 },
    { by: ["time/1s,proto"], from: "2026-11-20", utc: true, measures: "bytes,packets,bps", top: 2 },
    { by: ["time/10s"], percentile: 95 },
    { by: ["side"], sort: "packets" },
    { sum: "flows,bytes" },
    { by: ["addr/24/64"], distinct: "dstPort", sort: "distinct(dstPort)", top: 0 },
    { filter: "dst port 443 and not src inside # it's\n or proto icmp", by: ["srcAddr"], biflow: true },
    { biflow: "5s", dedup: true, scale: true, by: ["none"], spread: "start", within: "inside" },
    { from: "2020-01-01", to: "2020-01-02", by: ["srcAddr"] },
    { from: "2020-01-01", to: "2020-01-02" },
  ])("%j: what flowgauge query prints, octet for octet", { timeout: 30_000 }, same);

  const chosen = <T>(...values: readonly T[]) => fc.constantFrom(...values);
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 });
  const wordsArbitrary = fc
    .record({
      filter: optional(
        chosen(
          "tcp",
          "dst port in [53, 443]",
          "host 198.51.100.20 or ipv6",
          "bytes > 1K and not icmp",
          'proto udp # "it\'s"',
          "src outside",
        ),
      ),
      from: optional(chosen("2026-11-20", "2026-11-20T23:30:30Z", "1795217430", "2026-11-20T20:00")),
      to: optional(chosen("2026-11-20T23:31:30Z", "2027-01-01T00:00+01:00")),
      within: optional(chosen<"any" | "start">("any", "start")),
      by: optional(
        fc.array(
          chosen("srcAddr", "dstAddr/24,proto", "time/5s,dstPort", "service", "side,proto", "port", "time/1m", "none"),
          { minLength: 1, maxLength: 2 },
        ),
      ),
      measures: optional(chosen("bytes,flows", "max(bytes),avg(duration)", "bytes,bpp,pps")),
      top: optional(chosen(0, 1, 5)),
      limit: optional(chosen(1, 7, 5000)),
      sort: optional(chosen("bytes", "bytes:asc")),
      spread: optional(chosen<"even" | "end">("even", "end")),
      biflow: optional(chosen<boolean | string>(true, false, "1s")),
      scale: optional(fc.boolean()),
      utc: optional(fc.boolean()),
    })
    .map(({ limit, top, ...words }): QueryWords => {
      const list = words.by === undefined && words.measures === undefined;
      return JSON.parse(JSON.stringify({ ...words, ...(list ? { limit } : { top }) })) as QueryWords;
    });

  test(`${QUESTIONS} questions: the page's and the shell's tables are the same`, { timeout: 300_000 }, async () => {
    const sample = fc.sample(wordsArbitrary, { seed: 7, numRuns: QUESTIONS });
    expect(new Set(sample.map((words) => JSON.stringify(words))).size).toBeGreaterThan(0.8 * QUESTIONS);
    for (const words of sample) await same(words);
  });

  test.skipIf(!corpusHere)("of the corpus: the same octets", { timeout: 120_000 }, async () => {
    const path = join(folder, "corpus");
    const captures = readdirSync(join(CORPUS, "pcap"))
      .filter((name) => name.endsWith(".pcap"))
      .sort()
      .slice(0, 40);
    await runProgram([
      "track",
      ...captures.map((name) => join(CORPUS, "pcap", name)),
      "--store",
      path,
      "--summary",
      "none",
    ]);
    const corpus = await serve(["--store", path]);
    for (const words of [{ by: ["proto", "srcAddr,dstPort"], top: 0 }, { by: ["time/1d"] }, { limit: 10_000 }]) {
      const { status, text } = await post(`${corpus.url}/api/v1/query`, words);
      expect(status, text.slice(0, 300)).toBe(200);
      const { stdout } = await inShell(`${(JSON.parse(text) as QueryAnswer).command} --json`);
      expect(JSON.parse(text).tables[0].rows.length).toBeGreaterThan(3);
      expect(tablesText(text)).toBe(joinedTables(stdout));
    }
    await corpus.end();
  });

  test("times that are relative stay so in the command line", async () => {
    const { command, tables } = await query(served.url, { from: "2d", to: "now", by: ["none"] });
    expect(command).toContain(" --from 2d --to now ");
    const [{ from, to } = { from: null, to: null }] = tables;
    expect(Date.parse(to ?? "") - Date.parse(from ?? "")).toBe(2 * 86_400_000);
  });

  test("GET is the same as POST", async () => {
    const words = { by: ["srcAddr", "proto"], top: 2, filter: "ipv4", scale: true };
    const search = "by=srcAddr&by=proto&top=2&filter=ipv4&scale=true";
    const [got, posted] = await Promise.all([
      get(`${served.url}/api/v1/query?${search}`),
      post(`${served.url}/api/v1/query`, words),
    ]);
    expect(got.headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(tablesText(got.text)).toBe(tablesText(posted.text));
  });

  test.each([
    ["start", {}],
    ["bytes:desc", {}],
    ["bps", {}],
    ["bpp:asc", {}],
    ["duration:asc", {}],
    ["srcAddr", { fields: "srcAddr,proto" }],
    ["proto:desc", { fields: "dstPort,proto", filter: "dst port 443" }],
    ["exporter", { fields: "exporter" }],
  ] as const)("a list by %s page by page is the whole list", { timeout: 120_000 }, async (sort, more) => {
    const { url } = random;
    const whole = await query(url, { sort, limit: 10_000, ...more });
    const rows = [];
    let after: string | undefined;
    for (let page = 0; page < 20; page++) {
      const { tables, next } = await query(url, {
        sort,
        limit: 397,
        ...more,
        ...(after === undefined ? {} : { after }),
      });
      rows.push(...(tables[0]?.rows ?? []));
      if (next === null) break;
      after = next;
    }
    expect(whole.next).toBeNull();
    expect(rows.length).toBeGreaterThan(397);
    expect(rows).toEqual(whole.tables[0]?.rows);
  });

  test("a page's command line gives that page", async () => {
    const { next } = await query(served.url, { limit: 5, sort: "bps" });
    await same({ limit: 5, sort: "bps", after: next ?? "" });
  });

  test("downloads are what flowgauge query writes", { timeout: 60_000 }, async () => {
    for (const format of ["csv", "ndjson"] as const) {
      for (const words of ["by=srcAddr", "sort=bytes&fields=srcAddr,bytes"]) {
        const { status, text, headers } = await get(`${served.url}/api/v1/query?${words}&format=${format}`);
        const options = words.split("&").flatMap((word) => [`--${word.split("=")[0]}`, word.split("=")[1] ?? ""]);
        const { stdout } = await runProgram(["query", store, ...options, `--${format}`]);
        expect({ status, text }).toEqual({ status: 200, text: stdout });
        expect(headers.get("content-disposition")).toMatch(
          new RegExp(`^attachment; filename="flows-\\d{8}T\\d{6}Z\\.${format}"$`),
        );
      }
    }
    const parquet = join(folder, "taken.parquet");
    const taken = await fetch(`${served.url}/api/v1/query?format=parquet&filter=tcp`);
    writeFileSync(parquet, new Uint8Array(await taken.arrayBuffer()));
    const sums = ["--sum", "flows,bytes,packets", "--json"];
    const [own, theirs] = await Promise.all([
      runProgram(["query", parquet, ...sums]),
      runProgram(["query", store, "tcp", ...sums]),
    ]);
    expect(own.stdout).toBe(theirs.stdout);
    const svg = await get(`${served.url}/api/v1/query?by=time/10s,proto&format=svg`);
    expect(svg.text).toMatch(/^<svg [\s\S]*<\/svg>\s*$/);
    const png = await fetch(`${served.url}/api/v1/query?by=srcAddr&format=png`);
    expect(
      Buffer.from(await png.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
  });

  test.each([
    ["query?by=srcAdr", 400, "usage", /^by: expected fields such as .*, found "srcAdr" \(did you mean srcAddr\?\)\.$/],
    [
      "query?colour=red",
      400,
      "usage",
      /^querystring: expected members that are known, found "colour"; docs\/api\.md has the list$/,
    ],
    ["query?top=many", 400, "usage", /^top: expected integer, found something else$/],
    ["query?within=all", 400, "usage", /^within: expected one of any, start, end, inside, found another$/],
    ["query?limit=20000", 400, "usage", /^limit: expected 1 to 10000 flows at a time, found 20000/],
    ["query?from=tomorow", 400, "usage", /^from: expected /],
    ["query?from=2026-11-21&to=2026-11-20", 400, "usage", /^from and to: expected a time and a later one/],
    ["query?after=nowhere", 400, "usage", /^after: expected what an answer before said as "next"/],
    ["query?by=srcAddr&limit=5", 400, "usage", /^limit: expected a list of flows, found groups/],
    ["query?format=svg", 400, "usage", /^format: expected groups or a series for svg, found a list/],
    ["query?format=csv&by=proto&by=srcAddr", 400, "usage", /^format: expected one grouping for csv, found 2/],
    ["query?filter=%40include%20%22/etc/passwd%22", 400, "filter", /^filter: /],
    ["query?filter=host%20www.example.org", 400, "filter", /^filter: /],
    ["nothing", 404, "missing", /^expected a path that docs\/api\.md has, found GET \/api\/v1\/nothing$/],
    ["%ff", 400, "usage", /^expected /],
  ])("%s: a sentence", async (path, status, code, message) => {
    const got = await get(`${served.url}/api/v1/${path}`);
    const { error } = JSON.parse(got.text);
    expect({ status: got.status, code: error.code }).toEqual({ status, code });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });

  test("a wrong filter says its place", async () => {
    const { text } = await post(`${served.url}/api/v1/query`, { filter: "tcp and dst porrt 80" });
    expect(JSON.parse(text).error).toEqual({
      message: expect.stringMatching(/^filter: expected .*, found "porrt"/),
      code: "filter",
      from: 12,
      to: 17,
    });
  });

  test("what is asked would read: files of that time, nothing else", async () => {
    const all = JSON.parse((await get(`${served.url}/api/v1/query/cost`)).text) as QueryCost;
    expect(all).toMatchObject({ files: 1, flows: 202 });
    expect(all.octets).toBeGreaterThan(1000);
    const past = await post(`${served.url}/api/v1/query/cost`, { to: "2020-01-01" });
    expect(JSON.parse(past.text)).toEqual({ files: 0, octets: 0, flows: 0 });
  });

  test("words: every field and measure that is offered can be asked", { timeout: 60_000 }, async () => {
    const { fields, measures } = JSON.parse((await get(`${served.url}/api/v1/fields`)).text) as Words;
    const names = fields.map(({ name }) => name);
    expect(names).toContain("srcAddr");
    for (let at = 0; at < names.length; at += 20) {
      const by = names.slice(at, at + 20);
      expect((await query(served.url, { by, top: 1 })).tables.map(({ columns }) => columns[0]?.name)).toEqual(by);
    }
    const asked = measures.map(({ name }) => name).join(",");
    const [table] = (await query(served.url, { by: ["proto"], measures: asked })).tables;
    expect(table?.columns.slice(1).map(({ name, unit }) => ({ name, unit }))).toEqual(
      measures.map(({ name, unit }) => ({ name, unit })),
    );
  });

  test("status: what the store is like", async () => {
    const status = JSON.parse((await get(`${served.url}/api/v1/status`)).text) as Status;
    expect(status).toMatchObject({
      loginNeeded: false,
      user: null,
      zone: "America/St_Johns",
      store: { folder: store, state: "ready", flows: 202, oldest: "2026-11-20T23:30:00.000Z" },
      problems: [],
    });
  });
});
