// The package as another project uses it: `import ... from "flowgauge"`, the examples, observers; its types as TypeScript sees them.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FlowRecord, FlowStream, observe, parseTimeouts, type TrackOptions } from "../src/index.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { ROOT } from "./module-imports.ts";
import { DEMO, run, runProgram, start } from "./program.ts";
import { littleOfEverything, pcap } from "./small-captures.ts";

let project = "";
const examples = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".mjs"));

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "flowgauge-library-"));
  mkdirSync(join(project, "node_modules"));
  symlinkSync(ROOT, join(project, "node_modules", "flowgauge"));
  symlinkSync(join(ROOT, "node_modules", "@types"), join(project, "node_modules", "@types"));
  writeFileSync(join(project, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(project, "little.pcap"), pcap(littleOfEverything()));
  for (const name of examples) copyFileSync(join(ROOT, "examples", name), join(project, name));
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

const example = (...args: string[]) => start([process.execPath, ...args], { cwd: project }).ended;

describe("the examples", () => {
  test("have no type errors in a project of their own", async () => {
    const options = { strict: true, checkJs: true, allowJs: true, noEmit: true, module: "nodenext", types: ["node"] };
    const config = { compilerOptions: { ...options, target: "es2023" }, include: ["*.mjs"] };
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(config));
    await run([process.execPath, join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-p", project]);
  });

  test("top-talkers: the octets that the flows of the command line have", async () => {
    const { stdout, code } = await example("top-talkers.mjs", DEMO);
    const sums = new Map<string, number>();
    const flows = await runProgram(["track", "--json", "--uniflow", "--fields", "srcAddr,bytes", DEMO]);
    for (const line of flows.stdout.split("\n").filter(Boolean)) {
      const { srcAddr, bytes } = JSON.parse(line) as { srcAddr: string; bytes: number };
      sums.set(srcAddr, (sums.get(srcAddr) ?? 0) + bytes);
    }
    const expected = [...sums].sort(([, a], [, b]) => b - a).slice(0, 10);
    const found = stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => line.trim().split(/ +/));
    expect(found.map(([bytes, host]) => [host, Number(bytes)])).toEqual(expected);
    expect(code).toBe(0);
  });

  test.skipIf(CHDB_MISSING !== null)("ask-store: the sums of the command line", async () => {
    const store = join(project, "store");
    await runProgram(["track", DEMO, "--quiet", "--summary", "none", "--store", store]);
    const { stdout, stderr, code } = await example("ask-store.mjs", store, "proto", "tcp");
    const asked = ["query", store, "proto tcp", "--by", "srcAddr", "--sum", "bytes,packets", "--csv", "--totals"];
    const expected = (await runProgram(asked)).stdout.trim().split("\r\n").slice(1);
    const found = stdout
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.replaceAll(" ", ","));
    expect(found, stderr).toEqual(expected.map((line) => line.replace(/^row,/, "").replace(/^total,,/, "total,")));
    expect(expected.length).toBeGreaterThan(3);
    expect(code).toBe(0);
  });

  test("collect-flows: the octets that the exporter sent", async () => {
    const running = start([process.execPath, "collect-flows.mjs", "udp://127.0.0.1:0", "1"], { cwd: project });
    await running.until(({ stderr }) => stderr.includes("port "));
    const port = /port (\d+)/.exec(running.stderr)![1]!;
    const to = ["--protocol", "ipfix", "--biflow", "--to", `udp://127.0.0.1:${port}`];
    await runProgram(["export", "--key", "ip", "--timeout", "none", DEMO, ...to, "--summary", "none"]);
    const { stdout, code } = await running.ended;
    const flows = await runProgram(["track", "--json", "--key", "ip", "--timeout", "none", DEMO]);
    const sum = flows.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { bytes: number; reverseBytes: number })
      .reduce((total, { bytes, reverseBytes }) => total + bytes + reverseBytes, 0);
    expect(stdout).toMatch(new RegExp(`^${sum} octets by 127.0.0.1\n\\d+ messages, 0 of them unexplained\n$`));
    expect(code).toBe(0);
  });

  test("top-talkers: a sentence where there is nothing to read", async () => {
    const { stderr, code } = await example("top-talkers.mjs", "missing.pcap");
    expect(stderr).toBe("missing.pcap: expected a capture file, found no such file; check the name\n");
    expect(code).toBe(1);
  });

  test("pdml-hosts: the octets of each name, flow by flow", async () => {
    const packet = (stream: number, length: number, host?: string) =>
      `<packet><field name="frame.time_epoch" show="1"/><field name="frame.len" show="${length}"/>` +
      `<field name="tcp.stream" show="${stream}"/>${host === undefined ? "" : `<field name="http.host" show="${host}"/>`}</packet>`;
    const packets = [packet(0, 100), packet(0, 50, "a.example"), packet(1, 700, "b.example"), packet(2, 30)].join("\n");
    writeFileSync(join(project, "hosts.pdml"), `<pdml>${packets}`);
    const { stdout, stderr, code } = await example("pdml-hosts.mjs", "hosts.pdml");
    expect(stdout).toBe("700 1 b.example\n150 1 a.example\n30 1 -\n");
    expect(stderr).toMatch(
      /^4 frames, 3 flows\nhosts\.pdml, octet \d+, frame 5: expected the rest of the PDML, found the end; .*\n$/,
    );
    expect(code).toBe(0);
    const missing = await example("pdml-hosts.mjs", "missing.pdml");
    expect([missing.stderr.split(":")[0], missing.code]).toEqual(["missing.pdml", 1]);
  });

  test("watch-flows", async () => {
    const { stdout, stderr } = await example("watch-flows.mjs", "little.pcap");
    expect(stdout.match(/ begins /g)).toHaveLength(7);
    expect(stdout.match(/ ends /g)).toHaveLength(7);
    expect(stdout).toContain("2023-11-14T22:13:20.030Z begins 10.0.0.1 10.0.0.2 6\n");
    expect(stderr).toBe("15 packets, 7 flows\n");
  });
});

