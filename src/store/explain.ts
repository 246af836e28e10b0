// The ledger of a store beside what the store holds: where every message and record went, by exporter and hour, and whether it adds up.
import { inspectNative } from "../files/index.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import { CHANGES, type Change, type ReadLedger, readLedger } from "./ledger-file.ts";
import type { LedgerCounts, LedgerLine } from "./store-ledger.ts";

/** Seconds since 1970 UTC; hours that begin in [from, to). */
export interface ExplainTime {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** All numbers only add up; reasons that never happened are not there. */
export interface ExplainCounts {
  messages: number;
  bytes: number;
  /** Of records; flows that were made of packets here count as records, too. */
  records: number;
  lostRecords: number;
  lostMessages: number;
  kernelDrops: number;
  filtered: number;
  deduplicated: number;
  beyond: number;
  stored: number;
  refused: Record<string, number>;
  noTemplate: Record<string, number>;
  notStored: Record<string, number>;
}

export interface ExplainPage {
  /** "" = what belongs to no exporter. */
  readonly exporter: string;
  readonly domain: number;
  /** What came of it, "NetFlow v9, IPFIX": the outcome of records is known by exporter and domain only. */
  format: string;
  /** RFC 3339, UTC; null = all hours. */
  readonly hour: string | null;
  readonly counts: ExplainCounts;
}

export interface Explained {
  readonly total: ExplainCounts;
  /** Most records first. */
  readonly exporters: readonly ExplainPage[];
  /** The same by hour, in the order of time. */
  readonly hours: readonly ExplainPage[];
  readonly changes: Readonly<Record<Change, { files: number; flows: number; octets: number }>>;
  /** Records without an outcome: in memory when the ledger was written last, or when the writer was killed. */
  readonly unsettled: number;
  /** What the store holds now, by the names of its segments and the blocks of its spool. With a time: of segments that overlap it. */
  readonly held: { readonly segments: number; readonly segmentFlows: number; readonly spoolFlows: number };
  /** Flows that by the ledger should be in the store; null where a time was asked for. */
  readonly expected: number | null;
  /** held - expected. */
  readonly difference: number | null;
  /** Lines of the ledger that cannot be understood. */
  readonly spoiled: number;
}

const MOST_TRIES = 5;

export async function explainStore(folder: string, time: ExplainTime = {}): Promise<Explained> {
  const { segments, native, received, changes, spoiled } = await readBoth(folder, time);
  const total = noCounts();
  const exporters = new Map<string, ExplainPage>();
  const hours = new Map<string, ExplainPage>();
  for (const line of received) {
    if (!isWithin(Date.parse(line.hour) / 1000, time)) continue;
    const { exporter, domain, format, hour } = line;
    add(total, line);
    add(pageOf(exporters, { exporter, domain, format, hour: null }).counts, line);
    add(pageOf(hours, { exporter, domain, format, hour }).counts, line);
  }
  const changed = Object.fromEntries(Object.keys(CHANGES).map((change) => [change, { files: 0, flows: 0, octets: 0 }]));
  for (const { change, at, files, flows, octets } of changes) {
    if (!isWithin(Date.parse(at) / 1000, time)) continue;
    const sum = changed[change]!;
    sum.files += files;
    sum.flows += flows;
    sum.octets += octets;
  }
  const sums = changed as Explained["changes"];
  const held = {
    segments: segments.length,
    segmentFlows: segments.reduce((sum, { rows }) => sum + rows, 0),
    spoolFlows: native.reduce((sum, path) => sum + flowsOfChunk(path), 0),
  };
  const whole = time.from === undefined && time.to === undefined;
  const came = total.stored + sums.recovered.flows + sums.salvaged.flows;
  const expected = whole ? came - sums.expired.flows - sums.damaged.flows : null;
  return {
    total,
    exporters: [...exporters.values()].sort((a, b) => b.counts.records - a.counts.records),
    hours: [...hours.values()].sort((a, b) => (a.hour! < b.hour! ? -1 : a.hour! > b.hour! ? 1 : 0)),
    changes: sums,
    unsettled: total.records - settledOf(total),
    held,
    expected,
    difference: expected === null ? null : held.segmentFlows + held.spoolFlows - expected,
    spoiled,
  };
}

/** The ledger, and then the files: what is stored meanwhile is more than the ledger says, what is deleted has both read again. */
async function readBoth(folder: string, time: ExplainTime): Promise<ReadLedger & Catalog> {
  for (let tries = 1; ; tries++) {
    const ledger = await readLedger(folder);
    const catalog = readCatalog(folder, time);
    const after = await readLedger(folder);
    if (after.changes.length === ledger.changes.length || tries === MOST_TRIES) return { ...catalog, ...ledger };
  }
}

/** Records that have an outcome. */
export function settledOf({ stored, filtered, deduplicated, beyond, notStored }: ExplainCounts): number {
  return stored + filtered + deduplicated + beyond + sumOf(notStored);
}

export function sumOf(reasons: Readonly<Record<string, number>>): number {
  return Object.values(reasons).reduce((sum, count) => sum + count, 0);
}

function isWithin(seconds: number, { from, to }: ExplainTime): boolean {
  return (from === undefined || seconds >= from) && (to === undefined || seconds < to);
}

function noCounts(): ExplainCounts {
  return {
    ...{ messages: 0, bytes: 0, records: 0, lostRecords: 0, lostMessages: 0, kernelDrops: 0 },
    ...{ filtered: 0, deduplicated: 0, beyond: 0, stored: 0 },
    ...{ refused: {}, noTemplate: {}, notStored: {} },
  };
}

function pageOf(pages: Map<string, ExplainPage>, page: Omit<ExplainPage, "counts">): ExplainPage {
  const key = JSON.stringify([page.exporter, page.domain, page.hour]);
  const found = pages.get(key) ?? { ...page, counts: noCounts() };
  found.format = withFormat(found.format, page.format);
  pages.set(key, found);
  return found;
}

/** Names of formats with one more, each once. */
export function withFormat(names: string, format: string): string {
  const all = [...names.split(", "), format].filter((name) => name !== "");
  return [...new Set(all)].join(", ");
}

const REASONS = ["refused", "noTemplate", "notStored"] as const;
const NUMBERS = Object.keys(noCounts()).filter((name) => !(REASONS as readonly string[]).includes(name)) as Exclude<
  keyof ExplainCounts,
  (typeof REASONS)[number]
>[];

function add(sum: ExplainCounts, { counts, format }: LedgerLine): void {
  for (const name of NUMBERS) sum[name] += counts[name] ?? 0;
  for (const name of REASONS) {
    for (const [reason, count] of Object.entries(counts[name] ?? {})) {
      sum[name][reason] = (sum[name][reason] ?? 0) + count;
    }
  }
  // Nobody counts them before they come to the store.
  if (format === "packets") sum.records += made(counts);
}

function made({ stored = 0, filtered = 0, deduplicated = 0, beyond = 0, notStored = {} }: LedgerCounts): number {
  return stored + filtered + deduplicated + beyond + sumOf(notStored);
}

/** 0 of a chunk that has been sealed meanwhile, or is damaged: verify tells. */
function flowsOfChunk(path: string): number {
  try {
    return inspectNative(path).rows;
  } catch {
    return 0;
  }
}
