// Data that came before its template waits here, bounded in octets and time, and is decoded when the template comes.
import type { Message } from "../core/message.ts";
import type { WireLimits } from "./reader-context.ts";
import type { Source } from "./sources.ts";

/** One set of data without a template. */
export interface WaitingSet {
  readonly source: Source;
  readonly template: number;
  readonly octets: Uint8Array;
  /** When it was received. */
  readonly seconds: number;
  readonly nanoseconds: number;
  /** What the header of its message said. */
  readonly exportSeconds: number;
  readonly sysUpTime: number;
}

/** What a set takes beside its octets, all objects counted. */
const OVERHEAD = 768;

/** Makes the message as it was, with nothing but the records of the set. */
export function fillMessage(message: Message, { source, octets, seconds, nanoseconds }: WaitingSet): void {
  message.setBytes(octets);
  message.exporter.set(source.exporter.address);
  message.port = source.port;
  message.session = source.session;
  message.seconds = seconds;
  message.nanoseconds = nanoseconds;
}

export class WaitingData {
  private readonly limits: WireLimits;
  /** All of them, the oldest first. */
  private readonly all = new Set<WaitingSet>();
  private octets = 0;

  constructor(limits: WireLimits) {
    this.limits = limits;
  }

  /** Keeps the octets from `at` to `end`; what is older goes where there is no room. */
  keep(
    source: Source,
    template: number,
    message: Message,
    at: number,
    end: number,
    exportSeconds: number,
    sysUpTime: number,
  ): void {
    const size = end - at + OVERHEAD;
    const { limits } = this;
    const { exporter } = source;
    while (exporter.waiting.size > 0 && exporter.waitingOctets + size > limits.waitingOctetsPerExporter) {
      this.evict(first(exporter.waiting));
    }
    while (this.all.size > 0 && this.octets + size > limits.waitingOctets) this.evict(first(this.all));
    const { seconds, nanoseconds } = message;
    const octets = Uint8Array.prototype.slice.call(message.bytes, at, end);
    const set: WaitingSet = { source, template, octets, seconds, nanoseconds, exportSeconds, sysUpTime };
    this.all.add(set);
    this.octets += size;
    exporter.waiting.add(set);
    exporter.waitingOctets += size;
    const same = source.waiting.get(template);
    if (same === undefined) source.waiting.set(template, [set]);
    else same.push(set);
    source.page.noTemplate.waiting++;
  }

  /** Takes out what waits for a template, in the order that it came. */
  take(source: Source, template: number): readonly WaitingSet[] {
    const sets = source.waiting.get(template);
    if (sets === undefined) return [];
    source.waiting.delete(template);
    for (const set of sets) {
      this.drop(set);
      source.page.noTemplate.decodedLater++;
    }
    return sets;
  }

  /** Lets go of what waited too long. */
  expire(now: number): void {
    for (const set of this.all) {
      if (now - set.seconds < this.limits.waitingSeconds) return;
      this.remove(set);
      const { noTemplate, refused } = set.source.page;
      noTemplate.expired++;
      refused.noTemplate++;
    }
  }

  /** The run ends: lets go of all. */
  end(): void {
    for (const set of this.all) {
      this.remove(set);
      const { noTemplate, refused } = set.source.page;
      noTemplate.atEnd++;
      refused.noTemplate++;
    }
  }

  /** Lets go of all that waits for a source that is forgotten. */
  forget(source: Source): void {
    for (const sets of source.waiting.values()) for (const set of sets) this.evict(set, false);
    source.waiting.clear();
  }

  private evict(set: WaitingSet, fromSource = true): void {
    if (fromSource) this.remove(set);
    else this.drop(set);
    const { noTemplate, refused } = set.source.page;
    noTemplate.evicted++;
    refused.noTemplate++;
  }

  private remove(set: WaitingSet): void {
    const same = set.source.waiting.get(set.template)!;
    same.splice(same.indexOf(set), 1);
    if (same.length === 0) set.source.waiting.delete(set.template);
    this.drop(set);
  }

  private drop(set: WaitingSet): void {
    const size = set.octets.length + OVERHEAD;
    const { exporter, page } = set.source;
    this.all.delete(set);
    this.octets -= size;
    exporter.waiting.delete(set);
    exporter.waitingOctets -= size;
    page.noTemplate.waiting--;
  }
}

function first<T>(set: ReadonlySet<T>): T {
  return set.values().next().value!;
}
