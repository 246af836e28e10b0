// Reports of serve: ready-made ones against `flowgauge query`, saved ones, their pages, schedules and mail; and saved filters.
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ApiError, FilterSeen, QueryAnswer, Report, ReportDraft, Reports, SavedFilter } from "../src/serve/api.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { type MailReceiver, receiveMail } from "./mail-receiver.ts";
import { CLI, runProgram } from "./program.ts";
import { BEGIN, type Flow } from "./random-flows.ts";
import {
  demoStore,
  type Got,
  get,
  joinedTables,
  post,
  query,
  type Served,
  serve,
  spooledStore,
  tablesText,
} from "./serve-run.ts";

const EVERY = Number(process.env.FLOWGAUGE_EVERY_REPORT ?? 3);

const folder = mkdtempSync(join(tmpdir(), "flowgauge-serve-reports-"));
const store = join(folder, "store");
const state = join(folder, "state");
const EVIL = `<script>alert(1)</script>"><img src=x onerror='alert(2)'>\u202eeman`;

const DRAFT: ReportDraft = {
  title: "Web servers",
  about: "who is asked most",
  words: { from: "2026-11-20", to: "2026-11-20", by: ["dstAddr", "time/auto,proto"], filter: "tcp", utc: true },
  chart: "stacked",
  view: "from=24h&by=dstAddr",
  schedule: null,
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sentence({ text }: Got): ApiError["error"] {
  return (JSON.parse(text) as ApiError).error;
}

function put(url: string, body: unknown, init: RequestInit = {}): Promise<Got> {
  return post(url, body, { method: "PUT", ...init });
}

function inShell(command: string): Promise<string> {
  const env = { ...process.env, PATH: `${folder}/bin:${process.env.PATH}`, TZ: "America/St_Johns", NO_COLOR: "1" };
  return new Promise((resolve, reject) => {
    execFile("/bin/sh", ["-c", command], { env, maxBuffer: 1 << 28, timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command}: ${stderr}`));
    });
  });
}

/** No tag of a page is one that a text brought with it, and nothing in it runs. */
function expectHarmless(html: string): void {
  expect(html).not.toMatch(/<script|<img|<iframe|<object|<link|javascript:|\son\w+\s*=\s*['"]?alert\(2\)(?!.*&)/i);
  expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
}

describe.skipIf(CHDB_MISSING !== null)("reports", () => {
  let served: Served;
  let mail: MailReceiver;
  let api = "";

  beforeAll(async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "flowgauge"), `#!/bin/sh\nexec "${process.execPath}" "${CLI}" "$@"\n`);
    chmodSync(join(bin, "flowgauge"), 0o755);
    await demoStore(store);
    mail = await receiveMail();
    const words = [
      "--no-collect",
      "--store",
      store,
      "--state",
      state,
      "--mail-server",
      `smtp://127.0.0.1:${mail.port}`,
    ];
    served = await serve([...words, "--mail-from", "flows@example.org"]);
    api = `${served.url}/api/v1`;
  }, 60_000);
  afterAll(async () => {
    await served?.end();
    await mail?.end();
  });

  const reports = async () => JSON.parse((await get(`${api}/reports`)).text) as Reports;
  const saved = async (draft: ReportDraft) => {
    const { status, text } = await post(`${api}/reports`, draft);
    expect(status, text).toBe(200);
    return JSON.parse(text) as Report;
  };

  test("every ready-made report is what its command line gives", { timeout: 240_000 }, async () => {
    const ready = (await reports()).reports.filter(({ readyMade }) => readyMade);
    expect(ready.length).toBeGreaterThan(25);
    for (const [place, { id, chart }] of ready.entries()) {
      const { status, text } = await get(`${api}/reports/${id}/answer?from=2026-11-20&to=2026-11-21`);
      expect(status, `${id}: ${text.slice(0, 300)}`).toBe(200);
      const { command, tables } = JSON.parse(text) as QueryAnswer;
      // A command line takes a second: every third one, which are of every group.
      if (place % EVERY === 0) expect(tablesText(text), id).toBe(joinedTables(await inShell(`${command} --json`)));
      const page = await get(`${api}/reports/${id}/print?from=2026-11-20&to=2026-11-21`);
      expect(page.status, `${id}: ${page.text.slice(0, 300)}`).toBe(200);
      const drawn = chart !== "none" && tables.some(({ rows }) => rows.length > 0);
      expect({ id, picture: page.text.includes("<svg ") }).toEqual({ id, picture: drawn });
    }
  });

  test("scans: the answers of a server, records of their own, are none", { timeout: 60_000 }, async () => {
    const one = (srcAddr: string, srcPort: number, dstAddr: string, dstPort: number, ms: number): Flow => {
      const time = [BEGIN, ms * 1e6] as const;
      const counted = { packets: 1, bytes: 70, reversePackets: 0, reverseBytes: 0, samplingRate: 0, flows: 0 };
      const kind = { proto: 17, ipVersion: 4, tcpFlags: 0, exporter: "192.0.2.1", start: time, end: time };
      return { srcAddr, srcPort, dstAddr, dstPort, ...counted, ...kind };
    };
    const flows: Flow[] = [];
    for (let port = 40_001; port <= 40_012; port++) {
      flows.push(one("10.0.0.7", port, "10.0.0.53", 53, 1), one("10.0.0.53", 53, "10.0.0.7", port, 2));
    }
    for (let host = 1; host <= 9; host++) {
      flows.push(one("10.0.2.1", 50_000 + host, "10.0.0.53", 53, 1), one("10.0.0.53", 53, `10.0.3.${host}`, 30_999, 2));
      flows.push(one(`10.0.3.${host}`, 30_999, "10.0.0.53", 53, 1));
    }
    for (let port = 1; port <= 5; port++) {
      flows.push(one("10.0.0.66", 50_000, "10.0.0.9", port, 3), one("10.0.0.66", 50_000, `10.0.1.${port}`, 23, 3));
    }
    const own = await serve(["--store", await spooledStore(join(folder, "scanned"), flows)]);
    const first = async (id: string) => {
      const { text } = await get(`${own.url}/api/v1/reports/${id}/answer?from=2026-02-28&to=2026-03-02`);
      const [table] = (JSON.parse(text) as QueryAnswer).tables;
      expect(table?.rows.length, text.slice(0, 1500)).toBeGreaterThan(0);
      return table?.rows[0];
    };
    expect(await first("port-scans")).toMatchObject({ srcAddr: "10.0.0.66", dstAddr: "10.0.0.9" });
    expect(await first("host-scans")).toMatchObject({ srcAddr: "10.0.0.66" });
    await own.end();
  });

  test("a page that can be printed: no script, its own policy, the figures of the answer", async () => {
    const { status, text, headers } = await get(`${api}/reports/source-addresses/print?from=2026-11-20&to=2026-11-21`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src 'unsafe-inline'; img-src data:;/,
    );
    expect(headers.get("content-security-policy")).not.toContain("script");
    const asked = { by: ["srcAddr"], top: 20, from: "2026-11-20", to: "2026-11-21" };
    const [table] = (await query(served.url, asked)).tables;
    expect(table?.rows.length).toBeGreaterThan(3);
    for (const { srcAddr } of table?.rows ?? []) expect(text).toContain(`<td>${String(srcAddr)}</td>`);
    expectHarmless(text);
  });

  test("saved, changed, run over another time, deleted", async () => {
    const report = await saved({ ...DRAFT, title: "Wéb  servers!" });
    expect(report).toMatchObject({
      id: "web-servers",
      group: "Saved",
      readyMade: false,
      schedule: null,
      view: DRAFT.view,
    });
    expect((await saved({ ...DRAFT, title: "web servers" })).id).toBe("web-servers-2");
    const answer = await get(`${api}/reports/web-servers/answer`);
    const { tables, command } = JSON.parse(answer.text) as QueryAnswer;
    expect(tables.map(({ shape, bucketSeconds }) => [shape, bucketSeconds])).toEqual([
      ["group", null],
      ["series", 300],
    ]);
    expect(command).toContain("--from 2026-11-20T00:00:00Z --to 2026-11-21T00:00:00Z --by dstAddr --by time/5m,proto");
    const hour = await get(`${api}/reports/web-servers/answer?from=2026-11-20T23:00Z&to=2026-11-21T00:00Z`);
    expect(hour.status, hour.text).toBe(200);
    expect((JSON.parse(hour.text) as QueryAnswer).tables[1]?.bucketSeconds).toBe(30);
    expect((await get(`${api}/reports/web-servers/answer?format=csv`)).text).toMatch(/^dstAddr,/);
    const changed = await put(`${api}/reports/web-servers`, { ...DRAFT, title: "Web", about: "", chart: "none" });
    expect(JSON.parse(changed.text)).toMatchObject({ id: "web-servers", title: "Web", chart: "none" });
    for (const id of ["web-servers", "web-servers-2"]) {
      expect((await get(`${api}/reports/${id}`, { method: "DELETE" })).status).toBe(200);
      expect((await get(`${api}/reports/${id}`)).status).toBe(404);
    }
  });

  test.each<[string, object, RegExp]>([
    ["a filter that is none", { words: { filter: "tcp and dst porrt 80" } }, /^filter: expected .*, found "porrt"/],
    ["a field that is none", { words: { by: ["srcAdr"] } }, /^by: expected fields/],
    ["a bucket that is none", { words: { by: ["time/never,proto"] } }, /time\/never/],
    ["a time that is none", { words: { from: "tomorow" } }, /^from: expected/],
    [
      "members that nobody knows",
      { words: { colour: "red" } },
      /^words: expected members that are known, found "colour"/,
    ],
    [
      "a zone that is none",
      { words: { zone: "Mars/Olympus", from: "today" } },
      /zone.*: expected .*, found "Mars\/Olympus"/,
    ],
    ["no title", { title: " " }, /^title: expected a few words/],
    ["a long title", { title: "x".repeat(121) }, /^title: expected at most 120 characters, found 121/],
    ["a schedule that is none", { schedule: { cron: "every day", mailTo: [] } }, /^cron: expected five fields/],
    ["seconds in a schedule", { schedule: { cron: "* * * * * *", mailTo: [] } }, /^cron: expected five fields/],
    ["a day that never comes", { schedule: { cron: "0 0 30 2 *", mailTo: [] } }, /which is never/],
    [
      "two addresses in one",
      { schedule: { cron: "0 6 * * *", mailTo: ["a@b.org, c@d.org"] } },
      /^mailTo: expected an address/,
    ],
    [
      "a header in an address",
      { schedule: { cron: "0 6 * * *", mailTo: ["a@b.org\r\nBcc: c@d.org"] } },
      /^mailTo: expected/,
    ],
  ])("%s is not saved", async (_what, part, message) => {
    const before = (await reports()).reports.length;
    const got = await post(`${api}/reports`, { ...DRAFT, ...part });
    expect(got.status, got.text).toBe(400);
    expect(sentence(got).message).toMatch(message);
    expect((await reports()).reports.length).toBe(before);
  });

  test("any body: saved, or a sentence", { timeout: 60_000 }, async () => {
    const odd = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.string({ unit: "binary" }),
      fc.constantFrom(EVIL, null, -1, [], {}),
    );
    const words = fc.dictionary(fc.constantFrom("filter", "from", "by", "top", "measures", "zone", "__proto__"), odd);
    const changes = fc.dictionary(fc.constantFrom(...Object.keys(DRAFT), "constructor"), fc.oneof(odd, words));
    const before = (await reports()).reports.length;
    const check = async (got: Got) => {
      expect(got.status, got.text).toBeLessThan(500);
      if (got.status !== 200) expect(sentence(got).message).not.toMatch(/\n|\bat .*\.[jt]s:/);
    };
    const run = async (part: object) => {
      const got = await post(`${api}/reports`, { ...DRAFT, ...part });
      await check(got);
      if (got.status === 200) {
        const { id } = JSON.parse(got.text) as Report;
        await check(await get(`${api}/reports/${id}/print`));
        expect((await get(`${api}/reports/${id}`, { method: "DELETE" })).status).toBe(200);
      }
      await check(await put(`${api}/filters/x`, part));
      await check(await put(`${api}/filters/x`, { text: "tcp", about: "", shared: true, ...part }));
      await check(await get(`${api}/filters/x`, { method: "DELETE" }));
    };
    await fc.assert(fc.asyncProperty(changes, run), { numRuns: 150 });
    expect((await reports()).reports.length).toBe(before);
  });

  test("ready-made ones and what is nowhere cannot be changed", async () => {
    expect((await put(`${api}/reports/summary`, DRAFT)).status).toBe(403);
    expect((await get(`${api}/reports/summary`, { method: "DELETE" })).status).toBe(403);
    expect((await put(`${api}/reports/nowhere`, DRAFT)).status).toBe(404);
    for (const path of ["reports/..%2f..%2fusers", "reports/summary/files/..%2f..%2fusers.json", "reports/x/files/y"])
      expect((await get(`${api}/${path}`)).status, path).toBe(404);
  });

  test("a schedule writes a file and mails it", { timeout: 60_000 }, async () => {
    const mailTo = ["ada@example.org", "bob@example.org"];
    const { id, schedule } = await saved({
      ...DRAFT,
      title: EVIL,
      about: EVIL,
      schedule: { cron: "0 6 1 1 *", mailTo },
    });
    expect(id).toBe("script-alert-1-script-img-src-x-onerror-alert-2");
    expect(schedule).toMatchObject({ lastRun: null, lastProblem: null, missed: null });
    expect(Date.parse(schedule?.nextRun ?? "")).toBeGreaterThan(Date.now());
    const ran = await post(`${api}/reports/${id}/run`, {});
    expect((JSON.parse(ran.text) as Report).schedule?.lastProblem, ran.text).toBeNull();
    const [received] = mail.mails;
    expect(received).toMatchObject({ from: "flows@example.org", to: mailTo });
    const text = received?.text ?? "";
    expect(text).toMatch(/^Content-Type: multipart\/alternative/m);
    expect(text.match(/^Content-Type: (?:text\/plain|text\/html)/gm)).toHaveLength(2);
    expect(text.match(/^Subject:/gim)).toHaveLength(1);
    const parts = partsOf(text);
    expect(parts.html).toContain("<svg ");
    expectHarmless(parts.html);
    expect(parts.html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(parts.plain).not.toMatch(/[\u202a-\u202e]/);
    const files = JSON.parse((await get(`${api}/reports/${id}/files`)).text) as { name: string; octets: number }[];
    expect(files).toHaveLength(1);
    const file = await get(`${api}/reports/${id}/files/${files[0]?.name}`);
    expect(file.headers.get("content-security-policy")).not.toContain("script");
    expectHarmless(file.text);
    expect(file.text.length).toBeGreaterThan(1000);
    const path = join(state, "reports", id, files[0]?.name ?? "");
    expect((statSync(path).mode & 0o777).toString(8)).toBe("600");
    expect(parts.html.replace(/\s+/g, "")).toBe(readFileSync(path, "utf8").replace(/\s+/g, ""));
    expect((await get(`${api}/reports/${id}`, { method: "DELETE" })).status).toBe(200);
    expect(readdirSync(join(state, "reports"))).toEqual([]);
  });

  test("mail that is refused is told on the report; the file is there", { timeout: 60_000 }, async () => {
    const { id } = await saved({
      ...DRAFT,
      title: "refused",
      schedule: { cron: "0 6 1 1 *", mailTo: ["ada@example.org"] },
    });
    mail.refuse(1);
    const ran = JSON.parse((await post(`${api}/reports/${id}/run`, {})).text) as Report;
    expect(ran.schedule?.lastProblem).toMatch(/^127\.0\.0\.1:\d+: .*451.*; it is tried once more$/);
    expect(JSON.parse((await get(`${api}/reports/${id}/files`)).text)).toHaveLength(1);
    expect((await get(`${api}/reports/${id}`, { method: "DELETE" })).status).toBe(200);
  });

  describe("saved filters", () => {
    const save = (name: string, text: string) => put(`${api}/filters/${name}`, { text, about: "", shared: true });

    test("are used by questions, other filters, completion and command lines", async () => {
      const got = await save("web", "port in [80, 443]");
      expect(JSON.parse(got.text)).toEqual([{ name: "web", text: "port in [80, 443]", about: "", shared: true }]);
      expect((await save("inner.web", "$web and src net 198.51.100.0/24")).status).toBe(200);
      const words = { filter: "tcp and $inner.web", by: ["dstPort"] };
      const answer = await query(served.url, words);
      const plain = await query(served.url, {
        ...words,
        filter: "tcp and port in [80,443] and src net 198.51.100.0/24",
      });
      expect(answer.tables[0]?.rows.length).toBeGreaterThan(0);
      expect(answer.tables[0]?.rows).toEqual(plain.tables[0]?.rows);
      expect(answer.command).not.toContain("$");
      const look = await post(`${api}/filter`, { text: "tcp and $in", at: 11 });
      const seen = JSON.parse(look.text) as FilterSeen;
      expect(seen.completions?.options.map(({ text }) => text)).toContain("$inner.web");
    });

    test("that cannot be asked are not saved, and the place is said", async () => {
      const got = await save("wrong", "tcp and dst porrt 80");
      expect(got.status).toBe(400);
      expect(sentence(got)).toMatchObject({ code: "filter", from: 12, to: 17 });
      expect((await save("wrong", "")).status).toBe(400);
      expect((await save("wrong", "$wrong or tcp")).status).toBe(400);
      // What others use must go on to mean something.
      expect((await save("web", "$inner.web")).status).toBe(400);
      for (const name of ["a b", "a%3Cscript%3E", "%E2%80%AE", "x".repeat(65), "a/b".replace("/", "%2f")])
        expect((await save(name, "tcp")).status, name).toBe(400);
      const list = JSON.parse((await get(`${api}/filters`)).text) as SavedFilter[];
      expect(list.map(({ name }) => name)).toEqual(["inner.web", "web"]);
    });

    test("that something uses stay", async () => {
      const conflict = await get(`${api}/filters/web`, { method: "DELETE" });
      expect(conflict.status).toBe(409);
      expect(sentence(conflict).message).toMatch(/the filter \$inner\.web uses \$web$/);
      const { id } = await saved({ ...DRAFT, title: "named", words: { filter: "$inner.web", by: ["srcAddr"] } });
      const used = await get(`${api}/filters/inner.web`, { method: "DELETE" });
      expect(sentence(used).message).toMatch(/the report "named" uses \$inner\.web$/);
      await get(`${api}/reports/${id}`, { method: "DELETE" });
      expect((await get(`${api}/filters/inner.web`, { method: "DELETE" })).status).toBe(200);
      expect((await get(`${api}/filters/web`, { method: "DELETE" })).text.trim()).toBe("[]");
      expect((await get(`${api}/filters/web`, { method: "DELETE" })).status).toBe(404);
    });
  });
});

/** The parts of a multipart/alternative, decoded. */
function partsOf(mail: string): { readonly plain: string; readonly html: string } {
  const boundary = /boundary="([^"]+)"/.exec(mail)?.[1] ?? "";
  const decoded = mail.split(`--${boundary}`).map((part) => {
    const [head = "", ...body] = part.split("\n\n");
    const text = body.join("\n\n");
    if (/base64/i.test(head)) return [head, Buffer.from(text, "base64").toString("utf8")] as const;
    if (!/quoted-printable/i.test(head)) return [head, text] as const;
    const octets = text
      .replace(/=\n/g, "")
      .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return [head, Buffer.from(octets, "latin1").toString("utf8")] as const;
  });
  const of = (type: RegExp) => decoded.find(([head]) => type.test(head))?.[1] ?? "";
  return { plain: of(/text\/plain/), html: of(/text\/html/) };
}

