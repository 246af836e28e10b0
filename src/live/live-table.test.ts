// The live table: what it counts, for how long, and what it says of it.
import { describe, expect, test } from "vitest";
import { batchOf, type LiveRecord } from "../../test/live-records.ts";
import { FLOW_EVENT } from "../core/elements.ts";
import type { TopQuestion, TopRow, TopView } from "../core/top-view.ts";
import { LiveTable } from "./live-table.ts";

const T = 1_700_000_000;
const FLOWS: TopQuestion = { group: "flows", sort: "bytes", rows: 100, names: false };
const web = { src: "10.0.0.1", dst: "192.0.2.80", sport: 40_000, dport: 80 };

function record(more: Partial<LiveRecord>): LiveRecord {
  return { ...web, start: T, end: T, packets: 1, bytes: 100, ...more };
}

function ends({ key }: TopRow): string {
  return key.map(({ text }) => text).join(" ");
}

function sums({ rows, others }: TopView) {
  const all = { packets: others?.packets ?? 0, bytes: others?.bytes ?? 0, flows: others?.flows ?? 0 };
  for (const row of rows) {
    all.packets += row.packetsOut + row.packetsIn;
    all.bytes += row.bytesOut + row.bytesIn;
    all.flows += row.flows;
  }
  return all;
}

describe("a tracker's events", () => {
  const { start, update, end } = FLOW_EVENT;

  test("count as what is new since the one before; after a record's end they begin anew", () => {
    const table = new LiveTable({ events: true });
    const tell = (event: number, packets: number, bytes: number, reverseBytes: number, endReason = 0) =>
      table.write(batchOf([record({ event, packets, bytes, reverseBytes, reversePackets: packets - 1, endReason })]));
    table.advance(T + 1);
    tell(start, 1, 60, 0);
    tell(update, 5, 500, 900);
    tell(update, 6, 560, 1000);
    tell(end, 8, 700, 1000, 2);
    tell(update, 1, 40, 0);
    const [row, ...rest] = table.view(FLOWS).rows;
    expect(rest).toEqual([]);
    expect(row).toMatchObject({ packetsOut: 9, bytesOut: 740, packetsIn: 7, bytesIn: 1000, flows: 1, liveFlows: 1 });
    tell(end, 2, 80, 0, 3);
    expect(table.view(FLOWS).rows[0]).toMatchObject({ bytesOut: 780, state: "ended", liveFlows: 0 });
    expect(table.view(FLOWS).header).toMatchObject({ totals: { flows: 1, bytes: 1780 }, liveFlows: 0 });
    // The same ports once more: another flow in the same row.
    tell(start, 1, 60, 0);
    expect(table.view(FLOWS).rows[0]).toMatchObject({ bytesOut: 840, flows: 2, liveFlows: 1 });
    expect(table.view({ ...FLOWS, ended: false }).rows).toHaveLength(1);
  });

  test("turn a row round when the SYN shows who began", () => {
    const table = new LiveTable({ events: true });
    table.advance(T + 1);
    const back = { src: web.dst, dst: web.src, sport: web.dport, dport: web.sport };
    table.write(batchOf([record({ ...back, event: start, bytes: 100 })]));
    expect(ends(table.view(FLOWS).rows[0]!)).toBe("TCP 192.0.2.80 80 10.0.0.1 40000");
    table.write(batchOf([record({ event: update, bytes: 70, reverseBytes: 150, reversePackets: 2 })]));
    const [row] = table.view(FLOWS).rows;
    expect(ends(row!)).toBe("TCP 10.0.0.1 40000 192.0.2.80 80");
    expect(row).toMatchObject({ bytesOut: 70, bytesIn: 150 });
    expect(row!.key[4]).toMatchObject({ field: "dstPort", name: "http" });
  });

  test("of uniflows: the two directions share a row, each with its own count", () => {
    const table = new LiveTable({ events: true, biflow: false });
    table.advance(T + 1);
    const back = { src: web.dst, dst: web.src, sport: web.dport, dport: web.sport };
    for (const n of [1, 2, 3]) {
      table.write(
        batchOf([
          record({ event: update, packets: n, bytes: 100 * n }),
          record({ ...back, event: update, packets: 2 * n, bytes: 1000 * n }),
        ]),
      );
    }
    expect(table.view(FLOWS).rows).toMatchObject([{ bytesOut: 300, bytesIn: 3000, packetsOut: 3, packetsIn: 6 }]);
  });

  test("of several trackers, and of keys with more fields, are apart", () => {
    const table = new LiveTable({ events: true, key: ["tos"] });
    table.advance(T + 1);
    const first = batchOf([record({ event: update, bytes: 100 })]);
    const other = batchOf([record({ event: update, bytes: 100 })]);
    other.columns.tos[0] = 8;
    for (const batch of [first, other]) table.write(batch);
    table.write(first, 1);
    for (const batch of [first, other]) table.write(batch);
    expect(table.view(FLOWS).header.totals).toEqual({ packets: 3, bytes: 300, flows: 3 });
    expect(table.view(FLOWS).rows.map(({ bytesOut }) => bytesOut)).toEqual([100, 100, 100]);
  });
});

