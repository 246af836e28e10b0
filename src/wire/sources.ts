// Sources: one transport session's observation domain in one format, with all that must be remembered of it.
import { formatAddress } from "../core/address.ts";
import { type CollectLedger, ExporterLedger, type Format } from "../core/collect-ledger.ts";
import type { AbstractType } from "../core/information-elements.ts";
import type { Message } from "../core/message.ts";
import { Sampling } from "./sampling.ts";
import { Sequence, type SequenceUnit } from "./sequence.ts";
import type { Template } from "./template.ts";
import type { WaitingSet } from "./waiting-data.ts";

const UNITS: Record<Format, SequenceUnit> = {
  1: "records",
  5: "records",
  7: "records",
  8: "records",
  9: "messages",
  10: "records",
  102: "messages",
  104: "messages",
  105: "messages",
};

/** A source that was silent for so long makes room for a new one when there are too many. */
const SILENT_SECONDS = 300;
/** Sources that make room at once, so that one message does not wait long for it. */
const MOST_REMOVED = 256;

/** A name and type that an exporter told of one of its elements (RFC 5610). */
export interface LearnedName {
  readonly name: string;
  readonly type: AbstractType;
}

/** What is known of one exporter address, whatever its ports and domains. */
export class Exporter {
  /** 16 octets, and the same as words of this machine. */
  readonly address: Uint8Array;
  readonly words: Uint32Array;
  readonly text: string;
  /** Names learned by "enterprise number/element number". */
  readonly names: Map<string, LearnedName> = new Map();
  /** How often a name was learned. */
  namesLearned = 0;
  /** Sources of this exporter. */
  readonly sources: Set<Source> = new Set();
  readonly domains: Map<number, Domain> = new Map();
  /** Data that waits for templates, the oldest first, and its octets. */
  readonly waiting: Set<WaitingSet> = new Set();
  waitingOctets = 0;
  templates = 0;

  constructor(address: Uint8Array) {
    this.address = Uint8Array.from(address.subarray(0, 16));
    this.words = new Uint32Array(this.address.buffer);
    this.text = formatAddress(this.address, 0);
  }
}

/** What all sessions of an exporter share in one observation domain and format: its page, its sampling. */
export class Domain {
  readonly page: ExporterLedger;
  readonly sampling: Sampling;
  /** When its clock began (systemInitTimeMilliseconds, IE 160): milliseconds since 1970 UTC; -1 = not said. */
  bootMilliseconds = -1;

  constructor(page: ExporterLedger, configured: number) {
    this.page = page;
    this.sampling = new Sampling(page, configured);
  }
}

export class Source {
  readonly exporter: Exporter;
  readonly port: number;
  readonly session: number;
  readonly domain: number;
  readonly format: Format;
  readonly shared: Domain;
  readonly page: ExporterLedger;
  readonly sequence: Sequence;
  readonly templates: Map<number, Template> = new Map();
  /** Data that waits for a template, by its number. */
  readonly waiting: Map<number, WaitingSet[]> = new Map();
  /** Sets of data that were decoded by templates of its own. */
  ownData = 0;
  /** When the last message came: seconds since 1970 UTC. */
  lastSeen = 0;
  /** Its place among the sources, and the next one with the same hash. */
  readonly hash: number;
  next: Source | null = null;

  constructor(exporter: Exporter, message: Message, domain: number, format: Format, shared: Domain, hash: number) {
    this.hash = hash;
    this.exporter = exporter;
    this.port = message.port;
    this.session = message.session;
    this.domain = domain;
    this.format = format;
    this.shared = shared;
    this.page = shared.page;
    this.sequence = new Sequence(UNITS[format]);
  }

  /** True when the message is of this source. */
  is(message: Message, domain: number, format: Format): boolean {
    if (this.port !== message.port || this.domain !== domain || this.session !== message.session) return false;
    if (this.format !== format) return false;
    const { address } = this.exporter;
    const { exporter } = message;
    for (let i = 15; i >= 0; i--) if (address[i] !== exporter[i]) return false;
    return true;
  }
}

/** Domains have 32 bits, formats less than 128. */
function domainKey(domain: number, format: Format): number {
  return domain * 128 + format;
}

/** All sources there are, up to a limit. */
export class Sources {
  readonly exporters: Map<string, Exporter> = new Map();
  private readonly ledger: CollectLedger;
  private readonly most: number;
  private readonly configured: ReadonlyMap<string, number>;
  private readonly forget: (source: Source) => void;
  private readonly byHash = new Map<number, Source>();
  private readonly all = new Set<Source>();
  private last: Source | null = null;
  /** Before this second there is no use in looking for silent sources again. */
  private lookAgain = 0;

  /** `configured` are sampling rates by exporter address; `forget` hears of sources that make room. */
  constructor(
    ledger: CollectLedger,
    most: number,
    configured: ReadonlyMap<string, number>,
    forget: (source: Source) => void,
  ) {
    this.ledger = ledger;
    this.most = most;
    this.configured = configured;
    this.forget = forget;
  }

