// What the options of `flowgauge collect` mean for sockets, captures, decoding, and where records go.
import { homedir } from "node:os";
import { join } from "node:path";
import {
  type AllowEntry,
  COLLECT_LIMITS,
  type CollectOptions,
  type ListenAddress,
  parseAllow,
  parseListen,
  parseRelay,
} from "../collect/index.ts";
import { formatAddress, parseAddress } from "../core/address.ts";
import { UsageError } from "../core/errors.ts";
import { readText } from "../core/text-file.ts";
import { type ExporterOptions, exportOptions } from "../export/index.ts";
import type { FlowPrinterOptions } from "../report/index.ts";
import { exporterTls } from "./exporter-tls.ts";
import { isInterface } from "./flow-options.ts";
import { fieldList, octets, waitingTime, whole } from "./option-values.ts";
import { type StorePlan, type StoreSettings, storePlan } from "./store-options.ts";

/** Options of commands that collect, as commander gives them. */
export interface ReceiveSettings {
  readonly listen?: readonly string[];
  readonly allow?: readonly string[];
  readonly allowFile?: string;
  readonly buffer?: string;
  readonly sampling?: readonly string[];
  readonly clock?: "repair" | "keep";
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
  readonly for?: string;
}

export interface CollectSettings extends ReceiveSettings, StoreSettings {
  readonly templates?: string;
  readonly relay?: readonly string[];
  readonly spoof?: true;
  readonly to?: readonly string[];
  readonly protocol: ExporterOptions["protocol"];
  readonly toTlsCa?: string;
  readonly toTlsCert?: string;
  readonly toTlsKey?: string;
  readonly toTlsName?: string;
  readonly biflow?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly fields?: string;
  readonly header: boolean;
  readonly quiet?: true;
  readonly native?: string;
  readonly sync?: string;
  readonly options?: string;
  readonly counters?: string;
  readonly stats?: string;
  readonly metrics?: string;
  readonly summary: "text" | "json" | "none";
  readonly count?: string;
}

/** Paths of PEM files. */
export interface TlsPaths {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | null;
}

/** Where messages come from: sockets, or captures; one of the lists is empty. */
export interface ReceivePlan {
  readonly listen: readonly ListenAddress[];
  readonly captures: readonly string[];
  /** Octets; null = nobody asked for a number. */
  readonly receiveBuffer: number | null;
  readonly tls: TlsPaths | null;
  readonly options: Pick<CollectOptions, "allow" | "sampling" | "clock">;
  /** Infinity = until it is stopped, or the captures end. */
  readonly milliseconds: number;
}

export interface CollectPlan {
  readonly receive: ReceivePlan;
  readonly relay: Pick<CollectOptions, "relay" | "spoof">;
  /** Records sent on as messages of our own; null = not. */
  readonly exporter: ExporterOptions | null;
  /** null = nowhere. */
  readonly templates: string | null;
  /** The folder of `templates` is ours to make, and nobody asked for it: it is no problem where it cannot be had. */
  readonly templatesByDefault: boolean;
  /** null: print no records. */
  readonly printer: FlowPrinterOptions | null;
  readonly native: string | null;
  /** Where they are kept; null = nowhere. */
  readonly store: StorePlan | null;
  /** Milliseconds until what was written to it is on the disk; Infinity = when the system likes, and at the end. */
  readonly syncMs: number;
  readonly optionsFile: string | null;
  readonly countersFile: string | null;
  /** Milliseconds; 0 = never. */
  readonly statsMs: number;
  readonly metrics: { readonly host: string; readonly port: number } | null;
  readonly summary: CollectSettings["summary"];
  readonly records: number;
}

const DEFAULT_LISTEN = "udp://:2055";
const MOST_RECORDS = Number.MAX_SAFE_INTEGER;