describe("a TCP connection that is over is not live, whenever its record ends", () => {
  const { start, update, end } = FLOW_EVENT;
  const [FIN, SYN, RST, ACK] = [1, 2, 4, 16];
  const seen = (table: LiveTable) => {
    const { header, rows } = table.view(FLOWS);
    // With a filter groups are made anew for each picture.
    const question = { ...FLOWS, group: "hosts", filter: "any" } as const;
    const hosts = table.view(question).rows.map(({ liveFlows }) => liveFlows);
    const { state, stateText, liveFlows, flows } = rows[0]!;
    return [header.liveFlows, liveFlows, flows, state, stateText, ...new Set(hosts)];
  };

  test("of a tracker: a FIN from both ends, or a RST", () => {
    for (const [flags, reverse, said] of [
      [SYN | ACK | FIN, SYN | ACK | FIN, "closed"],
      [SYN | ACK, SYN | ACK | RST, "reset"],
    ] as const) {
      const table = new LiveTable({ events: true });
      table.advance(T + 1);
      const tell = (event: number, tcpFlags: number, reverseTcpFlags: number, endReason = 0) =>
        table.write(batchOf([record({ event, packets: 9, bytes: 900, tcpFlags, reverseTcpFlags, endReason })]));
      tell(start, SYN, 0);
      tell(update, SYN | ACK | FIN, SYN | ACK);
      expect(seen(table)).toEqual([1, 1, 1, "new", "closing", 1]);
      tell(update, flags, reverse);
      tell(update, flags, reverse);
      table.advance(T + 2);
      expect(seen(table)).toEqual([0, 0, 1, "ended", said, 0]);
      expect(table.view({ ...FLOWS, ended: false }).rows).toEqual([]);
      tell(end, flags, reverse, 1);
      expect(seen(table)).toEqual([0, 0, 1, "ended", said, 0]);
      // The same ports once more.
      tell(start, SYN, 0);
      table.advance(T + 3);
      expect(seen(table)).toEqual([1, 1, 2, "new", "SYN", 1]);
    }
  });

  test("of exporters: the last packets of a connection are no new one, a SYN is", () => {
    const table = new LiveTable({});
    table.advance(T + 1);
    const back = { src: web.dst, dst: web.src, sport: web.dport, dport: web.sport };
    table.write(batchOf([record({ tcpFlags: SYN | FIN | ACK }), record({ ...back, tcpFlags: SYN | FIN | ACK })]));
    expect(seen(table)).toEqual([0, 0, 1, "ended", "closed", 0]);
    table.write(batchOf([record({ tcpFlags: ACK })]));
    expect(seen(table).slice(0, 5)).toEqual([0, 0, 1, "ended", "closed"]);
    table.write(batchOf([record({ tcpFlags: SYN | ACK })]));
    table.advance(T + 2);
    expect(seen(table)).toEqual([1, 1, 2, "new", "established", 1]);
    // UDP has no flags, whatever a record says.
    table.write(batchOf([record({ proto: 17, dport: 53, tcpFlags: RST })]));
    expect(table.view(FLOWS).header.liveFlows).toBe(2);
  });
});

