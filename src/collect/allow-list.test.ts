// Who is believed, under which name, for which observation domains.
import { expect, test } from "vitest";
import { parseAddress } from "../core/address.ts";
import { judge, parseAllow } from "./allow-list.ts";
import { domainOf } from "./message-domain.ts";
import { Peers } from "./peers.ts";

const ask = (address: string, ...list: string[]) => judge(list.map(parseAllow), parseAddress(address)!);

test("prefixes of any length, IPv4 and IPv6", () => {
  for (const [entry, inside, outside] of [
    ["192.0.2.1", "192.0.2.1", "192.0.2.2"],
    ["192.0.2.0/25", "192.0.2.127", "192.0.2.128"],
    ["10.0.0.0/9", "10.127.255.255", "10.128.0.0"],
    ["0.0.0.0/0", "255.255.255.255", "2001:db8::1"],
    ["2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::1"],
    ["2001:db8::1", "2001:db8::1", "2001:db8::2"],
    ["::/0", "192.0.2.1", ""],
  ] as const) {
    expect(ask(inside, entry).allowed, `${entry} has ${inside}`).toBe(true);
    if (outside !== "") expect(ask(outside, entry).allowed, `${entry} has ${outside}`).toBe(false);
  }
});

test("no list takes everybody", () => {
  expect(ask("192.0.2.1")).toEqual({ allowed: true, domains: null, alias: null });
});

test("the longest prefix with an alias names the exporter; domains restrict where no entry takes all of them", () => {
  const list = ["10.0.0.0/8=net", "10.1.0.0/16=site", "10.1.1.1"];
  expect(ask("10.1.1.1", ...list)).toEqual({ allowed: true, domains: null, alias: "site" });
  expect(ask("10.2.0.1", ...list).alias).toBe("net");
  expect(ask("10.1.1.1", "10.1.1.1=a@5", "10.1.1.1@7")).toEqual({ allowed: true, domains: [5, 7], alias: "a" });
  expect(ask("10.1.1.1", "10.1.1.1@5", "10.0.0.0/8").domains).toBeNull();
});

test("what is no entry is told with what is expected", () => {
  for (const text of [
    "",
    "router",
    "10.0.0.0/33",
    "::/129",
    "10.0.0.1@4294967296",
    "10.0.0.1@x",
    "10.0.0.1=",
    "10.0.0/8",
  ]) {
    expect(() => parseAllow(text), text).toThrow(/^expected .*, found /);
  }
  expect(parseAllow("2001:db8::/32=core-1@0")).toMatchObject({ prefix: 32, alias: "core-1", domain: 0 });
});

test("an address is one peer, however the system writes it", () => {
  const peers = new Peers([parseAllow("192.0.2.0/24=edge")]);
  for (const text of ["192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"]) {
    expect(peers.find(text)).toMatchObject({ text: "192.0.2.1", alias: "edge", allowed: true });
  }
  expect(peers.find("fe80::1%eth0")).toMatchObject({ text: "fe80::1", allowed: false });
});

test("the observation domain stands in the header", () => {
  const domain = (hex: string) => {
    const bytes = Buffer.from(hex, "hex");
    return domainOf(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
  };
  expect(domain("000a0014000000000000000000000007")).toBe(7);
  expect(domain("00090001000000000000000000000000fffffffe")).toBe(0xffff_fffe);
  expect(domain("00050001000000000000000000000000000000000102")).toBe(258);
  expect(domain(`0000000500000001c0000201${"00000009"}`)).toBe(9);
  expect(domain(`0000000500000002${"00".repeat(16)}0000000a`)).toBe(10);
  expect(domain("00070001")).toBe(0);
  for (const hex of ["", "000a", "000a0014", "00090001000000000000000000000000ffff", "0005", "00000005"]) {
    expect(domain(hex), hex).toBe(-1);
  }
});
