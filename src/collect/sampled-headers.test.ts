// Sampled headers: what is read of each link layer, what is left where a header is cut, and that nothing stays from the one before.
import { describe, expect, it } from "vitest";
import {
  arp,
  data,
  ethernet,
  fragment6,
  icmp,
  ipv4,
  ipv6,
  mpls,
  octets,
  ppp,
  snap,
  tcp,
  udp,
  vlan,
  wlan,
} from "../../test/packets.ts";
import { formatAddress } from "../core/address.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import { createHeaderReader } from "./sampled-headers.ts";

const headers = createHeaderReader();

/** The columns of one row after reading a header, which lies somewhere in a larger buffer. */
function read(header: Uint8Array, linkType = 1, frameLength = header.length, reader = headers) {
  const batch = new FlowBatch(8);
  const buffer = octets(new Uint8Array(13).fill(0xee), header, new Uint8Array(9).fill(0xee));
  const found = reader.read(batch, 5, buffer, 13, header.length, linkType, frameLength);
  const c = batch.columns;
  const mac = (column: Uint32Array) => column[11]! * 2 ** 32 + column[10]!;
  return {
    found,
    src: formatAddress(c.srcAddr, 80),
    dst: formatAddress(c.dstAddr, 80),
    ports: [c.srcPort[5], c.dstPort[5]],
    proto: c.proto[5],
    ipVersion: c.ipVersion[5],
    etherType: c.etherType[5],
    tos: c.tos[5],
    ttl: c.ttl[5],
    flowLabel: c.flowLabel[5],
    tcpFlags: c.tcpFlags[5],
    bytes: c.bytes[10],
    frameBytes: c.frameBytes[10],
    vlan: c.vlan[5],
    innerVlan: c.innerVlan[5],
    mplsLabel: c.mplsLabel[5],
    srcMac: mac(c.srcMac).toString(16),
    dstMac: mac(c.dstMac).toString(16),
    neighbours: [c.bytes[8], c.bytes[12], c.srcPort[4], c.srcPort[6]],
  };
}

describe("a sampled header", () => {
  it("fills the columns of its row alone", () => {
    const packet = ipv6(tcp({ src: 50_000, dst: 443, flags: 18, content: 900 }), {
      trafficClass: 8,
      label: 77,
      hopLimit: 9,
    });
    const header = ethernet(vlan(100, vlan(200, packet), { tpid: 0x88a8 })).octets.slice(0, 128);
    expect(read(header, 1, 982)).toEqual({
      found: true,
      src: "2001:db8::1",
      dst: "2001:db8::2",
      ports: [50_000, 443],
      proto: 6,
      ipVersion: 6,
      etherType: 0x86dd,
      tos: 8,
      ttl: 9,
      flowLabel: 77,
      tcpFlags: 18,
      bytes: 960,
      frameBytes: 982,
      vlan: 100,
      innerVlan: 200,
      mplsLabel: 0,
      srcMac: "20000000a01",
      dstMac: "20000000b02",
      neighbours: [0, 0, 0, 0],
    });
  });

  it.each([
    ["PPP", 9, ppp(ipv4(udp())).octets],
    ["IP of either version", 101, ipv4(udp()).octets],
    ["IPv4", 228, ipv4(udp()).octets],
    ["IPv6", 229, ipv6(udp()).octets],
    ["802.11", 105, wlan(snap(ipv4(udp())))],
    ["MPLS", 219, mpls([30], ipv4(udp())).octets],
  ] as const)("is opened from %s on", (_name, linkType, header) => {
    expect(read(header, linkType)).toMatchObject({
      found: true,
      proto: 17,
      ports: [1234, 53],
      mplsLabel: linkType === 219 ? 31 : 0,
    });
  });

  it("without IP has its layers below", () => {
    expect(read(ethernet(vlan(7, arp())).octets)).toMatchObject({
      found: false,
      etherType: 0x0806,
      vlan: 7,
      src: "10.0.0.1",
    });
    const other = read(ethernet(data(50)).octets, 1, 70);
    expect(other).toMatchObject({
      found: false,
      etherType: 0x88b5,
      bytes: 70,
      frameBytes: 70,
      src: "::",
      ipVersion: 0,
    });
    // Nothing names what is under a label: not the type of the frame before either.
    expect(read(mpls([30], data(40, 0x31)).octets, 219)).toMatchObject({ found: false, etherType: 0, mplsLabel: 31 });
  });

  it("is read as far as it goes at any length, and never leaves anything to the next", () => {
    const whole = ethernet(vlan(9, ipv4(tcp({ content: 500 })))).octets;
    const first = createHeaderReader();
    for (let length = 0; length <= 80; length++) {
      const cut = whole.slice(0, length);
      const seen = read(cut, 1, whole.length, first);
      expect(seen).toEqual(read(cut, 1, whole.length, createHeaderReader()));
      expect(seen.found).toBe(length >= 38);
      if (length >= 42) expect(seen.ports).toEqual([1234, 80]);
      if (length >= 14) expect(seen.srcMac).toBe("20000000a01");
      read(ethernet(mpls([5], ipv6(fragment6(udp())))).octets, 1, 0, first);
    }
  });

  it("has what is not known as 0: the length of the frame, link layers that are not opened", () => {
    expect(read(ethernet(ipv4(icmp(8, 0))).octets, 1, 0)).toMatchObject({
      found: true,
      frameBytes: 0,
      ports: [0, 2048],
    });
    expect(read(ethernet(ipv4(udp())).octets, 9999)).toMatchObject({ found: false, srcMac: "0", etherType: 0 });
  });
});
