// Filters of frames: what each kind of term is true for, and what is said where one cannot be understood.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type MadeField, MadeFrames } from "../../test/made-frames.ts";
import { completeFilter, FilterError, type FilterOptions, parseFilter } from "../query/index.ts";
import { FieldNames } from "./field-names.ts";
import { frameFilter } from "./frame-filter.ts";

const OPTIONS: FilterOptions = {
  frames: { names: () => ["http.host", "http.request.method"] },
  zone: "UTC",
  now: Date.UTC(2026, 10, 21),
  localNetworks: ["10.0.0.0/8"],
  resolve: (name) => (name === "www.example.net" ? ["192.0.2.80"] : undefined),
};

function matches(filter: string, ...fields: readonly MadeField[]): boolean {
  const source = new MadeFrames([fields]);
  return frameFilter(parseFilter(filter, OPTIONS), source.names).matches(source.next()!);
}

const WEB: readonly MadeField[] = [
  ["frame", ""],
  ["frame.time_epoch", "1763681430.217572003"],
  ["frame.len", "1514"],
  ["eth", ""],
  ["eth.src", "00:1f:5b:ff:51:cb"],
  ["eth.dst", "00:00:0c:07:ac:01"],
  ["eth.type", "0x0800"],
  ["vlan", ""],
  ["vlan.id", "7"],
  ["ip", ""],
  ["ip.proto", "6"],
  ["ip.src", "10.1.2.3"],
  ["ip.src", "192.0.2.1"],
  ["ip.dst", "192.0.2.80"],
  ["ip.ttl", "64"],
  ["tcp", ""],
  ["tcp.srcport", "51234"],
  ["tcp.dstport", "443"],
  ["tcp.flags", "0x0018"],
  ["tcp.flags.ack", "1"],
  ["tcp.flags.push", "True"],
  ["tcp.len", "1448"],
  ["tcp.time_delta", "0.000251"],
  ["tcp.seq", "18446744073709551614"],
  ["tcp.payload", "16:03:01:02"],
  ["http.host", "www.Example.net"],
  ["http.cookie", ""],
];

test.each([
  "any",
  "http.host",
  "http.cookie",
  "tcp",
  "ip",
  "ip and tcp && vlan",
  'http.host = "www.Example.net"',
  "http.host == www.Example.net",
  'http.host contains "Example"',
  "http.host ~ /example/i",
  'http.host ~ "Ex.mple"',
  'http.host~"Ex.mple"',
  "http.host matches /^www/",
  'http.host starts with "www."',
  "http.host ends with net",
  "http.host != www.example.com",
  "tcp.len > 100",
  "tcp.len >= 1448 and tcp.len <= 1448",
  "tcp.len in [1 2 1440-1450]",
  "tcp.len = 1.448K",
  "tcp.len 1448",
  "tcp.time_delta < 0.001",
  "tcp.time_delta = 0.000251",
  "eth.type = 0x0800",
  "eth.type == 2048",
  "eth.type in [0x0806, 0x800]",
  "tcp.flags.ack = true",
  "tcp.flags.push == 1",
  "tcp.flags.push = True",
  "tcp.seq = 18446744073709551614",
  "tcp.seq > 18446744073709551613",
  "ip.src = 10.1.2.3",
  "ip.src in [172.16.0.0/12 10.0.0.0/8]",
  "ip.src = 192.0.2.0/24",
  "ip.src = 10.1.2.1-10.1.2.9",
  "not ip.src = 11.0.0.0/8",
  "ip.src != 11.0.0.0/8",
  "eth.src = 00-1F-5B-FF-51-CB",
  "eth.src = 001f.5bff.51cb",
  "eth.src in [00:00:00:00:00:01, 00:1f:5b:ff:51:cb]",
  "tcp.payload = 16:03:01:02",
  "tcp.payload starts with 16:03",
  "frame.time_epoch > 2025-11-20",
  "frame.time_epoch = 1763681430.217572003",
  "frame.time_epoch < 1763681430.217572004",
  "frame.time_epoch > 1763681430.217572002",
  "not dns",
  "!(dns || arp)",
  // The words of flows.
  "src ip 10.1.2.3",
  "ip 192.0.2.80",
  "host www.example.net",
  "net 10.0.0.0/8",
  "src net 10.0.0.0 255.0.0.0",
  "src and dst ip in [192.0.2.0/24]",
  "port 443",
  "dst port https",
  "src port > 1023",
  "port in [80 440-450]",
  "proto tcp",
  "proto 6 and proto = tcp",
  "flags A",
  "flags PA",
  "flags P/PS",
  "flags 0x18",
  "mac 00:1f:5b:ff:51:cb",
  "src mac 00:1f:5b:ff:51:cb",
  "etherType ipv4",
  "vlan 7",
  "vlan",
  "ttl 64",
  "bytes > 1K",
  "frameBytes 1514",
  "srcAddr 10.1.2.3 and dstPort 443",
  "start < 2026-01-01",
  "first seen > 2025-01-01 and last seen < yesterday",
  "inside",
  "src inside and dst outside",
  "ipv4",
])("%s is true", (filter) => {
  expect(matches(filter, ...WEB)).toBe(true);
});

