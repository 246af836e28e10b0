// Writes the store's ledger: what was counted since the last time, a line for each exporter and domain that something came from.
import { type CollectLedger, FORMAT_NAMES } from "../core/collect-ledger.ts";
import type { Arrival } from "./arrivals.ts";
import { appendLedger } from "./ledger-file.ts";
import type { LedgerCounts, LedgerLine, NotStored } from "./store-ledger.ts";

/** What is counted elsewhere, and only rises. */
export interface LedgerSources {
  /** The collector's, as it is now; null = flows of packets. */
  readonly collected: () => CollectLedger | null;
  /** Records that were left out before the store. */
  readonly leftOut?: () => Pick<LedgerCounts, "filtered" | "deduplicated" | "beyond">;
}

type Numbers = { readonly [name: string]: number | Numbers | undefined };
/** Of one exporter, domain and format: counts as they are now. */
type Pages = Map<string, Numbers>;

export class LedgerWriter {
  private readonly folder: string;
  private readonly sources: LedgerSources;
  private before: Pages = new Map();
  /** Flows that were stored, or not, by exporter and domain. */
  private readonly settled = new Map<string, { stored: number; notStored: Partial<Record<NotStored, number>> }>();

  /** `folder` is the store's. */
  constructor(folder: string, sources: LedgerSources) {
    this.folder = folder;
    this.sources = sources;
  }

  /** Flows are on the disk (reason null), or lost. */
  settle(arrivals: readonly Arrival[], reason: NotStored | null): void {
    for (const { exporter, domain, rows } of arrivals) {
      const key = `${exporter} ${domain}`;
      const counts = this.settled.get(key) ?? { stored: 0, notStored: {} };
      this.settled.set(key, counts);
      if (reason === null) counts.stored += rows;
      else counts.notStored[reason] = (counts.notStored[reason] ?? 0) + rows;
    }
  }

  /** Adds what has been counted since the last time, which was in the hour of `seconds` (since 1970). Rejects where it cannot be written. */
  async write(seconds: number): Promise<void> {
    const hour = `${new Date(seconds * 1000).toISOString().slice(0, 13)}:00:00Z`;
    const now = this.pages();
    const lines: LedgerLine[] = [];
    for (const [key, counts] of now) {
      const risen = difference(counts, this.before.get(key) ?? {});
      if (Object.keys(risen).length === 0) continue;
      const [exporter = "", domain = "0", format = ""] = key.split("\t");
      lines.push({ hour, exporter, domain: Number(domain), format, counts: risen });
    }
    await appendLedger(this.folder, lines);
    this.before = now;
  }

  private pages(): Pages {
    const pages: Pages = new Map();
    const { leftOut } = this.sources;
    const collected = this.sources.collected();
    const named = new Map<string, string>();
    for (const page of [...(collected?.pages ?? []), ...(collected?.forgotten ? [collected.forgotten] : [])]) {
      const { exporter, domain, messages, bytes, records, lostRecords, lostMessages, refused } = page;
      const { expired, evicted, decodedLater } = page.noTemplate;
      const format = FORMAT_NAMES[page.format];
      const noTemplate = { expired, evicted, decodedLater };
      pages.set(`${exporter}\t${domain}\t${format}`, {
        ...{ messages, bytes, records, lostRecords: Math.round(lostRecords), lostMessages },
        ...{ refused: { ...refused }, noTemplate },
      });
      named.set(`${exporter} ${domain}`, format);
    }
    const { filtered, deduplicated, beyond } = leftOut?.() ?? {};
    const left = { filtered, deduplicated, beyond };
    if (collected === null) {
      pages.set("\t0\tpackets", left);
    } else {
      const { unbooked, kernelDrops } = collected;
      pages.set("\t0\t", { refused: { ...unbooked }, kernelDrops: kernelDrops ?? 0, ...left });
    }
    for (const [key, { stored, notStored }] of this.settled) {
      const [exporter = "", domain = "0"] = key.split(" ");
      const page = `${exporter}\t${domain}\t${named.get(key) ?? (exporter === "" ? "packets" : "")}`;
      pages.set(page, { ...pages.get(page), stored, notStored: { ...notStored } });
    }
    return pages;
  }
}

/** What has changed, without zeros. */
function difference(now: Numbers, before: Numbers): LedgerCounts {
  const risen: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(now)) {
    const old = before[name];
    if (typeof value === "object") {
      const inside = difference(value, typeof old === "object" ? old : {});
      if (Object.keys(inside).length > 0) risen[name] = inside;
    } else if (value !== undefined && value !== ((old as number | undefined) ?? 0)) {
      risen[name] = value - ((old as number | undefined) ?? 0);
    }
  }
  return risen as LedgerCounts;
}
