// Names out of packets: answers of DNS on any link, over IPv4 and IPv6, and none out of what only looks like one.
import { expect, test } from "vitest";
import { packetBlock } from "../../test/decode-packets.ts";
import * as p from "../../test/packets.ts";
import { DECODE_DEFAULTS, Decoder, LayersBlock } from "../decode/index.ts";
import { DnsWatch } from "./dns-watch.ts";

const label = (text: string) => [text.length, ...Buffer.from(text)];
const NAME = [...label("www"), ...label("example"), 0];

/** An answer about 192.0.2.<last>, or 2001:db8::<last>. */
function answer(last: number, six = false): p.Layer {
  const header = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
  const asked = [...NAME, 0, six ? 28 : 1, 0, 1];
  const address = six ? [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), last] : [192, 0, 2, last];
  const record = [0xc0, 12, 0, six ? 28 : 1, 0, 1, 0, 0, 1, 44, 0, address.length, ...address];
  return { ...p.data(0), octets: p.octets(header, asked, record) };
}

function heard(packets: readonly p.Layer[]): string[] {
  const block = packetBlock(packets.map(({ octets }) => ({ octets })));
  const layers = new LayersBlock(packets.length);
  new Decoder(DECODE_DEFAULTS).decode(block, layers);
  const found: string[] = [];
  new DnsWatch((address, name, seconds) => found.push(`${address} ${name} ${seconds}`)).look(block, layers);
  return found;
}

const from = (src: number, inside: p.Layer) => p.udp(inside, { src, dst: 40_000 });

test("answers from port 53 and of mDNS", () => {
  const packets = [
    p.ethernet(p.arp()),
    p.ethernet(p.ipv4(from(53, answer(1)))),
    p.ethernet(p.vlan(7, p.ipv6(from(53, answer(2, true))))),
    p.ethernet(p.ipv4(p.tcp())),
    p.ethernet(p.ipv4(from(5353, answer(3)))),
  ];
  expect(heard(packets)).toEqual([
    "192.0.2.1 www.example 300",
    "2001:db8::2 www.example 300",
    "192.0.2.3 www.example 300",
  ]);
});

test("not from other ports, not over TCP, not out of a datagram that is cut", () => {
  const whole = p.ethernet(p.ipv4(from(53, answer(1))));
  const cut = { ...whole, octets: whole.octets.subarray(0, whole.octets.length - 6) };
  const packets = [p.ethernet(p.ipv4(from(5300, answer(1)))), p.ethernet(p.ipv4(p.tcp({ src: 53, content: 50 }))), cut];
  expect(heard(packets)).toEqual([]);
});

test("a flood of answers has an end in each block", () => {
  const packets = Array.from({ length: 500 }, (_, n) => p.ethernet(p.ipv4(from(53, answer(n % 250)))));
  expect(heard(packets)).toHaveLength(64);
});