test.each([
  "not any",
  "dns",
  "http.hos",
  "http.host = www.example.net",
  'http.host contains "EXAMPLE"',
  "http.host = 0",
  "http.host != www.Example.net",
  "http.missing != 5",
  "http.cookie > 0",
  "tcp.len < 1448",
  "tcp.len in [1449-2000]",
  "eth.type = 0x0806",
  "tcp.flags.push = false",
  "tcp.seq = 18446744073709551615",
  "tcp.seq < 18446744073709551614",
  "tcp.seq != 18446744073709551614",
  "ip.src = 10.1.2.0/30 and ip.src = 10.2.0.0/16",
  "ip.src != 192.0.2.1",
  "eth.src = 00:1f:5b:ff:51:cc",
  "frame.time_epoch < 1763681430.217572003",
  "http.host > 5",
  "dst ip 10.1.2.3",
  "src port 443",
  "proto udp",
  "flags S",
  "flags A/PA",
  "vlan 8",
  "dst inside",
  "inet6",
])("%s is false", (filter) => {
  expect(matches(filter, ...WEB)).toBe(false);
});

describe("a list of any length", () => {
  it("finds each of its entries, and no other", () => {
    const addresses = Array.from({ length: 20_000 }, (_, i) => `10.${i >> 8}.${i & 255}.1`);
    const texts = Array.from({ length: 20_000 }, (_, i) => `"host ${i}"`);
    const options = { ...OPTIONS, include: (path: string) => (path === "a" ? addresses : texts).join("\n") };
    const hits = [
      [["ip.src", "10.78.31.1"]],
      [["http.host", "host 19999"]],
      [["ip.src", "10.78.32.1"]],
      [["http.host", "host 20000"]],
    ] as MadeField[][];
    const source = new MadeFrames(hits);
    const text = "ip.src in [@include a] or http.host in [@include t]";
    const filter = frameFilter(parseFilter(text, options), source.names);
    expect(hits.map(() => filter.matches(source.next()!))).toEqual([true, true, false, false]);
  });
});

test.each([
  ["tcp.len >", "expected a number, found the end of the filter", 9],
  ["tcp.len > web", 'expected a number, found "web"', 10],
  ["tcp.len > 5-6", "expected one value behind >, found a range", 10],
  ["duration > 5", 'found "duration", which flows have and frames have not', 0],
  ["tcp and packets > 5", "which flows have and frames have not", 8],
  ["tcp udp", 'found "udp"', 4],
  ["src ip", "expected an address", 6],
  ["src ip nowhere.example", "which no host is called", 7],
  ["port webb", 'found "webb"', 5],
  ["ip > 10.0.0.1", "expected = or != before an address, found >", 5],
  ["tcp.len in 5", 'expected "["', 11],
  ["http.host ~ abc", "expected a regular expression", 12],
  ["10.0.0.1", "expected a field of tshark", 0],
  ["( dns", '"and", "or" or ")", found the end', 5],
  ["tcp.len = and", 'found "and"', 10],
])("%s: %s", (text, sentence, at) => {
  let error: unknown;
  try {
    parseFilter(text, OPTIONS);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(FilterError);
  expect((error as FilterError).message).toContain(sentence);
  expect((error as FilterError).span.from).toBe(at);
});

test("any text is a filter of frames or a FilterError with a place in it, and completes to something or nothing", () => {
  const words = [
    "http.host",
    "tcp.len",
    "dns",
    "ip",
    "src",
    "port",
    "proto",
    "flags",
    "net",
    "inside",
    "and",
    "or",
    "not",
    "in",
    "[",
    "]",
    "(",
    ")",
  ];
  const values = [
    "=",
    "!=",
    ">",
    "~",
    "/x/i",
    '"web"',
    "10.0.0.0/8",
    "0x10",
    "5-9",
    "S/SA",
    "frame.time_epoch",
    "2h",
    "true",
    "-3",
    "00:11",
  ];
  const text = fc.array(fc.oneof(fc.constantFrom(...words, ...values), fc.string({ maxLength: 4, unit: "binary" })), {
    maxLength: 12,
  });
  const source = new MadeFrames(Array.from({ length: 4000 }, () => WEB));
  let whole = 0;
  fc.assert(
    fc.property(fc.tuple(text, fc.constantFrom(" ", "")), fc.nat(60), ([parts, between], offset) => {
      const said = parts.join(between);
      completeFilter(said, offset, OPTIONS);
      try {
        frameFilter(parseFilter(said, OPTIONS), source.names).matches(source.next()!);
        whole++;
      } catch (error) {
        expect(error).toBeInstanceOf(FilterError);
        const { span, text: where, sentence } = error as FilterError;
        expect(span.from <= span.to && span.to <= where.length).toBe(true);
        expect(sentence).not.toMatch(/\p{C}/u);
      }
    }),
    { numRuns: 3000 },
  );
  expect(whole).toBeGreaterThan(100);
});

describe("filters of frames", () => {
  it("tell the fields that no frame had", () => {
    const source = new MadeFrames([[["tcp.len", "3"]]]);
    const filter = frameFilter(parseFilter("tcp.len > 5 or http.hst or dns", OPTIONS), source.names);
    filter.matches(source.next()!);
    expect(filter.neverSeen()).toEqual(["http.hst", "dns"]);
  });

  it("are completed with words of flows and known fields", () => {
    const texts = (text: string) => completeFilter(text, text.length, OPTIONS).options.map((option) => option.text);
    expect(texts("tcp.len > 5 and http.r")).toEqual(["http.request.method"]);
    expect(texts("src ")).toEqual(expect.arrayContaining(["ip", "port", "mac", "inside"]));
    expect(texts("proto tc")).toContain("tcp");
    expect(texts("dns ")).toEqual(expect.arrayContaining(["and", "or"]));
  });

  it("mean nothing for flow records, and the other way round", () => {
    const names = new FieldNames();
    expect(() => frameFilter(parseFilter("bytes > 5"), names)).toThrow(TypeError);
  });
});
