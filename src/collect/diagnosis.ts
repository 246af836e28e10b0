// What is wrong with exporters, told from the ledger, their templates and their records. Findings are codes and numbers;
// report/ has the sentences.
import type { CollectLedger, ExporterLedger, Format } from "../core/collect-ledger.ts";
import { type Device, guessDevice } from "./device.ts";
import { PAGE_RULES } from "./diagnosis-rules.ts";
import type { FlowFacts, FlowObservation } from "./flow-facts.ts";
import type { TemplateFacts } from "./template-watch.ts";

export type FindingLevel = "ok" | "note" | "warning";

export type FindingCode =
  | "allWell"
  | "kernelDrops"
  | "notFlow"
  | "notAllowed"
  | "sinkBehind"
  | "lostOnTheWay"
  | "lostHere"
  | "outOfOrder"
  | "restarts"
  | "refused"
  | "noTemplate"
  | "templateRefresh"
  | "templateChanged"
  | "templateOtherPort"
  | "templateIdShared"
  | "onlyOptions"
  | "samplingUnsaid"
  | "samplingUnknown"
  | "clockOffset"
  | "uptimeWrapped"
  | "timeContradicts"
  | "withoutTimes"
  | "longFlows"
  | "future"
  | "late"
  | "withoutPackets"
  | "withoutBytes"
  | "impossible"
  | "noProtocol"
  | "noPorts"
  | "noTcpFlags"
  | "noInterfaces"
  | "noOutputInterface"
  | "noRouting"
  | "countDiffers"
  | "fieldOpaque"
  | "unknownFields"
  | "oldFormat"
  | "sameFlows";

export interface Finding {
  readonly level: FindingLevel;
  readonly code: FindingCode;
  /** Whose page it is of; null = of the collector, or of several exporters. */
  readonly exporter: string | null;
  readonly domain: number | null;
  readonly format: Format | null;
  /** What the sentence needs. */
  readonly values: Readonly<Record<string, number | string>>;
}

export interface Symptoms {
  readonly ledger: CollectLedger;
  readonly observation: FlowObservation;
  readonly templates: readonly TemplateFacts[];
  /** How long was listened; for captures, how long their messages span. */
  readonly seconds: number;
}

/** One page of the ledger, and all that belongs to it. */
export interface Patient {
  readonly page: ExporterLedger;
  readonly facts: FlowFacts | null;
  readonly templates: readonly TemplateFacts[];
  readonly device: Device | null;
  readonly seconds: number;
  /** null = nobody says, as of captures. */
  readonly kernelDrops: number | null;
  /** Any exporter has autonomous systems or next hops in its records. */
  readonly othersRoute: boolean;
}

/** One page each, in the ledger's order. */
export function patients({ ledger, observation, templates, seconds }: Symptoms): Patient[] {
  const facts = observation.facts();
  const factsOf = new Map(facts.map((one) => [`${one.exporter} ${one.domain}`, one]));
  const othersRoute = facts.some(({ filled }) => filled.nextHop > 0 || filled.srcAs > 0 || filled.dstAs > 0);
  const templatesOf = new Map<string, TemplateFacts[]>();
  for (const template of templates) {
    const { exporter, domain, format } = template.snapshot;
    const key = `${exporter} ${domain} ${format}`;
    const list = templatesOf.get(key);
    if (list === undefined) templatesOf.set(key, [template]);
    else list.push(template);
  }
  return ledger.pages.map((page) => {
    const own = templatesOf.get(`${page.exporter} ${page.domain} ${page.format}`) ?? [];
    return {
      page,
      facts: factsOf.get(`${page.exporter} ${page.domain}`) ?? null,
      templates: own,
      device: guessDevice(own.map(({ snapshot }) => snapshot)),
      seconds,
      kernelDrops: ledger.kernelDrops,
      othersRoute,
    };
  });
}

/** All findings: the collector's own first, then each page's, then those of several exporters. */
export function diagnose(symptoms: Symptoms, all: readonly Patient[] = patients(symptoms)): Finding[] {
  return [...ofCollector(symptoms.ledger), ...all.flatMap(ofPage), ...ofPairs(symptoms.observation)];
}

const ORDER: Record<FindingLevel, number> = { ok: 0, warning: 1, note: 2 };

function ofPage(patient: Patient): Finding[] {
  const { exporter, domain, format } = patient.page;
  const found: Finding[] = [];
  for (const { code, level, test } of PAGE_RULES) {
    const values = test(patient);
    if (values !== null) found.push({ level, code, exporter, domain, format, values });
  }
  if (!found.some(({ level }) => level === "warning")) {
    found.push({ level: "ok", code: "allWell", exporter, domain, format, values: {} });
  }
  return found.sort((a, b) => ORDER[a.level] - ORDER[b.level]);
}

function ofCollector({ unbooked, kernelDrops, messages }: CollectLedger): Finding[] {
  const found: Finding[] = [];
  const add = (level: FindingLevel, code: FindingCode, count: number) => {
    if (count === 0) return;
    const values = { count, share: count / (messages + count) };
    found.push({ level, code, exporter: null, domain: null, format: null, values });
  };
  add("warning", "kernelDrops", kernelDrops ?? 0);
  add("warning", "notFlow", unbooked.notFlow);
  add("note", "notAllowed", unbooked.notAllowed);
  add("warning", "sinkBehind", unbooked.sinkBehind);
  return found;
}

/** Less than this share of the smaller exporter's flows is chance, or a path that splits. */
const SAME_SHARE = 0.1;
const SAME_LEAST = 20;
const MOST_PAIRS = 10;

function ofPairs(observation: FlowObservation): Finding[] {
  const addresses = observation.addresses();
  const records = new Map<string, number>();
  for (const one of observation.facts()) records.set(one.exporter, (records.get(one.exporter) ?? 0) + one.records);
  const found: Finding[] = [];
  for (const { one, other, count } of observation.shared.pairs()) {
    const [first, second] = [addresses[one]!, addresses[other]!];
    const share = count / Math.max(1, Math.min(records.get(first) ?? 0, records.get(second) ?? 0));
    if (count < SAME_LEAST || share < SAME_SHARE || found.length === MOST_PAIRS) continue;
    const values = { first, second, count, share: Math.min(1, share) };
    found.push({ level: "note", code: "sameFlows", exporter: null, domain: null, format: null, values });
  }
  return found;
}
