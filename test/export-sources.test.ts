// What can be exported: captures, a pipe, and flow records of Native files, but not packets and records at once.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NativeWriter } from "../src/files/index.ts";
import { FlowStream } from "../src/track/index.ts";
import { until } from "./collector-run.ts";
import { DatagramSink } from "./datagram-sink.ts";
import { KeptDecoder } from "./export-messages.ts";
import { DEMO, type RunOptions, runProgram } from "./program.ts";

let folder = "";
let native = "";
let flows = 0;
let packets = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-sources-"));
  native = join(folder, "flows.native");
  const writer = new NativeWriter(native);
  const stream = await FlowStream.open(DEMO);
  for await (const batch of stream) {
    flows += batch.rows;
    await writer.write(batch);
  }
  await writer.end();
  packets = stream.summary().ledger.tracked.packets;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a collector gets of these sources, and what is said. */
async function exported(sources: readonly string[], options: RunOptions = {}) {
  const sink = await DatagramSink.open();
  try {
    const to = ["--to", `udp://127.0.0.1:${sink.port}`, "--protocol", "ipfix", "--biflow", "--rate", "20000"];
    const { stderr, code } = await runProgram(["export", ...sources, ...to, "--summary", "json"], options);
    if (code !== 0) return { records: [], stderr, code };
    const summary = JSON.parse(stderr) as { export: { destinations: { sent: { messages: number } }[] } };
    await until(() => sink.messages.length === summary.export.destinations[0]!.sent.messages, "all messages came");
    const decoder = new KeptDecoder({ clock: "keep" });
    for (const message of sink.messages) decoder.take(message);
    return { records: decoder.records, stderr, code };
  } finally {
    sink.close();
  }
}

test("a capture, a pipe and a Native file give the same records", async () => {
  const line = (record: object) => JSON.stringify({ ...record, received: null });
  const file = await exported([DEMO]);
  const piped = await exported(["-"], { stdin: readFileSync(DEMO) });
  const records = await exported([native]);
  expect(file.records).toHaveLength(flows);
  const sum = (list: typeof file.records) =>
    list.reduce((all, { packets, reversePackets }) => all + packets + reversePackets, 0);
  expect(sum(file.records)).toBe(packets);
  expect(piped.records.map(line).sort()).toEqual(file.records.map(line).sort());
  expect(records.records.map(line).sort()).toEqual(file.records.map(line).sort());
});

test("packets beside records are wrong usage", async () => {
  const { stderr, code } = await exported([DEMO, native]);
  expect({ stderr, code }).toEqual({
    stderr: `flowgauge: expected only packets or only flow records, found ${DEMO} beside the flow records of ${native}; run them one by one.\n`,
    code: 2,
  });
});

test("a source that does not exist calls nobody", async () => {
  const { stderr, code } = await exported([join(folder, "missing.pcap")]);
  expect(stderr).toMatch(/^flowgauge: \S+missing\.pcap: expected a capture file, found no such file/);
  expect(code).toBe(1);
});