describe("records of exporters", () => {
  test("of both directions are one row; a well-known port answers", () => {
    const table = new LiveTable();
    table.advance(T + 1);
    const back = { src: web.dst, dst: web.src, sport: web.dport, dport: web.sport };
    table.write(batchOf([record({ ...back, bytes: 5000, exporter: "192.0.2.1" })]));
    table.write(batchOf([record({ bytes: 300, exporter: "192.0.2.1" })]));
    table.write(batchOf([record({ bytes: 7, exporter: "192.0.2.2" })]));
    const { rows, by } = table.view(FLOWS);
    expect(rows.map((row) => [ends(row), row.bytesOut, row.bytesIn])).toEqual([
      ["TCP 10.0.0.1 40000 192.0.2.80 80 192.0.2.1", 300, 5000],
      ["TCP 10.0.0.1 40000 192.0.2.80 80 192.0.2.2", 7, 0],
    ]);
    expect(by.at(-1)).toBe("exporter");
    expect(table.view({ ...FLOWS, group: "exporters" }).rows.map(ends)).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  test("count where they came, over the time that they are of", () => {
    const table = new LiveTable({ place: "arrival" });
    table.advance(T + 101);
    table.write(batchOf([record({ start: T, end: T + 9, bytes: 1000, packets: 10 })]));
    const { header, rows } = table.view(FLOWS);
    expect(rows[0]!.rate10).toEqual({ bytes: 100, packets: 1 });
    expect(rows[0]!.rate.bytes).toBe(100);
    expect(rows[0]!.rate40.bytes).toBe(100);
    expect(rows[0]!.peak.bytes).toBe(100);
    expect(header.rate10.bytes).toBe(100);
    expect(rows[0]).toMatchObject({ first: T * 1000, last: (T + 9) * 1000, share: 1 });
  });
});

test("rates, sparkline and peak are those of whole seconds", () => {
  const table = new LiveTable({ clock: "records" });
  for (let s = 0; s < 50; s++) table.write(batchOf([record({ start: T + s, end: T + s, bytes: s < 40 ? 1000 : 100 })]));
  const { rows, header } = table.view(FLOWS);
  const [row] = rows;
  expect(header.at).toBe((T + 50) * 1000);
  expect(row!.rate.bytes).toBe(100);
  expect(row!.rate10.bytes).toBe(100);
  expect(row!.rate40.bytes).toBe((30 * 1000 + 10 * 100) / 40);
  expect(row!.peak).toEqual({ bytes: 1000, packets: 1 });
  expect(row!.spark).toEqual([...Array(10).fill(0), ...Array(40).fill(1000), ...Array(10).fill(100)]);
  expect(header.link.bytes).toEqual(row!.spark.slice(10));
  // Silence is told, too, and a minute later nothing is left of the rates.
  table.advance(T + 55);
  expect(table.view(FLOWS).rows[0]!.rate.bytes).toBe(0);
  table.advance(T + 170);
  expect(table.view(FLOWS).rows[0]).toMatchObject({ rate40: { bytes: 0 }, state: "idle", peak: { bytes: 1000 } });
  expect(table.view(FLOWS).rows[0]!.spark.every((bytes) => bytes === 0)).toBe(true);
});

test("what goes is counted in others: totals are of everything, in each grouping", () => {
  const table = new LiveTable({ clock: "records", flows: 64, idle: 30, linger: 10 });
  for (let n = 0; n < 1000; n++) {
    const src = `10.0.${n % 7}.${n % 250}`;
    table.write(
      batchOf([
        record({
          src,
          sport: 2000 + n,
          start: T + n / 10,
          end: T + n / 10,
          bytes: 100 + n,
          reverseBytes: n,
          reversePackets: 1,
        }),
      ]),
    );
  }
  const totals = { packets: 2000, bytes: 100_000 + 999_000, flows: 1000 };
  for (const group of ["flows", "pairs", "ports", "protocols", "exporters"] as const) {
    const view = table.view({ ...FLOWS, group, rows: 5000 });
    expect(view.header.totals).toEqual(totals);
    expect(sums(view)).toEqual(totals);
    if (group === "flows") expect(view.rows.length).toBeLessThanOrEqual(64);
  }
  // Each flow is of two hosts.
  const hosts = table.view({ ...FLOWS, group: "hosts", rows: 5000 });
  expect(sums(hosts)).toEqual({ packets: 4000, bytes: 2 * totals.bytes, flows: 2000 });
  const server = hosts.rows.find((row) => ends(row) === web.dst);
  expect(server).toMatchObject({ bytesOut: 499_500, bytesIn: 599_500, flows: 1000 });
  // Long after: all rows of flows are gone, the sums stay.
  table.advance(T + 1000);
  table.advance(T + 1100);
  const later = table.view(FLOWS);
  expect(later.rows).toEqual([]);
  expect(later.others).toEqual(totals);
  expect(table.view({ ...FLOWS, group: "protocols" }).rows).toMatchObject([
    { flows: 1000, liveFlows: 0, bytesOut: 599_500 },
  ]);
});

test("of too many flows the largest stay where that is asked for", () => {
  const table = new LiveTable({ clock: "records", flows: 100, goFirst: "smallest", linger: Number.POSITIVE_INFINITY });
  for (let n = 0; n < 5000; n++) {
    table.write(
      batchOf([
        record({ sport: 1024 + n, start: T + n, end: T + n, bytes: n % 500 === 0 ? 1e6 + n : 50, endReason: 3 }),
      ]),
    );
  }
  const top = table.view({ ...FLOWS, rows: 10 }).rows.map(({ bytesOut }) => bytesOut);
  expect(top).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0].map((n) => 1e6 + 500 * n));
});

