// The rules that one exporter's page is held against: each gives the numbers of its sentence, or null where all is well.
import type { FindingCode, FindingLevel, Patient } from "./diagnosis.ts";
import type { WatchedField } from "./flow-facts.ts";

type Values = Readonly<Record<string, number | string>>;

interface Rule {
  readonly code: FindingCode;
  readonly level: FindingLevel;
  readonly test: (patient: Patient) => Values | null;
}

/** Seconds: further off, and graphs of several exporters do not fit together. */
const CLOCK_SECONDS = 5;
/** Seconds: a collector that begins anew waits so long for its first records. */
const REFRESH_SECONDS = 300;
/** Shares of an exporter's records: less is chance or a few odd flows. */
const FEW = 0.001;
const SOME = 0.01;
/** Records that must have been seen before it is said that a field is empty in all of them. */
const ENOUGH = 20;
const NETFLOW_5 = 5;
const SFLOW = 100;

function over(count: number, all: number, share: number): Values | null {
  return all > 0 && count > 0 && count / all >= share ? { count, share: count / all } : null;
}

/** True where enough records say nothing in any of these fields. */
function empty({ facts, page }: Patient, ...fields: WatchedField[]): boolean {
  if (facts === null || page.format > SFLOW || facts.records < ENOUGH) return false;
  return fields.every((field) => facts.filled[field] === 0);
}

function when(condition: boolean, values: Values = {}): Values | null {
  return condition ? values : null;
}

function loss({ page, kernelDrops }: Patient, here: boolean): Values | null {
  const lost = Math.round(page.lostRecords);
  const share = lost > 0 ? lost / (lost + page.records) : 0;
  const messages = page.lostMessages;
  if (lost <= 0 && messages <= 0) return null;
  const known = kernelDrops === null ? 0 : 1;
  return when((kernelDrops ?? 0) > 0 === here, { count: lost, messages, share, kernelDrops: kernelDrops ?? 0, known });
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}

/** Names of the reasons that counted anything. */
function named(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
}

function refresh({ templates, seconds }: Patient): Values | null {
  const data = templates.filter(({ snapshot }) => snapshot.scopes === 0);
  // A template that has been sent once may come again only after we stopped listening: it has been silent for so long at least.
  const longest = Math.max(0, ...data.map(({ times, longestSeconds }) => (times > 1 ? longestSeconds : seconds)));
  return when(longest > REFRESH_SECONDS, { seconds: longest, once: data.every(({ times }) => times === 1) ? 1 : 0 });
}

/** Templates of one number whose fields are not the same at two ports of the exporter. */
function sharedIds({ templates }: Patient): Values | null {
  const shapes = new Map<number, string>();
  const ids: number[] = [];
  for (const { snapshot } of templates) {
    const shape = snapshot.fields.map(({ id, pen, length }) => `${pen}/${id}:${length}`).join(" ");
    const known = shapes.get(snapshot.id);
    if (known === undefined) shapes.set(snapshot.id, shape);
    else if (known !== shape && !ids.includes(snapshot.id)) ids.push(snapshot.id);
  }
  return when(ids.length > 0, { ids: ids.slice(0, 10).join(", ") });
}

/** Fields that nobody has named: `PEN/id`. */
function unknownFields({ templates }: Patient): Values | null {
  const names = new Set<string>();
  for (const { snapshot } of templates) {
    for (const { name } of snapshot.fields) if (/^\d+\/\d+$/.test(name)) names.add(name);
  }
  return when(names.size > 0, { count: names.size, names: [...names].slice(0, 10).join(" ") });
}

/** Where the exporter's clock is off, so are all its times; that is told already. */
function offTime({ page, facts }: Patient, name: "future" | "late", share: number): Values | null {
  if (facts === null || Math.abs(page.clockOffset) > CLOCK_SECONDS) return null;
  return over(facts[name], facts.records, share);
}

/** What NAT and firewall events do not have is not missing. */
function countsTraffic({ facts }: Patient): boolean {
  return facts !== null && facts.counting > 0;
}

const noteOf = (code: FindingCode, test: Rule["test"]): Rule => ({ code, level: "note", test });
const warningOf = (code: FindingCode, test: Rule["test"]): Rule => ({ code, level: "warning", test });

