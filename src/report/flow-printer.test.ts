// Every layout of flow records, octet for octet, and how the printer treats its stream.
import { Writable } from "node:stream";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../core/address.ts";
import {
  ELEMENTS,
  END_REASON,
  type FieldName,
  FLOW_EVENT,
  MESSAGE_ELEMENTS,
  PACKET_ELEMENTS,
} from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import { FlowBatch, WIDTH } from "../core/flow-batch.ts";
import { nameNumber } from "../core/other-fields.ts";
import { createFlowPrinter, type FlowFormat, type FlowPrinterOptions } from "./flow-printer.ts";

/** Addresses as text, times as nanoseconds or null, everything else as the number in the column. */
type Row = Partial<Record<FieldName, string | number | bigint | null>>;

/** Row, name and value of an entry of `other`, in the order of rows. */
type Entry = readonly [row: number, name: string, value: string | Uint8Array];

function batchOf(rows: readonly Row[], entries: readonly Entry[] = []): FlowBatch {
  const batch = new FlowBatch(Math.max(rows.length, 1));
  batch.rows = rows.length;
  for (const [row, values] of rows.entries()) {
    for (const { name, kind } of ELEMENTS) {
      const value = values[name] ?? (kind === "time" ? -1 : 0);
      if (typeof value === "string") batch.columns[name].set(parseAddress(value)!, 16 * row);
      else if (WIDTH[kind] === 2) {
        batch.columns[name][2 * row] = Number(BigInt(value) & 0xffff_ffffn);
        batch.columns[name][2 * row + 1] = Number((BigInt(value) >> 32n) & 0xffff_ffffn);
      } else if (kind !== "address") batch.columns[name][row] = Number(value);
    }
  }
  for (const [row, name, value] of entries) {
    const octets = typeof value === "string" ? new TextEncoder().encode(value) : value;
    const start = batch.other.room(octets.length);
    batch.other.text.set(octets, start);
    batch.other.add(row, nameNumber(name), start + octets.length);
  }
  return batch;
}

class Memory extends Writable {
  readonly pieces: Buffer[] = [];

  override _write(piece: Buffer, _: BufferEncoding, done: () => void): void {
    this.pieces.push(Buffer.from(piece));
    done();
  }

  get text(): string {
    return Buffer.concat(this.pieces).toString("latin1");
  }
}

async function print(
  options: FlowPrinterOptions,
  rows: readonly Row[],
  entries: readonly Entry[] = [],
): Promise<string> {
  const memory = new Memory();
  const printer = createFlowPrinter(options, memory);
  await printer.write(batchOf(rows, entries));
  await printer.end();
  return memory.text;
}

