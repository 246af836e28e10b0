// Live interfaces: veth pairs in network namespaces that this test makes and deletes; tcpreplay sends a known capture.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { summaryObject } from "../src/report/index.ts";
import { asNobody, DEMO, lacks, missingPrograms, type Running, run, runProgram, startProgram } from "./program.ts";

type SummaryObject = ReturnType<typeof summaryObject>;

const SENDER = `fg-${process.pid}-s`;
const WATCHER = `fg-${process.pid}-w`;
const PACKETS_PER_SECOND = "12000";

/** What is missing for namespaces and capturing. */
function missing(): string[] {
  const list = missingPrograms("ip", "tcpreplay", "dumpcap", "tcpdump", "editcap", "setpriv");
  if (process.getuid?.() !== 0) list.push("root's rights");
  if (list.length > 0) return list;
  try {
    execFileSync("ip", ["netns", "add", SENDER], { stdio: "ignore" });
    execFileSync("ip", ["netns", "del", SENDER], { stdio: "ignore" });
    return [];
  } catch {
    return ["permission to make network namespaces"];
  }
}

const skip = lacks("live interfaces", missing());
let folder = "";
const path = (name: string) => join(folder, name);
const inside = (namespace: string) => ["ip", "netns", "exec", namespace];
const ip = (...words: string[]) => run(["ip", ...words]);

/** Two lines between the namespaces: s1-w1 and s2-w2. No IPv6, so that nothing but the capture is on them. */
beforeAll(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "flowgauge-live-"));
  writeFileSync(path("demo.pcapng"), gunzipSync(readFileSync(DEMO)));
  await run(["editcap", "-F", "pcap", path("demo.pcapng"), path("demo.pcap")]);
  await run(["editcap", "-r", "-F", "pcap", path("demo.pcapng"), path("first.pcap"), "1-1500"]);
  await run(["editcap", "-r", "-F", "pcap", path("demo.pcapng"), path("second.pcap"), "1501-3000"]);
  for (const namespace of [SENDER, WATCHER]) {
    await ip("netns", "add", namespace);
    for (const scope of ["all", "default"]) {
      await run([...inside(namespace), "sh", "-c", `echo 1 > /proc/sys/net/ipv6/conf/${scope}/disable_ipv6`]);
    }
  }
  await line(1);
  await line(2);
});

afterAll(async () => {
  if (skip) return;
  for (const namespace of [SENDER, WATCHER]) await ip("netns", "del", namespace);
  rmSync(folder, { recursive: true, force: true });
});

async function line(number: number): Promise<void> {
  const [s, w] = [`s${number}`, `w${number}`];
  await ip("link", "add", s, "netns", SENDER, "type", "veth", "peer", "name", w, "netns", WATCHER);
  await ip("-n", SENDER, "link", "set", s, "up");
  await ip("-n", WATCHER, "link", "set", w, "up");
}

const interfaceNumber = async (name: string) =>
  Number.parseInt(await ip("-n", WATCHER, "-o", "link", "show", name), 10);

/** Starts the program in the watching namespace and waits until it captures from so many interfaces. */
async function watch(interfaces: number, ...args: string[]): Promise<Running> {
  const program = startProgram(["track", "--summary", "json", ...args], { through: inside(WATCHER) });
  for (let tries = 0; tries < 200; tries++) {
    const sockets = await run([...inside(WATCHER), "cat", "/proc/net/packet"]);
    if (sockets.trim().split("\n").length > interfaces) {
      await sleep(200);
      return program;
    }
    await sleep(25);
  }
  throw new Error(`it does not capture: ${program.stderr}`);
}

const replay = (device: string, file: string) =>
  run([...inside(SENDER), "tcpreplay", "-q", "-i", device, "--pps", PACKETS_PER_SECOND, path(file)]);

/** Waits until what was sent is counted: a summary says so. */
async function counted(program: Running, packets: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    program.child.kill("SIGUSR1");
    await sleep(50);
    if ((summaries(program.stderr).at(-1)?.packets ?? 0) >= packets) break;
  }
}

/** The same, and ends the run as a person does. */
async function finish(program: Running, packets: number) {
  await counted(program, packets);
  program.child.kill("SIGINT");
  const { stdout, stderr, code } = await program.ended;
  return { records: records(stdout), summary: summaries(stderr).at(-1)!, stderr, code };
}

const lines = (text: string) => text.split("\n").filter((text) => text.startsWith("{") && text.endsWith("}"));
const summaries = (text: string) => lines(text).map((line) => JSON.parse(line) as SummaryObject);
type Flow = Record<string, string | number>;
const records = (text: string) => lines(text).map((line) => JSON.parse(line) as Flow);
const counters = (flows: readonly Flow[]) =>
  flows.map((f) => `${f.srcAddr} ${f.srcPort} ${f.dstAddr} ${f.dstPort} ${f.proto}: ${f.packets} ${f.bytes}`).sort();

const EACH = ["--json", "--uniflow", "--timeout", "none"] as const;
const ofFile = async (file: string) => {
  const { stdout, stderr } = await runProgram(["track", "--summary", "json", ...EACH, path(file)]);
  return { flows: counters(records(stdout)), packets: summaries(stderr)[0]!.packets };
};

