// Every capture there is, through collecting and the doctor: nothing breaks, and the ledger adds up.
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { openSource } from "../../src/capture/index.ts";
import { CaptureCollector, diagnose, FlowObservation, patients, TemplateWatch } from "../../src/collect/index.ts";
import { collectObject, doctorObject, printCollect, printCollectMetrics, printDoctor } from "../../src/report/index.ts";
import { readExposition } from "../exposition.ts";
import { CORPUS, corpusHere } from "./corpus.ts";

const captures = (corpusHere ? ["netflow", "malformed", "pcap"] : []).flatMap((folder) =>
  readdirSync(`${CORPUS}${folder}`)
    .filter((name) => /\.(pcap|pcapng|cap)(\.gz)?$/.test(name))
    .map((name) => `${folder}/${name}`),
);

async function see(name: string) {
  const source = await openSource(`${CORPUS}${name}`);
  const observation = new FlowObservation();
  const watch = new TemplateWatch();
  const collector = new CaptureCollector(source, { sink: { write: (batch) => observation.observe(batch) } });
  await collector.run();
  watch.look(collector.templates());
  const shown = {
    ledger: collector.ledger,
    problems: source.problems,
    notes: collector.notes,
    relays: collector.relays,
    packets: collector.counts,
    aliasOf: () => null,
    counters: () => collector.counters(),
  };
  const symptoms = { ledger: collector.ledger, observation, templates: watch.templates(), seconds: 60 };
  const all = patients(symptoms);
  const doctor = doctorObject(shown, symptoms, all, diagnose(symptoms, all));
  return { object: collectObject(shown, 1), doctor };
}

test.skipIf(!corpusHere)("every capture of the corpus", { timeout: 120_000 }, async () => {
  expect(captures.length).toBeGreaterThan(200);
  let records = 0;
  for (const name of captures) {
    const found = await see(name).catch((error: Error) => {
      // What is no capture is a sentence.
      expect(error.name, `${name}: ${error.stack}`).toBe("SourceError");
      return null;
    });
    if (found === null) continue;
    const { object, doctor } = found;
    records += object.records;
    expect(object.unexplained, name).toBe(0);
    const text = printCollect(object) + printDoctor(doctor);
    expect(text, name).not.toMatch(/undefined|NaN|\[object/);
    expect(() => readExposition(printCollectMetrics(object)), name).not.toThrow();
    expect(JSON.parse(JSON.stringify(doctor)), name).toEqual(doctor);
  }
  expect(records).toBeGreaterThan(1000);
});