const T = 1_700_000_000_000_000_000n; // 2023-11-14T22:13:20Z
const WEB: Row = {
  event: FLOW_EVENT.end,
  start: T + 123_456_789n,
  end: T + 12_468_456_789n,
  srcAddr: "10.0.0.1",
  dstAddr: "23.1.2.3",
  srcPort: 51234,
  dstPort: 443,
  proto: 6,
  ipVersion: 4,
  etherType: 0x0800,
  tos: 16,
  ttl: 64,
  tcpFlags: 0x1b,
  packets: 12,
  bytes: 2345,
  frameBytes: 2600,
  reverseTcpFlags: 0x12,
  reversePackets: 14,
  reverseBytes: 34567,
  reverseFrameBytes: 35000,
  inIf: 1,
  vlan: 100,
  innerVlan: 7,
  mplsLabel: 17,
  tunnelId: 5000,
  srcMac: 0xaabbccddeeffn,
  dstMac: 0x010203040506n,
  endReason: END_REASON.end,
  firstPacket: 9,
};
const DNS: Row = {
  event: FLOW_EVENT.start,
  start: T + 1_500_000_000n,
  end: T + 1_500_000_000n,
  srcAddr: "192.168.100.100",
  dstAddr: "224.0.0.251",
  srcPort: 5353,
  dstPort: 5353,
  proto: 17,
  ipVersion: 4,
  etherType: 0x0800,
  packets: 1,
  bytes: 74,
  frameBytes: 88,
};
const PING: Row = {
  ...DNS,
  event: FLOW_EVENT.update,
  end: T + 3_000_000_000n,
  dstAddr: "8.8.8.8",
  srcPort: 0,
  dstPort: 2048,
  proto: 1,
  packets: 2,
  bytes: 168,
  reversePackets: 2,
  reverseBytes: 168,
};
const ROUTER: Row = {
  ...DNS,
  event: FLOW_EVENT.end,
  end: T + 1_801_500_000_000n,
  srcAddr: "fe80::2e7e:81ff:feb0:4aa1",
  dstAddr: "ff02::1",
  srcPort: 0,
  dstPort: 134 * 256,
  proto: 58,
  ipVersion: 6,
  etherType: 0x86dd,
  endReason: END_REASON.active,
};
const SIX: Row = {
  ...WEB,
  srcAddr: "2001:db8::1",
  dstAddr: "2001:db8:1:2:3:4:5:6",
  ipVersion: 6,
  etherType: 0x86dd,
  tcpFlags: 0x1ff,
  endReason: END_REASON.forced,
};
const DAD: Row = { ...ROUTER, srcAddr: "::", dstAddr: "ff02::1:ff00:1", dstPort: 135 * 256 };
const ARP: Row = {
  ...DNS,
  event: FLOW_EVENT.end,
  srcAddr: "10.0.0.1",
  dstAddr: "10.0.0.9",
  srcPort: 0,
  dstPort: 0,
  proto: 0,
  ipVersion: 0,
  etherType: 0x0806,
  endReason: END_REASON.idle,
};
const LLDP: Row = {
  event: FLOW_EVENT.end,
  etherType: 0x88cc,
  srcMac: 0xb83861f305acn,
  dstMac: 0x01000cccccccn,
  packets: 1,
  bytes: 60,
  frameBytes: 60,
  endReason: END_REASON.resources,
};
const OSPF: Row = {
  ...DNS,
  event: FLOW_EVENT.end,
  dstAddr: "224.0.0.5",
  srcPort: 0,
  dstPort: 0,
  proto: 89,
  endReason: END_REASON.idle,
};
const GRE_WITH_NO_NAME: Row = { ...OSPF, proto: 200 };
/** As an exporter might say it. */
const EXPORTED: Row = {
  ...SIX,
  exporter: "192.0.2.1",
  domain: 256,
  received: T + 60_000_000_000n,
  inIf: 12,
  outIf: 345,
  samplingRate: 1000,
  samplingSource: 3,
};
const ALL = [WEB, DNS, PING, ROUTER, SIX, DAD, ARP, LLDP, OSPF, GRE_WITH_NO_NAME];

