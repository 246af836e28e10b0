// The collector's ledger as object, text and metrics: the same counts, every reason by name, and loud where it does not add up.
import { describe, expect, it } from "vitest";
import { readExposition } from "../../test/exposition.ts";
import {
  COLLECT_REMARKS,
  CollectLedger,
  ExporterLedger,
  REFUSED,
  TEMPLATE_EVENTS,
  UNBOOKED,
} from "../core/collect-ledger.ts";
import { SAMPLING_SOURCE } from "../core/elements.ts";
import { printCollectChange } from "./collect-change.ts";
import { printCollectMetrics } from "./collect-metrics.ts";
import { type CollectShown, collectObject as objectOf } from "./collect-object.ts";
import { offsetText, percent, printCollect } from "./collect-text.ts";

const SEEN = Date.UTC(2026, 2, 1, 12, 0, 0) / 1000;

function ledger(): CollectLedger {
  const all = new CollectLedger();
  const router = new ExporterLedger("10.0.0.1", 0, 5);
  Object.assign(router, { messages: 1200, bytes: 1_756_800, records: 36_000, samplingRate: 1000, lastSeen: SEEN });
  Object.assign(router, { samplingSource: SAMPLING_SOURCE.header, firstSeen: SEEN - 60, clockOffset: -3600.25 });
  const box = new ExporterLedger("2001:db8::7", 512, 10);
  Object.assign(box, { messages: 34, bytes: 40_000, records: 490, lostRecords: 10, outOfOrder: 2, optionsRecords: 3 });
  Object.assign(box, { lastSeen: SEEN - 5, firstSeen: SEEN - 50, clockOffset: 0.31 });
  Object.assign(box.noTemplate, { waiting: 4, expired: 6, evicted: 1, decodedLater: 9 });
  box.refused.setLength = 2;
  box.remarks.uptimeWrapped = 7;
  box.templates.learned = 3;
  all.pages.push(router, box);
  all.messages = 1237;
  all.bytes = 1_800_000;
  all.unbooked.notAllowed = 3;
  all.kernelDrops = 12;
  return all;
}

const ALIASES = new Map([["10.0.0.1", "core1"]]);
const collectObject = (shown: CollectShown, seconds = 60) => objectOf(shown, seconds);

function summary(change: Partial<CollectShown> = {}): CollectShown {
  return {
    ledger: ledger(),
    aliasOf: (exporter) => ALIASES.get(exporter) ?? null,
    counters: () => [],
    notes: [],
    packets: null,
    relays: [],
    problems: [],
    ...change,
  };
}

