// Real collectors on loopback: nfcapd and nfacctd take what the exporter sends and end up with the flows of `track --uniflow`;
// TShark dissects every message and finds nothing wrong.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "./collector-run.ts";
import { DatagramSink, freePort } from "./datagram-sink.ts";
import { DEMO, lacks, missingPrograms, run, runProgram, start } from "./program.ts";

const skipNfdump = lacks("nfdump", missingPrograms("nfcapd", "nfdump"));
const skipNfacctd = lacks("nfacctd", missingPrograms("nfacctd"));
const skipTshark = lacks("tshark", missingPrograms("tshark"));

/** A slow enough sender for any collector's buffer. */
const EXPORT = ["export", DEMO, "--timeout", "none", "--rate", "4000", "--summary", "json"];

interface Flow {
  readonly start: string;
  readonly end: string;
  readonly srcAddr: string;
  readonly dstAddr: string;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly packets: number;
  readonly bytes: number;
  readonly tcpFlags: number;
  readonly ipVersion: number;
}

let folder = "";
let truth: Flow[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-export-"));
  const { stdout } = await runProgram(["track", "--json", "--uniflow", "--timeout", "none", DEMO]);
  truth = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Flow);
  expect(truth.filter(({ ipVersion }) => ipVersion === 6).length).toBeGreaterThan(10);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ipv4 = (flows: readonly Flow[]) => flows.filter(({ ipVersion }) => ipVersion === 4);

/** Waits until somebody listens on a port of UDP. */
async function listening(port: number): Promise<void> {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  await until(() => readFileSync("/proc/net/udp", "utf8").includes(hex), `port ${port} is open`);
}

/** Waits until whoever listens on a port of UDP has taken all that came: who is ended before it leaves the rest unread. */
async function drained(port: number): Promise<void> {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  const waiting = () => {
    const line = readFileSync("/proc/net/udp", "utf8")
      .split("\n")
      .find((text) => text.includes(hex));
    return line === undefined || !/^[0-9A-F]{8}:0{8}$/.test(line.trim().split(/\s+/)[4]!);
  };
  await until(() => !waiting(), `all datagrams to port ${port} are taken`);
  await sleep(200);
}

interface Summary {
  readonly export: { readonly destinations: readonly Record<string, never>[] };
}

async function exported(port: number, ...words: string[]) {
  const { stderr, code } = await runProgram([...EXPORT, "--to", `udp://127.0.0.1:${port}`, ...words]);
  expect(code, stderr).toBe(0);
  return (JSON.parse(stderr) as Summary).export.destinations[0]!;
}