describe("line", () => {
  it("aligns what fits, and prints each kind of frame", async () => {
    expect(await print({ format: "line" }, ALL)).toBe(`\
Start                   Duration Proto                 Source     Destination           Flags     Pkts   Bytes RPkts  RBytes Reason
2023-11-14 22:13:20.123  12.345s TCP           10.0.0.1:51234 <-> 23.1.2.3:443          ...AP.SF    12    2345    14   34567 end
2023-11-14 22:13:21.500   0.000s UDP     192.168.100.100:5353  -> 224.0.0.251:5353      -            1      74     0       0 -
2023-11-14 22:13:21.500   1.500s ICMP         192.168.100.100 <-> 8.8.8.8:8.0           echo         2     168     2     168 -
2023-11-14 22:13:21.500  1800.0s ICMP6  fe80::2e7e:81ff:feb0:4aa1  -> [ff02::1]:134.0       rtr-adv      1      74     0       0 active
2023-11-14 22:13:20.123  12.345s TCP      [2001:db8::1]:51234 <-> [2001:db8:1:2:3:4:5:6]:443 0x01ff      12    2345    14   34567 forced
2023-11-14 22:13:21.500  1800.0s ICMP6                     ::  -> [ff02::1:ff00:1]:135.0 nbr-sol      1      74     0       0 active
2023-11-14 22:13:21.500   0.000s ARP                 10.0.0.1  -> 10.0.0.9              -            1      74     0       0 idle
-                              - 0x88cc     b8:38:61:f3:05:ac  -> 01:00:0c:cc:cc:cc     -            1      60     0       0 resources
2023-11-14 22:13:21.500   0.000s OSPF         192.168.100.100  -> 224.0.0.5             -            1      74     0       0 idle
2023-11-14 22:13:21.500   0.000s 200          192.168.100.100  -> 224.0.0.5             -            1      74     0       0 idle
`);
  });

  it("prints what the key leaves out as none", async () => {
    const [, line] = (await print({ format: "line" }, [{ ...WEB, dstAddr: 0, srcPort: 0 }])).split("\n");
    expect(line).toContain(" 10.0.0.1:0 <-> -:443  ");
  });

  it("has exactly the columns that are asked for", async () => {
    const fields = [
      "start",
      "proto",
      "srcAddr",
      "dstPort",
      "tcpFlags",
      "etherType",
      "bytes",
      "mplsLabel",
      "srcMac",
      "endReason",
    ] as const;
    expect(await print({ format: "line", fields }, [WEB, DAD, LLDP])).toBe(`\
Start                   Proto  Source          DPort Flags    EType     Bytes    MPLS SrcMAC            Reason
2023-11-14 22:13:20.123 TCP    10.0.0.1          443 ...AP.SF 0x0800     2345      16 aa:bb:cc:dd:ee:ff end
2023-11-14 22:13:21.500 ICMP6  ::              34560 ........ 0x86dd       74       - -                 active
-                       -      -                   0 ........ 0x88cc       60       - b8:38:61:f3:05:ac resources
`);
  });

  it("prints every field there is", async () => {
    const fields = ELEMENTS.map(({ name }) => name);
    const [titles, values] = (await print({ format: "line", fields }, [WEB])).split("\n");
    expect(titles!.split(/ +/)).toEqual(ELEMENTS.map(({ title }) => title));
    expect(values!.replace(/(\d) (\d\d:)/g, "$1T$2").split(/ +/)).toHaveLength(ELEMENTS.length);
  });

  it("colours only when asked, and says the same", async () => {
    const plain = await print({ format: "events" }, ALL);
    const coloured = await print({ format: "events", colour: true }, ALL);
    expect(plain).not.toContain("\u001b");
    expect(coloured).toContain("\u001b[32mSTART \u001b[0m");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters
    expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(plain);
  });
});

describe("events", () => {
  it("begins with the time of the event and its name", async () => {
    expect(await print({ format: "events" }, [DNS, PING, WEB])).toBe(`\
Time                    Event  Duration Proto                 Source     Destination           Flags     Pkts   Bytes RPkts  RBytes Reason
2023-11-14 22:13:21.500 START    0.000s UDP     192.168.100.100:5353  -> 224.0.0.251:5353      -            1      74     0       0 -
2023-11-14 22:13:23.000 UPDATE   1.500s ICMP         192.168.100.100 <-> 8.8.8.8:8.0           echo         2     168     2     168 -
2023-11-14 22:13:32.468 END     12.345s TCP           10.0.0.1:51234 <-> 23.1.2.3:443          ...AP.SF    12    2345    14   34567 end
`);
  });

  it("keeps them before the columns that are asked for", async () => {
    expect(await print({ format: "events", fields: ["srcAddr", "bytes"] }, [DNS, WEB])).toBe(`\
Time                    Event  Source             Bytes
2023-11-14 22:13:21.500 START  192.168.100.100       74
2023-11-14 22:13:32.468 END    10.0.0.1            2345
`);
  });
});

