// Every sample of sFlow of the corpus against its truth: flow samples field by field, counter samples name by name.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createHeaderReader } from "../../src/collect/index.ts";
import { parseAddress } from "../../src/core/address.ts";
import type { CounterSample } from "../../src/wire/index.ts";
import { CORPUS, corpusHere } from "./corpus.ts";
import { Collected, type DecodedRow, hex } from "./decoded-messages.ts";
import { type Datagram, readDatagrams } from "./netflow-samples.ts";
import { compareCounters, compareFlow, type PrintedDatagram, type SflowTruthRecord } from "./sflow-fields.ts";

interface SflowTruth {
  readonly schema: string;
  readonly counts: Readonly<Record<"samples" | "flow_samples" | "counter_samples" | "other_samples", number>>;
  readonly records: readonly SflowTruthRecord[];
  readonly sflowtool: readonly PrintedDatagram[];
}

/** Samples of a folder whose truth is of sFlow: the name of the truth, and that of the datagrams. */
function truths(): { truth: string; sample: string }[] {
  if (!corpusHere) return [];
  return readdirSync(`${CORPUS}netflow`)
    .filter((file) => file.endsWith(".truth.json"))
    .filter((file) => readFileSync(`${CORPUS}netflow/${file}`, "utf8").slice(0, 100).includes('"flow-truth/sflow/1"'))
    .map((truth) => ({ truth, sample: truth.replace(/\.pcap(\.sflow)?\.truth\.json$/, "") }))
    .filter(({ sample }) => existsSync(`${CORPUS}netflow/${sample}.dgrams`));
}

/** A datagram of sFlow: its version is in four octets. */
function isSflow({ payload }: Datagram): boolean {
  return payload.length >= 4 && payload[0] === 0 && payload[1] === 0;
}

/** Datagrams with more octets than the samples that their headers count: one is padded, three were made by changing the count. */
const MORE_THAN_COUNTED = new Set([
  "akvorado__sflow_discard-interface",
  "akvorado__sflow_local-interface",
  "akvorado__sflow_multiple-interfaces",
  "goflow2__sflow_2",
]);

const totals = { flows: 0, counterSamples: 0, fields: 0, counters: 0, samples: 0 };
const samples = truths();

describe.runIf(corpusHere)("the truth of sFlow samples", () => {
  it.each(samples)("$truth", ({ truth: name, sample }) => {
    const truth = JSON.parse(readFileSync(`${CORPUS}netflow/${name}`, "utf8")) as SflowTruth;
    const counters: CounterSample[] = [];
    const collected = new Collected({ headers: createHeaderReader(), onCounters: (one) => counters.push(one) });
    const datagrams = readDatagrams("netflow", sample).filter(isSflow);
    const printed = truth.sflowtool.filter(({ datagramVersion }) => datagramVersion === "5");
    expect(datagrams.length).toBe(printed.length);
    const wrong: string[] = [];
    for (const [index, datagram] of datagrams.entries()) {
      counters.length = 0;
      const { rows } = collected.decode(datagram);
      compareDatagram(truth, printed, index, datagram, rows, counters, wrong);
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    const { counts } = truth;
    expect(collected.sum((page) => page.records)).toBe(counts.flow_samples);
    expect(collected.sum((page) => page.counterSamples)).toBe(counts.counter_samples);
    expect(collected.sum((page) => page.remarks.samplesPassed)).toBe(counts.other_samples);
    expect(collected.sum((page) => page.messages)).toBe(datagrams.length);
    expect(collected.sum((page) => Object.values(page.refused).reduce((all, one) => all + one, 0))).toBe(0);
    expect(collected.sum((page) => page.remarks.countDiffers)).toBe(MORE_THAN_COUNTED.has(sample) ? 1 : 0);
    expect(collected.ledger.unexplained()).toBe(0);
  });

  it("compared every sample of every truth", () => {
    const wanted = samples.map(
      ({ truth }) => (JSON.parse(readFileSync(`${CORPUS}netflow/${truth}`, "utf8")) as SflowTruth).counts,
    );
    expect(totals.flows).toBe(wanted.reduce((all, one) => all + one.flow_samples, 0));
    expect(totals.counterSamples).toBe(wanted.reduce((all, one) => all + one.counter_samples, 0));
    console.log(
      `${samples.length} samples: ${totals.fields} fields of ${totals.flows} flow samples and ${totals.counters} counters of ` +
        `${totals.counterSamples} counter samples compared`,
    );
  });
});

/** The truth counts datagrams from 1 as sflowtool gives them, those of other formats included. */
function compareDatagram(
  truth: SflowTruth,
  printed: readonly PrintedDatagram[],
  index: number,
  datagram: Datagram,
  rows: readonly DecodedRow[],
  counters: readonly CounterSample[],
  wrong: string[],
): void {
  const one = printed[index]!;
  const number = truth.sflowtool.indexOf(one) + 1;
  const records = truth.records.filter((record) => record.datagram === number);
  const sampled = (kind: string) => records.filter((record) => record.kind === kind);
  expect(rows.length).toBe(sampled("flow_sample").length);
  expect(counters.length).toBe(sampled("counter_sample").length);
  for (const [place, record] of sampled("flow_sample").entries()) {
    const row = rows[place]!;
    totals.flows++;
    totals.fields += compareFlow(row, record, one.samples![record.sample - 1]!, wrong);
    expect(row.columns.domain).toBe(one.agentSubId);
    expect(row.columns.exporter).toBe(hex(datagram.exporter));
    const agent = hex(parseAddress(one.agent!)!);
    expect(row.other.agent).toBe(agent === hex(datagram.exporter) ? undefined : one.agent);
  }
  for (const [place, record] of sampled("counter_sample").entries()) {
    const sample = counters[place]!;
    const where = `datagram ${number} sample ${record.sample}`;
    totals.counterSamples++;
    totals.counters += compareCounters(sample, one.samples![record.sample - 1]!, where, wrong);
    expect(sample.agent).toBe(one.agent);
    expect(String(sample.domain)).toBe(one.agentSubId);
    expect(sample.received).toBe(datagram.seconds);
  }
}
