// Every sample of NetFlow and IPFIX of the corpus against its truth, field by field: out of the text and out of the capture.
import { afterAll, describe, expect, it } from "vitest";
import { corpusHere } from "./corpus.ts";
import { Collected } from "./decoded-messages.ts";
import {
  type Datagram,
  type NetflowTruth,
  netflowSamples,
  readCapture,
  readDatagrams,
  readNetflowTruth,
} from "./netflow-samples.ts";
import { type Comparison, newComparison } from "./truth-fields.ts";
import { compareLedger, compareMessage } from "./truth-messages.ts";
import { compareWithNfdump } from "./truth-nfdump.ts";

const samples = netflowSamples("netflow", "flow-truth/netflow/1");
const totals: Comparison[] = [];

describe.runIf(corpusHere)("the truth of NetFlow and IPFIX samples", () => {
  it.each(samples)("%s", async (sample) => {
    const truth = readNetflowTruth("netflow", sample);
    const fromText = readDatagrams("netflow", sample);
    const fromCapture = await readCapture("netflow", sample);
    compareSample(truth, fromText);
    expect(decodeAll(fromCapture).messages.map(({ rows }) => rows)).toEqual(
      decodeAll(fromText).messages.map(({ rows }) => rows),
    );
  });

  it("compared every field of every record", () => {
    const sum = (count: (comparison: Comparison) => number) => totals.reduce((all, one) => all + count(one), 0);
    const truths = samples.map((sample) => readNetflowTruth("netflow", sample));
    const wanted = (count: (truth: NetflowTruth) => number) => truths.reduce((all, truth) => all + count(truth), 0);
    const fields = wanted(({ records }) => records.reduce((all, record) => all + Object.keys(record.fields).length, 0));
    // Type and code of ICMP in two fields are compared as one.
    const joined = wanted(({ records }) => records.filter((record) => "icmpTypeIPv4" in record.fields).length);
    expect(totals.length).toBe(samples.length);
    expect(sum((one) => one.records)).toBe(wanted(({ counts }) => counts.data_records));
    expect(sum((one) => one.options)).toBe(wanted(({ counts }) => counts.options_records));
    expect(sum((one) => one.compared + one.leftOut)).toBe(fields - joined);
  });

  afterAll(() => {
    const sum = (count: (comparison: Comparison) => number) => totals.reduce((all, one) => all + count(one), 0);
    console.log(
      `${totals.length} samples: ${sum((one) => one.compared)} fields of ${sum((one) => one.records)} records and ` +
        `${sum((one) => one.options)} options records compared, ${sum((one) => one.leftOut)} left out; ` +
        `${sum((one) => one.templates)} templates; ${sum((one) => one.nfdump)} keys of nfdump`,
    );
  });
});

function decodeAll(datagrams: readonly Datagram[]) {
  const collected = new Collected();
  return { collected, messages: datagrams.map((datagram) => collected.decode(datagram, true)) };
}

function compareSample(truth: NetflowTruth, datagrams: readonly Datagram[]): void {
  const { collected, messages } = decodeAll(datagrams);
  const comparison = newComparison();
  const received = new Map(messages.map((message) => [message.frame, message.received]));
  for (const message of messages) compareMessage(truth, message, received, comparison);
  compareLedger(truth, collected, comparison);
  compareWithNfdump(truth, messages, comparison);
  totals.push(comparison);
  expect(comparison.disagreements.slice(0, 20)).toEqual([]);
}