describe("json", () => {
  it("has every field that packets say, in the order of the table", async () => {
    expect(await print({ format: "json" }, [WEB])).toBe(
      '{"event":"end","start":"2023-11-14T22:13:20.123456789Z","end":"2023-11-14T22:13:32.468456789Z",' +
        '"srcAddr":"10.0.0.1","dstAddr":"23.1.2.3","srcPort":51234,"dstPort":443,"proto":6,"ipVersion":4,"etherType":2048,' +
        '"tos":16,"ttl":64,"flowLabel":0,"tcpFlags":27,"packets":12,"bytes":2345,"frameBytes":2600,"reverseTcpFlags":18,' +
        '"reversePackets":14,"reverseBytes":34567,"reverseFrameBytes":35000,"inIf":1,"vlan":100,"innerVlan":7,"mplsLabel":16,' +
        '"tunnelId":5000,"srcMac":"aa:bb:cc:dd:ee:ff","dstMac":"01:02:03:04:05:06","endReason":"end","firstPacket":9}\n',
    );
  });

  it("is JSON with the names of the table, whatever the record", async () => {
    const lines = (await print({ format: "json" }, [...ALL, {}])).trimEnd().split("\n");
    expect(lines).toHaveLength(ALL.length + 1);
    for (const line of lines) expect(Object.keys(JSON.parse(line))).toEqual(PACKET_ELEMENTS.map(({ name }) => name));
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({
      event: null,
      start: null,
      end: null,
      srcAddr: null,
      dstAddr: null,
      mplsLabel: null,
      srcMac: null,
      dstMac: null,
      endReason: null,
      packets: 0,
      etherType: 0,
    });
  });

  it("has the words of all events and reasons, and null for any other number", async () => {
    const events = [0, 1, 2, 3, 4, 5, 255].map((event) => ({ event }));
    expect(await print({ format: "json", fields: ["event"] }, events)).toBe(
      ["null", '"start"', '"end"', '"denied"', '"alert"', '"update"', "null"]
        .map((event) => `{"event":${event}}\n`)
        .join(""),
    );
    const reasons = [0, 1, 2, 3, 4, 5, 6].map((endReason) => ({ endReason }));
    expect(await print({ format: "json", fields: ["endReason"] }, reasons)).toBe(
      ["null", '"idle"', '"active"', '"end"', '"forced"', '"resources"', "null"]
        .map((word) => `{"endReason":${word}}\n`)
        .join(""),
    );
  });

  it("has every digit of 64 bits, and of 32", async () => {
    const values = [2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n];
    const rows = values.map((value) => ({ packets: value, tunnelId: 4_294_967_295, mplsLabel: 1 }));
    expect(await print({ format: "json", fields: ["packets", "tunnelId", "mplsLabel"] }, rows)).toBe(
      values.map((value) => `{"packets":${value},"tunnelId":4294967295,"mplsLabel":0}\n`).join(""),
    );
  });
});

describe("csv", () => {
  it("is RFC 4180 with the values of JSON", async () => {
    const [titles, ...lines] = (await print({ format: "csv" }, ALL)).split("\r\n");
    expect(lines.pop()).toBe("");
    const records = (await print({ format: "json" }, ALL))
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    for (const [row, record] of records.entries()) {
      const fields = lines[row]!.split(",");
      expect(Object.fromEntries(titles!.split(",").map((title, place) => [title, fields[place]]))).toEqual(
        Object.fromEntries(Object.entries(record).map(([name, value]) => [name, value === null ? "" : String(value)])),
      );
    }
  });

  it("has the chosen columns in their order, and no titles when not wanted", async () => {
    const fields = ["bytes", "srcAddr", "endReason", "start"] as const;
    expect(await print({ format: "csv", fields }, [WEB, {}])).toBe(
      "bytes,srcAddr,endReason,start\r\n2345,10.0.0.1,end,2023-11-14T22:13:20.123456789Z\r\n0,,,\r\n",
    );
    expect(await print({ format: "csv", fields, header: false }, [{}])).toBe("0,,,\r\n");
  });

  it("has its titles even where there is no record", async () => {
    expect(await print({ format: "csv", fields: ["bytes"] }, [])).toBe("bytes\r\n");
  });
});

