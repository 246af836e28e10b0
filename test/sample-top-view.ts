// Views of live traffic made up for tests of layouts: every kind of row, names that others chose, figures of every size.
import {
  TOP_GROUPS,
  TOP_SORTS,
  TOP_STATES,
  type TopColumn,
  type TopKey,
  type TopRow,
  type TopView,
} from "../src/core/top-view.ts";

const AT = Date.UTC(2026, 10, 21, 14, 3, 22);
const NAMES = [null, "www.example.org", "日本語.example", "a".repeat(90), "evil\u001b[2J\u202e.example", "👍.example"];
const ADDRESSES = ["192.0.2.1", "10.0.0.255", "2001:db8:1234:5678:9abc:def0:1234:5678", "::"];

export interface ViewWish {
  readonly rows: number;
  /** Any whole number: what else there is depends on it. */
  readonly seed: number;
  readonly group?: TopView["group"];
}

export function sampleTopView({ rows, seed, group = TOP_GROUPS[seed % TOP_GROUPS.length]! }: ViewWish): TopView {
  const draw = randomNumbers(seed);
  const pick = <T>(list: readonly T[]) => list[Math.floor(draw() * list.length)]!;
  const part = (field: TopKey["field"], title: string, text: string, name: string | null = null): TopKey => {
    return { field, title, value: text, text, name };
  };
  const address = (field: TopKey["field"], title: string) => part(field, title, pick(ADDRESSES), pick(NAMES));
  const port = (field: TopKey["field"], title: string) =>
    part(field, title, pick(["443", "65535", "-"]), pick([null, "https"]));
  const key = (): TopKey[] => {
    if (group === "flows") {
      const proto = part("proto", "Proto", pick(["TCP", "ICMP6"]));
      return [
        proto,
        address("srcAddr", "From"),
        port("srcPort", "Port"),
        address("dstAddr", "To"),
        port("dstPort", "Port"),
      ];
    }
    if (group === "pairs") return [address("srcAddr", "From"), address("dstAddr", "To")];
    if (group === "ports") return [part("proto", "Proto", "TCP"), port("port", "Port")];
    if (group === "protocols") return [part("proto", "Proto", "TCP")];
    return [address(group === "exporters" ? "exporter" : "addr", "Host")];
  };
  const made = Array.from({ length: rows }, (_, id) => sampleRow(id, key(), draw, pick(TOP_STATES)));
  const link = Array.from({ length: Math.floor(draw() * 900) }, () => draw() * 10 ** (draw() * 9));
  const sort = TOP_SORTS[seed % TOP_SORTS.length]!;
  const rate = { bytes: draw() * 1e9, packets: draw() * 1e6 };
  return {
    header: {
      sources: ["iface:eth0", "very-long-name-of-a-capture-file.pcapng.gz"].slice(0, 1 + (seed % 2)),
      ...{
        at: AT,
        since: AT - 3_700_000,
        totals: { packets: 2_345_678, bytes: 1.23e12, flows: 45_678 },
        liveFlows: 1234,
      },
      ...{ rate, rate10: rate, rate40: rate, peak: rate },
      lost: seed % 3 === 0 ? [{ reason: "dropped by the kernel", count: 12_345, unit: "packets" }] : [],
      apart: seed % 4 === 0 ? [{ reason: "without IP", count: 7, unit: "packets" }] : [],
      link: { bytes: link, packets: link },
      ended: seed % 5 === 0,
    },
    ...{
      group,
      by: (made[0]?.key ?? key()).map(({ field }) => field),
      sort,
      reverse: seed % 2 === 1,
      columns: columnsOf(made[0]?.key ?? key()),
      rows: made,
    },
    ...{ from: 0, matching: rows, all: rows, others: null, filter: seed % 4 === 0 ? "tcp and dst port 443" : "" },
    ...{ past: seed % 7 === 0 ? { at: AT - 5000 } : null, history: [AT - 5000] },
    notes: seed % 3 === 1 ? ["iface:eth0 went away; waiting for it to come back."] : [],
  };
}

function sampleRow(id: number, key: readonly TopKey[], draw: () => number, state: TopRow["state"]): TopRow {
  const rate = { bytes: draw() * 10 ** (draw() * 12), packets: draw() * 10 ** (draw() * 8) };
  const count = () => Math.floor(draw() * 10 ** (draw() * 15));
  return {
    ...{ id, key, state, stateText: state === "active" ? "established" : null, first: AT - 60_000, last: AT },
    ...{ age: draw() * 10 ** (draw() * 8), idle: draw() * 100, flows: 1 + id, liveFlows: 1 },
    ...{ rate, rate10: rate, rate40: rate, peak: rate },
    ...{
      packetsOut: count(),
      packetsIn: count(),
      bytesOut: count(),
      bytesIn: count(),
      share: draw(),
      shareOfBytes: draw(),
    },
    spark: Array.from({ length: 60 }, () => (draw() < 0.3 ? 0 : draw() * 1e6)),
  };
}

function columnsOf(key: readonly TopKey[]): TopColumn[] {
  const names = [
    "state",
    "age",
    "rate",
    "rate10",
    "rate40",
    "peak",
    "packets",
    "out",
    "in",
    "bytes",
    "flows",
    "idle",
  ] as const;
  return [
    ...key.map(({ title, field }, part) => ({
      name: "key" as const,
      part,
      title,
      sort: field === "proto" ? ("proto" as const) : ("key" as const),
    })),
    ...names.map((name) => ({ name, part: null, title: name, sort: name })),
    { name: "share", part: null, title: "Share", sort: "rate10" },
    { name: "spark", part: null, title: "Last minute", sort: null },
  ];
}

/** The same numbers for the same seed (a linear congruential generator). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}
