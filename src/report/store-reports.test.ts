// What people read of a store: each thing that can be said, and lines that fit a terminal.
import { describe, expect, test } from "vitest";
import type { Explained, StoreInfo } from "../store/index.ts";
import { printExplained } from "./explain-text.ts";
import { printRepaired } from "./repair-text.ts";
import { printStoreInfo, storeInfoObject } from "./store-info-text.ts";
import { daysText, spanText } from "./store-words.ts";
import { printVerified } from "./verify-text.ts";

const T = Date.UTC(2026, 10, 20) / 1000;

const INFO: StoreInfo = {
  folder: "/srv/flows",
  format: 1,
  intervalSeconds: 300,
  from: T,
  to: T + 90_000,
  segments: 3,
  flows: 1000,
  octets: 12_345,
  byLength: [{ lengthSeconds: 3600, segments: 3, flows: 1000, octets: 12_345 }],
  gaps: [
    { from: T + 3600, to: T + 7200 },
    { from: T + 9000, to: T + 9300 },
    { from: T + 10_000, to: T + 10_007 },
    { from: T + 20_000, to: T + 30_000 },
  ],
  spool: { spools: 1, chunks: 2, octets: 100 },
  jobs: [
    { kind: "compact", id: "a", state: "begun" },
    { kind: "seal", id: "b", state: "done" },
  ],
  leavingOctets: 5000,
  damaged: { files: 1, octets: 10 },
  writer: { pid: 7, command: "cli.js collect" },
  housekeeper: { pid: 0, command: "" },
  exporters: [
    {
      ...{ exporter: "192.0.2.1", domain: 1, format: "IPFIX", stored: 1000 },
      ...{ firstHour: "2026-11-20T00:00:00Z", lastHour: "2026-11-21T01:00:00Z" },
    },
  ],
  disk: { free: 1e9, total: 4e9 },
  keep: { ageSeconds: 7_776_000, octets: 2e11, freeShare: 0.1, freeOctets: 1e9, segments: 1 },
  forecast: {
    ...{ octetsPerDay: 1e6, measuredDays: 20, byWeekday: true, octetsAtAge: 9e7 },
    reached: [
      { limit: "size", room: -1, days: 0, keptDays: 30.4 },
      { limit: "free", room: 1, days: 12.3, keptDays: 40 },
      { limit: "disk", room: 1, days: null, keptDays: null },
    ],
  },
  problems: ["/srv/flows/flows/2026/11/20/mine.parquet: expected a segment's name, found another"],
};

describe("store info", () => {
  test("all that can be said", () => {
    expect(printStoreInfo(INFO)).toBe(`\
store       /srv/flows: format 1, intervals of 5 min
flows       1,000 in 3 segments, 12.3 kB on disk, 12.3 octets a flow
time        2026-11-20 00:00:00 to 2026-11-21 01:00:00 UTC; 4 gaps without flows: the last ones 5 min from 2026-11-20 02:30:00, 7 s from 2026-11-20 02:46:40, 167 min from 2026-11-20 05:33:20
1 h         3 segments with 1,000 flows, 12.3 kB
spool       1 spool with 2 chunks, 100 B: not sealed yet, and as good to ask
jobs        under way: compact; 1 job done, whose old files (5.00 kB) are about to go
written by  process 7 (cli.js collect)
tidied by   somebody whose lock cannot be read
disk        1.00 GB free of 4.00 GB
keeps       flows of 90 d, 200 GB at the most, 10% of the disk free, 1.00 GB of the disk free, 1 segment at the most
forecast    1.00 MB a day come, by the last 20 days, each day of the week by itself
forecast    the limit of size is reached now; from then on it holds the last 30 days
forecast    full in 12 days: then the limit of free disk is reached; from then on it holds the last 40 days
forecast    the end of the disk is not reached within ten years
forecast    the limit of age keeps about 90.0 MB
damaged     1 file kept apart, 10 B
problem     /srv/flows/flows/2026/11/20/mine.parquet: expected a segment's name, found another

Exporter   Domain  Format  Stored  First (UTC)     Last (UTC)
192.0.2.1       1  IPFIX    1,000  2026-11-20 00h  2026-11-21 01h
`);
  });

  test("lines fit the terminal", () => {
    const lines = printStoreInfo(INFO, { width: 80, colour: false }).split("\n");
    expect(lines.filter((line) => line.length > 80 && !line.includes("mine.parquet"))).toEqual([]);
  });

  test("an empty store", () => {
    const empty = {
      ...INFO,
      from: null,
      to: null,
      segments: 0,
      flows: 0,
      octets: 0,
      byLength: [],
      gaps: [],
      exporters: [],
    };
    const text = printStoreInfo({ ...empty, jobs: [], forecast: null, keep: {}, writer: null, housekeeper: null });
    expect(text).toContain("flows       none sealed yet\nspool");
    expect(text).toContain("keeps       everything;");
    expect(text).toContain("forecast    too little was stored in the last weeks to tell");
    expect(text).toContain("written by  nobody now\ndisk");
  });

  test("times of the object are RFC 3339", () => {
    expect(storeInfoObject(INFO)).toMatchObject({
      flowgauge: "store-info/1",
      from: "2026-11-20T00:00:00Z",
      gaps: { 0: { from: "2026-11-20T01:00:00Z", to: "2026-11-20T02:00:00Z" } },
    });
  });
});