describe("observers", () => {
  const track: Partial<TrackOptions> = { startEvents: true, updateSeconds: 1, timeouts: parseTimeouts(["idle=60s"]) };
  const open = () => FlowStream.open([join(project, "little.pcap")], { track });

  test("hear of each flow from its start to its end", async () => {
    const heard = new Map<string, string[]>();
    const note = (word: string) => (flow: FlowRecord) => {
      const key = `${flow.srcAddr} ${flow.dstAddr} ${flow.srcPort} ${flow.dstPort} ${flow.start}`;
      heard.set(key, [...(heard.get(key) ?? []), `${word} ${flow.packets}+${flow.reversePackets}`]);
    };
    const summary = await observe(await open(), {
      onStart: note("start"),
      onUpdate: note("update"),
      onEnd: note("end"),
    });
    expect(heard.size).toBe(7);
    for (const words of heard.values()) {
      expect(words[0]).toBe("start 1+0");
      expect(words.at(-1)).toMatch(/^end /);
      expect(words.slice(1, -1).every((word) => word.startsWith("update "))).toBe(true);
    }
    expect([...heard.values()].flat().filter((word) => word.startsWith("update")).length).toBeGreaterThan(2);
    expect(summary.ledger.read.packets).toBe(15);
    expect(summary.flows.started).toBe(7);
  });

  test("may hear of the ends alone, and keep a copy", async () => {
    const kept: FlowRecord[] = [];
    await observe(await open(), { onEnd: (flow) => kept.push(flow.toJSON()) });
    expect(kept).toHaveLength(7);
    expect(kept.reduce((sum, { packets, reversePackets }) => sum + packets + reversePackets, 0)).toBe(14);
    expect(kept.map(({ endReason }) => endReason)).toContain("idle");
  });

  test("that throw end the reading; the error is theirs", async () => {
    const stream = await open();
    const fault = new Error("enough");
    const told = observe(stream, {
      onStart() {
        throw fault;
      },
    });
    await expect(told).rejects.toBe(fault);
  });

  test("a signal ends the stream; what was read is given", async () => {
    const stream = await FlowStream.open([join(project, "little.pcap")], { signal: AbortSignal.abort() });
    const summary = await observe(stream, {});
    expect(summary.ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
  });
});