describe("the text", () => {
  it("has a line an exporter, every reason, and that it adds up", () => {
    expect(printCollect(collectObject(summary()), { now: SEEN + 2 })).toBe(`\
messages  1,237 received, 1.80 MB in 60.0 s (21 messages/s, 30.0 kB/s)
records   36,490 flow records from 2 exporters, 3 options records, 10 lost (0.03%)
Exporter     Address   Domain  Format      Messages  Records    Bytes  Lost  Late  Waiting  NoTemplate  Sampling        Clock  Last
core1        10.0.0.1       0  NetFlow v5     1,200   36,000  1.76 MB    0%     0        0           0  1:1000 header  -60min  2 s ago
2001:db8::7               512  IPFIX             34      490  40.0 kB  2.0%     2        4           7  -               +0.3s  7 s ago
refused   setLength 2: a set is shorter than its header or longer than the message (2001:db8::7 domain 512)
remark    uptimeWrapped 7: records whose sysUpTime times had wrapped (every 49.7 days); repaired (2001:db8::7 domain 512)
templates learned 3: templates that were new (2001:db8::7 domain 512)
unbooked  notAllowed 3: exporters that are not on the list of --allow
kernel    12 datagrams dropped by the kernel: nobody took them in time
          it adds up: every message received is named above
`);
  });

  it("names the format where one exporter uses several, and only there", () => {
    const two = ledger();
    const ninth = new ExporterLedger("2001:db8::7", 512, 9);
    ninth.messages = 1;
    ninth.templates.learned = 4;
    two.pages[0]!.templates.learned = 2;
    two.pages.push(ninth);
    const text = printCollect(collectObject(summary({ ledger: two })));
    expect(text).toContain(
      "templates learned 9: templates that were new (2001:db8::7 NetFlow v9 domain 512 4, 2001:db8::7 IPFIX domain 512 3, core1 2)\n",
    );
    expect(text).toContain("longer than the message (2001:db8::7 IPFIX domain 512)\n");
  });

  it("tells of templates for exporters that were not heard in this run, without lines of theirs", () => {
    const quiet = ledger();
    for (const [exporter, restored] of [
      ["10.0.0.8", 2],
      ["10.0.0.9", 3],
    ] as const) {
      const page = new ExporterLedger(exporter, 1, 9);
      Object.assign(page.templates, { restored, expired: 1 });
      quiet.unheard.add(page);
    }
    const object = collectObject(summary({ ledger: quiet }));
    expect(object.unheardTemplates).toBe(3);
    expect(object.exporters).toHaveLength(2);
    const text = printCollect(object);
    expect(text).toContain("\ntemplates 3 restored for exporters not heard yet\n");
    expect(text).not.toContain("10.0.0.8");
    expect(printCollect(collectObject(summary()))).not.toContain("not heard");
  });

  it("tells of captures where their packets went", () => {
    const packets = {
      packets: 1234,
      messages: 30,
      otherPackets: 1200,
      cut: 4,
      fragments: 0,
      datagrams: 900,
      segments: 3,
      reassembled: 0,
      incomplete: 0,
      gaps: 0,
    };
    expect(printCollect(collectObject(summary({ packets })))).toMatch(
      /^packets {3}1,234 read, 1,200 of other things, 4 cut by the capture and not decoded\nmessages /,
    );
  });

  it("leaves out what is least needed on a narrow terminal, never the counts", () => {
    const lines = printCollect(collectObject(summary()), { width: 80, now: SEEN }).split("\n");
    const table = lines.slice(3, 6);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.join("\n")).toContain(
      "\nremark    uptimeWrapped 7: records whose sysUpTime times had wrapped (every 49.7\n          days); repaired (2001:db8::7 domain 512)\n",
    );
    for (const title of ["Exporter", "Domain", "Format", "Messages", "Records", "Lost", "Waiting", "NoTemplate"])
      expect(table[0]).toContain(title);
    expect(table[0]).not.toContain("Address");
  });

  it("tells times where there is no now, and of no exporter nothing", () => {
    expect(printCollect(collectObject(summary()))).toContain("2026-03-01 11:59:55");
    const empty = printCollect(collectObject(summary({ ledger: new CollectLedger() })));
    expect(empty).toBe(`\
messages  0 received, 0 B in 60.0 s (0 messages/s, 0 B/s)
records   0 flow records from 0 exporters
          it adds up: every message received is named above
`);
  });

  it("names every problem once, and says how many more there are", () => {
    const names = ["a.pcap: cut off", "b", "b", "c", "d", "e", "f", "g"];
    const lines = printCollect(collectObject(summary({ problems: names.map((name) => new Error(name)) }))).split("\n");
    expect(lines.filter((line) => line.startsWith("problem"))).toEqual([
      "problem   a.pcap: cut off",
      "problem   b (2 times)",
      "problem   c",
      "problem   d",
      "problem   e",
      "problem   and 2 problems more; all of them are in --summary json",
    ]);
  });

  it("says loudly when it does not add up", () => {
    const run = summary();
    run.ledger.messages += 2;
    const text = printCollect(collectObject(run), { colour: true });
    expect(text).toContain("\u001b[31mIT DOES NOT ADD UP: 2 messages unexplained.");
    expect(text).not.toContain("it adds up");
  });

  it("has a sentence for every reason, remark, event of templates and place without a page", () => {
    const run = summary();
    const page = run.ledger.pages[0]!;
    for (const list of [page.refused, page.remarks, page.templates, run.ledger.unbooked] as Record<string, number>[])
      for (const name of Object.keys(list)) list[name] = 5;
    const text = printCollect(collectObject(run));
    for (const sentences of [REFUSED, COLLECT_REMARKS, TEMPLATE_EVENTS, UNBOOKED])
      for (const sentence of Object.values(sentences)) expect(text).toContain(sentence);
  });

  it("is bounded: the exporters with most messages, and how many more there are", () => {
    const run = summary();
    for (let i = 0; i < 500; i++) {
      const page = new ExporterLedger(`10.1.${i >> 8}.${i & 255}`, 0, 9);
      page.messages = i;
      page.refused.setLength = 1;
      run.ledger.pages.push(page);
    }
    const text = printCollect(collectObject(run));
    expect(text).toContain("\nand 402 lines more; all of them are in --summary json\n");
    expect(text).toContain("core1");
    expect(text).toContain("10.1.1.243");
    expect(text).not.toContain("10.1.0.1  ");
    expect(text.split("\n").length).toBeLessThan(115);
    expect(text).toMatch(
      /setLength 502: a set is shorter .* \(2001:db8::7 domain 512 2, 10\.1\.0\.0 1, 10\.1\.0\.1 1, 498 more\)/,
    );
  });

  it("has those that were forgotten in the table and in the sums", () => {
    const run = summary();
    const old = new ExporterLedger("10.9.9.9", 0, 5);
    Object.assign(old, { messages: 10, records: 300 });
    run.ledger.pages.push(old);
    run.ledger.messages += 10;
    run.ledger.forget(old);
    const object = collectObject(run);
    expect(object).toMatchObject({ records: 36_790, forgotten: { exporter: "forgotten", messages: 10 } });
    expect(printCollect(object)).toMatch(/\nforgotten +0 +NetFlow v5 +10 +300 /);
    const { samples } = readExposition(printCollectMetrics(object)).get("flowgauge_collect_records_total")!;
    expect(samples.at(-1)).toEqual({ labels: { exporter: "others", domain: "", format: "NetFlow v5" }, value: 300 });
  });

  it("names relays and what they could not send", () => {
    const relays = [{ target: "10.0.0.9:2055", sent: 1200, bytes: 9, failed: 3, refused: 7, reason: "EPERM" }];
    const text = printCollect(collectObject(summary({ relays, problems: [new Error("one")] })));
    expect(text).toContain(
      "relay     1,200 messages to 10.0.0.9:2055; refused: 7 answers that nobody listens on the port; as many messages at least did not arrive; 3 could not be sent (EPERM)\n",
    );
    expect(text).toContain("\nproblem   one\n");
  });

  it.each([
    [0, "0%"],
    [0.000_01, "<0.01%"],
    [0.0003, "0.03%"],
    [0.0153, "1.5%"],
    [1, "100%"],
  ])("share %d is %s", (share, text) => expect(percent(share)).toBe(text));

  it.each([
    [0.04, "0s"],
    [-0.3, "-0.3s"],
    [9.96, "+10s"],
    [-599, "-599s"],
    [3600.25, "+60min"],
    [-28_806, "-8.0h"],
    [-317_533_893, "-3675d"],
  ])("clock %d is %s", (seconds, text) => expect(offsetText(seconds)).toBe(text));
});

