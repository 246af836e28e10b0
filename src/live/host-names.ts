// Names of hosts: a file of the user's first, then what answers of DNS in the traffic said, then reverse DNS, which is asked in the
// background. Nobody ever waits for a name.
import { Resolver } from "node:dns/promises";
import { seenText } from "../core/cell-text.ts";

export interface HostNameOptions {
  /** By address as formatAddress writes it. */
  readonly hosts?: ReadonlyMap<string, string>;
  /** False: nobody is asked. */
  readonly lookups?: boolean;
  /** Name servers, "address" or "address:port"; left out = the system's. */
  readonly servers?: readonly string[];
  /** Questions on their way, and a second, at the most. */
  readonly inFlight?: number;
  readonly perSecond?: number;
  readonly now?: () => number;
}

export const NAME_LIMITS = {
  /** Names remembered of each origin; the longest not used goes first. */
  names: 16_384,
  inFlight: 16,
  perSecond: 20,
  /** Questions that wait; older ones are forgotten, and asked again when their row is shown again. */
  waiting: 256,
  timeoutMs: 2000,
  foundMs: 600_000,
  notFoundMs: 300_000,
  /** After no answer at all. */
  failedMs: 60_000,
  /** What DNS in the traffic says is believed so long at least, and at most: who asked goes on talking after an answer has expired. */
  learnedMs: [3_600_000, 86_400_000],
  characters: 253,
  /** Of one name. */
  addresses: 64,
} as const;

interface Known {
  /** null = there is none. */
  readonly name: string | null;
  readonly until: number;
}

export class HostNames {
  /** Questions that were sent. */
  asked = 0;
  private readonly hosts: ReadonlyMap<string, string>;
  private readonly lookups: boolean;
  private readonly inFlight: number;
  private readonly perSecond: number;
  private readonly clock: () => number;
  private readonly resolver: Resolver | null;
  private readonly learned = new Map<string, Known>();
  /** By name, in small letters: an address may have more names than the newest, which is shown. */
  private readonly said = new Map<string, Set<string>>();
  private readonly found = new Map<string, Known>();
  private readonly waiting = new Set<string>();
  private readonly flying = new Set<string>();
  private tokens: number;
  private filled: number;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(options: HostNameOptions = {}) {
    this.hosts = options.hosts ?? new Map();
    this.lookups = options.lookups ?? true;
    this.inFlight = options.inFlight ?? NAME_LIMITS.inFlight;
    this.perSecond = options.perSecond ?? NAME_LIMITS.perSecond;
    this.clock = options.now ?? (() => performance.now());
    this.tokens = this.perSecond;
    this.filled = this.clock();
    this.resolver = this.lookups ? new Resolver({ timeout: NAME_LIMITS.timeoutMs, tries: 1 }) : null;
    if (options.servers !== undefined) this.resolver?.setServers(options.servers);
  }

  /** The name of an address (as formatAddress writes it) as far as it is known now; null = none, or not yet. */
  nameOf(address: string): string | null {
    const own = this.hosts.get(address);
    if (own !== undefined) return own;
    const now = this.clock();
    const learned = fresh(this.learned, address, now);
    if (learned !== null) return learned.name;
    const found = fresh(this.found, address, now);
    if (found !== null) return found.name;
    this.want(address);
    return null;
  }

  /** Every name that is known now, by where it is from. Asks reverse DNS where nobody has yet. */
  namesOf(address: string): readonly { readonly name: string; readonly source: "hosts" | "traffic" | "dns" }[] {
    const now = this.clock();
    const own = this.hosts.get(address);
    const learned = fresh(this.learned, address, now)?.name ?? null;
    const found = fresh(this.found, address, now);
    if (found === null) this.want(address);
    return [
      ...(own === undefined ? [] : [{ name: own, source: "hosts" as const }]),
      ...(learned === null ? [] : [{ name: learned, source: "traffic" as const }]),
      ...(found === null || found.name === null ? [] : [{ name: found.name, source: "dns" as const }]),
    ];
  }

  /** An answer of DNS in the traffic. */
  learn(address: string, name: string, seconds: number): void {
    const [least, most] = NAME_LIMITS.learnedMs;
    const until = this.clock() + Math.min(most, Math.max(least, seconds * 1000));
    const shown = cleaned(name);
    keep(this.learned, address, { name: shown, until });
    if (shown === null) return;
    const addresses = this.said.get(shown.toLowerCase()) ?? new Set();
    if (addresses.size < NAME_LIMITS.addresses) addresses.add(address);
    keep(this.said, shown.toLowerCase(), addresses);
  }

  /** The addresses that are or were shown by a name, as far as it is remembered. */
  addressesOf(name: string): readonly string[] {
    const wanted = name.toLowerCase();
    const found = new Set(this.said.get(wanted));
    for (const [address, own] of this.hosts) if (own.toLowerCase() === wanted) found.add(address);
    for (const [address, known] of this.found) if (known.name?.toLowerCase() === wanted) found.add(address);
    return [...found];
  }

  close(): void {
    this.closed = true;
    this.waiting.clear();
    if (this.timer !== null) clearTimeout(this.timer);
    this.resolver?.cancel();
  }

  private want(address: string): void {
    if (this.resolver === null || this.closed || this.flying.has(address) || this.waiting.has(address)) return;
    if (this.waiting.size >= NAME_LIMITS.waiting) {
      const [oldest] = this.waiting;
      this.waiting.delete(oldest!);
    }
    this.waiting.add(address);
    this.send();
  }

  private send(): void {
    const now = this.clock();
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.filled) / 1000) * this.perSecond);
    this.filled = now;
    for (const address of this.waiting) {
      if (this.flying.size >= this.inFlight || this.tokens < 1) break;
      this.tokens--;
      this.waiting.delete(address);
      void this.ask(address);
    }
    if (this.waiting.size > 0 && this.tokens < 1 && this.timer === null && !this.closed) {
      this.timer = setTimeout(
        () => {
          this.timer = null;
          this.send();
        },
        Math.ceil(1000 / this.perSecond),
      );
      this.timer.unref();
    }
  }

  private async ask(address: string): Promise<void> {
    this.flying.add(address);
    this.asked++;
    const known = await this.answer(address);
    this.flying.delete(address);
    if (this.closed) return;
    keep(this.found, address, known);
    this.send();
  }

  private async answer(address: string): Promise<Known> {
    try {
      const [name] = await this.resolver!.reverse(address);
      return { name: name === undefined ? null : cleaned(name), until: this.clock() + NAME_LIMITS.foundMs };
    } catch (error) {
      const none = ["ENOTFOUND", "ENODATA", "EBADNAME"].includes((error as NodeJS.ErrnoException).code ?? "");
      return { name: null, until: this.clock() + (none ? NAME_LIMITS.notFoundMs : NAME_LIMITS.failedMs) };
    }
  }
}

/** Whoever names hosts may be anyone. */
function cleaned(name: string): string | null {
  const text = seenText(name.slice(0, NAME_LIMITS.characters)).replace(/\.$/, "").replaceAll(" ", "\ufffd");
  return text === "" ? null : text;
}

function fresh(map: Map<string, Known>, address: string, now: number): Known | null {
  const known = map.get(address);
  if (known === undefined) return null;
  map.delete(address);
  if (known.until < now) return null;
  // Used last: stands last.
  map.set(address, known);
  return known;
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= NAME_LIMITS.names) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}
