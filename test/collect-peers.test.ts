// Real exporters on loopback: softflowd and pmacctd meter the same capture as `track`, and the collector ends up with the same packets
// and octets for each pair of addresses.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Collected, type CollectorRun, startCollector, until } from "./collector-run.ts";
import { ROOT } from "./module-imports.ts";
import { DEMO, lacks, missingPrograms, run, runProgram, start } from "./program.ts";

const noEditcap = missingPrograms("editcap");
const skipSoftflowd = lacks("softflowd", [...noEditcap, ...missingPrograms("softflowd")]);
const skipPmacctd = lacks("pmacctd", [...noEditcap, ...missingPrograms("pmacctd")]);
let folder = "";
let capture = "";
type Sums = Record<string, readonly [packets: number, bytes: number]>;
let truth: Sums = {};

type Counted = Pick<Collected, "srcAddr" | "dstAddr" | "proto" | "packets" | "bytes">;

/**
 * Packets and octets by addresses and protocol: exporters have different ways with the ports of fragments and ICMP, and to softflowd
 * later fragments of IPv6 are of protocol 0.
 */
function sums(records: readonly Counted[]): Sums {
  const found: Record<string, [number, number]> = {};
  for (const { srcAddr, dstAddr, proto, packets, bytes } of records) {
    const key = `${srcAddr} ${dstAddr} ${srcAddr.includes(":") ? "any" : proto}`;
    const [morePackets, moreBytes] = found[key] ?? [0, 0];
    found[key] = [packets + morePackets, bytes + moreBytes];
  }
  return Object.fromEntries(Object.entries(found).sort());
}

const total = (all: Sums) => Object.values(all).reduce((sum, [packets]) => sum + packets, 0);
const ipv4 = (all: Sums) => Object.fromEntries(Object.entries(all).filter(([key]) => !key.includes(":")));

beforeAll(async () => {
  if (skipSoftflowd && skipPmacctd) return;
  folder = mkdtempSync(join(tmpdir(), "flowgauge-peers-"));
  writeFileSync(join(folder, "demo.pcapng"), gunzipSync(readFileSync(DEMO)));
  capture = join(folder, "demo.pcap");
  await run(["editcap", "-F", "pcap", join(folder, "demo.pcapng"), capture]);
  const { stdout } = await runProgram(["track", "--json", "--uniflow", "--timeout", "none", capture]);
  truth = sums(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Counted),
  );
  expect(total(truth)).toBeGreaterThan(5000);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What was collected while an exporter ran; waits for as many packets as it should be. */
async function collected(listen: string, packets: number, exporter: (port: number) => Promise<unknown>) {
  const collecting: CollectorRun = await startCollector([listen], { receiveBuffer: 4_000_000 });
  try {
    await exporter(collecting.ports[0]!);
    const seen = () => collecting.records.reduce((sum, record) => sum + record.packets, 0);
    await until(() => seen() >= packets, `${packets} packets were reported`);
  } finally {
    await collecting.collector.close();
  }
  const { ledger } = collecting.collector;
  expect(ledger.unexplained()).toBe(0);
  return { sums: sums(collecting.records), ledger, records: collecting.records };
}

const CLEAN = { lostRecords: 0, lostMessages: 0, outOfOrder: 0, restarts: 0 };

describe.skipIf(skipSoftflowd)("softflowd", () => {
  const softflowd = (target: string, ...words: string[]) =>
    run(["softflowd", "-d", "-r", capture, "-n", target, ...words]);

  test.each([
    ["1", 1],
    ["5", 5],
    ["9", 9],
    ["10", 10],
  ])("version %s: packets and octets are those of the capture, nothing is lost", async (version, format) => {
    const expected = Number(version) < 9 ? ipv4(truth) : truth;
    const found = await collected("udp://127.0.0.1:0", total(expected), (port) =>
      softflowd(`127.0.0.1:${port}`, "-v", version),
    );
    expect(found.sums).toEqual(expected);
    expect(found.ledger.pages).toHaveLength(1);
    expect(found.ledger.pages[0]).toMatchObject({
      exporter: "127.0.0.1",
      format,
      ...CLEAN,
    });
    expect(found.ledger.pages[0]!.records).toBe(found.records.length);
  });

  const long = join(ROOT, "..", "shared", "corpus", "pcap", "ndpi__gnutella.pcap");
  test.skipIf(lacks("softflowd for long", existsSync(long) ? [] : ["corpus"]))(
    "version 10 counts messages' own records, but not those of options: nothing is lost by that",
    async () => {
      const { collector, ports } = await startCollector(["udp://127.0.0.1:0"]);
      await run(["softflowd", "-d", "-r", long, "-n", `127.0.0.1:${ports[0]}`, "-v", "10"]);
      await collector.close();
      const [page] = collector.ledger.pages;
      // Options come again with the 17th message.
      expect(page!.messages).toBeGreaterThan(17);
      expect(page!.optionsRecords).toBeGreaterThan(1);
      expect(page).toMatchObject(CLEAN);
      expect(page!.remarks.sequenceIncludesOwn).toBeGreaterThan(0);
    },
  );

  test("over IPv6", async () => {
    const found = await collected("udp://[::1]:0", total(truth), (port) => softflowd(`[::1]:${port}`, "-v", "9"));
    expect(found.sums).toEqual(truth);
    expect(found.ledger.pages[0]).toMatchObject({ exporter: "::1", ...CLEAN });
  });

  test("IPFIX over TCP", async () => {
    const found = await collected("tcp://127.0.0.1:0", total(truth), (port) =>
      softflowd(`127.0.0.1:${port}`, "-v", "10", "-P", "tcp"),
    );
    expect(found.sums).toEqual(truth);
    expect(found.ledger.pages[0]).toMatchObject({ format: 10, ...CLEAN });
    expect(found.ledger.unbooked.framing).toBe(0);
  });
});

describe.skipIf(skipPmacctd)("pmacctd's nfprobe", () => {
  // It waits for seconds at its end, and cannot run beside itself: not every version.
  test.each([
    ["9", 9],
    ["10", 10],
  ])("version %s: packets and octets are those of the capture, nothing is lost", async (version, format) => {
    const config = join(folder, `pmacctd-${version}.conf`);
    const expected = truth;
    const found = await collected("udp://127.0.0.1:0", total(expected), async (port) => {
      const settings = {
        daemonize: "false",
        pcap_savefile: capture,
        aggregate: "src_host,dst_host,src_port,dst_port,proto,tos",
        plugins: "nfprobe",
        nfprobe_receiver: `127.0.0.1:${port}`,
        nfprobe_version: version,
        plugin_pipe_size: "10240000",
        plugin_buffer_size: "102400",
      };
      writeFileSync(
        config,
        Object.entries(settings)
          .map(([name, value]) => `${name}: ${value}\n`)
          .join(""),
      );
      // It ends with 1 where it notices its own plug-in, which it has told to end, before it has ended itself: what arrived is the truth.
      const { code, stderr } = await start(["pmacctd", "-f", config]).ended;
      expect(code === 0 || stderr.includes("no more plugins active"), stderr).toBe(true);
    });
    expect(found.sums).toEqual(expected);
    expect(found.ledger.pages[0]).toMatchObject({ format, ...CLEAN });
  });
});
