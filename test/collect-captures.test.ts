// Messages out of captures: every export capture of the corpus gives its datagrams; fragments and streams are put together.
import { createSocket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSource } from "../src/capture/index.ts";
import { CaptureMessages } from "../src/collect/capture-messages.ts";
import { CaptureCollector, parseAllow, parseRelay } from "../src/collect/index.ts";
import { spoofedPackets } from "../src/collect/spoofed-packet.ts";
import { formatAddress, parseAddress } from "../src/core/address.ts";
import { until } from "./collector-run.ts";
import { CORPUS, corpusHere, withTruth } from "./corpus/corpus.ts";
import { lacks, missingPrograms, run } from "./program.ts";
import { pcap, TCP } from "./small-captures.ts";

const RAW = 101;
const ETHERNET = 1;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-messages-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function capture(name: string, frames: readonly Uint8Array[], linkType: number): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    pcap(
      frames.map((frame, at) => ({ at, frame: Buffer.from(frame) })),
      linkType,
    ),
  );
  return path;
}

async function messagesOf(path: string) {
  const found: string[] = [];
  const closed: number[] = [];
  const messages = new CaptureMessages(
    (m) => {
      const payload = Buffer.from(m.bytes.subarray(m.start, m.end)).toString("hex");
      found.push(`${formatAddress(m.exporter)} ${m.port} ${payload}`);
    },
    (session) => closed.push(session),
  );
  for await (const block of await openSource(path)) {
    for (let packet = 0; packet < block.count; packet++) messages.read(block, packet);
  }
  messages.end();
  return { found, counts: messages.counts, closed };
}

/** epoch exporter exporter_port collector_port payload_hex */
function datagramsOf(path: string): string[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [, exporter, port, , payload] = line.split(/\s+/);
      return `${exporter} ${port} ${payload}`;
    });
}

/** An IPFIX message of so many octets with one set of data that nobody can read. */
function ipfix(octets: number, sequence = 0): Buffer {
  const message = Buffer.alloc(octets, sequence + 1);
  message.writeUInt16BE(10, 0);
  message.writeUInt16BE(octets, 2);
  message.writeUInt32BE(1_700_000_000, 4);
  message.writeUInt32BE(sequence, 8);
  message.writeUInt32BE(7, 12);
  message.writeUInt16BE(256, 16);
  message.writeUInt16BE(octets - 16, 18);
  return message;
}

describe.runIf(corpusHere)("the corpus", () => {
  test.each(corpusHere ? withTruth("netflow") : [""])("%s", async (name) => {
    const { found, counts } = await messagesOf(join(CORPUS, "netflow", name));
    const expected = datagramsOf(join(CORPUS, "netflow", name.replace(/\.pcap$/, ".dgrams")));
    expect(expected.length).toBeGreaterThan(0);
    if (name.includes("flowsend_v6")) {
      // NetFlow v6 is a format that only flow-tools has.
      expect(counts).toMatchObject({ messages: 0, otherPackets: expected.length });
      return;
    }
    expect(found).toEqual(expected);
    expect(counts.messages).toBe(found.length);
    expect(counts).toMatchObject({ cut: 0, gaps: 0, incomplete: 0 });
  });
});

