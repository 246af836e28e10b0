// How often exporters send their templates: what is known of them is looked at again and again, and the times are compared.
import type { TemplateSnapshot } from "../wire/index.ts";

/** Templates that are watched at the most. */
const MOST = 16_384;

/** One template of one transport session and domain. */
export interface TemplateFacts {
  /** As it was last. */
  snapshot: TemplateSnapshot;
  /** Times that it was sent, at least: sendings between two looks count as one. */
  times: number;
  /** Longest time between two of them, in seconds; 0 = sent once. */
  longestSeconds: number;
}

export class TemplateWatch {
  private readonly known = new Map<string, TemplateFacts>();

  /** To be called with what the collector knows, every second or so. */
  look(snapshots: readonly TemplateSnapshot[]): void {
    for (const snapshot of snapshots) {
      const key = keyOf(snapshot);
      const facts = this.known.get(key);
      const { refresh } = snapshot;
      if (facts === undefined) {
        const times = refresh > 0 ? 2 : 1;
        if (this.known.size < MOST) this.known.set(key, { snapshot, times, longestSeconds: refresh });
        continue;
      }
      if (snapshot.seen > facts.snapshot.seen) facts.times++;
      facts.longestSeconds = Math.max(facts.longestSeconds, refresh);
      facts.snapshot = snapshot;
    }
  }

  /** In the order they appeared. */
  templates(): TemplateFacts[] {
    return [...this.known.values()];
  }
}

function keyOf({ exporter, port, domain, format, id }: TemplateSnapshot): string {
  return `${exporter} ${port} ${domain} ${format} ${id}`;
}
