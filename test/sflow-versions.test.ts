// Counter samples of sFlow, and versions 2 and 4: datagrams built from the specifications, and what comes of them.
import { describe, expect, it } from "vitest";
import { parseAddress } from "../src/core/address.ts";
import { Collected } from "./corpus/decoded-messages.ts";
import { octets, u32 } from "./packets.ts";
import { collect, WEB } from "./sflow-collected.ts";
import {
  counterSample,
  counters,
  interfaceCounters,
  macAddress,
  oldDatagram,
  oldFlowSample,
  oldHeader,
  sflow5,
  sflowOld,
  tagged,
  text,
  u64,
} from "./sflow-datagrams.ts";

describe("counter samples", () => {
  it("give the counters of all structures by name", () => {
    const records = [
      tagged(1, interfaceCounters()),
      tagged(2, counters(13)),
      tagged(1001, octets(u32(1450), u32(0xffff_ffff), u32(100), u64(5n), u64(6n))),
      tagged(2001, octets(u32(2), u32(1), u32(1), macAddress("02:00:00:00:00:01"), u32(2), u32(0))),
      tagged(4242 & 0xfff, new Uint8Array(10)),
      tagged((4413 << 12) | 2, new Uint8Array(8)),
      tagged(2003, octets(new Uint8Array(new Float32Array([0.5]).buffer).reverse(), counters(19))),
    ];
    const { samples, page, rows } = collect([sflow5([counterSample(records, 0x0100_0064)], { subAgent: 8 })]);
    expect(rows.length).toBe(0);
    expect(page.counterSamples).toBe(1);
    const { counters: found, ...rest } = samples[0]!;
    expect(rest).toEqual({
      received: 1_700_000_000,
      exporter: "192.0.2.1",
      agent: "10.0.0.1",
      domain: 8,
      sourceClass: 1,
      sourceIndex: 100,
    });
    expect(found).toMatchObject({
      ifIndex: 100,
      ifSpeed: 10_000_000_000,
      ifInOctets: 0x1_0000_0005,
      ifOutOctets: "18446744073709551615",
      ifPromiscuousMode: 118,
      dot3StatsAlignmentErrors: 1,
      dot3StatsSymbolErrors: 13,
      "5s_cpu": 14.5,
      "1m_cpu": -1,
      free_memory: 6,
      adapter1_macs: "02:00:00:00:00:01",
      adapter2_ifIndex: 2,
      "tag0:146": 10,
      "tag4413:2": 8,
      load_one: 0.5,
      cpu_guest_nice: 19,
    });
  });

  it("give records of one kind that come twice two names", () => {
    const { samples } = collect([sflow5([counterSample([tagged(1005, text("a")), tagged(1005, text("b"))])])]);
    expect(samples[0]!.counters).toEqual({ name: "a", "name#2": "b" });
  });

  it("are only counted where nobody wants them", () => {
    const collected = new Collected();
    const payload = sflow5([counterSample([tagged(1, interfaceCounters())])]);
    const datagram = {
      frame: 1,
      seconds: 1,
      nanoseconds: 0,
      exporter: parseAddress("::1")!,
      port: 1,
      collectorPort: 1,
      payload,
    };
    expect(collected.decode(datagram).rows.length).toBe(0);
    expect(collected.ledger.pages[0]!.counterSamples).toBe(1);
  });
});

describe.each([2, 4] as const)("version %i", (version) => {
  it("is read as RFC 3176 has it", () => {
    const { rows, samples, page } = collect([oldDatagram(version, WEB)]);
    expect(page.format).toBe(100 + version);
    expect(Object.values(page.refused).every((count) => count === 0)).toBe(true);
    expect(page.remarks.countDiffers).toBe(0);
    expect(rows.length).toBe(3);
    expect(rows[0]!.columns).toMatchObject({
      dstPort: "443",
      vlan: "100",
      dstVlan: "200",
      srcMask: "24",
      dstMask: "16",
      srcAs: "2",
      dstAs: "65003",
      inIf: "3",
      outIf: "0",
      frameBytes: String(WEB.length + 4),
      bytes: String(WEB.length - 14),
      samplingRate: "256",
    });
    expect(rows[0]!.other).toMatchObject({
      outInterfaces: "2",
      dataSource: "0:17",
      dstAsPath: version === 2 ? "65001 65002 65003" : "65001 65003",
      srcUser: "ann",
      dstUser: "bob",
      url: "http://example.net/",
      inPriority: "1",
      outPriority: "2",
      ...(version === 4 && { bgpCommunities: "65534:1", bgpLocalPreference: "99" }),
    });
    expect(rows[1]!.columns).toMatchObject({ bytes: "986", proto: "17", srcPort: "53", tos: "8", ipVersion: "4" });
    expect(rows[2]!.columns).toMatchObject({ bytes: "500", dstPort: "81", ipVersion: "6", samplingRate: "1" });
    expect(samples.map(({ sourceClass, sourceIndex }) => [sourceClass, sourceIndex])).toEqual([
      [0, 3],
      [0, 3],
      [1, 55],
    ]);
    expect(samples[1]!.counters).toMatchObject({ ifIndex: 200, dot3StatsSymbolErrors: 13 });
    expect(samples[2]!.counters).toEqual({
      vlan_id: 55,
      octets: 123,
      ucastPkts: 10,
      multicastPkts: 11,
      broadcastPkts: 12,
      discards: 13,
    });
  });

  it("keeps what came before extended data that is not understood", () => {
    const broken = oldFlowSample(1, oldHeader(WEB), [[77, new Uint8Array(4)]]);
    const { rows, page } = collect([sflowOld(version, [oldFlowSample(1, oldHeader(WEB)), broken])]);
    expect(rows.map(({ columns }) => columns.dstPort)).toEqual(["443", "443"]);
    expect(page.refused.sample).toBe(1);
  });
});