describe("the object", () => {
  it("has every name, and is a copy", () => {
    const run = summary();
    const object = collectObject(run);
    expect(object).toMatchObject({ messages: 1237, records: 36_490, lostRecords: 10, unexplained: 0, kernelDrops: 12 });
    expect(object.exporters[0]).toMatchObject({
      exporter: "10.0.0.1",
      alias: "core1",
      format: "NetFlow v5",
      samplingRate: 1000,
      samplingSource: "header",
      clockOffset: -3600.25,
      lastSeen: "2026-03-01T12:00:00.000Z",
    });
    expect(object.exporters[1]).toMatchObject({
      alias: null,
      samplingRate: null,
      samplingSource: null,
      lostShare: 0.02,
    });
    expect(Object.keys(object.exporters[0]!.refused)).toEqual(Object.keys(REFUSED));
    expect(Object.keys(object.unbooked)).toEqual(Object.keys(UNBOOKED));
    run.ledger.pages[1]!.refused.setLength = 99;
    run.ledger.unbooked.framing = 99;
    expect(object.exporters[1]!.refused.setLength).toBe(2);
    expect(object.unbooked.framing).toBe(0);
  });

  it("bears times that no calendar has", () => {
    const run = summary();
    run.ledger.pages[0]!.lastSeen = 1e15;
    expect(collectObject(run).exporters[0]!.lastSeen).toBe(null);
  });
});

describe("what came since", () => {
  it("has rates of those that something happened to", () => {
    const run = summary();
    const before = collectObject(run);
    const [router] = run.ledger.pages;
    router!.messages += 100;
    router!.records += 3000;
    router!.bytes += 150_000;
    router!.lostRecords += 30;
    router!.refused.tooShort += 2;
    run.ledger.messages += 101;
    run.ledger.bytes += 150_000;
    run.ledger.unbooked.notAllowed++;
    run.ledger.kernelDrops = 15;
    const after = collectObject(run, 70);
    expect(printCollectChange(before, after, { now: SEEN })).toBe(`\
2026-03-01 12:00:00  in 10.0 s: 101 messages (10/s), 3,000 records (300/s), 15.0 kB/s, 30 records lost, 3 datagrams dropped by the kernel
Exporter  Format      Messages/s  Records/s  Bytes/s   Lost  Sampling
core1     NetFlow v5          10        300  15.0 kB  0.99%  1:1000 header
  2 tooShort: shorter than the header of its format
  1 notAllowed: exporters that are not on the list of --allow
`);
  });

  it("is one line where nothing came", () => {
    const object = collectObject(summary());
    expect(printCollectChange(object, { ...object, elapsedSeconds: 61 }, { now: SEEN })).toBe(
      "2026-03-01 12:00:00  in 1.0 s: 0 messages (0/s), 0 records (0/s), 0 B/s\n",
    );
    expect(printCollectChange(null, object, { now: SEEN })).toContain("in 60.0 s: 1,237 messages (21/s)");
  });
});