  /** The source of a message, made if it is new; null when there are too many. Books the message, with its octets and time. */
  find(message: Message, domain: number, format: Format): Source | null {
    const source = this.last?.is(message, domain, format) === true ? this.last : this.lookUp(message, domain, format);
    if (source === null) {
      this.ledger.unbooked.tooManyExporters++;
      return null;
    }
    this.last = source;
    source.lastSeen = message.seconds;
    const { page } = source;
    if (page.messages === 0) this.ledger.begin(page, message.seconds);
    page.messages++;
    page.bytes += message.end - message.start;
    page.lastSeen = message.seconds;
    return source;
  }

  /** Every source, the longest known first. */
  [Symbol.iterator](): IterableIterator<Source> {
    return this.all[Symbol.iterator]();
  }

  /** Forgets one source. What was counted stays on its page. */
  remove(source: Source): void {
    this.forget(source);
    this.all.delete(source);
    this.unchain(source);
    source.exporter.sources.delete(source);
    if (this.last === source) this.last = null;
  }

  /** A source by what it is, made if it is new: for templates of the last run. */
  open(message: Message, domain: number, format: Format): Source | null {
    const source = this.lookUp(message, domain, format);
    if (source !== null && source.page.messages === 0) this.ledger.unheard.add(source.page);
    return source;
  }

  private lookUp(message: Message, domain: number, format: Format): Source | null {
    const hash = hashOf(message, domain, format);
    const first = this.byHash.get(hash) ?? null;
    for (let source = first; source !== null; source = source.next) {
      if (source.is(message, domain, format)) return source;
    }
    if (this.all.size >= this.most && !this.makeRoom(message.seconds)) return null;
    const exporter = this.exporterOf(message);
    const shared = this.domainOf(exporter, domain, format);
    const source = new Source(exporter, message, domain, format, shared, hash);
    // Asked for again: making room may have changed the chain.
    source.next = this.byHash.get(hash) ?? null;
    this.byHash.set(hash, source);
    this.all.add(source);
    exporter.sources.add(source);
    return source;
  }

  private exporterOf(message: Message): Exporter {
    const made = new Exporter(message.exporter);
    const known = this.exporters.get(made.text);
    if (known !== undefined) return known;
    this.exporters.set(made.text, made);
    return made;
  }

  private domainOf(exporter: Exporter, domain: number, format: Format): Domain {
    const key = domainKey(domain, format);
    let shared = exporter.domains.get(key);
    if (shared === undefined) {
      const page = new ExporterLedger(exporter.text, domain, format);
      shared = new Domain(page, this.configured.get(exporter.text) ?? 0);
      exporter.domains.set(key, shared);
    }
    return shared;
  }

  /** Those that know each other longest keep their place: only who was silent goes. */
  private makeRoom(now: number): boolean {
    if (now < this.lookAgain) return false;
    let oldest: Source | null = null;
    for (const source of this.all) if (oldest === null || source.lastSeen < oldest.lastSeen) oldest = source;
    if (oldest === null || now - oldest.lastSeen < SILENT_SECONDS) {
      this.lookAgain = now + 1;
      return false;
    }
    const silentSince = Math.min(oldest.lastSeen + 10, now - SILENT_SECONDS);
    let left = MOST_REMOVED;
    for (const source of this.all) {
      if (source.lastSeen > silentSince) continue;
      this.remove(source);
      this.closePage(source);
      if (--left === 0) break;
    }
    return true;
  }

  /** The page of a domain that nobody speaks for any more goes into the sum of all such. */
  private closePage({ exporter, domain, format, shared }: Source): void {
    for (const other of exporter.sources) if (other.shared === shared) return;
    exporter.domains.delete(domainKey(domain, format));
    this.ledger.forget(shared.page);
    if (exporter.sources.size === 0) this.exporters.delete(exporter.text);
  }

  private unchain(gone: Source): void {
    const { hash, next } = gone;
    const first = this.byHash.get(hash)!;
    if (first !== gone) {
      let before = first;
      while (before.next !== gone) before = before.next!;
      before.next = next;
    } else if (next === null) {
      this.byHash.delete(hash);
    } else {
      this.byHash.set(hash, next);
    }
  }
}

/** 30 bits, so that it is a small integer to V8. */
function hashOf(message: Message, domain: number, format: Format): number {
  const { exporter } = message;
  let hash = Math.imul(domain ^ (message.port << 16) ^ format, 0x9e37_79b1) ^ Math.imul(message.session, 0x85eb_ca6b);
  for (let i = 0; i < 16; i += 4) {
    const word = (exporter[i]! << 24) | (exporter[i + 1]! << 16) | (exporter[i + 2]! << 8) | exporter[i + 3]!;
    hash = Math.imul(hash ^ word ^ (hash >>> 15), 0xc2b2_ae35);
  }
  return (hash ^ (hash >>> 13)) & 0x3fff_ffff;
}