test("a filter leaves flows, and groups of those flows", () => {
  const table = new LiveTable({ clock: "records" });
  table.write(
    batchOf([
      record({ bytes: 1000 }),
      record({ dport: 443, bytes: 2000, reverseBytes: 50 }),
      record({ src: "10.0.0.2", dport: 443, bytes: 3000 }),
      record({ src: "2001:db8::1", dst: "2001:db8::2", proto: 17, dport: 53, bytes: 70 }),
    ]),
  );
  const filter = "tcp and dst port 443";
  const view = table.view({ ...FLOWS, filter });
  expect(view).toMatchObject({ matching: 2, all: 4, others: null, filter });
  expect(view.rows.map(({ bytesOut }) => bytesOut)).toEqual([3000, 2000]);
  const hosts = table.view({ ...FLOWS, group: "hosts", filter });
  expect(hosts.rows.map((row) => [ends(row), row.bytesOut, row.bytesIn])).toEqual([
    ["192.0.2.80", 50, 5000],
    ["10.0.0.2", 3000, 0],
    ["10.0.0.1", 2000, 50],
  ]);
  expect(table.view({ ...FLOWS, group: "hosts" }).matching).toBe(5);
  expect(() => table.view({ ...FLOWS, filter: "dst prt 443" })).toThrow("prt");
  expect(() => table.view({ ...FLOWS, filter: "src inside" })).toThrow("--local");
  expect(() => table.view({ ...FLOWS, group: "by", by: ["colour"] })).toThrow("--by: expected fields of");
  expect(table.view({ ...FLOWS, group: "by", by: ["ipVersion", "dstPort"] }).rows.map(ends)).toEqual([
    "4 443",
    "4 80",
    "6 53",
  ]);
});

test("a filter refers to what its command knows: local networks, names, files", () => {
  const filters = {
    localNetworks: ["10.0.0.0/24"],
    named: new Map([["web", "port in [@include ports.txt]"]]),
    include: () => "80 8080",
    resolve: (name: string) => (name === "www.example.org" ? ["192.0.2.80"] : undefined),
  };
  const table = new LiveTable({ clock: "records" }, { filters });
  table.write(batchOf([record({}), record({ src: "10.0.1.1", bytes: 7 }), record({ dst: "192.0.2.9", dport: 443 })]));
  const matching = (filter: string) => table.view({ ...FLOWS, filter }).rows.map(({ bytesOut }) => bytesOut);
  expect(matching("src outside")).toEqual([7]);
  expect(matching("$web")).toEqual([100, 7]);
  expect(matching("src inside and host www.example.org")).toEqual([100]);
  expect(() => matching("host no.example")).toThrow("which no host is called");
});