describe("the metrics", () => {
  const counters = {
    received: SEEN,
    exporter: "10.0.0.3",
    agent: "10.0.0.3",
    domain: 1,
    sourceClass: 0,
    sourceIndex: 7,
    counters: { ifInOctets: "18446744073709551615", ifSpeed: 1e9, ifName: "eth0" },
  };

  it("are what Prometheus reads, and have the same counts", () => {
    const relays = [{ target: "10.0.0.9:2055", sent: 1200, bytes: 9, failed: 3, refused: 7, reason: "EPERM" }];
    const families = readExposition(
      printCollectMetrics(collectObject(summary({ counters: () => [counters], relays }))),
    );
    const get = (name: string) => families.get(`flowgauge_collect_${name}`)!;
    const router = { exporter: "10.0.0.1", alias: "core1", domain: "0", format: "NetFlow v5" };
    const box = { exporter: "2001:db8::7", domain: "512", format: "IPFIX" };
    expect(get("records_total").samples).toEqual([
      { labels: router, value: 36_000 },
      { labels: box, value: 490 },
    ]);
    expect(get("refused_total").samples).toEqual([{ labels: { ...box, reason: "setLength" }, value: 2 }]);
    expect(get("sampling_rate").samples).toEqual([{ labels: router, value: 1000 }]);
    expect(get("last_seen_timestamp_seconds").samples[0]!.value).toBe(SEEN);
    expect(get("kernel_drops_total").samples).toEqual([{ labels: {}, value: 12 }]);
    expect(get("unbooked_total").samples.length).toBe(Object.keys(UNBOOKED).length);
    const source = { exporter: "10.0.0.3", agent: "10.0.0.3", domain: "1", source: "interface", index: "7" };
    expect(get("sflow_counter").samples).toEqual([
      { labels: { ...source, counter: "ifInOctets" }, value: 2 ** 64 },
      { labels: { ...source, counter: "ifSpeed" }, value: 1e9 },
    ]);
    expect(get("relay_failures_total").samples[0]).toEqual({
      labels: { target: "10.0.0.9:2055" },
      value: 3,
    });
  });

  it("escape names that a person gave", () => {
    const name = 'a"b\\c\nd\u001b[31m\u202e\ud800';
    const families = readExposition(printCollectMetrics(collectObject(summary({ aliasOf: () => name }))));
    const { labels } = families.get("flowgauge_collect_messages_total")!.samples[0]!;
    expect(labels.alias).toBe('a"b\\c\nd?[31m??');
  });

  it("are bounded: ten thousand exporters and counters are less than 2 MB, and nothing is lost of the sums", () => {
    const run = summary({
      counters: () => Array.from({ length: 10_000 }, (_, sourceIndex) => ({ ...counters, sourceIndex })),
    });
    for (let i = 0; i < 10_000; i++) {
      const page = new ExporterLedger(`2001:db8:1111:2222:3333:4444:5555:${i.toString(16)}`, 4_000_000_000 + i, 10);
      page.messages = 1;
      page.records = 30;
      page.refused.setLength = 1;
      page.noTemplate.waiting = 2;
      run.ledger.pages.push(page);
    }
    const text = printCollectMetrics(collectObject(run));
    expect(text.length).toBeLessThan(2_000_000);
    const families = readExposition(text);
    const sum = (name: string) =>
      families.get(`flowgauge_collect_${name}`)!.samples.reduce((all, { value }) => all + value, 0);
    expect(sum("records_total")).toBe(36_490 + 300_000);
    expect(sum("refused_total")).toBe(10_002);
    expect(sum("no_template_waiting")).toBe(20_004);
    expect(families.get("flowgauge_collect_records_total")!.samples.at(-1)!.labels).toEqual({
      exporter: "others",
      domain: "",
      format: "IPFIX",
    });
  });
});

describe("the reader of expositions can fail", () => {
  const head = "# HELP a_total x\n# TYPE a_total counter\n";
  it.each([
    [`${head}a_total 1`, "does not end"],
    [`${head}a_total{b="c} 1\n`, "no value of a label"],
    [`${head}a_total{b="\\x"} 1\n`, "no value of a label"],
    [`${head}a_total -1\n`, "below zero"],
    [`${head}a_total 1\na_total 2\n`, "was there before"],
    [`${head}b 1\n`, "outside its family"],
    ["# HELP a x\n# TYPE a counter\na 1\n", "_total"],
    ["# TYPE a gauge\na 1\n", "before HELP"],
    [`${head}a_total 1 \n`, "no value"],
  ])("%j", (text, why) => expect(() => readExposition(text)).toThrow(why));
});