describe("records of exporters", () => {
  const from = "messages";

  it("have the fields that messages say, and what is beyond them, in JSON", async () => {
    const [line] = (await print({ format: "json", from }, [EXPORTED], [[0, "interfaceName", "Gi0/1"]])).split("\n");
    const record = JSON.parse(line!);
    expect(Object.keys(record)).toEqual([...MESSAGE_ELEMENTS.map(({ name }) => name), "other"]);
    expect(record).toMatchObject({
      exporter: "192.0.2.1",
      received: "2023-11-14T22:14:20.000000000Z",
      domain: 256,
      outIf: 345,
      samplingRate: 1000,
      samplingSource: "options",
      other: { interfaceName: "Gi0/1" },
    });
    expect(line!.endsWith(',"other":{"interfaceName":"Gi0/1"}}')).toBe(true);
  });

  it("have no address where all is zero, but `::` as an end of IPv6", async () => {
    const fields = ["srcAddr", "dstAddr", "exporter", "nextHop", "natSrcAddr"] as const;
    expect(await print({ format: "json", fields }, [{ ipVersion: 6 }, { ipVersion: 4 }])).toBe(
      '{"srcAddr":"::","dstAddr":"::","exporter":null,"nextHop":null,"natSrcAddr":null}\n' +
        '{"srcAddr":null,"dstAddr":null,"exporter":null,"nextHop":null,"natSrcAddr":null}\n',
    );
    expect(await print({ format: "line", fields, header: false }, [{ ipVersion: 6 }])).toMatch(/^:: +:: +- +- +-\n$/);
  });

  it("have all words of where the sampling rate is from", async () => {
    const rows = [0, 1, 2, 3, 4, 5, 6].map((samplingSource) => ({ samplingSource }));
    const words = ["configured", "record", "options", "header", "sample"];
    const fields = ["samplingSource"] as const;
    expect(await print({ format: "csv", fields, header: false }, rows)).toBe(["", ...words, "", ""].join("\r\n"));
    expect(await print({ format: "line", fields, header: false }, rows)).toBe(["-", ...words, "-", ""].join("\n"));
  });

  it("have interfaces and exporter in their line, and say when a firewall stopped the packets", async () => {
    const sums: Row = { exporter: "2001:db8::9", proto: 6, dstPort: 443, packets: 5, bytes: 500, flows: 3 };
    const rows = [EXPORTED, { ...WEB, exporter: "192.0.2.1" }, { ...DNS, event: FLOW_EVENT.denied }, sums, {}];
    expect(await print({ format: "line", from }, rows)).toBe(`\
Start                   Duration Proto                 Source     Destination           Flags     Pkts   Bytes RPkts  RBytes In>Out    Exporter
2023-11-14 22:13:20.123  12.345s TCP      [2001:db8::1]:51234 <-> [2001:db8:1:2:3:4:5:6]:443 0x01ff      12    2345    14   34567 12>345    192.0.2.1
2023-11-14 22:13:20.123  12.345s TCP           10.0.0.1:51234 <-> 23.1.2.3:443          ...AP.SF    12    2345    14   34567 1>0       192.0.2.1
2023-11-14 22:13:21.500   0.000s UDP     192.168.100.100:5353  -> 224.0.0.251:5353      -            1      74     0       0 0>0       - DENIED
-                              - TCP                      -:0  -> -:443                 -            5     500     0       0 0>0       2001:db8::9
-                              - -                          -  -> -                     -            0       0     0       0 0>0       -
`);
    expect(await print({ format: "events", from, header: false }, [{ ...DNS, event: FLOW_EVENT.alert }])).toContain(
      " ALERT ",
    );
  });
});

