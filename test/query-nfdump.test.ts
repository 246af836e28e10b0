// nfdump over the same flows: nfcapd takes what the exporter sends, and our groups have nfdump's sums.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { trackPlan } from "../src/commands/index.ts";
import { choiceOf, groupingsOf, type QuerySettings } from "../src/commands/query-plan.ts";
import type { Table } from "../src/core/table.ts";
import { NativeWriter } from "../src/files/index.ts";
import { answer } from "../src/query/index.ts";
import { Engine } from "../src/store/index.ts";
import { FlowStream } from "../src/track/index.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { until } from "./collector-run.ts";
import { freePort } from "./datagram-sink.ts";
import { DEMO, lacks, missingPrograms, run, runProgram, start } from "./program.ts";

const skip = lacks("nfdump", missingPrograms("nfcapd", "nfdump")) || CHDB_MISSING !== null;

describe.skipIf(skip)("nfdump's sums", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-nfdump-"));
  const [collected, native] = [join(folder, "nfcapd"), join(folder, "flows.native")];
  let engine: Engine;

  beforeAll(async () => {
    const words = ["--uniflow", "--timeout", "none", DEMO];
    const { stream } = await trackPlan(words);
    const writer = new NativeWriter(native);
    for await (const batch of await FlowStream.open([DEMO], stream)) await writer.write(batch);
    await writer.end();
    mkdirSync(collected);
    const port = await freePort();
    const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
    const waiting = () =>
      readFileSync("/proc/net/udp", "utf8")
        .split("\n")
        .find((line) => line.includes(hex));
    const nfcapd = start(["nfcapd", "-w", collected, "-b", "127.0.0.1", "-p", String(port), "-I", "test"]);
    try {
      await until(() => waiting() !== undefined, "nfcapd listens");
      const to = ["--protocol", "ipfix", "--rate", "4000", "--to", `udp://127.0.0.1:${port}`];
      expect((await runProgram(["export", ...words, ...to])).code).toBe(0);
      await until(() => / [0-9A-F]{8}:0{8} /.test(waiting() ?? ""), "nfcapd has taken all datagrams");
      await sleep(200);
    } finally {
      nfcapd.child.kill("SIGTERM");
      await nfcapd.ended;
    }
    engine = Engine.open();
  }, 30_000);
  afterAll(() => {
    engine?.close();
    rmSync(folder, { recursive: true });
  });

  async function ours(settings: Partial<QuerySettings>): Promise<Table> {
    const plain = { within: "any", by: [], header: true, memory: "2G", timeout: "none", utc: true } as const;
    const all: QuerySettings = { ...plain, top: "0", sum: "flows,packets,bytes", ...settings };
    return answer(engine, { native: [native], parquet: [] }, choiceOf(all, null, 0), groupingsOf(all)[0]!);
  }

  const nfdump = async (...words: string[]) =>
    (await run(["env", "TZ=UTC", "nfdump", "-R", collected, "-q", "-N", "-6", ...words])).trim().split("\n");
  /** What stands in columns of -s ... -o csv: val, fl, pkt, byt. */
  const statistic = async (word: string) =>
    (await nfdump("-s", `${word}/bytes`, "-n", "0", "-o", "csv"))
      .map((line) => line.split(","))
      .filter((cells) => /^\d{4}-/.test(cells[0]!))
      .map((cells) => [cells[4], cells[5], cells[7], cells[9]].map((cell) => cell!.trim()).join(" "));
  const lines = (table: Table) => table.rows.map((row) => row.join(" "));

  test.each([
    ["srcip", "srcAddr"],
    ["dstip", "dstAddr"],
    ["ip", "addr"],
    ["dstport", "dstPort"],
    ["proto", "proto"],
    ["tos", "tos"],
  ])("-s %s is --by %s", async (word, by) => {
    // Ports of ICMP are shown as type and code there, and both are our one number.
    const number = (line: string) =>
      line.replace(/^(\d+)\.(\d+) /, (_, type, code) => `${Number(type) * 256 + Number(code)} `);
    const expected = (await statistic(word)).map(number);
    expect(expected.length).toBeGreaterThan(0);
    expect(lines(await ours({ by: [by] })).sort()).toEqual(expected.sort());
  });

  test("-s srcip/bytes -n 3 has the same order", async () => {
    const expected = (await statistic("srcip")).slice(0, 3);
    expect(lines(await ours({ by: ["srcAddr"], top: "3", sort: "bytes" }))).toEqual(expected);
  });

  test("-A proto,srcip,dstip is --by proto,srcAddr,dstAddr", async () => {
    const found = await nfdump("-A", "proto,srcip,dstip", "-o", "fmt:%pr %sa %da %pkt %byt");
    const names: Readonly<Record<string, string>> = { ICMP: "1", TCP: "6", UDP: "17", ICMP6: "58", "IPv6-ICMP": "58" };
    const expected = found.map((line) => {
      const [proto = "", ...rest] = line.trim().split(/\s+/);
      return [names[proto] ?? proto, ...rest].join(" ");
    });
    const table = await ours({ by: ["proto,srcAddr,dstAddr"], sum: "packets,bytes" });
    expect(lines(table).sort()).toEqual(expected.sort());
  });

  test("-A srcip4/24 is --by srcAddr/24", async () => {
    const found = await nfdump("-A", "srcip4/24", "-o", "fmt:%sa %pkt %byt", "ipv4");
    const expected = found.map((line) =>
      line
        .trim()
        .split(/\s+/)
        .join(" ")
        .replace(/^(\S+?)(\/24)? /, "$1/24 "),
    );
    const table = await ours({ by: ["srcAddr/24"], sum: "packets,bytes" });
    expect(
      lines(table)
        .filter((line) => !line.includes(":"))
        .sort(),
    ).toEqual(expected.sort());
  });
});
