// softflowd's TCP flows in our collector, one by one: packets, octets, flags and times are those of `track`, biflows both ways too.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Collector, parseListen } from "../src/collect/index.ts";
import { type FlowRecord, flowsOf } from "../src/core/flow-record.ts";
import { FlowStream } from "../src/track/index.ts";
import { DEMO, lacks, missingPrograms, run } from "./program.ts";

const TCP = 6;
const skip = lacks("softflowd", [...missingPrograms("editcap"), ...missingPrograms("softflowd")]);
let folder = "";
let capture = "";
let tracked: FlowRecord[] = [];

interface Connection {
  packets: number;
  bytes: number;
  flags: number;
}
interface Lifetime {
  start: number;
  end: number;
}

/** Each direction's counts and flags, and each connection's life in milliseconds: however exporters cut it into records. */
function connections(records: readonly FlowRecord[]) {
  const directions = new Map<string, Connection>();
  const lives = new Map<string, Lifetime>();
  const add = (key: string, packets: number, bytes: number, flags: number) => {
    if (packets === 0) return;
    const sum = directions.get(key) ?? { packets: 0, bytes: 0, flags: 0 };
    directions.set(key, {
      packets: sum.packets + packets,
      bytes: sum.bytes + bytes,
      flags: sum.flags | (flags & 0xff),
    });
  };
  for (const record of records) {
    if (record.proto !== TCP) continue;
    const ends = [`${record.srcAddr} ${record.srcPort}`, `${record.dstAddr} ${record.dstPort}`] as const;
    add(ends.join(" > "), record.packets, record.bytes, record.tcpFlags);
    add(ends.toReversed().join(" > "), record.reversePackets, record.reverseBytes, record.reverseTcpFlags);
    const pair = [...ends].sort().join(" - ");
    const { start, end } = lives.get(pair) ?? { start: Number.POSITIVE_INFINITY, end: 0 };
    lives.set(pair, { start: Math.min(start, record.start!), end: Math.max(end, record.end!) });
  }
  return { directions, lives };
}

const sorted = <V>(map: ReadonlyMap<string, V>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));

beforeAll(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "flowgauge-flows-"));
  writeFileSync(join(folder, "demo.pcapng"), gunzipSync(readFileSync(DEMO)));
  capture = join(folder, "demo.pcap");
  await run(["editcap", "-F", "pcap", join(folder, "demo.pcapng"), capture]);
  for await (const batch of await FlowStream.open(capture)) {
    for (const flow of flowsOf(batch)) tracked.push(flow.toJSON());
  }
});
afterAll(() => {
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
  tracked = [];
});

async function collect(...options: string[]): Promise<FlowRecord[]> {
  const records: FlowRecord[] = [];
  const collector = await Collector.open({
    listen: [parseListen("udp://127.0.0.1:0")],
    sink: {
      write(batch) {
        for (const flow of flowsOf(batch)) records.push(flow.toJSON());
      },
    },
    flushMs: 20,
    receiveBuffer: 4_000_000,
    clock: "keep",
  });
  try {
    const { port } = collector.listening[0]!;
    await run(["softflowd", "-d", "-a", "-r", capture, "-n", `127.0.0.1:${port}`, ...options]);
  } finally {
    // All that softflowd sent before it ended is in the socket now, and is taken.
    await collector.close();
  }
  return records;
}

describe.skipIf(skip)("softflowd's TCP flows", () => {
  test.each([
    ["NetFlow v5", 2, ["-v", "5"]],
    // The export time in its header is in whole seconds.
    ["NetFlow v9", 1000, ["-v", "9"]],
    ["IPFIX", 1, ["-v", "10", "-A", "milli"]],
    ["IPFIX biflows", 1, ["-v", "10", "-A", "milli", "-b"]],
  ] as const)("%s", async (name, tolerance, options) => {
    const seen = connections(await collect(...options));
    const only = (records: readonly FlowRecord[]) =>
      name === "NetFlow v5" ? records.filter(({ ipVersion }) => ipVersion === 4) : records;
    const truth = connections(only(tracked));
    expect(truth.directions.size).toBeGreaterThan(50);
    expect(sorted(seen.directions)).toEqual(sorted(truth.directions));
    // Milliseconds are cut off in more than one place.
    for (const [pair, { start, end }] of truth.lives) {
      const life = seen.lives.get(pair)!;
      expect(Math.abs(life.start - start), `start of ${pair}`).toBeLessThan(tolerance + 0.001);
      expect(Math.abs(life.end - end), `end of ${pair}`).toBeLessThan(tolerance + 0.001);
      expect(Math.abs(life.end - life.start - (end - start)), `duration of ${pair}`).toBeLessThan(2.001);
    }
  });
});
