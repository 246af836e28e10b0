// Tables that tests print and draw: a group, flows one by one with hostile texts, a series with a gap.
import type { ColumnType, ColumnUnit, Table, TableColumn, Value } from "../src/core/table.ts";

export function ns(time: string): bigint {
  return BigInt(Date.parse(time)) * 1_000_000n;
}

export function key(name: TableColumn["field"] & string, title: string, type: ColumnType): TableColumn {
  return { name, title, type, unit: null, role: "key", field: name };
}

export function measure(name: string, title: string, unit: ColumnUnit, type: ColumnType = "integer"): TableColumn {
  return { name, title, type, unit, role: "measure", field: null };
}

const EMPTY: Table = {
  shape: "list",
  title: "flows",
  columns: [],
  rows: [],
  sortedBy: null,
  total: null,
  others: null,
  othersRows: [],
  bucketSeconds: null,
  from: null,
  to: null,
  known: null,
  zone: "UTC",
  notes: [],
};

export const GROUP: Table = {
  ...EMPTY,
  shape: "group",
  title: "top 3 srcAddr, proto by bytes",
  columns: [
    key("srcAddr", "Source", "text"),
    key("proto", "Proto", "integer"),
    measure("flows", "Flows", "flows"),
    measure("packets", "Packets", "packets"),
    measure("bytes", "Bytes", "octets"),
    measure("bps", "bps", "bits/s", "real"),
  ],
  rows: [
    ["192.0.2.17", 6, 1234, 987_654, 6_041_234_567, 13_424_965.7],
    ["2001:db8:85a3:8d3:1319:8a2e:370:7348", 17, 99, 1200, 123_456_789, 9000.25],
    ["10.0.0.5", 1, 12, 12_000_000, 98_765, 12.5],
  ],
  sortedBy: "bytes",
  total: [null, null, 1400, 13_200_000, 18_446_744_073_709_551_615n, 20_000_000],
  others: [null, null, 55, 211_146, 18_446_744_067_544_761_494n, 6],
  from: ns("2026-11-20T08:00:00Z"),
  to: ns("2026-11-20T10:00:00Z"),
  zone: "Europe/Berlin",
  notes: ["3 flows of 2 exporters were seen twice, those of 10.0.0.1 were kept"],
};

/** What a hostile exporter may send as a text: a terminal's escape, a change of direction, markup, a formula, two cells wide letters. */
export const HOSTILE = '\u001b[31m"<b>&\u202e,\r\n=1+1\u6771\u4eac';

export const LIST: Table = {
  ...EMPTY,
  title: "2 flows",
  columns: [
    key("start", "Start", "time"),
    { name: "duration", title: "Duration", type: "duration", unit: "seconds", role: "key", field: null },
    key("proto", "Proto", "integer"),
    key("srcAddr", "Source", "text"),
    key("srcPort", "SPort", "integer"),
    key("dstAddr", "Destination", "text"),
    key("dstPort", "DPort", "integer"),
    key("tcpFlags", "Flags", "integer"),
    key("etherType", "EType", "integer"),
    { ...key("packets", "Packets", "integer"), unit: "packets" },
    { ...key("bytes", "Bytes", "integer"), unit: "octets" },
    key("other", "Other", "other"),
  ],
  rows: [
    [1_763_626_200_123_456_789n, 12.345, 6, "10.0.0.1", 51_234, "192.0.2.7", 443, 27, 2048, 12, 3456, {}],
    [null, null, 58, "fe80::1", 0, "ff02::1", 34_304, 0, 0x86dd, 1, 2n ** 64n - 1n, { interfaceName: HOSTILE }],
  ],
};

const START = "2026-11-20T08:00:00Z";
const BUCKETS = 60;
const SECONDS = 300;

/** 5 hours in buckets of 5 minutes; from 10:00 to 11:00 nothing is known, from 12:00 on 198.51.100.0/24 is silent. */
function seriesRows(): { rows: Value[][]; othersRows: Value[][] } {
  const rows: Value[][] = [];
  const othersRows: Value[][] = [];
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (bucket >= 24 && bucket < 36) continue;
    const time = ns(START) + BigInt(bucket * SECONDS) * 1_000_000_000n;
    const wave = 1 + Math.sin(bucket / 6);
    rows.push([time, "192.0.2.0/24", Math.round(2e8 * (wave + 0.5)), Math.round(2e5 * (wave + 0.5)), 300]);
    if (bucket < 48) rows.push([time, "198.51.100.0/24", Math.round(1.5e8 + 5e6 * (bucket % 7)), 150_000, 20]);
    othersRows.push([time, null, 3e7 + 1e6 * (bucket % 5), 40_000, 900]);
  }
  return { rows, othersRows };
}

function sum(rows: readonly (readonly Value[])[]): Value[] {
  return [null, null, ...[2, 3, 4].map((place) => rows.reduce((total, row) => total + Number(row[place]), 0))];
}

function series(): Table {
  const { rows, othersRows } = seriesRows();
  return {
    ...EMPTY,
    shape: "series",
    title: "top 2 srcAddr/24 by bytes, every 5 min",
    columns: [
      { name: "time", title: "Time", type: "time", unit: null, role: "key", field: null },
      { name: "srcAddr/24", title: "Source/24", type: "text", unit: null, role: "key", field: null },
      measure("bytes", "Bytes", "octets"),
      measure("packets", "Packets", "packets"),
      measure("flows", "Flows", "flows"),
    ],
    rows,
    othersRows,
    sortedBy: "bytes",
    total: sum([...rows, ...othersRows]),
    others: sum(othersRows),
    bucketSeconds: SECONDS,
    from: ns(START),
    to: ns("2026-11-20T13:00:00Z"),
    known: [
      [ns(START), ns("2026-11-20T10:00:00Z")],
      [ns("2026-11-20T11:00:00Z"), ns("2026-11-20T13:00:00Z")],
    ],
  };
}

export const SERIES: Table = series();