const EXPLAINED: Explained = {
  total: {
    ...{ messages: 10, bytes: 1000, records: 100, lostRecords: 3, lostMessages: 1, kernelDrops: 2 },
    ...{ filtered: 4, deduplicated: 5, beyond: 6, stored: 70, notStored: { diskFull: 8, unheardOf: 1 } },
    ...{ refused: { tooShort: 1, notAllowed: 2 }, noTemplate: { expired: 1, decodedLater: 2 } },
  },
  exporters: [],
  hours: [],
  changes: {
    expired: { files: 1, flows: 20, octets: 2000 },
    damaged: { files: 0, flows: 0, octets: 0 },
    salvaged: { files: 0, flows: 0, octets: 0 },
    recovered: { files: 1, flows: 5, octets: 10 },
  },
  unsettled: 6,
  held: { segments: 2, segmentFlows: 50, spoolFlows: 5 },
  expected: 55,
  difference: 0,
  spoiled: 1,
};

test("explain: all that can be said", () => {
  expect(printExplained(EXPLAINED, { hours: false })).toBe(`\
messages        10, 1.00 kB
  refused       1: shorter than the header of its format
  refused       2: exporters that are not on the list of --allow
  lost here     2 datagrams that the kernel dropped
  lost before   1 message, by sequence numbers
records         100
  lost before   3 records, by sequence numbers
  no template   1 set of data: their template did not come in time
  no template   2 sets of data: waited for their template, and were decoded then
  filtered      4 that the filter left out
  deduplicated  5 told by several exporters
  beyond        6 that came after --count
  stored        70
  not stored    8: the disk was full for longer than memory lasted (--store-memory)
  not stored    1: unheardOf
  unsettled     6 in memory when the ledger was written last, or when the writer was killed
expired         20 flows in 1 file, 2.00 kB: deleted by the limits of what is kept
recovered       5 flows in 1 file, 10 B: found in the spool after a crash, and counted by no line before
in the store    50 flows in 2 segments, 5 in the spool
it adds up      yes: the store holds what the ledger says
ledger          1 line that cannot be understood
`);
  const narrow = printExplained({ ...EXPLAINED, difference: -3 }, { hours: false, width: 70 });
  expect(narrow.split("\n").filter((line) => line.length > 70)).toEqual([]);
  expect(printExplained({ ...EXPLAINED, difference: -3 }, { hours: false })).toContain("3 flows less than the ledger");
  expect(printExplained({ ...EXPLAINED, difference: 1 }, { hours: false })).toContain("1 flow more than the ledger");
});

test("explain: a row adds up, with what was left out on purpose where something was", () => {
  const page = { exporter: "192.0.2.1", domain: 1, format: "NetFlow v9, IPFIX", hour: null };
  const { total } = EXPLAINED;
  const table = (counts: typeof total) =>
    printExplained({ ...EXPLAINED, exporters: [{ ...page, counts }] }, { hours: false })
      .split("\n")
      .slice(-3)
      .join("\n");
  expect(table({ ...total, records: 94 })).toBe(`\
Exporter   Domain  Format             Messages  Records  Lost  Refused  Stored  Left out  Not stored
192.0.2.1       1  NetFlow v9, IPFIX        10       94     3        3      70        15           9
`);
  expect(table({ ...total, filtered: 0, deduplicated: 0, beyond: 0 })).not.toContain("Left out");
});

test("explain: hours of receipt are not set beside flows by their own time", () => {
  const part = printExplained({ ...EXPLAINED, expected: null, difference: null }, { hours: false });
  expect(part).not.toContain("in the store");
  expect(part).toContain(`\
  stored        70
`);
  expect(part).toContain(`\
time            all of this is by the hour of receipt; whether the store holds it is told without --from and --to
`);
  expect(printExplained(EXPLAINED, { hours: false })).not.toContain("hour of receipt");
});

test("verify and repair", () => {
  const found = { segments: 2, chunks: 1, flows: 10, packets: "20", bytes: "3000", withoutChecksum: 1 };
  const damaged = [{ path: "flows/x.parquet", kind: "rows", sentence: "expected 3, found 4" }] as const;
  expect(printVerified({ ...found, damaged })).toBe(`\
damaged  flows/x.parquet: expected 3, found 4
2 segments and 1 chunk of the spool: 1 damaged
whole segments hold 10 flows: 20 packets, 3.00 kB
1 segment without a checksum in the name: some changes of them cannot be found
flowgauge store repair moves damaged files to damaged/ and saves what can be read of them
`);
  expect(printVerified({ ...found, packets: null, bytes: null, damaged: [], withoutChecksum: 0 })).toContain(
    "all whole\nwhole segments hold 10 flows: checksums only, no flow was read\n",
  );
  const done = { steps: 1, damaged: 1, damagedFlows: 5, salvagedFlows: 2 };
  const steps = [{ path: "flows/x.parquet", sentence: "moved" }];
  expect(printRepaired({ folder: "/s", steps, done, dryRun: false, writing: false })).toBe(`\
flows/x.parquet: moved
somebody writes the store now: its spool is left to him
1 step done
1 damaged segment: 2 of 5 flows saved
`);
});

test("spans and days in words", () => {
  expect([1, 60, 300, 3600, 5400, 86_400, 90_000, 7, 100_000].map(spanText)).toEqual([
    ...["1 s", "1 min", "5 min", "1 h", "90 min", "1 d", "25 h", "7 s", "28 h"],
  ]);
  expect([0, 0.01, 0.5, 1.9, 2, 12.4].map(daysText)).toEqual([
    "now",
    "1 hour",
    "12 hours",
    "46 hours",
    "2 days",
    "12 days",
  ]);
});
