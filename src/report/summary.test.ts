// The summary of a run: its text, its object, and that it is loud where the ledger does not add up.
import { describe, expect, it } from "vitest";
import { Ledger, REMARKS, type TrackSummary, UNTRACKED } from "../core/ledger.ts";
import { counted, withSeparators, withTime, withUnit } from "./quantity.ts";
import { printSummary, summaryObject } from "./summary.ts";

function summary(change: Partial<TrackSummary> = {}): TrackSummary {
  const ledger = new Ledger();
  Object.assign(ledger.read, { packets: 1_234_567, bytes: 6_040_000_000 });
  Object.assign(ledger.tracked, { packets: 1_234_000, bytes: 6_030_000_000 });
  Object.assign(ledger.untracked.nonIp, { packets: 560, bytes: 9_999_000 });
  Object.assign(ledger.untracked.malformed, { packets: 7, bytes: 1000 });
  ledger.remarks.fragments = 3;
  return {
    ledger,
    flows: {
      started: 12_345,
      live: 0,
      peakLive: 678,
      ended: { idle: 10_000, active: 55, end: 2300, forced: 0, resources: 0 },
    },
    kernelDrops: null,
    interfaceDrops: null,
    elapsedSeconds: 12.345,
    problems: [],
    ...change,
  };
}

describe("the summary", () => {
  it("has what happened, and that it adds up", () => {
    expect(printSummary(summary())).toBe(`\
packets   1,234,567 read, 6.04 GB in 12.3 s (100,005 packets/s, 489 MB/s)
flows     12,345 started, 12,355 records ended (idle 10,000, active 55, end 2,300), 678 live at the peak
ledger    read        1,234,567 packets 6,040,000,000 octets
          = tracked   1,234,000 packets 6,030,000,000 octets  counted to a flow
          + nonIp           560 packets     9,999,000 octets  frames that carry no IP; --non-ip makes flows of them
          + malformed         7 packets         1,000 octets  a header contradicts itself
          it adds up: every packet read is named above
remark    3 fragments of IP packets
`);
  });

  it("says loudly when it does not add up", () => {
    const run = summary();
    run.ledger.read.packets += 1;
    run.ledger.tracked.bytes -= 1500;
    const text = printSummary(run, { colour: true });
    expect(text).toContain("\u001b[31mIT DOES NOT ADD UP: 1 packet and 1,500 octets are unexplained.");
    expect(text).not.toContain("it adds up");
  });

  it("says so too when only the octets differ", () => {
    const run = summary();
    run.ledger.tracked.bytes += 1;
    expect(printSummary(run)).toContain("IT DOES NOT ADD UP: 0 packets and -1 octets are unexplained");
  });

  it("names every reason and every remark", () => {
    const run = summary();
    for (const count of Object.values(run.ledger.untracked)) Object.assign(count, { packets: 1, bytes: 64 });
    for (const name of Object.keys(run.ledger.remarks)) Object.assign(run.ledger.remarks, { [name]: 4 });
    const text = printSummary(run);
    for (const [name, about] of Object.entries(UNTRACKED))
      expect(text).toMatch(new RegExp(`\\+ ${name} .*  ${about.replace(/[()]/g, "\\$&")}\n`));
    for (const about of Object.values(REMARKS)) expect(text).toContain(`remark    4 ${about}\n`);
  });

  it("has losses and problems where they are known", () => {
    const text = printSummary(
      summary({ kernelDrops: 5, interfaceDrops: 0, problems: [new Error("a"), new Error("b")] }),
    );
    expect(text).toMatch(
      /lost {6}5 packets dropped by the kernel before capture\nlost {6}0 packets dropped by the interface\nproblems {2}2 problems with the source\n$/,
    );
  });

  it("says what is told at the end only", () => {
    const text = printSummary(summary({ kernelDrops: 5, dropsToldAtEnd: true }));
    expect(text).toMatch(/lost {6}what the kernel drops is known at the end only, as dumpcap captures\n$/);
  });

  it("of nothing is no division by zero", () => {
    const text = printSummary(summary({ ledger: new Ledger(), elapsedSeconds: 0 }));
    expect(text).toContain("packets   0 read, 0 B in 0.000 s\n");
    expect(text).toContain("it adds up");
    expect(text).not.toMatch(/NaN|Infinity/);
  });

  it("has every number as a plain object, in a fixed order", () => {
    const run = summary({ problems: [new Error("broken")], elapsedSeconds: 2 });
    const object = summaryObject(run);
    expect(Object.keys(object)).toEqual([
      "packets",
      "bytes",
      "elapsedSeconds",
      "packetsPerSecond",
      "flows",
      "ledger",
      "kernelDrops",
      "interfaceDrops",
      "problems",
    ]);
    expect(Object.keys(object.ledger)).toEqual(["read", "tracked", "untracked", "unexplained", "remarks"]);
    expect(Object.keys(object.ledger.untracked)).toEqual(Object.keys(UNTRACKED));
    expect(Object.keys(object.ledger.remarks)).toEqual(Object.keys(REMARKS));
    expect(object).toMatchObject({
      packets: 1_234_567,
      packetsPerSecond: 617_283.5,
      problems: ["broken"],
      kernelDrops: null,
    });
    expect(JSON.parse(JSON.stringify(object))).toEqual(object);
    run.ledger.read.packets = 0;
    run.flows.ended.idle = 0;
    expect(object.ledger.read.packets).toBe(1_234_567);
    expect(object.flows.ended.idle).toBe(10_000);
  });
});

describe("numbers for people", () => {
  it("have separators", () => {
    expect([0, 999, 1000, 123_456, 1_234_567, 2 ** 53].map(withSeparators)).toEqual([
      "0",
      "999",
      "1,000",
      "123,456",
      "1,234,567",
      "9,007,199,254,740,992",
    ]);
    expect(withSeparators(-1500)).toBe("-1,500");
  });

  it("have units of three digits", () => {
    const values = [
      0,
      1,
      999,
      1000,
      1234,
      12_345,
      123_456,
      999_499,
      999_500,
      999_999,
      6_040_000_000,
      2 ** 64,
      1e30,
      0.5,
    ];
    expect(values.map((value) => withUnit(value, "B"))).toEqual([
      "0 B",
      "1 B",
      "999 B",
      "1.00 kB",
      "1.23 kB",
      "12.3 kB",
      "123 kB",
      "999 kB",
      "1.00 MB",
      "1.00 MB",
      "6.04 GB",
      "18.4 EB",
      "1000000000000 EB",
      "0.50 B",
    ]);
  });

  it("have plurals and times", () => {
    expect([0, 1, 2].map((value) => counted(value, "packet"))).toEqual(["0 packets", "1 packet", "2 packets"]);
    expect([0.0004, 9.9, 75.26, 599.9, 600, 3599, 7500].map(withTime)).toEqual([
      "0.000 s",
      "9.900 s",
      "75.3 s",
      "599.9 s",
      "10 min",
      "1 h 0 min",
      "2 h 5 min",
    ]);
  });
});