describe.skipIf(skipNfdump)("nfcapd and nfdump", () => {
  interface NfdumpFlow {
    readonly first: string;
    readonly last: string;
    readonly in_packets: number;
    readonly in_bytes: number;
    readonly proto: number;
    readonly tcp_flags?: string;
    readonly src_port?: number;
    readonly dst_port?: number;
    readonly icmp_type?: number;
    readonly icmp_code?: number;
    readonly src4_addr?: string;
    readonly dst4_addr?: string;
    readonly src6_addr?: string;
    readonly dst6_addr?: string;
  }

  async function collected(name: string, ...words: string[]): Promise<NfdumpFlow[]> {
    const directory = join(folder, name);
    mkdirSync(directory);
    const port = await freePort();
    const nfcapd = start(["nfcapd", "-w", directory, "-b", "127.0.0.1", "-p", String(port), "-I", "test"]);
    try {
      await listening(port);
      await exported(port, ...words);
      await drained(port);
    } finally {
      nfcapd.child.kill("SIGTERM");
      await nfcapd.ended;
    }
    // nfcapd 1.7.1 does not count options data in IPFIX' sequence numbers, which RFC 7011 section 3.1 does.
    const sequence = words.includes("ipfix") ? "[01]" : "0";
    expect(nfcapd.stderr + nfcapd.stdout).toMatch(new RegExp(`Sequence Errors: ${sequence}, Bad Packets: 0`));
    return JSON.parse(await run(["env", "TZ=UTC", "nfdump", "-R", directory, "-o", "json"])) as NfdumpFlow[];
  }

  const FLAGS = "CEUAPRSF";
  const flagsText = (flags: number) =>
    [...FLAGS].map((letter, bit) => ((flags >> (7 - bit)) & 1 ? letter : ".")).join("");
  const milliseconds = (time: string) => time.slice(0, 23);
  const line = (flow: Flow) =>
    [
      flow.srcAddr,
      flow.srcPort,
      flow.dstAddr,
      flow.dstPort,
      flow.proto,
      flow.packets,
      flow.bytes,
      milliseconds(flow.start),
      milliseconds(flow.end),
      flagsText(flow.tcpFlags),
    ].join(" ");
  const nfdumpLine = (flow: NfdumpFlow) =>
    [
      flow.src4_addr ?? flow.src6_addr,
      flow.src_port ?? 0,
      flow.dst4_addr ?? flow.dst6_addr,
      flow.dst_port ?? flow.icmp_type! * 256 + flow.icmp_code!,
      flow.proto,
      flow.in_packets,
      flow.in_bytes,
      flow.first,
      flow.last,
      flow.tcp_flags ?? flagsText(0),
    ].join(" ");

  test.each(["v9", "ipfix"])("%s: every flow, both families, to the millisecond", async (protocol) => {
    const flows = await collected(protocol, "--protocol", protocol, "--uniflow");
    expect(flows.map(nfdumpLine).sort()).toEqual(truth.map(line).sort());
  });

  test.each(["v1", "v5", "v7"])("%s: every flow of IPv4", async (protocol) => {
    const flows = await collected(protocol, "--protocol", protocol, "--uniflow");
    expect(flows.map(nfdumpLine).sort()).toEqual(ipv4(truth).map(line).sort());
  });

  test("v5: a sampling rate in the header multiplies", async () => {
    const flows = await collected("sampled", "--protocol", "v5", "--uniflow", "--sampling", "10");
    const packets = ipv4(truth).reduce((sum, flow) => sum + flow.packets, 0);
    expect(flows.reduce((sum, flow) => sum + flow.in_packets, 0)).toBe(10 * packets);
  });
});

describe.skipIf(skipNfacctd)("nfacctd", () => {
  /** The whole lines of its file so far. */
  const entriesOf = (file: string) =>
    (existsSync(file) ? readFileSync(file, "utf8") : "")
      .split("\n")
      .slice(0, -1)
      .map((text) => JSON.parse(text) as Record<string, string | number>);

  test.each(["v5", "v9", "ipfix"])("%s: the same packets, octets and flags by 5-tuple", async (protocol) => {
    const expected = protocol === "v5" ? ipv4(truth) : truth;
    const [config, file] = [join(folder, `${protocol}.conf`), join(folder, `${protocol}.json`)];
    const port = await freePort();
    writeFileSync(
      config,
      `daemonize: false\nnfacctd_ip: 127.0.0.1\nnfacctd_port: ${port}\nplugins: print\naggregate: src_host,dst_host,src_port,dst_port,proto,tcpflags\nprint_output: json\nprint_output_file: ${file}\nprint_output_file_append: true\nprint_refresh_time: 1\n`,
    );
    const nfacctd = start(["nfacctd", "-f", config]);
    try {
      await nfacctd.until(({ stdout, stderr }) => /waiting for NetFlow/i.test(stdout + stderr));
      await exported(port, "--protocol", protocol, "--uniflow");
      // It writes what has come every second: ended before it has written everything, it would lose what is between its processes.
      await until(() => entriesOf(file).length >= expected.length, "it has written all flows");
    } finally {
      nfacctd.child.kill("SIGINT");
      await nfacctd.ended;
    }
    const numbers: Record<string, number> = { icmp: 1, tcp: 6, udp: 17, "ipv6-icmp": 58 };
    const port16 = (flow: Flow, value: number) => ([1, 58].includes(flow.proto) ? "icmp" : value);
    const key = (...words: unknown[]) => words.join(" ");
    const mine = expected.map((flow) =>
      key(
        flow.srcAddr,
        port16(flow, flow.srcPort),
        flow.dstAddr,
        port16(flow, flow.dstPort),
        flow.proto,
        flow.packets,
        flow.bytes,
        flow.tcpFlags & 255,
      ),
    );
    const theirs = entriesOf(file).map((flow) => {
      const proto = numbers[flow.ip_proto!]!;
      const icmp = proto === 1 || proto === 58;
      return key(
        flow.ip_src,
        icmp ? "icmp" : flow.port_src,
        flow.ip_dst,
        icmp ? "icmp" : flow.port_dst,
        proto,
        flow.packets,
        flow.bytes,
        Number(flow.tcp_flags),
      );
    });
    expect(theirs.sort()).toEqual(mine.sort());
  });
});