describe("other", () => {
  const fields = ["bytes", "other", "packets"] as const;
  const entries: [number, string, string][] = [
    [1, "interfaceName", "Gi0/1"],
    [1, "interfaceDescription", 'to "Köln", \\ 1=2'],
    [3, "empty", ""],
  ];
  const rows = [{}, {}, {}, {}];

  it("is an object in JSON", async () => {
    expect(await print({ format: "json", fields }, rows, entries)).toBe(
      '{"bytes":0,"other":{},"packets":0}\n' +
        '{"bytes":0,"other":{"interfaceName":"Gi0/1","interfaceDescription":"to \\"K\\u00f6ln\\", \\\\ 1=2"},"packets":0}\n' +
        '{"bytes":0,"other":{},"packets":0}\n{"bytes":0,"other":{"empty":""},"packets":0}\n',
    );
  });

  it("is that object in one cell of CSV", async () => {
    expect(await print({ format: "csv", fields }, rows, entries)).toBe(
      "bytes,other,packets\r\n0,{},0\r\n" +
        '0,"{""interfaceName"":""Gi0/1"",""interfaceDescription"":""to \\""K\\u00f6ln\\"", \\\\ 1=2""}",0\r\n' +
        '0,{},0\r\n0,"{""empty"":""""}",0\r\n',
    );
  });

  it("is words in a column", async () => {
    const text = await print({ format: "line", fields: ["OTHER" as "other"] }, rows, entries);
    expect(Buffer.from(text, "latin1").toString()).toBe(
      'Other\n-\ninterfaceName=Gi0/1 interfaceDescription="to \\"Köln\\", \\\\ 1=2"\n-\nempty=""\n',
    );
  });

  it("of any octets is JSON and CSV that say what TextDecoder says, in ASCII, and a line without anything unseen", async () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string({ unit: "binary", maxLength: 20 }).map((text) => new TextEncoder().encode(text)),
      fc
        .constantFrom("\u001b[31m", "\u009b31m", "\u202e", "\u2066", "\r\n", "=1+1", "\ufeff", "\0")
        .map((text) => new TextEncoder().encode(text)),
    );
    const names = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.constantFrom("a", "__proto__", '"\u001b\n'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), names, octets), { maxLength: 12 }), async (made) => {
        const sorted = [...made].sort(([a], [b]) => a - b);
        const batch = batchOf(rows, sorted);
        const said = rows.map((_, row) => batch.other.read(row));
        const json = await print({ format: "json", fields: ["other"] }, rows, sorted);
        expect(json).toMatch(/^[\x20-\x7e\n]*$/);
        const lines = json.trimEnd().split("\n");
        // Whoever reads JSON takes the last of two entries of one name, as `read` does.
        expect(lines.map((line) => Object.entries(JSON.parse(line).other))).toEqual(
          said.map((other) => Object.entries(other)),
        );
        const csv = await print({ format: "csv", fields: ["other"], header: false }, rows, sorted);
        const cells = csv.split("\r\n").slice(0, -1);
        const unquoted = cells.map((cell) => (cell === "{}" ? cell : cell.slice(1, -1).replaceAll('""', '"')));
        for (const cell of cells) expect(cell).toMatch(/^(\{\}|"([^"]|"")*")$/);
        expect(unquoted.map((cell) => `{"other":${cell}}`)).toEqual(lines);
        const line = await print({ format: "line", fields: ["other"], header: false }, rows, sorted);
        const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(line, "latin1"));
        expect(text.split("\n")).toHaveLength(rows.length + 1);
        expect(text).not.toMatch(/[^\P{C}\n]|[\u2028\u2029\u00a0]/u);
      }),
      { numRuns: 300 },
    );
  });

  it("grows the buffer for a record that is larger than a piece", async () => {
    const value = new Uint8Array(4096).fill(1);
    const many: [number, string, Uint8Array][] = Array.from({ length: 30 }, (_, i) => [i % 2, `name${i}`, value]);
    many.sort(([a], [b]) => a - b);
    for (const format of ["json", "csv", "line"] as const) {
      const text = await print({ format, fields, header: false }, [{}, {}, { bytes: 7 }], many);
      const lines = text.trimEnd().split("\n");
      expect(lines).toHaveLength(3);
      expect(lines[0]!.length).toBeGreaterThan(4096 * 15 * 3);
      expect(lines[2]).toContain("7");
    }
  });
});

describe("choosing fields", () => {
  it("knows what people call them", async () => {
    const fields = ["sourceTransportPort", "SA"] as unknown as FieldName[];
    expect(await print({ format: "json", fields }, [WEB])).toBe('{"srcPort":51234,"srcAddr":"10.0.0.1"}\n');
  });

  it("says what is wrong with them", () => {
    const make = (options: FlowPrinterOptions) => () => createFlowPrinter(options, new Memory());
    expect(make({ format: "json", fields: ["colour" as FieldName] })).toThrow(UsageError);
    expect(make({ format: "json", fields: ["colour" as FieldName] })).toThrow(/found "colour"/);
    expect(make({ format: "csv", fields: [] })).toThrow(UsageError);
    expect(make({ format: "nftrk", fields: ["bytes"] })).toThrow(UsageError);
  });
});

