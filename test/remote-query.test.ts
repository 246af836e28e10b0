// `flowgauge query http://...` and `graph http://...` against the same commands on the store itself: the same octets, the same exit codes.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHDB_MISSING } from "./chdb.ts";
import { lacks, missingPrograms, runProgram, start, startProgram } from "./program.ts";
import { randomFlows } from "./random-flows.ts";
import { demoStore, type Served, serve, spooledStore } from "./serve-run.ts";

/** Generated ones; each is asked twice. FLOWGAUGE_QUESTIONS asks more. */
const QUESTIONS = Number(process.env.FLOWGAUGE_QUESTIONS ?? 15);

const folder = mkdtempSync(join(tmpdir(), "flowgauge-remote-"));
const store = join(folder, "store");
const LIST_FORMS: readonly (readonly string[])[] = [[], ["--json"], ["--ndjson"], ["--csv"], ["--csv", "--no-header"]];
const TABLE_FORMS: readonly (readonly string[])[] = [
  ...LIST_FORMS,
  ["--raw"],
  ["--csv", "--totals", "--excel"],
  ["--ndjson", "--totals"],
];

afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(CHDB_MISSING !== null)("the same as on the store itself", () => {
  let served: Served;
  let random: Served;
  const randomStore = join(folder, "random");

  beforeAll(async () => {
    await demoStore(store);
    await spooledStore(randomStore, randomFlows(17, 2000));
    served = await serve(["--store", store]);
    random = await serve(["--store", randomStore]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([served?.end(), random?.end()]);
  });

  async function same(command: "query" | "graph", words: readonly string[], of = { served, store }): Promise<void> {
    const [local, remote] = await Promise.all([
      runProgram([command, `store:${of.store}`, ...words]),
      runProgram([command, of.served.url, ...words]),
    ]);
    expect(remote, words.join(" ")).toEqual(local);
    expect(local.code, local.stderr).toBe(0);
  }

  const chosen = <T>(...values: readonly T[]) => fc.constantFrom(...values);
  const some = (...options: readonly (readonly string[])[]) =>
    fc.oneof(chosen([] as readonly string[]), chosen(...options));
  const common = fc.tuple(
    some(["tcp"], ["dst port in [53, 443]"], ["host 198.51.100.20 or ipv6"], ["bytes > 1K", "and", "not", "icmp"]),
    some(["--from", "2026-11-20"], ["--from", "1795217430"], ["--from", "2026-11-20T20:00", "--to", "2027-01-01"]),
    some(["--within", "start"], ["--utc"], ["--scale"], ["--biflow=1s"], ["--dedup"]),
  );
  const groups = fc.tuple(
    common,
    chosen(
      ["--by", "srcAddr"],
      ["--by", "time/1m,proto"],
      ["--by", "dstAddr/24,proto", "--by", "service"],
      ["--by", "time/1d"],
      ["--by", "port"],
      ["-a"],
      ["--by", "tcpFlags,tos"],
      ["--sum", "bytes,flows"],
      ["--by", "side", "--local", "198.51.100.0/24"],
    ),
    some(["--top", "0"], ["--top", "2"], ["--sort", "packets:asc"]),
    some(
      ["--measures", "bytes,bpp,pps,first,last"],
      ["--distinct", "dstPort"],
      ["--measures", "max(bytes),avg(duration)"],
    ),
    chosen(...TABLE_FORMS),
  );
  const lists = fc.tuple(
    common,
    some(["--limit", "7"], ["--limit", "0"], ["--top", "3"]),
    some(["--sort", "bytes"], ["--sort", "none", "--limit", "50"], ["--sort", "bps"]),
    some(["--fields", "start,srcAddr,bytes,other"], ["--fields", "proto,tcpFlags"]),
    chosen(...LIST_FORMS),
  );
  const wordsOf = (parts: readonly (readonly string[] | readonly (readonly string[])[])[]) => parts.flat(2) as string[];

  test(`${QUESTIONS} questions`, { timeout: 300_000 }, async () => {
    const sample = [
      ...fc.sample(groups, { seed: 5, numRuns: Math.ceil(0.6 * QUESTIONS) }),
      ...fc.sample(lists, { seed: 5, numRuns: Math.floor(0.4 * QUESTIONS) }),
    ];
    expect(new Set(sample.map((parts) => JSON.stringify(parts))).size).toBeGreaterThan(0.85 * QUESTIONS);
    for (const parts of sample) await same("query", wordsOf(parts));
  });

  test.each([
    ["--json"],
    ["--by", "srcAddr,other.interfaceName", "--top", "0", "--json"],
    ["--by", "time/1h,exporter", "--csv"],
    ["--measures", "bytes,packets,max(bytes)", "--json"],
  ])("any values of any fields: %s %s %s", { timeout: 60_000 }, async (...words) => {
    await same("query", words, { served: random, store: randomStore });
  });

  test.each([
    [["--by", "proto"]],
    [["--json"]],
    [["--by", "srcAddr", "--bucket", "none", "--csv"]],
    [["--out", "-", "--by", "proto", "--theme", "dark"]],
    [["--from", "2020-01-01", "--to", "2020-01-02", "--out", "-"]],
    [["--from", "2020-01-01", "--to", "2020-01-02"]],
  ])("graph %j", { timeout: 30_000 }, (words) => same("graph", words));

  test("nothing matched: the times that there are, as on the store", { timeout: 30_000 }, async () => {
    for (const more of [[], ["--json"], ["--by", "proto"]])
      await same("query", ["--from", "2020-01-01", "--to", "2020-01-02", ...more]);
  });

  test("Parquet: the same flows and groups", { timeout: 60_000 }, async () => {
    const there = join(folder, "there.parquet");
    const { code, stderr } = await runProgram(["query", served.url, "udp", "--parquet", there]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const [file, direct] = await Promise.all([
      runProgram(["query", there, "--csv"]),
      runProgram(["query", `store:${store}`, "udp", "--csv"]),
    ]);
    expect(file.stdout).toBe(direct.stdout);
    expect(file.stdout.split("\n").length).toBeGreaterThan(5);
  });

  test("days and clocks are those of the one who asks", { timeout: 60_000 }, async () => {
    for (const zone of ["Asia/Tokyo", "America/Los_Angeles"]) {
      for (const words of [
        ["--by", "time/1d"],
        ["start >= 2026-11-21", "--fields", "start"],
        ["--from", "2026-11-21", "--csv"],
      ]) {
        const run = (source: string) =>
          start(["env", `TZ=${zone}`, process.execPath, "dist/cli.js", "query", source, ...words]).ended;
        const [local, remote] = await Promise.all([run(`store:${store}`), run(served.url)]);
        expect(remote, `${zone} ${words.join(" ")}`).toEqual(local);
        expect(local.code, local.stderr).toBe(0);
      }
    }
  });

  test("named filters of this side", { timeout: 30_000 }, async () => {
    const file = join(folder, "filters");
    writeFileSync(file, "web = dst port 443 # https\nmine = $web and tcp\n");
    await same("query", ["$mine or udp", "--filters", file, "--csv"]);
  });

  test.each([
    [["tcp and prt 443"], "flowgauge: filter: expected a term", 2],
    [["--by", "nothing"], "flowgauge: --by: expected fields", 2],
    [["--from", "soon"], "flowgauge: --from", 2],
    [["--sort", "nothing"], "flowgauge: --sort", 2],
    [["--json", "--csv"], "flowgauge: expected one output format", 2],
    [["--by", "proto", "--by", "srcAddr", "--parquet", "x"], "flowgauge: --parquet: expected one grouping", 2],
  ])("wrong words: %j", { timeout: 30_000 }, async (words, begin, code) => {
    const [local, remote] = await Promise.all([
      runProgram(["query", `store:${store}`, ...words]),
      runProgram(["query", served.url, ...words]),
    ]);
    expect(remote.stderr).toContain(begin);
    expect(remote).toEqual(local);
    expect(remote.code).toBe(code);
  });

  test("Ctrl-C ends the question on the server", { timeout: 60_000 }, async () => {
    const { url, close, asked, gone } = await silentServer();
    const run = startProgram(["query", url, "--by", "srcAddr"]);
    await asked;
    run.child.kill("SIGINT");
    await gone;
    const { code } = await run.ended;
    expect({ code, signal: run.child.signalCode }).toEqual({ code: null, signal: "SIGINT" });
    close();
  });
});

/** Takes a question and does not answer it; tells when the reader has gone. */
async function silentServer() {
  let begun = () => {};
  let left = () => {};
  const asked = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const gone = new Promise<void>((resolve) => {
    left = resolve;
  });
  const server = createServer((request) => {
    request.resume();
    request.once("end", begun);
    request.socket.once("close", left);
  });
  const url = await listening(server);
  return { url, asked, gone, close: () => server.close() };
}

async function listening(server: Server | ReturnType<typeof createNetServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("what is no answer", () => {
  async function answered(status: number, headers: Record<string, string>, body: string, words: string[] = []) {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status, headers);
      response.end(body);
    });
    const url = await listening(server);
    const { code, stderr, stdout } = await runProgram(["query", url, "--by", "proto", ...words]);
    server.close();
    return { code, stdout, stderr: stderr.replace(url, "URL") };
  }
  const error = (message: string, code: string) => JSON.stringify({ error: { message, code, from: null, to: null } });

  test.each([
    [401, {}, error("log in", "login"), "URL: expected a user who may ask, found nobody; say --user NAME"],
    [403, {}, error("expected X, found Y", "forbidden"), "URL: expected X, found Y"],
    [429, { "retry-after": "7" }, error("too many", "busy"), "URL: too many; ask again in 7 s"],
    [503, { "retry-after": "1" }, error("no engine", "engine"), "URL: no engine; ask again in 1 s"],
    [404, {}, "<h1>", "URL: expected the API of flowgauge serve, found HTTP status 404; check the address"],
    [302, { location: "/" }, "", "URL: expected the API of flowgauge serve, found HTTP status 302; check the address"],
    [200, {}, "<html>", "URL: "],
    [200, {}, '{"tables": [{"flowgauge": "table/2"}]}', 'URL: flowgauge: expected "table/1", found "table/2"'],
    [
      200,
      { "content-length": "100" },
      "{",
      "URL: expected an answer of flowgauge serve, found that it hung up; ask again",
    ],
    [500, {}, error("\u001b[31mred\nlines", "internal"), "URL:  [31mred lines"],
  ] as const)("status %i %j", async (status, headers, body, sentence) => {
    const { code, stderr, stdout } = await answered(status, headers, body);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`flowgauge: ${sentence}`);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });

  test("nobody listens, no host, no HTTP, no answer in time", { timeout: 60_000 }, async () => {
    const mute = createNetServer((socket) => socket.on("error", () => {}));
    const other = createNetServer((socket) => socket.on("error", () => {}).end("220 mail.test ESMTP\r\n"));
    const rude = createNetServer((socket) => socket.on("error", () => {}).once("data", () => socket.destroy()));
    const muteUrl = await listening(mute);
    const otherUrl = await listening(other);
    const rudeUrl = await listening(rude);
    const cases = [
      ["http://127.0.0.1:1", [], "that nothing listens there"],
      ["http://no-such-host.invalid", [], "of"],
      [otherUrl, [], "no HTTP; https://, perhaps"],
      [muteUrl, ["--timeout", "1s"], "within 1 s, found none"],
      [rudeUrl, [], "that it hung up; if it speaks TLS, say https://, else ask again"],
    ] as const;
    for (const [url, words, found] of cases) {
      const { code, stderr } = await runProgram(["query", url, ...words]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(found) });
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
    mute.close();
    other.close();
    rude.close();
  });

  test.each([
    [["http://ada:secret@127.0.0.1:1"], "expected an address without name and password"],
    [["http://127.0.0.1:1/?x=1"], "expected an address alone"],
    [["http://127.0.0.1:1", "store:/x"], "expected a remote serve alone"],
    [["store:/x", "http://127.0.0.1:1"], "expected a remote serve alone"],
    [["http://127.0.0.1:1", "--store", "x"], "--store: expected a remote serve alone"],
    [["http://127.0.0.1:1", "--memory", "1G"], "--memory: expected a source on this machine"],
    [["store:/x", "--user", "ada"], "--user: expected a remote serve"],
    [["http://127.0.0.1:1", "--user", "a:b"], "--user: expected a name without a colon"],
    [["http://127.0.0.1:1", "--user", "ada"], "expected a password in $FLOWGAUGE_PASSWORD"],
    [["http://127.0.0.1:1", "--ca", "x"], "--ca: expected https://"],
    [["http://"], "expected http://HOST:PORT"],
  ])("wrong usage: %j", async (words, sentence) => {
    const { code, stderr } = await runProgram(["query", ...words]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(sentence) });
    expect(stderr).not.toContain("secret");
  });
});

