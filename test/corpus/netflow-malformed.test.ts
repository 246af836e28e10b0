// Hostile and broken export messages of the corpus: each is booked, for the reason that is there; what is sound in them comes out.
import { describe, expect, it } from "vitest";
import type { CollectRemark, Refused } from "../../src/core/collect-ledger.ts";
import type { FlowBatch } from "../../src/core/flow-batch.ts";
import { looksLikeFlow } from "../../src/wire/index.ts";
import { corpusHere } from "./corpus.ts";
import { Collected } from "./decoded-messages.ts";
import { type Datagram, datagramFiles, netflowSamples, readDatagrams, readNetflowTruth } from "./netflow-samples.ts";
import { newComparison } from "./truth-fields.ts";
import { compareMessage } from "./truth-messages.ts";

interface Expected {
  readonly refused?: Partial<Record<Refused, number>>;
  readonly remarks?: Partial<Record<CollectRemark, number>>;
  readonly waiting?: number;
}

/** What is wrong with each sample, as its truth tells the problems. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  "ipfixcol__bad-length-in-set": { refused: { lengthContradicts: 1, templateLength: 1, setLength: 1 } },
  "ipfixcol__missing-template-258": { waiting: 1 },
  "libnetflow9__malformed-OT": { refused: { templateFields: 1 }, waiting: 1 },
  libnetflow9__malformed_2: { refused: { templateFields: 16 }, remarks: { countDiffers: 16 } },
  libnetflow9__malformed_4: { remarks: { setPadding: 1 } },
  libnetflow9__malformed_6: { refused: { setLength: 2 }, remarks: { countDiffers: 2 } },
  libnetflow9_fuzz__25228517aa87dccd: { refused: { setId: 4 }, remarks: { countDiffers: 1 } },
  libnetflow9_fuzz__3cd1db56088570b1: {},
  libnetflow9_fuzz__60cd5c2798d5288c: { refused: { setId: 4, setLength: 1 }, remarks: { countDiffers: 1 } },
  libnetflow9_fuzz__7f20f80ab9ea8163: { refused: { setLength: 1 } },
  libnetflow9_fuzz__9ca73e30f42100f5: { refused: { setId: 7 }, remarks: { countDiffers: 1 } },
  libnetflow9_fuzz__b17bb9bcffb9e7bc: { refused: { setId: 11, setLength: 1 }, remarks: { countDiffers: 1 } },
  "libnetflow9_fuzz__pcap-malformed-O": { refused: { templateFields: 1 }, waiting: 1 },
  libnetflow9_fuzz__pcap_malformed_4: { remarks: { setPadding: 1 } },
  logstash__netflow_5_invalid_01: { refused: { lengthContradicts: 1 } },
  logstash__netflow_5_invalid_02: { refused: { lengthContradicts: 1 }, remarks: { uptimeWrapped: 29 } },
  logstash__netflow_9_invalid_01: { remarks: { countDiffers: 1 } },
};

/** The truth replaces a template by a later one whose records have no octets; here that one is refused and the earlier one stands. */
const RECORDS_DIFFER = new Set(["libnetflow9__malformed_2"]);

const PREFIX = "netflow__";
const samples = netflowSamples("malformed", "flow-truth/netflow/1", PREFIX).map((name) => name.slice(PREFIX.length));

function notZero(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

describe.runIf(corpusHere)("malformed export messages", () => {
  it("are all told of here", () => {
    expect(samples).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(samples)("%s", (sample) => {
    const truth = readNetflowTruth("malformed", PREFIX + sample);
    const collected = new Collected();
    const messages = readDatagrams("malformed", PREFIX + sample).map((datagram) => collected.decode(datagram, true));
    const received = new Map(messages.map((message) => [message.frame, message.received]));
    if (!RECORDS_DIFFER.has(sample)) {
      const comparison = newComparison();
      // Of templates that are refused the truth has the definition.
      const sound = { ...truth, templates: truth.templates.filter(({ fields }) => fields.some(({ len }) => len > 0)) };
      for (const message of messages) compareMessage(sound, message, received, comparison);
      expect(comparison.disagreements).toEqual([]);
      expect(comparison.records + comparison.options).toBe(truth.counts.records);
    }
    const [page] = collected.ledger.pages;
    const { refused = {}, remarks = {}, waiting = 0 } = EXPECTED[sample]!;
    expect(collected.ledger.unexplained()).toBe(0);
    expect(page).toMatchObject({ messages: truth.counts.datagrams });
    expect({ refused: notZero(page!.refused), remarks: notZero(page!.remarks) }).toEqual({ refused, remarks });
    expect(page!.noTemplate.waiting).toBe(waiting);
  });
});

/** Every datagram of the corpus that is different from the others, the shorter ones first. */
function distinctDatagrams(...folders: readonly ("netflow" | "malformed")[]): Datagram[] {
  const found = new Map<string, Datagram>();
  for (const folder of folders) {
    for (const file of datagramFiles(folder)) {
      for (const datagram of readDatagrams(folder, file)) {
        const key = Buffer.from(datagram.payload).toString("latin1");
        if (!found.has(key)) found.set(key, datagram);
      }
    }
  }
  return [...found.values()].sort((a, b) => a.payload.length - b.payload.length);
}

/** Places that a datagram is cut off at, at the most: longer ones are not cut at each octet. */
const CUTS = 96;

describe.runIf(corpusHere)("datagrams of the corpus", () => {
  const datagrams = distinctDatagrams("netflow", "malformed");

  it("are booked when they are cut off anywhere, and say no more records than whole ones", () => {
    expect(datagrams.length).toBeGreaterThan(400);
    let rows = 0;
    const deliver = (batch: FlowBatch) => {
      rows += batch.rows;
    };
    const whole = new Collected({ deliver });
    const collected = new Collected({ deliver, limits: { sources: 200_000 } });
    const rowsOf = (decoder: Collected, datagram: Datagram) => {
      rows = 0;
      decoder.decode(datagram);
      return rows;
    };
    let cuts = 0;
    for (const [number, datagram] of datagrams.entries()) {
      const { length } = datagram.payload;
      const exporter = Uint8Array.from(datagram.exporter);
      exporter.set([number >>> 8, number], 14);
      const most = rowsOf(whole, { ...datagram, exporter });
      const step = Math.ceil(length / CUTS);
      let found = 0;
      for (let cut = number % step; cut < length; cut += step) {
        // From a port of its own: what waits there has come once.
        const payload = datagram.payload.subarray(0, cut);
        found = Math.max(found, rowsOf(collected, { ...datagram, exporter, port: 1024 + cut, payload }));
        cuts++;
      }
      expect(found).toBeLessThanOrEqual(most);
    }
    expect(collected.ledger).toMatchObject({ messages: cuts });
    expect(collected.ledger.unexplained()).toBe(0);
    expect(collected.ledger.unbooked.tooManyExporters).toBe(0);
    expect(cuts).toBeGreaterThan(30_000);
  }, 60_000);

  it("are known for what they are by looking at them", () => {
    for (const datagram of distinctDatagrams("netflow")) {
      const collected = new Collected();
      const { rows, options } = collected.decode(datagram);
      const counters = collected.sum((page) => page.counterSamples);
      const looks = looksLikeFlow(datagram.payload, 0, datagram.payload.length);
      const payload = Buffer.from(datagram.payload).toString("hex");
      if (rows.length + options.length + counters > 0) expect(looks, payload).toBe(true);
      if (collected.ledger.unbooked.notFlow > 0) expect(looks, payload).toBe(false);
    }
  });
});
