// `flowgauge collect` and `flowgauge doctor` on sockets, as a person runs them: signals, ends, what goes where, metrics over HTTP.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readNative } from "../src/files/index.ts";
import { TestExporter, v5Message } from "./collector-run.ts";
import { ip4, ipfix, octets, set, template } from "./export-messages.ts";
import { readExposition } from "./exposition.ts";
import {
  asNobody,
  CLI,
  DEMO,
  lacks,
  missingPrograms,
  type Running,
  run,
  runProgram,
  start,
  startProgram,
} from "./program.ts";
import { counterSample, interfaceCounters, sflow5, tagged } from "./sflow-datagrams.ts";

const LISTEN = "udp://127.0.0.1:0";
let folder = "";
let exporter: TestExporter;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-collect-"));
  exporter = await TestExporter.open();
});
afterAll(() => {
  exporter.close();
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);
const seconds = () => Math.floor(Date.now() / 1000);

/** Starts a command on a free port; gives it when it listens. */
async function listening(...args: string[]): Promise<{ program: Running; port: number }> {
  const program = startProgram([...args, LISTEN]);
  await program.until(({ stderr }) => /listening on udp:\/\/127\.0\.0\.1:\d+/.test(stderr));
  return { program, port: Number(/listening on udp:\/\/127\.0\.0\.1:(\d+)/.exec(program.stderr)![1]) };
}

const collect = (...args: string[]) => listening("collect", "--templates", "none", "--buffer", "64K", ...args);
const lines = (text: string) => text.split("\n").filter(Boolean);
const withRecord = (count: number) => (output: { stdout: string }) => lines(output.stdout).length >= count;

const SIMPLE = template(256, [
  [8, 4],
  [12, 4],
  [2, 4],
  [1, 4],
]);
const simple = (packets: number) => octets(ip4("10.0.0.1"), ip4("10.0.0.2"), [packets, 4], [packets * 100, 4]);

describe("collect", () => {
  test("prints records as they come, shows the ledger on SIGUSR1, ends in order on SIGTERM", async () => {
    const { program, port } = await collect("--json", "--fields", "exporter,packets,bytes");
    await exporter.send(port, v5Message(3, { packets: 7 }));
    await program.until(withRecord(3));
    expect(lines(program.stdout)).toEqual(Array(3).fill('{"exporter":"127.0.0.1","packets":7,"bytes":420}'));
    program.child.kill("SIGUSR1");
    await program.until(({ stderr }) => stderr.includes("it adds up"));
    // What has arrived when the signal comes is still taken.
    await exporter.send(port, v5Message(30, { sequence: 3, packets: 1 }));
    await exporter.send(port, Buffer.from("nothing that flows"));
    program.child.kill("SIGTERM");
    const { stdout, stderr, code } = await program.ended;
    expect(code).toBe(130);
    expect(lines(stdout).length).toBe(33);
    expect(stderr).toMatch(/\nmessages {2}3 received, /);
    expect(stderr).toMatch(/\n127\.0\.0\.1 .*NetFlow v5 +2 +33 /);
    expect(stderr).toMatch(/\nunbooked {2}notFlow 1: neither NetFlow/);
    expect(stderr.match(/it adds up/g)?.length).toBe(2);
  });

  test("ends with 0 after so many records, exactly so many of them", async () => {
    const { program, port } = await collect("--json", "--count", "5", "--summary", "json", "--metrics", "127.0.0.1:0");
    await exporter.send(port, v5Message(30));
    const { stdout, stderr, code } = await program.ended;
    expect({ code, records: lines(stdout).length }).toEqual({ code: 0, records: 5 });
    expect(JSON.parse(lines(stderr).at(-1)!)).toMatchObject({ messages: 1, unexplained: 0, kernelDrops: 0 });
  });

  test("ends with 0 after a time, and tells what came since at an interval", async () => {
    const { program, port } = await collect("--quiet", "--for", "2s", "--stats", "1s");
    await exporter.send(port, v5Message(20));
    const { stdout, stderr, code } = await program.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(
      /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}in 1\.\d s: 1 message \(\d+\/s\), 20 records \(\d+\/s\), /m,
    );
    expect(stderr).toMatch(/^127\.0\.0\.1 .*NetFlow v5 /m);
  });

  test("ends with 0 when nobody reads on", async () => {
    const { program, port } = await collect("--json");
    program.child.stdout!.destroy();
    for (let i = 0; i < 200 && program.child.exitCode === null; i++) {
      await exporter.send(port, v5Message(30, { sequence: 30 * i }));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await program.ended).code).toBe(0);
  });

  test("a full disk is one sentence, and the end", async () => {
    const words = ["collect", "--json", "--templates", "none", "--buffer", "64K", LISTEN];
    const program = start(["sh", "-c", 'exec "$@" > /dev/full', "sh", process.execPath, CLI, ...words]);
    await program.until(({ stderr }) => stderr.includes("listening on"));
    await exporter.send(Number(/listening on udp:\/\/127\.0\.0\.1:(\d+)/.exec(program.stderr)![1]), v5Message(30));
    const { stderr, code } = await program.ended;
    expect(code).toBe(1);
    expect(stderr.match(/no space left where it goes; make room\n/g)?.length).toBe(1);
  });

  test("writes Native blocks, options records and counter samples to files, and appends to them", async () => {
    for (const round of [1, 2]) {
      const { program, port } = await collect(
        ...["--native", path("flows.native"), "--options", path("options.ndjson")],
        ...["--counters", path("counters.ndjson"), "--for", "30s", "--summary", "json"],
      );
      await exporter.send(port, v5Message(10, { packets: round }));
      await exporter.send(
        port,
        ipfix(
          { seconds: seconds() },
          set(3, [300, 2], [2, 2], [1, 2], [149, 2], [4, 2], [34, 2], [4, 2]),
          set(300, [1, 4], [50, 4]),
        ),
      );
      await exporter.send(port, Buffer.from(sflow5([counterSample([tagged(1, interfaceCounters())])])));
      program.child.kill("SIGUSR1");
      await program.until(({ stderr }) => lines(stderr).some((line) => line.startsWith("{")));
      program.child.kill("SIGINT");
      const { stdout, stderr } = await program.ended;
      expect(stdout).toBe("");
      expect(JSON.parse(lines(stderr).at(-1)!)).toMatchObject({ messages: 3, records: 10 });
    }
    let [rows, packets] = [0, 0];
    for await (const batch of readNative(path("flows.native"))) {
      rows += batch.rows;
      for (let row = 0; row < batch.rows; row++) packets += batch.columns.packets[2 * row]!;
    }
    expect({ rows, packets }).toEqual({ rows: 20, packets: 30 });
    const options = lines(readFileSync(path("options.ndjson"), "utf8")).map((line) => JSON.parse(line));
    expect(options.length).toBe(2);
    expect(options[0]).toMatchObject({
      exporter: "127.0.0.1",
      domain: 1,
      template: 300,
      scope: { observationDomainId: 1 },
      fields: { samplingInterval: 50 },
    });
    const counters = lines(readFileSync(path("counters.ndjson"), "utf8")).map((line) => JSON.parse(line));
    expect(counters.length).toBe(2);
    expect(counters[0]).toMatchObject({ exporter: "127.0.0.1", sourceClass: 0, sourceIndex: 3 });
    expect(counters[0].counters.ifInOctets).toBe(0x1_0000_0005);
  });

  test("knows templates of the last run", async () => {
    const keep = ["collect", "--templates", path("templates.json"), "--json", "--fields", "packets", "--buffer", "64K"];
    const first = await listening(...keep);
    await exporter.send(first.port, ipfix({ seconds: seconds() }, SIMPLE, set(256, simple(3))));
    await first.program.until(withRecord(1));
    first.program.child.kill("SIGTERM");
    await first.program.ended;
    const second = await listening(...keep);
    await exporter.send(second.port, ipfix({ seconds: seconds(), sequence: 1 }, set(256, simple(4))));
    await second.program.until(withRecord(1));
    second.program.child.kill("SIGTERM");
    const { stdout, stderr } = await second.program.ended;
    expect(stdout).toBe('{"packets":4}\n');
    expect(stderr).toMatch(/templates restored 1: templates known from the last run/);
  });

  test("is not held up by one that was killed and left its lock on the templates", async () => {
    const templates = path("killed.json");
    const words = ["collect", "--templates", templates, "--quiet", "--buffer", "64K"];
    const killed = await listening(...words);
    const beside = await listening(...words);
    expect(beside.program.stderr).toContain(`found that process ${killed.program.child.pid} does`);
    for (const { program } of [killed, beside]) {
      program.child.kill("SIGKILL");
      await program.ended;
    }
    expect(existsSync(`${templates}.lock`)).toBe(true);
    const next = await listening(...words);
    next.program.child.kill("SIGTERM");
    expect((await next.program.ended).stderr).not.toContain("the only one");
    expect(existsSync(`${templates}.lock`)).toBe(false);
    expect(existsSync(templates)).toBe(true);
  });

  test("makes its own folder for them, and does without where that cannot be", async () => {
    const nobody = process.getuid?.() === 0 ? await asNobody() : [];
    if (lacks("a folder of its own", nobody === null ? ["way to run it as nobody"] : [])) return;
    const words = ["collect", "--quiet", "--for", "0.2s", "--buffer", "64K", LISTEN];
    const through = (state: string) => ["env", `XDG_STATE_HOME=${state}`, ...(nobody ?? [])];
    const refused = await runProgram(words, { through: through("/proc/none") });
    expect(refused.stderr).toMatch(
      /templates are not kept over a restart: .*; --templates FILE chooses another place\n/,
    );
    expect(refused.code).toBe(0);
    const state = mkdtempSync(path("state-"));
    chmodSync(folder, 0o755);
    chmodSync(state, 0o777);
    expect((await runProgram(words, { through: through(state) })).stderr).not.toContain("not kept");
    expect(existsSync(join(state, "flowgauge", "templates.json"))).toBe(true);
  });

  test("passes messages on to another collector", async () => {
    const second = await collect("--json", "--fields", "packets", "--count", "4");
    const first = await collect("--quiet", "--relay", `127.0.0.1:${second.port}`);
    await exporter.send(first.port, v5Message(4, { packets: 9 }));
    const { stdout, code } = await second.program.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"packets":9}\n'.repeat(4) });
    first.program.child.kill("SIGTERM");
    expect((await first.program.ended).stderr).toContain(`relay     1 message to 127.0.0.1:${second.port}\n`);
  });

  test("sends records on as IPFIX, the same counters, other values counted", async () => {
    const second = await collect("--json", "--fields", "packets,bytes,domain", "--count", "33");
    const first = await collect("--to", `udp://127.0.0.1:${second.port}`, "--protocol", "ipfix", "--summary", "json");
    await exporter.send(first.port, v5Message(30, { packets: 9 }));
    await exporter.send(first.port, v5Message(3, { packets: 11, sequence: 30 }));
    const { stdout, code } = await second.program.ended;
    const records = lines(stdout).map((line) => JSON.parse(line) as { packets: number; bytes: number });
    const sum = (name: "packets" | "bytes") => records.reduce((all, record) => all + record[name], 0);
    expect({ code, packets: sum("packets"), bytes: sum("bytes") }).toEqual({ code: 0, packets: 303, bytes: 303 * 60 });
    first.program.child.kill("SIGTERM");
    const { stdout: printed, stderr } = await first.program.ended;
    expect(printed).toBe("");
    expect(JSON.parse(lines(stderr).at(-1)!)).toMatchObject({
      records: 33,
      export: { flows: 33, destinations: [{ flows: 33 }] },
    });
  });

  test("a port of --metrics that is taken is a sentence, before anything is printed", async () => {
    const { program, port } = await collect("--quiet", "--metrics", "0");
    await program.until(({ stderr }) => stderr.includes("metrics at"));
    const taken = /metrics at http:\/\/127\.0\.0\.1:(\d+)/.exec(program.stderr)?.[1];
    const { stdout, stderr, code } = await runProgram(["collect", LISTEN, "--templates", "none", "--metrics", taken!]);
    program.child.kill("SIGTERM");
    await program.ended;
    expect(port).toBeGreaterThan(0);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      `flowgauge: --metrics 127.0.0.1:${taken}: expected to listen there, found the port is taken; choose another\n`,
    );
  });

  test("a port that is taken is a sentence", async () => {
    const { program, port } = await collect("--quiet");
    const { stderr, code } = await runProgram(["collect", `udp://127.0.0.1:${port}`, "--templates", "none"]);
    program.child.kill("SIGTERM");
    await program.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^flowgauge: .*127\.0\.0\.1.*\n$/);
    expect(stderr).not.toContain("this should not happen");
  });
});

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