describe.skipIf(CHDB_MISSING !== null || lacks("remote over TLS", missingPrograms("openssl")))(
  "who may ask, over TLS",
  () => {
    const tls = join(folder, "tls");
    const state = join(folder, "state");
    let served: Served;

    beforeAll(async () => {
      mkdirSync(tls);
      const openssl = (words: string) => execFileSync("openssl", words.split(" "), { cwd: tls, stdio: "ignore" });
      const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
      openssl(`req -x509 ${key} -keyout ca.key -out ca.pem -days 30 -subj /CN=ca`);
      openssl(`req ${key} -keyout key.pem -out server.csr -subj /CN=localhost`);
      writeFileSync(join(tls, "names"), "subjectAltName=DNS:localhost");
      openssl("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -out cert.pem -days 30 -extfile names");
      const own = await demoStore(join(folder, "tls-store"));
      const added = await runProgram(["serve", "user", "add", "ada", "--state", state], {
        stdin: Buffer.from("a very long secret: \u00fc\n"),
      });
      expect(added).toMatchObject({ code: 0 });
      const words = ["--state", state, "--tls-cert", join(tls, "cert.pem"), "--tls-key", join(tls, "key.pem")];
      served = await serve(["--store", own, ...words]);
    }, 60_000);
    afterAll(() => served?.end());

    const url = () => served.url.replace("127.0.0.1", "localhost");
    const password = join(folder, "password");
    const ca = ["--ca", join(tls, "ca.pem")];

    test("a user and the password of a file, with the authority", { timeout: 30_000 }, async () => {
      writeFileSync(password, "a very long secret: \u00fc\nrest\n");
      const login = ["--user", "ada", "--password-file", password];
      const { code, stdout, stderr } = await runProgram(["query", url(), ...ca, ...login, "--by", "proto", "--csv"]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const local = await runProgram(["query", `store:${join(folder, "tls-store")}`, "--by", "proto", "--csv"]);
      expect(stdout).toBe(local.stdout);
    });

    test("the password of the environment", { timeout: 30_000 }, async () => {
      const words = ["query", url(), ...ca, "--user", "ada", "--by", "proto", "--csv"];
      const run = start([
        "env",
        "FLOWGAUGE_PASSWORD=a very long secret: \u00fc",
        process.execPath,
        "dist/cli.js",
        ...words,
      ]);
      const { code, stderr } = await run.ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    });

    test("nobody, another password, no authority, another name: one sentence each", { timeout: 60_000 }, async () => {
      const wrong = join(folder, "wrong");
      writeFileSync(wrong, "something else\n");
      const cases = [
        [url(), ca, "expected a user who may ask, found nobody; say --user NAME"],
        [
          url(),
          [...ca, "--user", "ada", "--password-file", wrong],
          "found a wrong name or password; check --user and its password",
        ],
        [url(), [], "a certificate of no authority that is trusted here; --ca FILE trusts it"],
        [served.url, ca, "a certificate of another name"],
        [url().replace("https", "http"), [], "if it speaks TLS, say https://"],
      ] as const;
      for (const [where, words, sentence] of cases) {
        const { code, stderr } = await runProgram(["query", where, ...words, "--by", "proto"]);
        expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(sentence) });
        expect(stderr.trimEnd().split("\n")).toHaveLength(1);
      }
    });
  },
);