describe("who may save", () => {
  const own = join(folder, "users");

  test("viewers save filters of their own; what is everybody's is the admin's", { timeout: 60_000 }, async () => {
    for (const [name, role] of [
      ["ada", "admin"],
      ["bob", "viewer"],
    ] as const) {
      const words = ["serve", "user", "add", name, "--role", role, "--state", own];
      const { code, stderr } = await runProgram(words, { stdin: Buffer.from("correct horse battery\n") });
      expect({ code, stderr }).toMatchObject({ code: 0 });
    }
    const served = await serve(["--no-collect", "--store", store, "--state", own]);
    const api = `${served.url}/api/v1`;
    try {
      const enter = async (name: string) => {
        const { text, headers, status } = await post(`${api}/login`, { name, password: "correct horse battery" });
        expect(status, text).toBe(200);
        const cookie = headers.get("set-cookie")?.split(";", 1)[0] ?? "";
        const { csrf } = JSON.parse(text) as { readonly csrf: string };
        return { cookie, "x-csrf-token": csrf, "content-type": "application/json" };
      };
      const [ada, bob] = [await enter("ada"), await enter("bob")];
      const filter = (shared: boolean, text: string) => ({ text, about: "", shared });
      const names = async (headers: Record<string, string>) =>
        (JSON.parse((await get(`${api}/filters`, { headers })).text) as SavedFilter[]).map(
          ({ name, text, shared }) => `${name} ${text} ${shared}`,
        );
      expect((await get(`${api}/filters`)).status).toBe(401);
      expect((await put(`${api}/filters/web`, filter(true, "tcp"), { headers: bob })).status).toBe(403);
      expect((await put(`${api}/filters/web`, filter(true, "tcp"), { headers: ada })).status).toBe(200);
      expect((await put(`${api}/filters/web`, filter(false, "udp"), { headers: bob })).status).toBe(200);
      expect((await put(`${api}/filters/mine`, filter(false, "$web"), { headers: bob })).status).toBe(200);
      const { cookie, "content-type": type } = bob;
      expect(
        (await put(`${api}/filters/x`, filter(false, "udp"), { headers: { cookie, "content-type": type } })).status,
      ).toBe(403);
      expect(await names(ada)).toEqual(["web tcp true"]);
      expect(await names(bob)).toEqual(["mine $web false", "web udp false"]);
      for (const [method, path, body] of [
        ["POST", "reports", DRAFT],
        ["PUT", "reports/x", DRAFT],
        ["DELETE", "reports/x", undefined],
        ["POST", "reports/x/run", {}],
        ["DELETE", "reports/summary/files/x", undefined],
        ["DELETE", "filters/web?shared=true", undefined],
      ] as const) {
        const init = { method, headers: bob, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
        const { "content-type": _type, ...headers } = bob;
        expect((await get(`${api}/${path}`, body === undefined ? { method, headers } : init)).status, path).toBe(403);
      }
      // A report means the same for all: nobody's own filters.
      const words = { filter: "$mine", by: ["srcAddr"] };
      expect((await post(`${api}/reports`, { ...DRAFT, words }, { headers: ada })).status).toBe(400);
    } finally {
      await served.end();
    }
  });
});

describe("a server that was away", () => {
  test("what cannot be kept is told", async () => {
    const own = join(folder, "full");
    mkdirSync(own);
    const served = await serve(["--no-collect", "--store", store, "--state", own]);
    try {
      // Where the new file would be written there is a folder.
      mkdirSync(join(own, "filters.json.new"));
      const got = await put(`${served.url}/api/v1/filters/web`, { text: "tcp", about: "", shared: true });
      expect(got.status).toBe(503);
      expect(sentence(got)).toMatchObject({
        code: "store",
        message: expect.stringMatching(/found EISDIR; is the disk full/),
      });
      expect((await get(`${served.url}/api/v1/filters`)).text.trim()).toBe("[]");
    } finally {
      await served.end();
    }
  });

  test("tells what was due meanwhile, once", { timeout: 60_000 }, async () => {
    const own = join(folder, "away");
    mkdirSync(own);
    const since = new Date(Date.now() - 3 * 3_600_000 - 60_000).toISOString();
    const schedule = { cron: "0 * * * *", mailTo: [], since };
    const { schedule: _none, ...rest } = DRAFT;
    const content = { reports: [{ id: "hourly", ...rest, schedule }], runs: {} };
    writeFileSync(join(own, "reports.json"), JSON.stringify(content));
    for (const [turn, told] of [
      [1, true],
      [2, false],
    ] as const) {
      const served = await serve(["--no-collect", "--store", store, "--state", own]);
      const { schedule: seen } = JSON.parse((await get(`${served.url}/api/v1/reports/hourly`)).text) as Report;
      expect(seen?.missed, `turn ${turn}`).toMatch(
        /^it was due [34] times while flowgauge serve did not run, first at /,
      );
      const { stderr } = await served.end();
      expect(stderr.includes('report "Web servers": it was due')).toBe(told);
    }
  });

  test("a damaged file of filters stops no question, and is told", async () => {
    const own = join(folder, "damaged");
    mkdirSync(own);
    writeFileSync(join(own, "filters.json"), '{"half":');
    const served = await serve(["--no-collect", "--store", store, "--state", own]);
    try {
      expect((await post(`${served.url}/api/v1/filter`, { text: "tcp" })).status).toBe(200);
      expect((await get(`${served.url}/api/v1/status`)).text).toContain("saved filters cannot be used");
      expect((await get(`${served.url}/api/v1/filters`)).status).toBe(503);
    } finally {
      await served.end();
    }
  });
});
