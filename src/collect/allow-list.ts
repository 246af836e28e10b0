// The list of exporters that are believed: addresses or prefixes, each with an alias and an observation domain, if wanted.
import { isIP } from "node:net";
import { parseAddress } from "../core/address.ts";
import { UsageError } from "../core/errors.ts";

export interface AllowEntry {
  /** 16 octets, IPv4 as ::ffff:a.b.c.d. */
  readonly address: Uint8Array;
  /** Bits of those 16 octets that count, 0..128. */
  readonly prefix: number;
  /** What the exporter is called in the ledger; null = its address. */
  readonly alias: string | null;
  /** The only observation domain that is taken; null = any. */
  readonly domain: number | null;
}

const SHAPE = /^([0-9a-f.:]+)(?:\/(\d{1,3}))?(?:=([^@=]+))?(?:@(\d{1,10}))?$/i;

/** `ADDRESS[/PREFIX][=ALIAS][@DOMAIN]`; throws a UsageError where it is something else. */
export function parseAllow(text: string): AllowEntry {
  const parts = SHAPE.exec(text);
  const address = parts === null ? null : parseAddress(parts[1]!);
  if (parts === null || address === null) {
    throw new UsageError(`expected ADDRESS[/PREFIX][=ALIAS][@DOMAIN], such as 192.0.2.0/24=edge@256, found ${text}`);
  }
  const bits = isIP(parts[1]!) === 4 ? 32 : 128;
  const prefix = Number(parts[2] ?? bits);
  if (prefix > bits) throw new UsageError(`expected a prefix of 0 to ${bits} bits, found /${prefix} in ${text}`);
  const domain = parts[4] === undefined ? null : Number(parts[4]);
  if (domain !== null && domain > 0xffff_ffff) {
    throw new UsageError(`expected an observation domain of 0 to 4294967295, found ${domain} in ${text}`);
  }
  return { address, prefix: prefix + 128 - bits, alias: parts[3] ?? null, domain };
}

/** What the list says of one exporter address. */
export interface Permission {
  readonly allowed: boolean;
  /** The only domains that are taken; null = all. */
  readonly domains: readonly number[] | null;
  readonly alias: string | null;
}

const EVERYBODY: Permission = { allowed: true, domains: null, alias: null };
const NOBODY: Permission = { allowed: false, domains: null, alias: null };

/**
 * Judges an address (16 octets). An exporter is taken where any entry has its address; its alias is that of the longest prefix
 * that gives one. Entries with domains restrict it only where no entry takes all of them. For each new address once: callers
 * remember the answer.
 */
export function judge(entries: readonly AllowEntry[], address: Uint8Array): Permission {
  if (entries.length === 0) return EVERYBODY;
  const matching = entries.filter((entry) => covers(entry, address)).sort((a, b) => b.prefix - a.prefix);
  if (matching.length === 0) return NOBODY;
  const domains = matching.map(({ domain }) => domain).filter((domain) => domain !== null);
  return {
    allowed: true,
    domains: domains.length < matching.length ? null : domains,
    alias: matching.find(({ alias }) => alias !== null)?.alias ?? null,
  };
}

function covers({ address, prefix }: AllowEntry, other: Uint8Array): boolean {
  const whole = prefix >> 3;
  for (let i = 0; i < whole; i++) if (address[i] !== other[i]) return false;
  const rest = prefix & 7;
  return rest === 0 || (address[whole]! ^ other[whole]!) >> (8 - rest) === 0;
}