export const PAGE_RULES: readonly Rule[] = [
  warningOf("lostHere", (patient) => loss(patient, true)),
  warningOf("lostOnTheWay", (patient) => loss(patient, false)),
  noteOf("outOfOrder", ({ page }) => over(page.outOfOrder, page.messages, FEW)),
  noteOf("restarts", ({ page }) => when(page.restarts > 0, { count: page.restarts })),
  warningOf("refused", ({ page }) => {
    // What had no template has a finding of its own.
    const refused = { ...page.refused, noTemplate: 0 };
    return when(sum(refused) > 0, { count: sum(refused), reasons: named(refused) });
  }),
  warningOf("noTemplate", ({ page, seconds }) => {
    const { expired, evicted, decodedLater, atEnd } = page.noTemplate;
    const waiting = page.noTemplate.waiting + atEnd;
    return when(waiting + expired + evicted > 0, { waiting, lost: expired + evicted, decodedLater, seconds });
  }),
  noteOf("templateRefresh", refresh),
  warningOf("templateChanged", ({ page }) => when(page.templates.changed > 0, { count: page.templates.changed })),
  noteOf("templateOtherPort", ({ page }) =>
    when(page.remarks.templateOtherPort > 0, { count: page.remarks.templateOtherPort }),
  ),
  warningOf("templateIdShared", sharedIds),
  noteOf("onlyOptions", ({ page }) =>
    when(page.records === 0 && page.counterSamples === 0 && page.optionsRecords + page.templates.learned > 0, {
      count: page.optionsRecords,
    }),
  ),
  noteOf("samplingUnsaid", (patient) =>
    when(patient.page.samplingRate === 0 && patient.page.records >= ENOUGH && countsTraffic(patient), {
      exporter: patient.page.exporter,
    }),
  ),
  warningOf("samplingUnknown", ({ page }) =>
    when(page.remarks.samplingUnknown > 0, { count: page.remarks.samplingUnknown, exporter: page.exporter }),
  ),
  warningOf("clockOffset", ({ page }) =>
    when(Math.abs(page.clockOffset) > CLOCK_SECONDS, {
      seconds: page.clockOffset,
      repaired: page.remarks.clockRepaired,
    }),
  ),
  noteOf("uptimeWrapped", ({ page }) => when(page.remarks.uptimeWrapped > 0, { count: page.remarks.uptimeWrapped })),
  warningOf("timeContradicts", ({ page }) => over(page.remarks.timeContradicts, page.records, FEW)),
  warningOf("withoutTimes", (patient) =>
    patient.facts === null || patient.page.format > SFLOW || !countsTraffic(patient)
      ? null
      : over(patient.facts.withoutTimes, patient.facts.records, SOME),
  ),
  warningOf("longFlows", ({ facts }) =>
    facts === null || facts.long === 0
      ? null
      : { count: facts.long, share: facts.long / facts.records, longest: Math.round(facts.longestMs / 1000) },
  ),
  warningOf("future", (patient) => offTime(patient, "future", FEW)),
  noteOf("late", (patient) => offTime(patient, "late", SOME)),
  warningOf("withoutPackets", (patient) =>
    patient.facts === null || !countsTraffic(patient)
      ? null
      : over(patient.facts.withoutPackets, patient.facts.records, FEW),
  ),
  warningOf("withoutBytes", (patient) =>
    patient.facts === null || !countsTraffic(patient)
      ? null
      : over(patient.facts.withoutBytes, patient.facts.records, FEW),
  ),
  warningOf("impossible", ({ facts }) => (facts === null ? null : over(facts.impossible, facts.records, FEW))),
  warningOf("noProtocol", (patient) => when(empty(patient, "proto"))),
  warningOf("noPorts", (patient) =>
    when((patient.facts?.withPortsExpected ?? 0) >= ENOUGH && empty(patient, "srcPort", "dstPort")),
  ),
  noteOf("noTcpFlags", (patient) => when((patient.facts?.tcp ?? 0) >= ENOUGH && empty(patient, "tcpFlags"))),
  noteOf("noInterfaces", (patient) => when(empty(patient, "inIf", "outIf"))),
  noteOf("noOutputInterface", (patient) => when(empty(patient, "outIf") && !empty(patient, "inIf"))),
  noteOf("noRouting", (patient) => when(patient.othersRoute && empty(patient, "srcAs", "dstAs", "nextHop"))),
  noteOf("countDiffers", ({ page }) => when(page.remarks.countDiffers > 0, { count: page.remarks.countDiffers })),
  noteOf("fieldOpaque", ({ page }) => when(page.remarks.fieldOpaque > 0, { count: page.remarks.fieldOpaque })),
  noteOf("unknownFields", unknownFields),
  noteOf("oldFormat", ({ page }) => when(page.format <= NETFLOW_5)),
];