test("a filter by a field that rows do not keep is refused: it would match nothing", () => {
  const table = new LiveTable();
  for (const filter of ["tcp and src mask 24", "not next ip 10.0.0.1", "other.x", 'other.x = "y"', "min ttl < 5"]) {
    expect(() => table.view({ ...FLOWS, filter }), filter).toThrow("expected fields that live rows keep, found");
  }
  const kept = [
    ...[
      "proto tcp and src ip 10.0.0.1",
      "inside or port 80",
      "flags S",
      "duration > 1s and bps > 1 and pps > 1",
      "bpp < 9",
    ],
    ...["first seen > 2h and weekday mon-fri and time 08:00-18:00", "vlan 5", "if 3", "as 1", "mac 00:11:22:33:44:55"],
    ...[
      "exporter 192.0.2.1 and domain 1",
      "reverseBytes > 1M",
      "endReason idle",
      "flows > 1",
      'host contains "1"',
      "any",
    ],
  ];
  const local = new LiveTable({}, { filters: { localNetworks: ["10.0.0.0/8"] } });
  for (const filter of kept) expect(() => local.view({ ...FLOWS, filter }), filter).not.toThrow();
});

test("groups by networks, of one end or of either", () => {
  const table = new LiveTable({ clock: "records" });
  const v6 = { src: "2001:db8:1:2:3::1", dst: "2001:db8:9:2:3::1" };
  table.write(
    batchOf([
      record({ bytes: 1000 }),
      record({ src: "10.0.0.200", dst: "10.0.1.1", bytes: 300 }),
      record({ src: "10.0.1.7", sport: 5, bytes: 50 }),
      record({ ...v6, bytes: 7 }),
      record({ ...v6, src: "2001:db8:1:3::1", bytes: 2 }),
    ]),
  );
  const by = (...fields: string[]) => {
    const view = table.view({ ...FLOWS, group: "by", by: fields });
    return [view.by.join(), ...view.rows.map((row) => `${ends(row)} ${row.bytesOut}/${row.bytesIn}`)];
  };
  expect(by("srcAddr/24")).toEqual([
    ...["srcAddr/24", "10.0.0.0/24 1300/0", "10.0.1.0/24 50/0"],
    ...["2001:db8:1:2::/64 7/0", "2001:db8:1:3::/64 2/0"],
  ]);
  expect(by("sa/16/48", "dstPort")).toEqual([
    "srcAddr/16/48,dstPort",
    "10.0.0.0/16 80 1350/0",
    "2001:db8:1::/48 80 9/0",
  ]);
  expect(by("dstAddr/0/0")).toEqual(["dstAddr/0/0", "0.0.0.0/0 1350/0", "::/0 9/0"]);
  // A flow within a network counts once for it.
  expect(by("addr/16/128").slice(1, 3)).toEqual(["10.0.0.0/16 1350/0", "192.0.0.0/16 0/1050"]);
  expect(table.view({ ...FLOWS, group: "by", by: ["addr/24"] }).rows[0]!.key[0]).toMatchObject({ title: "Host/24" });
  expect(by("srcAddr", "srcAddr/24").slice(1, 2)).toEqual(["10.0.0.1 10.0.0.0/24 1000/0"]);
  expect(() => by("srcAddr/33/1/2")).toThrow("--by: expected prefix lengths of IPv4");
  expect(() => by("exporter/24")).toThrow("--by: expected fields of addr,");
  expect(() => by("side")).toThrow("--by: expected fields of addr,");
});

