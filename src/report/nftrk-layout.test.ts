// The nftrk layout against what nftrk itself printed: each of its lines is read into a record and printed again.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../core/address.ts";
import { FLOW_EVENT } from "../core/elements.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import { createFlowPrinter } from "./flow-printer.ts";

const FOLDER = fileURLToPath(new URL("../../../shared/corpus/nftrk/", import.meta.url));
const here = existsSync(FOLDER);
if (!here) console.log("corpus not here");

async function print(batch: FlowBatch): Promise<string[]> {
  const pieces: string[] = [];
  const memory = new Writable({
    write(piece: Buffer, _, done) {
      pieces.push(String(piece));
      done();
    },
  });
  const printer = createFlowPrinter({ format: "nftrk" }, memory);
  await printer.write(batch);
  await printer.end();
  return pieces.join("").trimEnd().split("\n");
}

type Words = Uint32Array;
const setWords = (column: Words, row: number, value: bigint) => {
  column[2 * row] = Number(value & 0xffff_ffffn);
  column[2 * row + 1] = Number((value >> 32n) & 0xffff_ffffn);
};
const milliseconds = (text: string) => BigInt(text.replace(".", ""));
const mac = (text: string) => BigInt(`0x${text.replaceAll(":", "")}`);

/** Reads a line of nftrk into a row. Its times are rounded; nanoseconds are chosen that give the same three roundings. */
function read(batch: FlowBatch, row: number, line: string): void {
  const { columns } = batch;
  const [, head, key, times, sent, back] = line.split("|");
  const event = head!.replace("FLOW ", "").toLowerCase() as "start" | "update" | "end";
  columns.event[row] = FLOW_EVENT[event];
  const [prefix] = key!.split(":", 1);
  const named = Object.fromEntries(
    key!
      .slice(prefix!.length + 1)
      .split(",")
      .map((part) => part.split("=", 2)),
  );
  if (prefix === "ETH") {
    setWords(columns.srcMac, row, mac(named.ca));
    setWords(columns.dstMac, row, mac(named.sa));
    columns.etherType[row] = Number.parseInt(named.etype, 16);
  } else {
    columns.srcAddr.set(parseAddress(named.ca)!, 16 * row);
    columns.dstAddr.set(parseAddress(named.sa)!, 16 * row);
    columns.ipVersion[row] = prefix === "IP" ? 4 : prefix === "IP6" ? 6 : 0;
    columns.etherType[row] = prefix === "IP" ? 0x0800 : prefix === "IP6" ? 0x86dd : 0x0806;
    columns.proto[row] = Number(named.proto ?? 0);
    columns.srcPort[row] = Number(named.cpt ?? 0);
    columns.dstPort[row] = Number(named.spt ?? 0);
  }
  const time = Object.fromEntries(times!.split(",").map((part) => part.split("=", 2)));
  const start = milliseconds(time.Start);
  const duration = time.Dur === undefined ? 0n : milliseconds(time.Dur);
  const end = time.End === undefined ? start + duration : milliseconds(time.End);
  const difference = duration - (end - start);
  expect(difference >= -1n && difference <= 1n, line).toBe(true);
  setWords(columns.start, row, start * 1_000_000n - difference * 300_000n);
  setWords(columns.end, row, end * 1_000_000n + difference * 300_000n);
  for (const [part, packets, bytes] of [
    [sent, columns.packets, columns.frameBytes],
    [back || "S2C:0,0", columns.reversePackets, columns.reverseFrameBytes],
  ] as const) {
    const [, count, octets] = /^\w+:(\d+),(\d+)$/.exec(part!)!;
    setWords(packets, row, BigInt(count!));
    setWords(bytes, row, BigInt(octets!));
  }
}

describe.runIf(here)("lines that nftrk printed", () => {
  const files = here ? readdirSync(FOLDER).filter((name) => name.endsWith(".txt")) : [];

  it("are seen", () => {
    expect(files.length).toBeGreaterThan(30);
  });

  it.each(files)("of %s are printed again as they were", async (name) => {
    const lines = readFileSync(FOLDER + name, "utf8")
      .split("\n")
      .filter((line) => line.startsWith("|FLOW"));
    const batch = new FlowBatch(Math.max(lines.length, 1));
    batch.rows = lines.length;
    for (const [row, line] of lines.entries()) read(batch, row, line);
    expect(lines.length === 0 ? [] : await print(batch)).toEqual(lines);
  });
});

describe("lines of our own", () => {
  it("of each event, key and direction", async () => {
    const lines = [
      "|FLOW START|IP:ca=10.0.0.1,sa=23.1.2.3,proto=6,cpt=51234,spt=443|Start=1700000000.123|SENT:1,74|",
      "|FLOW UPDATE|IP:ca=10.0.0.1,sa=23.1.2.3,proto=6,cpt=51234,spt=443|Start=1700000000.123,Dur=10.000|C2S:5,302|S2C:3,176|",
      "|FLOW END|IP:ca=10.0.0.1,sa=23.1.2.3,proto=6,cpt=51234,spt=443|Start=1700000000.123,End=1700000012.468,Dur=12.346|C2S:12,2600|S2C:14,35000|",
      "|FLOW END|IP:ca=10.0.0.1,sa=224.0.0.1,proto=2|Start=1700000000.999,End=1700000001.000,Dur=0.000|SENT:1,56|",
      "|FLOW START|IP:ca=0.0.0.0,sa=255.255.255.255,proto=17,cpt=68,spt=67|Start=1700000000.000|SENT:1,342|",
      "|FLOW START|IP6:ca=::,sa=ff02::1:ff00:1,proto=58|Start=1700000000.000|SENT:1,86|",
      "|FLOW END|IP6:ca=fe80::1,sa=ff02::fb,proto=17,cpt=5353,spt=5353|Start=0.001,End=86400.001,Dur=86400.000|SENT:18446744073709551615,4294967296|",
      "|FLOW START|ARP:ca=172.16.1.116,sa=172.16.1.119|Start=1700000000.000|SENT:1,60|",
      "|FLOW START|ETH:ca=02:0a:bc:00:00:00,sa=02:0a:bd:00:00:00,etype=8903|Start=1700000000.000|SENT:1,94|",
      "|FLOW START|ETH:ca=b8:38:61:f3:05:ac,sa=01:00:0c:cc:cc:cc,etype=015f|Start=1700000000.000|SENT:1,365|",
    ];
    const batch = new FlowBatch(lines.length);
    batch.rows = lines.length;
    for (const [row, line] of lines.entries()) read(batch, row, line);
    expect(await print(batch)).toEqual(lines);
  });

  it("say 0.000 where a time is not known, and END where there is no event", async () => {
    const batch = new FlowBatch(1);
    batch.rows = 1;
    batch.columns.start.fill(0xffff_ffff);
    batch.columns.end.fill(0xffff_ffff);
    batch.columns.ipVersion[0] = 4;
    expect(await print(batch)).toEqual([
      "|FLOW END|IP:ca=0.0.0.0,sa=0.0.0.0,proto=0|Start=0.000,End=0.000,Dur=0.000|SENT:0,0|",
    ]);
  });
});