function ask(url: string, { method = "GET", host }: { method?: string; host?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { Host: host };
    const asked = request(url, { method, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        text += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode!, type: response.headers["content-type"], text }));
    });
    asked.on("error", reject).end();
  });
}

describe("metrics over HTTP", () => {
  test("are what the ledger says, and only that", async () => {
    const { program, port } = await collect("--quiet", "--allow", "127.0.0.1=here", "--metrics", "127.0.0.1:0");
    await program.until(({ stderr }) => stderr.includes("metrics at "));
    const url = /metrics at (\S+)\/metrics/.exec(program.stderr)![1]!;
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await exporter.send(port, v5Message(12));
    const deadline = Date.now() + 10_000;
    let metrics = await ask(`${url}/metrics`);
    while (!/records_total\{/.test(metrics.text) && Date.now() < deadline) metrics = await ask(`${url}/metrics`);
    expect(metrics).toMatchObject({ status: 200, type: "text/plain; version=0.0.4; charset=utf-8" });
    const labels = { exporter: "127.0.0.1", alias: "here", domain: "0", format: "NetFlow v5" };
    expect(readExposition(metrics.text).get("flowgauge_collect_records_total")!.samples).toEqual([
      { labels, value: 12 },
    ]);
    const ledger = await ask(`${url}/ledger.json?x=1`);
    expect(ledger.type).toBe("application/json");
    expect(JSON.parse(ledger.text)).toMatchObject({ records: 12, exporters: [{ alias: "here", records: 12 }] });
    expect((await ask(`${url}/`)).status).toBe(404);
    expect((await ask(`${url}/metrics`, { method: "POST" })).status).toBe(405);
    expect((await ask(`${url}/metrics`, { method: "HEAD" })).text).toBe("");
    expect((await ask(`${url}/metrics`, { host: "evil.example" })).status).toBe(403);
    expect((await ask(`${url}/metrics`, { host: "localhost:1" })).status).toBe(200);
    program.child.kill("SIGTERM");
    await program.ended;
    await expect(ask(`${url}/metrics`)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("doctor", () => {
  test("says what to look at where nothing arrives, and fails", async () => {
    const { program, port } = await listening("doctor", "--for", "0.3s", "--buffer", "64K");
    const { stdout, stderr, code } = await program.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("expected messages of NetFlow, IPFIX or sFlow, found none; check the address and port");
    expect(stderr).toContain("tcpdump -ni any port");
    expect(port).toBeGreaterThan(0);
  });

  /** Has it tell how it stands until it has seen something: a signal may come before a datagram that was sent first. */
  async function tellUntil(program: Running, words: string): Promise<void> {
    while (!program.stderr.includes(words)) {
      if (!program.child.kill("SIGUSR1")) throw new Error(`it ended: ${program.stderr}`);
      await sleep(20);
    }
  }

  test("tells on SIGUSR1 of every template that came before", async () => {
    const { program, port } = await listening("doctor", "--buffer", "64K");
    await exporter.send(port, ipfix({ seconds: seconds() }, SIMPLE, set(256, simple(1))));
    await tellUntil(program, "1 record in 1 message,");
    await exporter.send(port, ipfix({ seconds: seconds(), sequence: 1 }, template(999, [[8, 4]])));
    await tellUntil(program, "1 record in 2 messages,");
    program.child.kill("SIGINT");
    const { stdout, stderr } = await program.ended;
    const early = (words: string) => stderr.split("127.0.0.1  IPFIX").find((report) => report.includes(words));
    expect(early("1 record in 1 message,")).toContain("template 256,");
    expect(early("1 record in 2 messages,")).toContain("template 999,");
    expect(stdout).toContain("template 999,");
  });

  test("tells what it saw when it is interrupted", async () => {
    const { program, port } = await listening("doctor", "--json", "--buffer", "64K");
    await exporter.send(port, ipfix({ seconds: seconds() - 7200 }, set(256, simple(1))));
    await tellUntil(program, "still waits for a template");
    program.child.kill("SIGINT");
    const { stdout, code } = await program.ended;
    expect(code).toBe(130);
    const { findings, exporters } = JSON.parse(stdout);
    expect(exporters).toMatchObject([{ exporter: "127.0.0.1", format: "IPFIX", messages: 1, records: 0 }]);
    expect(findings.map(({ code: name }: { code: string }) => name)).toEqual(
      expect.arrayContaining(["noTemplate", "clockOffset"]),
    );
  });

  test.skipIf(lacks("doctor", missingPrograms("softflowd", "editcap")))(
    "knows softflowd, and what to set there",
    async () => {
      writeFileSync(path("demo.pcapng"), gunzipSync(readFileSync(DEMO)));
      await run(["editcap", "-F", "pcap", path("demo.pcapng"), path("demo.pcap")]);
      const { program, port } = await listening("doctor", "--buffer", "1M");
      await run(["softflowd", "-d", "-r", path("demo.pcap"), "-n", `127.0.0.1:${port}`, "-v", "9"]);
      program.child.kill("SIGINT");
      const { stdout } = await program.ended;
      expect(stdout).toMatch(/\n127\.0\.0\.1 {2}NetFlow v9, domain 0, by its templates softflowd\n/);
      expect(stdout).toMatch(/\n {2}template 1024, .*: sourceIPv4Address destinationIPv4Address/);
      expect(stdout).toContain("No record has an interface");
      expect(stdout).toContain("- softflowd: -i IFINDEX:INTERFACE");
    },
  );
});