test("sorts by each column, both ways, and pages", () => {
  const table = new LiveTable({ clock: "records" });
  const bytes = [500, 100, 300, 200, 400];
  table.write(
    batchOf(
      bytes.map((b, n) =>
        record({ src: `10.0.0.${n + 1}`, bytes: b, packets: 10 - n, start: T - n, proto: n % 2 === 0 ? 6 : 17 }),
      ),
    ),
  );
  const order = (question: Partial<TopQuestion>) =>
    table.view({ ...FLOWS, ...question }).rows.map(({ key }) => Number(key[1]!.text.slice(7)));
  expect(order({ sort: "bytes" })).toEqual([1, 5, 3, 4, 2]);
  expect(order({ sort: "bytes", reverse: true })).toEqual([2, 4, 3, 5, 1]);
  expect(order({ sort: "packets" })).toEqual([1, 2, 3, 4, 5]);
  expect(order({ sort: "age" })).toEqual([5, 4, 3, 2, 1]);
  expect(order({ sort: "key" })).toEqual([1, 2, 3, 4, 5]);
  expect(order({ sort: "key", reverse: true })).toEqual([5, 4, 3, 2, 1]);
  expect(order({ sort: "proto" })).toEqual([1, 5, 3, 4, 2]);
  expect(order({ sort: "bytes", rows: 2, from: 1 })).toEqual([5, 3]);
  expect(table.view({ ...FLOWS, rows: 2, from: 4 })).toMatchObject({ matching: 5, from: 4, rows: [{ bytesOut: 100 }] });
});

describe("the past", () => {
  test("is as it was, in flows and in groups that were shown; its sums are those of that time", () => {
    const table = new LiveTable({ clock: "records" });
    for (let s = 0; s <= 1000; s++) {
      table.write(batchOf([record({ sport: 3000 + (s % 200), start: T + s, end: T + s, bytes: 1000 })]));
      if (s % 10 === 0) table.view({ ...FLOWS, group: "hosts" });
    }
    const { history, header } = table.view(FLOWS);
    expect(history.length).toBeGreaterThan(170);
    expect(history.at(-1)! - history[0]!).toBeLessThanOrEqual(900_000);
    const at = history[history.length >> 1]!;
    const past = table.view({ ...FLOWS, at: at + 1, rows: 5000 });
    expect(past.past).toEqual({ at });
    expect(past.header.at).toBe(at);
    const then = (at / 1000 - T) * 1000;
    expect(past.header.totals.bytes).toBe(then);
    expect(sums(past)).toEqual(past.header.totals);
    expect(past.header.rate10.bytes).toBe(1000);
    expect(past.header.link.bytes.at(-1)).toBe(1000);
    const hosts = table.view({ ...FLOWS, group: "hosts", at });
    expect(hosts.rows[0]!.bytesOut + hosts.rows[0]!.bytesIn).toBe(then);
    expect(hosts.rows[0]!.spark.at(-1)).toBe(1000);
    expect(table.view({ ...FLOWS, group: "ports", at }).notes.join()).toContain("not kept then");
    expect(table.view(FLOWS).header.totals).toEqual(header.totals);
    expect(table.expand(past.rows[0]!.id)).not.toBe(undefined);
  });

  test("of a clock that jumps has an end, too", () => {
    const table = new LiveTable({ clock: "records" });
    for (let n = 0; n < 2000; n++) table.write(batchOf([record({ start: T + 5 * n, end: T + 5 * n })]));
    expect(table.view(FLOWS).history.length).toBeLessThanOrEqual(181);
  });
});

test("a row's details, and none of a row that is gone", () => {
  const table = new LiveTable({ clock: "records" });
  table.write(batchOf([record({ tcpFlags: 0x1b, reverseTcpFlags: 0x12, reverseBytes: 5, reversePackets: 1 })]));
  const { rows } = table.view(FLOWS);
  expect(rows[0]).toMatchObject({ stateText: "closing" });
  const lines = table.expand(rows[0]!.id)!.lines.map(({ title, text }) => `${title}: ${text}`);
  expect(lines).toContain("TCP flags out: ...AP.SF");
  expect(lines).toContain("Port: 80 (http)".replace("Port", "DPort"));
  expect(table.expand(4711)).toBe(null);
});