describe("fragments", () => {
  const pairs = [
    ["192.0.2.1", "192.0.2.2"],
    ["2001:db8::1", "2001:db8::2"],
  ] as const;

  test.each(pairs)("from %s to %s, in any order, are one message", async (from, to) => {
    const message = ipfix(4000);
    const [a, b, c] = spoofedPackets(parseAddress(from)!, 4321, parseAddress(to)!, 2055, message);
    const whole = [`${from} 4321 ${message.toString("hex")}`];
    for (const frames of [
      [a!, b!, c!],
      [c!, a!, b!],
      [b!, b!, c!, a!],
    ]) {
      const { found, counts } = await messagesOf(capture("fragments.pcap", frames, RAW));
      expect(found).toEqual(whole);
      expect(counts).toMatchObject({ fragments: frames.length, reassembled: 1, incomplete: 0, otherPackets: 0 });
    }
    const { found, counts } = await messagesOf(capture("fragments.pcap", [a!, c!], RAW));
    expect(found).toEqual([]);
    expect(counts).toMatchObject({ fragments: 2, reassembled: 0, incomplete: 1 });
  });

  const skip = lacks("fragments", missingPrograms("tshark"));
  test.skipIf(skip).each(pairs)(
    "from %s to %s: TShark has the same datagram, with a right checksum",
    async (from, to) => {
      const message = ipfix(4000);
      const frames = [4000, 100].flatMap((octets) =>
        spoofedPackets(parseAddress(from)!, 4321, parseAddress(to)!, 9, ipfix(octets)),
      );
      const path = capture("checked.pcap", frames, RAW);
      const options = ["-o", "udp.check_checksum:TRUE", "-o", "ip.defragment:TRUE", "-o", "ipv6.defragment:TRUE"];
      const fields = ["udp.srcport", "udp.checksum.status", "udp.payload"].flatMap((field) => ["-e", field]);
      const lines = await run(["tshark", "-n", ...options, "-r", path, "-T", "fields", ...fields, "udp"]);
      const expected = [message, ipfix(100)].map((one) => `4321\t1\t${one.toString("hex")}`);
      expect(lines.trim().split("\n")).toEqual(expected);
    },
  );
});

describe("streams", () => {
  const segment = (sequence: number, flags: number, payload: Buffer): Buffer => {
    const head = Buffer.alloc(54);
    head.set(Buffer.from("0200000000020200000000010800", "hex"));
    head.writeUInt16BE(0x4500, 14);
    head.writeUInt16BE(40 + payload.length, 16);
    head[22] = 64;
    head[23] = 6;
    head.set([192, 0, 2, 1, 192, 0, 2, 2], 26);
    head.writeUInt16BE(4321, 34);
    head.writeUInt16BE(4739, 36);
    head.writeUInt32BE(sequence >>> 0, 38);
    head[46] = 0x50;
    head[47] = flags;
    return Buffer.concat([head, payload]);
  };
  const messages = [ipfix(100, 0), ipfix(1500, 1), ipfix(40, 2), ipfix(700, 3)];
  const octets = Buffer.concat(messages);
  const whole = messages.map((message) => `192.0.2.1 4321 ${message.toString("hex")}`);
  /** The stream in segments of 333 octets; its sequence numbers wrap. */
  const FIRST = 0xffff_ff00;
  const segments: Buffer[] = [];
  for (let at = 0; at < octets.length; at += 333) {
    segments.push(segment(FIRST + 1 + at, TCP.ack, octets.subarray(at, at + 333)));
  }
  const begin = segment(FIRST, TCP.syn, Buffer.alloc(0));
  const end = segment(FIRST + 1 + octets.length, TCP.fin | TCP.ack, Buffer.alloc(0));

  test("in order, out of order, sent twice", async () => {
    const [first, ...others] = segments;
    for (const frames of [
      [begin, ...segments, end],
      [begin, first!, ...others.toReversed(), end],
      [begin, ...segments.flatMap((one) => [one, one]), end],
      segments,
    ]) {
      const { found, counts, closed } = await messagesOf(capture("stream.pcap", frames, ETHERNET));
      expect(found).toEqual(whole);
      expect(counts).toMatchObject({ messages: 4, gaps: 0 });
      expect(closed).toEqual([1]);
    }
  });

  test("a missing segment costs the messages it was part of, and is counted", async () => {
    const frames = [
      begin,
      ...segments.filter((_, at) => at !== 1),
      segment(FIRST + 1 + octets.length, 16, ipfix(64, 9)),
      end,
    ];
    const { found, counts } = await messagesOf(capture("gap.pcap", frames, ETHERNET));
    expect(found).toEqual([whole[0], `192.0.2.1 4321 ${ipfix(64, 9).toString("hex")}`]);
    expect(counts.gaps).toBe(1);
  });

  test("other streams are other packets", async () => {
    const web = segment(5, 24, Buffer.from("GET / HTTP/1.1\r\nHost: example\r\n\r\n"));
    const { counts } = await messagesOf(capture("web.pcap", [web, web], ETHERNET));
    expect(counts).toMatchObject({ packets: 2, otherPackets: 2, messages: 0 });
  });
});

