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
  /** Flows by exporter and domain that are in spools whose flows are not in the ledger: after a crash recovery counts them. */
  private readonly spooled = new Map<string, Map<string, number>>();

  /** `folder` is the store's. */
  constructor(folder: string, sources: LedgerSources) {
    this.folder = folder;
    this.sources = sources;
  }

  /** Flows are on the disk in a spool (reason null), or lost. */
  settle(arrivals: readonly Arrival[], reason: NotStored | null, spool: string): void {
    for (const { exporter, domain, rows } of arrivals) {
      const key = `${exporter} ${domain}`;
      if (reason === null) {
        const stored = this.spooled.get(spool) ?? new Map<string, number>();
        this.spooled.set(spool, stored.set(key, (stored.get(key) ?? 0) + rows));
      } else {
        const { notStored } = this.countsOf(key);
        notStored[reason] = (notStored[reason] ?? 0) + rows;
      }
    }
  }

  /**
   * Adds what has been counted since the last time, which was in the hour of `seconds` (since 1970), and the flows of these spools, to which
   * nothing comes any more. Rejects where it cannot be written; then it is added the next time, with the spools named again.
   */
  async write(seconds: number, spools: readonly string[]): Promise<void> {
    for (const spool of spools) {
      for (const [key, rows] of this.spooled.get(spool) ?? []) this.countsOf(key).stored += rows;
      this.spooled.delete(spool);
    }
    const hour = `${new Date(seconds * 1000).toISOString().slice(0, 13)}:00:00Z`;
    const now = this.pages();
    const lines: LedgerLine[] = [];
    for (const [key, counts] of now) {
      const risen = difference(counts, this.before.get(key) ?? {});
      if (Object.keys(risen).length === 0) continue;
      const [exporter = "", domain = "0", format = ""] = key.split("\t");
      const line = { hour, exporter, domain: Number(domain), format, counts: risen };
      // In one line, as a crash may come right behind it.
      lines.push(lines.length === 0 && spools.length > 0 ? { ...line, spools } : line);
    }
    await appendLedger(this.folder, lines);
    this.before = now;
  }

  private countsOf(key: string): { stored: number; notStored: Partial<Record<NotStored, number>> } {
    const counts = this.settled.get(key) ?? { stored: 0, notStored: {} };
    this.settled.set(key, counts);
    return counts;
  }

  private pages(): Pages {
    const pages: Pages = new Map();
    const { leftOut } = this.sources;
    const collected = this.sources.collected();
    const named = new Map<string, string>();
    for (const page of [...(collected?.pages ?? []), ...(collected?.forgotten ? [collected.forgotten] : [])]) {
      const { exporter, domain, messages, bytes, records, lostRecords, lostMessages, refused } = page;
      const { expired, evicted, decodedLater, atEnd } = page.noTemplate;
      const format = FORMAT_NAMES[page.format];
      const noTemplate = { expired, evicted, decodedLater, atEnd };
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
