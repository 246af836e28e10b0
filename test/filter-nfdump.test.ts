// nfdump's own answer: the same flows, exported into a file of nfcapd's, and the same filter, give the same flows.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ELEMENTS } from "../src/core/elements.ts";
import type { FlowBatch } from "../src/core/flow-batch.ts";
import { NativeWriter } from "../src/files/index.ts";
import { filterBatch, parseFilter } from "../src/query/index.ts";
import { batchOf, type Written } from "./batch-of.ts";
import { until } from "./collector-run.ts";
import { freePort } from "./datagram-sink.ts";
import { anyNfdumpFilter } from "./filter-flows.ts";
import { numbers } from "./flow-batches.ts";
import { lacks, missingPrograms, run, runProgram, start } from "./program.ts";

const skip = lacks("nfdump", missingPrograms("nfcapd", "nfdump"));

const FLOWS = 300;
/** Where a flow has its number: it is exported, nfdump prints it, and no filter here asks for it. */
const numberField = "srcAs";

/** Uniflows of IP with times in whole milliseconds: what a file of nfcapd's can hold. */
function nfdumpFlows(): FlowBatch {
  const next = numbers(11);
  const pick = <T>(values: readonly T[]): T => values[next() % values.length]!;
  const records = Array.from({ length: FLOWS }, (_, row): Written => {
    const ipVersion = pick([4, 4, 6]);
    const address = () =>
      ipVersion === 4
        ? pick(["10.0.0.1", "10.0.1.2", "10.1.2.3", "192.0.2.7", "198.51.100.255"])
        : pick(["2001:db8::1", "2001:db8:0:1::", "fe80::1:2"]);
    const proto = ipVersion === 4 ? pick([1, 6, 6, 17, 47]) : pick([6, 17, 58]);
    const icmp = proto === 1 || proto === 58;
    const milliseconds = pick([0, 1, 999, 1000, 1500, 60_000, 60_001]);
    const begun = next() % 1000;
    return {
      ipVersion,
      srcAddr: address(),
      dstAddr: address(),
      proto,
      srcPort: icmp || proto === 47 ? 0 : pick([1, 22, 53, 80, 443, 1024, 65_535]),
      dstPort: icmp ? pick([0, 2048, 768 + 3]) : proto === 47 ? 0 : pick([1, 22, 53, 80, 443, 2048, 32_768]),
      tcpFlags: proto === 6 ? pick([2, 16, 18, 27, 63]) : 0,
      packets: pick([1, 2, 3, 999, 1000]),
      bytes: pick([40, 999, 1000, 1001, 1024, 1_000_000, 1_000_001, 2 ** 32]),
      start: [1_700_000_000, begun * 1_000_000],
      end: [1_700_000_000 + Math.floor((begun + milliseconds) / 1000), ((begun + milliseconds) % 1000) * 1_000_000],
      tos: pick([0, 1, 5, 100]),
      vlan: pick([0, 1, 5, 100, 257]),
      dstVlan: pick([0, 1, 5]),
      srcMask: pick([0, 8, 24]),
      dstMask: pick([0, 8, 24]),
      inIf: pick([0, 1, 5, 100]),
      outIf: pick([0, 1, 5, 257]),
      srcMac: pick(["00:11:22:33:44:55", "00:00:00:00:00:00"]),
      dstMac: pick(["fe:dc:ba:98:76:54", "00:00:00:00:00:00"]),
      direction: pick([0, 1]),
      [numberField]: row + 1,
      firstPacket: row + 1,
    };
  });
  return batchOf(records, ELEMENTS);
}

describe.skipIf(skip)(`the same filter in nfdump`, () => {
  let folder = "";
  const flows = nfdumpFlows();
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "flowgauge-filter-nfdump-"));
    const native = join(folder, "flows.native");
    const writer = new NativeWriter(native);
    await writer.write(flows);
    await writer.end();
    const captured = join(folder, "nfcapd");
    mkdirSync(captured);
    const port = await freePort();
    const nfcapd = start(["nfcapd", "-w", captured, "-b", "127.0.0.1", "-p", String(port), "-I", "test"]);
    try {
      const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
      const line = () =>
        readFileSync("/proc/net/udp", "utf8")
          .split("\n")
          .find((text) => text.includes(hex));
      await until(() => line() !== undefined, `port ${port} is open`);
      const words = ["--protocol", "ipfix", "--times", "milli", "--rate", "4000", "--summary", "none"];
      const { code, stderr } = await runProgram(["export", native, "--to", `udp://127.0.0.1:${port}`, ...words]);
      expect(code, stderr).toBe(0);
      await until(() => / 0{8}:0{8} /.test(line() ?? ""), "nfcapd has read all");
      await sleep(300);
    } finally {
      nfcapd.child.kill("SIGTERM");
      await nfcapd.ended;
    }
    expect(await ofNfdump("any")).toHaveLength(FLOWS);
  }, 30_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function ofNfdump(filter: string): Promise<number[]> {
    const said = await run([
      "env",
      "TZ=UTC",
      "nfdump",
      "-q",
      "-N",
      "-R",
      join(folder, "nfcapd"),
      "-o",
      "fmt:%sas",
      filter,
    ]);
    if (said.includes("No matching flows")) return [];
    return said
      .trim()
      .split(/\s+/)
      .map(Number)
      .sort((a, b) => a - b);
  }

  function ours(filter: string): number[] {
    const marks = filterBatch(parseFilter(filter, { zone: "UTC" })).mark(flows);
    return Array.from({ length: FLOWS }, (_, row) => row + 1).filter((_, row) => marks[row] === 1);
  }

  test.each([
    "flags SA",
    "flags PA or flags 2",
    "flags UAPRSF",
    "not ipv4 and flags A",
    "@include",
    "# all\nany # of them",
  ])("%s", async (text) => {
    const file = join(folder, "included");
    writeFileSync(file, "proto tcp and # a comment\nport 80");
    const filter = text === "@include" ? `@include ${file}` : text;
    const options = { zone: "UTC", include: () => readFileSync(file, "utf8") };
    const marks = filterBatch(parseFilter(filter, options)).mark(flows);
    const found = Array.from({ length: FLOWS }, (_, row) => row + 1).filter((_, row) => marks[row] === 1);
    expect(await ofNfdump(filter)).toEqual(found);
  });

  test("lets the same flows through", async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(anyNfdumpFilter, async (filter) => {
        const found = ours(filter);
        if (found.length > 0 && found.length < FLOWS) told++;
        expect(await ofNfdump(filter), filter).toEqual(found);
      }),
      { seed: 5, numRuns: 250 },
    );
    expect(told).toBeGreaterThan(100);
  }, 120_000);
});
