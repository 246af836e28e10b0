// What an exporter can be told, and what it does untold.
import { UsageError } from "../core/errors.ts";
import type { ExportProtocol, ExportTimes } from "../wire/index.ts";
import { type DestinationName, parseDestinations } from "./destination-name.ts";
import type { TlsOptions } from "./stream-link.ts";

export interface ExporterOptions {
  /** Lists of destinations: udp://192.0.2.1:2055,udp://[2001:db8::1]:2055 */
  readonly to: readonly string[];
  readonly protocol: ExportProtocol;
  /** Each flow to one of the destinations, the same one for both of its directions; else each to all of them. */
  readonly balance: boolean;
  readonly biflow: boolean;
  readonly times: ExportTimes;
  readonly domain: number;
  readonly sampling: number;
  /** Octets of an IP packet at the most. */
  readonly mtu: number;
  /** Records per second to each destination at the most; 0 = as fast as they come. */
  readonly rate: number;
  /** UDP: templates are sent again after so many messages, and after so many milliseconds. */
  readonly refreshMessages: number;
  readonly refreshMs: number;
  /** Milliseconds that a TCP or TLS collector that is not there is waited for before its records are dropped. */
  readonly patienceMs: number;
  readonly sourceAddress: string | null;
  readonly ttl: number | null;
  readonly tls: TlsOptions;
  /** Records come as they like: a collector that is away is waited for until the end. Else for `patienceMs`. */
  readonly live: boolean;
  /** Messages have the time when they are made, as of an interface; else that of the records. */
  readonly realClock: boolean;
}

/** Flows that are held for each destination of a live exporter while it is away or slow. */
export const MOST_HELD = 65_536;
export const HELD_TEXT = "65,536 flows";

export const EXPORT_DEFAULTS: Omit<ExporterOptions, "to"> = {
  protocol: "v9",
  balance: false,
  biflow: false,
  times: "milli",
  domain: 0,
  sampling: 0,
  mtu: 1500,
  rate: 0,
  refreshMessages: 20,
  refreshMs: 60_000,
  patienceMs: 10_000,
  sourceAddress: null,
  ttl: null,
  tls: { ca: null, cert: null, key: null, name: null },
  live: false,
  realClock: false,
};

/** The smallest IP packet that holds a header, a record of every field and each template. */
export const LEAST_MTU = 576;
export const MOST_MTU = 65_535;

/** Options as a program gives them, completed and checked. */
export function exportOptions(words: Partial<ExporterOptions> & { readonly to: readonly string[] }): ExporterOptions {
  const options = { ...EXPORT_DEFAULTS, ...words };
  destinationsOf(options);
  return options;
}

/** The destinations of the options. What does not go together is a UsageError. */
export function destinationsOf(options: ExporterOptions): DestinationName[] {
  const { protocol, biflow, times, domain, balance } = options;
  const destinations = options.to.flatMap(parseDestinations);
  if (destinations.length === 0) throw new UsageError("expected a destination, found none; --to udp://HOST:PORT.");
  const twice = destinations.find(({ name }, at) => destinations.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw new UsageError(`--to: expected each destination once, found ${twice.name} twice.`);
  const stream = destinations.find(({ transport }) => transport !== "udp");
  if (stream !== undefined && protocol !== "ipfix") {
    throw new UsageError(
      `--to ${stream.name}: expected --protocol ipfix over ${stream.transport}, found ${protocol}, which does not say where a message ends.`,
    );
  }
  if (biflow && protocol !== "ipfix")
    throw new UsageError(`--biflow: expected --protocol ipfix, which has biflows (RFC 5103), found ${protocol}.`);
  if (times !== EXPORT_DEFAULTS.times && protocol !== "ipfix")
    throw new UsageError(`--times: expected --protocol ipfix, found ${protocol}, whose times are milliseconds.`);
  if (protocol === "v5" && domain > 65_535)
    throw new UsageError(`--domain: expected at most 65535 (engine type * 256 + engine id) for v5, found ${domain}.`);
  if (balance && destinations.length === 1)
    throw new UsageError("--balance: expected several destinations, found one; leave it out or add some.");
  return destinations;
}