export function collectPlanOf(sources: readonly string[], settings: CollectSettings): CollectPlan {
  const receive = receivePlan(sources, settings);
  const sockets = receive.captures.length === 0;
  if (!sockets && settings.templates !== undefined && settings.templates !== "none") {
    throw new UsageError(
      "--templates keeps what exporters said for the next run: expected sockets, found capture files.",
    );
  }
  const relay = (settings.relay ?? []).map((text) => named("--relay", () => parseRelay(text)));
  if (settings.spoof === true && relay.length === 0) {
    throw new UsageError("--spoof sends as the exporter: expected --relay HOST:PORT beside it, found none.");
  }
  return {
    receive,
    relay: {
      ...(relay.length === 0 ? {} : { relay }),
      ...(settings.spoof === true ? { spoof: true } : {}),
    },
    exporter: exporterOf(settings, sockets || receive.captures.some(isInterface)),
    templates: !sockets || settings.templates === "none" ? null : (settings.templates ?? defaultTemplates()),
    templatesByDefault: settings.templates === undefined,
    ...outputs(settings),
    statsMs: statsMs(settings.stats),
    metrics: settings.metrics === undefined ? null : parseHostPort(settings.metrics, "--metrics"),
    summary: settings.summary,
    records: settings.count === undefined ? MOST_RECORDS : whole(settings.count, "--count", 1, MOST_RECORDS),
  };
}

/** Sources and the options of receiving; the same for all commands that collect. */
export function receivePlan(sources: readonly string[], settings: ReceiveSettings): ReceivePlan {
  const addresses = [...sources.filter((source) => source.includes("://")), ...(settings.listen ?? [])];
  const captures = sources.filter((source) => !source.includes("://"));
  if (captures.length > 0 && addresses.length > 0) {
    throw new UsageError(
      `expected sockets or captures, found both: ${addresses.join(" ")} and ${captures.join(" ")}; run one command for each.`,
    );
  }
  const listen =
    captures.length > 0
      ? []
      : (addresses.length > 0 ? addresses : [DEFAULT_LISTEN]).map((text) => named("--listen", () => parseListen(text)));
  const sampling = new Map((settings.sampling ?? []).map(parseSampling));
  return {
    listen,
    captures,
    receiveBuffer: settings.buffer === undefined ? null : octets(settings.buffer, "--buffer", 4096, 1_073_741_824),
    tls: tlsPaths(listen, settings),
    options: {
      allow: allowList(settings),
      clock: settings.clock ?? (captures.length > 0 ? "keep" : "repair"),
      ...(sampling.size === 0 ? {} : { sampling }),
    },
    milliseconds: settings.for === undefined ? Number.POSITIVE_INFINITY : waitingTime(settings.for, "--for", "100ms"),
  };
}

/** An error that names the option. */
function named<T>(option: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}

function allowList({ allow = [], allowFile }: ReceiveSettings): readonly AllowEntry[] {
  const entries = allow.map((text) => named("--allow", () => parseAllow(text)));
  if (allowFile === undefined) return entries;
  const lines = readText(allowFile, "a list of exporters").split("\n");
  for (const [index, line] of lines.entries()) {
    const text = line.replace(/#.*$/, "").trim();
    if (text !== "") entries.push(named(`${allowFile}, line ${index + 1}`, () => parseAllow(text)));
  }
  if (entries.length === 0) {
    throw new UsageError(`${allowFile}: expected at least one exporter, found none: nobody would be allowed.`);
  }
  return entries;
}

/** `EXPORTER=N` */
function parseSampling(text: string): [string, number] {
  const [, exporter = "", rate = ""] = /^(.*)=(\d+)$/.exec(text) ?? [];
  const address = parseAddress(exporter);
  if (address === null || !(Number(rate) >= 1 && Number(rate) <= 0xffff_ffff)) {
    throw new UsageError(`--sampling: expected EXPORTER=N such as 192.0.2.1=1000, found "${text}".`);
  }
  return [formatAddress(address), Number(rate)];
}

/** `live`: records come as they like, and cannot wait. */
function exporterOf(settings: CollectSettings, live: boolean): ExporterOptions | null {
  const { to = [], protocol, biflow, toTlsCa: ca, toTlsCert: cert, toTlsKey: key, toTlsName: name } = settings;
  const tls = exporterTls(to, { ca, cert, key, name }, "--to-tls");
  if (to.length > 0) return exportOptions({ to, protocol, biflow: biflow === true, tls, live, realClock: live });
  if (biflow === true)
    throw new UsageError("--biflow is of what is sent on: expected --to udp://HOST:PORT, found none.");
  return null;
}

function tlsPaths(listen: readonly ListenAddress[], { tlsCert, tlsKey, tlsCa }: ReceiveSettings): TlsPaths | null {
  const wanted = listen.some(({ transport }) => transport === "tls");
  const given = tlsCert !== undefined || tlsKey !== undefined || tlsCa !== undefined;
  if (!wanted) {
    if (given)
      throw new UsageError("--tls-cert, --tls-key and --tls-ca belong to --listen tls://ADDRESS:PORT, found none.");
    return null;
  }
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageError("tls:// needs a certificate: expected --tls-cert FILE and --tls-key FILE (PEM), found none.");
  }
  return { cert: tlsCert, key: tlsKey, ca: tlsCa ?? null };
}