describe.skipIf(skip)("an interface", () => {
  test("gives the flows of the capture that is sent over it, and loses nothing", async () => {
    const program = await watch(1, ...EACH, "iface:w1");
    await replay("s1", "demo.pcap");
    const expected = await ofFile("demo.pcap");
    const { records, summary, code } = await finish(program, expected.packets);
    expect(counters(records)).toEqual(expected.flows);
    expect(expected.flows.length).toBeGreaterThan(200);
    expect(summary).toMatchObject({ packets: expected.packets, kernelDrops: 0, interfaceDrops: 0, problems: [] });
    expect(summary.ledger.unexplained).toEqual({ packets: 0, bytes: 0 });
    expect(new Set(records.map(({ inIf }) => inIf))).toEqual(new Set([await interfaceNumber("w1")]));
    expect(code).toBe(130);
  });

  test("shows events as they happen, in the usual layout", async () => {
    const program = await watch(1, "--update", "1s", "iface:w1");
    await replay("s1", "first.pcap");
    await program.until(({ stdout }) => / START /.test(stdout) && / UPDATE /.test(stdout));
    expect(program.stdout).not.toContain("forced");
    const { code } = await finish(program, 1500);
    expect(program.stdout).toMatch(/ END .* forced$/m);
    expect(code).toBe(130);
  });

  test("flows end while nothing comes", async () => {
    const program = await watch(1, "--json", "--timeout", "idle=1s", "iface:w1");
    await replay("s1", "first.pcap");
    const expected = records((await runProgram(["track", "--json", "--timeout", "none", path("first.pcap")])).stdout);
    await program.until(({ stdout }) => lines(stdout).length === expected.length);
    const { records: flows } = await finish(program, 1500);
    expect(counters(flows)).toEqual(counters(expected));
    expect(new Set(flows.map(({ endReason }) => endReason))).not.toContain("forced");
  });

  test("a filter, a snaplen that cuts but counts the whole packet, no promiscuous mode", async () => {
    await run(["tcpdump", "-r", path("demo.pcap"), "-w", path("udp.pcap"), "udp"]);
    const expected = await ofFile("udp.pcap");
    const options = ["--bpf", "udp", "--snaplen", "80"];
    const program = await watch(1, ...EACH, ...options, "iface:w1");
    await replay("s1", "demo.pcap");
    const { records } = await finish(program, expected.packets);
    expect(counters(records)).toEqual(expected.flows);

    // The packets are not addressed to this end of the line: without promiscuous mode it may see none of them.
    const modest = await watch(1, ...EACH, "--no-promisc", "iface:w1");
    expect(await finish(modest, 0)).toMatchObject({ code: 130, summary: { problems: [] } });
  });

  test("several at once: each packet with the number of its own", async () => {
    const key = ["--key", "srcAddr,dstAddr,srcPort,dstPort,proto,inIf"];
    const program = await watch(2, ...EACH, ...key, "iface:w1", "iface:w2");
    await Promise.all([replay("s1", "first.pcap"), replay("s2", "second.pcap")]);
    const { records, summary } = await finish(program, 3000);
    expect(summary).toMatchObject({ packets: 3000, kernelDrops: 0 });
    for (const [device, file] of [
      ["w1", "first.pcap"],
      ["w2", "second.pcap"],
    ] as const) {
      const number = await interfaceNumber(device);
      expect(counters(records.filter(({ inIf }) => inIf === number))).toEqual((await ofFile(file)).flows);
    }
  });

  test("that goes away: a sentence, and what was seen before", async () => {
    await line(3);
    const program = await watch(1, ...EACH, "iface:w3");
    await replay("s3", "first.pcap");
    await counted(program, 1500);
    await ip("-n", SENDER, "link", "del", "s3");
    const { stdout, stderr, code } = await program.ended;
    expect(stderr).toMatch(/^flowgauge: iface:w3: expected the interface to stay up, found that it went away/m);
    expect(counters(records(stdout))).toEqual((await ofFile("first.pcap")).flows);
    expect(code).toBe(1);
  });

  test("Ctrl-C twice ends at once, and leaves no program behind", async () => {
    const program = await watch(1, "iface:w1");
    program.child.kill("SIGINT");
    program.child.kill("SIGINT");
    expect((await program.ended).code).toBe(130);
    const sockets = async () =>
      (await run([...inside(WATCHER), "cat", "/proc/net/packet"])).trim().split("\n").slice(1);
    for (let tries = 0; tries < 200 && (await sockets()).length > 0; tries++) await sleep(25);
    expect(await sockets()).toEqual([]);
  });

  test("a wrong filter is wrong usage", async () => {
    const { stderr, code } = await runProgram(["track", "--bpf", "udp and and", "iface:w1"], {
      through: inside(WATCHER),
    });
    expect(stderr).toMatch(/^flowgauge: expected a capture filter .*, found: /);
    expect(code).toBe(2);
  });

  test("without permission: how to grant it", async () => {
    const nobody = (await asNobody()) ?? [];
    if (lacks("permission", nobody.length > 0 ? [] : ["way to run it as nobody"])) return;
    const { stderr, code } = await runProgram(["track", "iface:w1"], { through: [...inside(WATCHER), ...nobody] });
    expect(stderr).toMatch(
      /^flowgauge: iface:w1: expected permission to capture, found .*sudo setcap cap_net_raw,cap_net_admin\+eip \S+/,
    );
    expect(code).toBe(1);
  });
});