test("datagrams that the capture cut are counted, not decoded", async () => {
  const v5 = Buffer.alloc(72);
  v5.writeUInt16BE(5, 0);
  v5.writeUInt16BE(1, 2);
  const path = join(folder, "cut.pcap");
  for (const message of [ipfix(400), v5]) {
    const [packet] = spoofedPackets(parseAddress("192.0.2.1")!, 1, parseAddress("192.0.2.2")!, 2, message);
    writeFileSync(path, pcap([{ at: 0, frame: packet!.subarray(0, 80), wire: packet!.length }], RAW));
    expect((await messagesOf(path)).counts).toMatchObject({ packets: 1, messages: 0, cut: 1, otherPackets: 0 });
  }
});

describe("through the collector", () => {
  const v5 = (): Buffer[] => {
    const header = Buffer.from("00050001000000006553f100000000000000000001020000", "hex");
    const record = Buffer.alloc(48);
    record.set([10, 0, 0, 1, 10, 0, 0, 2]);
    record.writeUInt32BE(3, 16);
    record.writeUInt32BE(180, 20);
    return spoofedPackets(
      parseAddress("192.0.2.1")!,
      99,
      parseAddress("192.0.2.2")!,
      9,
      Buffer.concat([header, record]),
    );
  };
  const collect = async (allow: readonly string[]) => {
    let rows = 0;
    const path = capture("v5.pcap", v5(), RAW);
    const collector = new CaptureCollector(await openSource(path), {
      sink: {
        write: (batch) => {
          rows += batch.rows;
        },
      },
      allow: allow.map(parseAllow),
    });
    await collector.run();
    expect(collector.ledger.unexplained()).toBe(0);
    return { rows, ledger: collector.ledger, alias: collector.aliasOf("192.0.2.1") };
  };

  test("records go to the sink, and the allow list is asked, domains too", async () => {
    expect((await collect([])).rows).toBe(1);
    expect(await collect(["192.0.2.0/24=edge@258"])).toMatchObject({ rows: 1, alias: "edge" });
    const { rows, ledger } = await collect(["192.0.2.0/24@7"]);
    expect(rows).toBe(0);
    expect(ledger.unbooked.notAllowed).toBe(1);
    expect((await collect(["198.51.100.1"])).ledger.unbooked.notAllowed).toBe(1);
  });
});

test("a capture can be relayed: every message arrives, in its order", async () => {
  const receiver = createSocket("udp4");
  const arrived: string[] = [];
  receiver.on("message", (datagram) => arrived.push(datagram.toString("hex")));
  await new Promise<void>((resolve) => receiver.bind(0, "127.0.0.1", () => resolve()));
  receiver.setRecvBufferSize(4_000_000);
  const messages = Array.from({ length: 3000 }, (_, sequence) => ipfix(40, sequence & 255));
  const frames = messages.flatMap((message) =>
    spoofedPackets(parseAddress("192.0.2.1")!, 99, parseAddress("192.0.2.2")!, 9, message),
  );
  const collector = new CaptureCollector(await openSource(capture("relay.pcap", frames, RAW)), {
    sink: { write: () => {} },
    relay: [parseRelay(`127.0.0.1:${receiver.address().port}`)],
  });
  await collector.run();
  expect(collector.relays).toMatchObject([{ sent: 3000, failed: 0 }]);
  await until(() => arrived.length === 3000, "all arrived");
  expect(arrived).toEqual(messages.map((message) => message.toString("hex")));
  receiver.close();
});