describe("the longest record", () => {
  const most: Row = Object.fromEntries(
    ELEMENTS.map(({ name, kind }) => {
      if (kind === "address") return [name, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"];
      if (kind === "time") return [name, 2n ** 63n - 1n];
      return [name, { u8: 2n ** 8n, u16: 2n ** 16n, u32: 2n ** 32n, u64: 2n ** 64n, mac: 2n ** 48n }[kind] - 1n];
    }),
  );

  it.each<FlowFormat>(["line", "events", "nftrk", "json", "csv"])("fits what %s reserves", async (format) => {
    // Full pieces of records of the greatest length: a reserve that is too small would lose octets.
    const rows = Array.from({ length: 1200 }, () => ({
      ...most,
      event: FLOW_EVENT.end,
      endReason: 5,
      proto: 6,
      ipVersion: 6,
    }));
    const lines = (await print({ format, header: false, colour: true }, rows)).trimEnd().split(/\r?\n/);
    expect(lines).toHaveLength(rows.length);
    expect(new Set(lines).size).toBe(1);
    expect(lines[0]).toContain("18446744073709551615");
    if (format !== "nftrk") {
      const all = (await print({ format, from: "both", header: false, colour: true }, rows)).trimEnd().split(/\r?\n/);
      expect(new Set(all).size).toBe(1);
      expect(all).toHaveLength(rows.length);
    }
    if (format === "line" || format === "events") {
      const fields = ELEMENTS.map(({ name }) => name);
      const wide = (await print({ format, header: false, fields }, rows)).trimEnd().split("\n");
      expect(new Set(wide).size).toBe(1);
      expect(wide).toHaveLength(rows.length);
    }
  });
});

describe("the stream", () => {
  it("has all of a batch when write returns, so that its owner may use it again", async () => {
    const memory = new Memory();
    const printer = createFlowPrinter({ format: "json", fields: ["bytes"] }, memory);
    const batch = batchOf([{ bytes: 1 }]);
    for (let bytes = 1; bytes <= 3; bytes++) {
      batch.columns.bytes.set([bytes, 0]);
      const room = printer.write(batch);
      batch.columns.bytes.fill(77);
      await room;
    }
    expect(memory.pieces.map(String)).toEqual(['{"bytes":1}\n', '{"bytes":2}\n', '{"bytes":3}\n']);
    await printer.end();
  });

  it("gets large pieces", async () => {
    const memory = new Memory();
    const printer = createFlowPrinter({ format: "csv" }, memory);
    await printer.write(batchOf(Array.from({ length: 20_000 }, () => WEB)));
    await printer.end();
    expect(memory.text.split("\r\n")).toHaveLength(20_002);
    expect(memory.pieces.length).toBeLessThan(1 + memory.text.length / 200_000);
  });

  it("is waited for while it is full", async () => {
    const held: (() => void)[] = [];
    const pieces: string[] = [];
    const slow = new Writable({
      highWaterMark: 1,
      write(piece: Buffer, _, done) {
        held.push(() => {
          pieces.push(String(piece)); // read late: the buffer must not have been used again
          done();
        });
      },
    });
    const printer = createFlowPrinter({ format: "json", fields: ["bytes"] }, slow);
    let settled = false;
    const first = Promise.resolve(printer.write(batchOf([{ bytes: 1 }]))).then(() => {
      settled = true;
    });
    printer.write(batchOf([{ bytes: 2 }]));
    await new Promise(setImmediate);
    expect(settled).toBe(false);
    const end = printer.end();
    while (held.length > 0) {
      held.shift()!();
      await new Promise(setImmediate);
    }
    await Promise.all([first, end]);
    expect(pieces).toEqual(['{"bytes":1}\n', '{"bytes":2}\n']);
    expect(slow.writableEnded).toBe(false);
    expect(slow.listenerCount("drain")).toBe(0);
  });

  const failing = (code: string) =>
    new Writable({
      highWaterMark: 1,
      write(_piece, _encoding, done) {
        setImmediate(() => done(Object.assign(new Error(`write ${code}`), { code })));
      },
    });

  it("whose reader has gone is closed, and nothing is thrown", async () => {
    const printer = createFlowPrinter({ format: "line" }, failing("EPIPE"));
    expect(printer.closed).toBe(false);
    await printer.write(batchOf(ALL));
    expect(printer.closed).toBe(true);
    await printer.write(batchOf(ALL));
    await printer.end();
  });

  it("that fails otherwise is an error", async () => {
    const printer = createFlowPrinter({ format: "line" }, failing("ENOSPC"));
    await expect(Promise.resolve(printer.write(batchOf(ALL)))).rejects.toThrow("ENOSPC");
    expect(printer.closed).toBe(false);
    await expect(printer.end()).rejects.toThrow("ENOSPC");
  });
});