/** Where a service keeps what it knows: as root for the system, else for the person. */
function defaultTemplates(): string {
  const folder =
    process.getuid?.() === 0
      ? "/var/lib/flowgauge"
      : join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "flowgauge");
  return join(folder, "templates.json");
}

type Outputs = Pick<CollectPlan, "printer" | "native" | "store" | "syncMs" | "optionsFile" | "countersFile">;

/** One thing at the most goes to standard output: records, unless something else is asked for there. */
function outputs(settings: CollectSettings): Outputs {
  const { json, csv, fields, quiet, native, sync, options, counters, to } = settings;
  if (json && csv) throw new UsageError("expected one output format, found --json and --csv; choose one.");
  const dashes = [native === "-" && "--native -", options === "-" && "--options -", counters === "-" && "--counters -"];
  const onStdout = dashes.filter((word) => word !== false);
  const form = [json && "--json", csv && "--csv", fields !== undefined && "--fields"].filter(Boolean);
  if (quiet && form.length > 0) throw new UsageError(`expected --quiet or ${form.join(" ")}, found both; choose one.`);
  if (onStdout.length > 1 || (onStdout.length === 1 && form.length > 0)) {
    throw new UsageError(
      `standard output takes one thing: found ${[...onStdout, ...form].join(" and ")}; give one of them a file.`,
    );
  }
  const store = storePlan(settings);
  const elsewhere = onStdout.length > 0 || native !== undefined || to !== undefined || store !== null;
  const print = form.length > 0 || (quiet !== true && !elsewhere);
  if (sync !== undefined && (native === undefined || native === "-"))
    throw new UsageError("--sync is for the file of --native: expected one beside it, found none.");
  return {
    printer: print ? printerOptions(settings) : null,
    native: native ?? null,
    store,
    syncMs: sync === undefined ? Number.POSITIVE_INFINITY : waitingTime(sync, "--sync", "1ms"),
    optionsFile: options ?? null,
    countersFile: counters ?? null,
  };
}

function printerOptions({ json, csv, fields, header }: CollectSettings): FlowPrinterOptions {
  return {
    format: json ? "json" : csv ? "csv" : "line",
    from: "messages",
    header,
    ...(fields === undefined ? {} : { fields: fieldList(fields, "messages") }),
  };
}

function statsMs(text: string | undefined): number {
  if (text === undefined) return 0;
  const milliseconds = waitingTime(text, "--stats", "1s");
  return milliseconds === Number.POSITIVE_INFINITY ? 0 : milliseconds;
}

/** `9100`, `:9100`, `127.0.0.1:9100`, `[::1]:9100`; without a host the loopback, as nobody is asked for a password. */
export function parseHostPort(text: string, option: string): { host: string; port: number } {
  const [, bracketed, plain, digits = ""] = /^(?:(?:\[([^\]]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === "" || port > 65_535) {
    throw new UsageError(
      `${option}: expected HOST:PORT or a PORT alone, from 0 (any that is free) to 65535, such as 127.0.0.1:9155 or 9155, found "${text}".`,
    );
  }
  return { host: bracketed ?? (plain || "127.0.0.1"), port };
}

export const DEFAULT_BUFFER = `${COLLECT_LIMITS.receiveBuffer / 1_048_576}M`;
