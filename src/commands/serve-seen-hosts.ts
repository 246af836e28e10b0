// Hosts that have talked lately, for completion in the page's filter: those of the live table, and the largest ones of the last day.
import type { CollectorProcess, Questions, SeenHost } from "../serve/index.ts";

const LIVE_MS = 30_000;
const STORED_MS = 600_000;
const MOST_OFFERED = 20;
const MOST_STORED = 500;

interface Host {
  readonly address: string;
  readonly about: string;
}

export class SeenHosts {
  private readonly collector: CollectorProcess | null;
  private readonly questions: () => Questions | null;
  private live: readonly Host[] = [];
  private stored: readonly Host[] = [];
  private liveAt = Number.NEGATIVE_INFINITY;
  private storedAt = Number.NEGATIVE_INFINITY;

  constructor(collector: CollectorProcess | null, questions: () => Questions | null) {
    this.collector = collector;
    this.questions = questions;
  }

  /** Those whose address or name begins so, as far as they are known now; never waits. */
  offered(part: string): readonly SeenHost[] {
    this.refresh();
    const wanted = part.toLowerCase();
    const found = new Map<string, string>();
    for (const { address, about } of [...this.live, ...this.stored]) {
      if (found.size >= MOST_OFFERED) break;
      const begins = address.startsWith(wanted) || about.toLowerCase().startsWith(wanted);
      if (begins && !found.has(address)) found.set(address, about);
    }
    return [...found].map(([text, about]) => ({ text, about }));
  }

  private refresh(): void {
    const now = performance.now();
    // Who cannot be asked now is asked later: hosts are only offered.
    if (now - this.liveAt > LIVE_MS) {
      this.liveAt = now;
      void this.askLive().catch(() => {});
    }
    if (now - this.storedAt > STORED_MS) {
      this.storedAt = now;
      void this.askStored().catch(() => {});
    }
  }

  private async askLive(): Promise<void> {
    if (this.collector === null) return;
    const { links } = await this.collector.ask({ kind: "links" });
    const hosts = [...links.hosts].sort((a, b) => b.bytes - a.bytes);
    this.live = hosts.map(({ address, name }) => ({ address, about: name ?? "seen in the last 15 minutes" }));
  }

  private async askStored(): Promise<void> {
    const questions = this.questions();
    if (questions === null) return;
    const reader = { caller: { key: "completion", user: null }, signal: AbortSignal.timeout(STORED_MS) };
    const answer = await questions.ask({ by: ["addr"], from: "24h", top: MOST_STORED, sum: "bytes" }, "ndjson", reader);
    try {
      const text = await textOf(answer.read());
      const rows = text.split("\n").filter((line) => line !== "");
      this.stored = rows.flatMap((line) => {
        const { addr } = JSON.parse(line) as { readonly addr?: string | null };
        return typeof addr === "string" ? [{ address: addr, about: "seen in the last 24 hours" }] : [];
      });
    } finally {
      answer.release();
    }
  }
}

async function textOf(read: Uint8Array | NodeJS.ReadableStream): Promise<string> {
  if (read instanceof Uint8Array) return Buffer.from(read).toString();
  const pieces: Buffer[] = [];
  for await (const piece of read) pieces.push(Buffer.from(piece as Uint8Array));
  return Buffer.concat(pieces).toString();
}