describe.skipIf(skipTshark)("TShark", () => {
  const FIELDS = ["cflow.version", "cflow.sequence", "cflow.count", "cflow.packets", "cflow.octets", "udp.length"];

  async function dissected(sink: DatagramSink, name: string, ...more: string[]) {
    const file = join(folder, `${name}.pcap`);
    writeFileSync(file, sink.capture());
    const tshark = ["tshark", "-r", file, "-d", "udp.port==2055,cflow"];
    const expert = await run([...tshark, "-q", "-z", "expert"]);
    expect(expert).not.toMatch(/Malformed|Errors|Warns/);
    const fields = [...FIELDS, ...more].flatMap((field) => ["-e", field]);
    const text = await run([...tshark, "-T", "fields", ...fields]);
    return text
      .trim()
      .split("\n")
      .map((row) => row.split("\t"));
  }

  const sum = (lists: readonly string[]) =>
    lists.flatMap((list) => list.split(",")).reduce((total, text) => total + Number(text || 0), 0);
  const packets = (flows: readonly Flow[]) => flows.reduce((total, flow) => total + flow.packets, 0);
  const bytes = (flows: readonly Flow[]) => flows.reduce((total, flow) => total + flow.bytes, 0);

  test.each([
    ["v1", false, []],
    ["v5", false, []],
    ["v7", false, []],
    ["v9", true, ["--sampling", "100"]],
    ["ipfix", true, ["--sampling", "100"]],
    ["ipfix", true, ["--times", "nano", "--mtu", "900"]],
  ] as const)("%s: nothing malformed, all packets and octets (IPv6 too: %s) %s", async (protocol, ipv6, words) => {
    const sink = await DatagramSink.open();
    try {
      const { sent } = (await exported(sink.port, "--protocol", protocol, "--uniflow", ...words)) as unknown as {
        sent: { messages: number };
      };
      await until(() => sink.messages.length >= sent.messages, "all messages came");
      const rows = await dissected(sink, `${protocol}${words.length}`);
      const flows = ipv6 ? truth : ipv4(truth);
      expect(new Set(rows.map(([version]) => version))).toEqual(
        new Set([{ ipfix: "10" }[protocol as string] ?? protocol.slice(1)]),
      );
      expect([sum(rows.map((row) => row[3]!)), sum(rows.map((row) => row[4]!))]).toEqual([
        packets(flows),
        bytes(flows),
      ]);
      const most = (words as readonly string[]).includes("--mtu") ? 900 : 1500;
      expect(Math.max(...rows.map((row) => Number(row[5])))).toBeLessThanOrEqual(most - 20);
      if (protocol === "v9") expect(rows.map((row) => Number(row[1]))).toEqual(rows.map((_, at) => at));
      if (protocol === "v5") {
        let before = 0;
        for (const row of rows) {
          expect(Number(row[1])).toBe(before);
          before += Number(row[2]);
        }
        expect(before).toBe(flows.length);
      }
    } finally {
      sink.close();
    }
  });

  test("a biflow has its reverse counters under the reverse enterprise number", async () => {
    const sink = await DatagramSink.open();
    try {
      const { sent } = (await exported(sink.port, "--protocol", "ipfix", "--biflow")) as unknown as {
        sent: { messages: number };
      };
      await until(() => sink.messages.length >= sent.messages, "all messages came");
      const rows = await dissected(sink, "biflow");
      // TShark gives reverse elements the names of the forward ones.
      expect([sum(rows.map((row) => row[3]!)), sum(rows.map((row) => row[4]!))]).toEqual([
        packets(truth),
        bytes(truth),
      ]);
      const counters = rows.flatMap((row) => row[3]!.split(",").filter(Boolean)).length;
      expect(counters).toBeGreaterThan(truth.length - 20);
      const text = await run(["tshark", "-r", join(folder, "biflow.pcap"), "-d", "udp.port==2055,cflow", "-V"]);
      expect(text).toMatch(/29305/);
    } finally {
      sink.close();
    }
  });
});
