// docs/collect.md and docs/doctor.md name everything that the ledger, the metrics and the findings can say.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  COLLECT_REMARKS,
  CollectLedger,
  ExporterLedger,
  REFUSED,
  TEMPLATE_EVENTS,
  UNBOOKED,
} from "../core/collect-ledger.ts";
import { printCollectMetrics } from "./collect-metrics.ts";
import { collectObject } from "./collect-object.ts";
import { FINDING_CODES } from "./doctor-sentences.ts";

const doc = (name: string) => readFileSync(join(import.meta.dirname, "..", "..", "docs", name), "utf8");

function everything() {
  const ledger = new CollectLedger();
  ledger.pages.push(new ExporterLedger("10.0.0.1", 0, 9));
  ledger.kernelDrops = 0;
  const sample = { received: 1, exporter: "a", agent: "a", domain: 0, sourceClass: 0, sourceIndex: 1, counters: {} };
  const relay = { target: "a:1", sent: 0, bytes: 0, failed: 0, refused: 0, reason: null };
  const rest = { problems: [], notes: [], packets: null, aliasOf: () => null };
  return collectObject({ ledger, relays: [relay], counters: () => [sample], ...rest }, 1);
}

describe("docs/collect.md", () => {
  const text = doc("collect.md");

  it("has the sentence of every reason", () => {
    for (const sentences of [REFUSED, COLLECT_REMARKS, TEMPLATE_EVENTS, UNBOOKED])
      for (const [name, sentence] of Object.entries(sentences)) expect(text).toContain(`| \`${name}\` | ${sentence} |`);
  });

  it("has every metric, and no other", () => {
    const names = [...printCollectMetrics(everything()).matchAll(/^# TYPE flowgauge_collect_(\S+)/gm)].map(
      ([, name]) => name!,
    );
    expect(names.length).toBeGreaterThan(25);
    const table = text.slice(text.indexOf("| Metric |"), text.indexOf("`alias` is there"));
    const told = [...table.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name!);
    expect(told.sort()).toEqual(names.sort());
  });

  it("has every name of the JSON", () => {
    const object = everything();
    for (const name of [...Object.keys(object), ...Object.keys(object.exporters[0]!)])
      expect(text).toContain(`\`${name}\``);
  });
});

describe("docs/doctor.md", () => {
  it("has every finding", () => {
    const text = doc("doctor.md");
    for (const code of FINDING_CODES) expect(text).toContain(`\`${code}\``);
  });
});
