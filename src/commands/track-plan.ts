// What the options of `flowgauge track` mean for capture, decoding, tracking and printing.
import { fstatSync } from "node:fs";
import { parseDuration } from "../core/duration.ts";
import { ELEMENTS, type FieldName, findElement } from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import type { FlowPrinterOptions } from "../report/index.ts";
import {
  type FlowStreamOptions,
  idleTimeouts,
  type KeyPlan,
  MOST_FLOWS,
  parseKey,
  parseTimeouts,
  TRACK_DEFAULTS,
  type TrackWords,
} from "../track/index.ts";

/** The options as commander gives them. */
export interface TrackSettings {
  readonly key: string;
  readonly uniflow?: true;
  readonly timeout: readonly string[];
  readonly maxFlows: string;
  readonly tunnel: "outer" | "inner";
  readonly icmpErrors: "own" | "attach";
  readonly nonIp?: true;
  readonly bpf?: string;
  readonly snaplen?: string;
  readonly promisc: boolean;
  readonly events?: true;
  readonly update?: string;
  readonly nftrk?: true;
  readonly json?: true;
  readonly csv?: true;
  readonly fields?: string;
  readonly header: boolean;
  readonly quiet?: true;
  readonly summary: "text" | "json" | "none";
}

export interface TrackPlan {
  readonly stream: FlowStreamOptions;
  /** null: print no flows. */
  readonly printer: FlowPrinterOptions | null;
}

const NFTRK_IDLE_MS = 60_000;
const NFTRK_UPDATE = "10s";

export function plan(sources: readonly string[], settings: TrackSettings): TrackPlan {
  const formats = [settings.nftrk && "--nftrk", settings.json && "--json", settings.csv && "--csv"].filter(Boolean);
  if (formats.length > 1)
    throw new UsageError(`expected one output format, found ${formats.join(" and ")}; choose one.`);
  const nftrk = settings.nftrk === true;
  if (nftrk && (settings.key !== "5tuple" || settings.uniflow === true)) {
    throw new UsageError(
      "--nftrk makes the flows of ONICS nftrk: expected no --key and no --uniflow beside it; leave them out.",
    );
  }
  const events = wantsEvents(sources, settings);
  const interfaces = sources.some((name) => name.startsWith("iface:"));
  if (!interfaces && (settings.bpf !== undefined || settings.snaplen !== undefined || !settings.promisc)) {
    throw new UsageError(
      `--bpf, --snaplen and --no-promisc apply to interfaces: expected a source iface:NAME, found ${sources.join(" ")}.`,
    );
  }
  const key = parseKey(settings.key);
  const track: TrackWords = {
    key: { plan: key, biflow: settings.uniflow !== true, icmp: nftrk ? "identifier" : "typeCode" },
    timeouts: nftrk && settings.timeout.length === 0 ? idleTimeouts(NFTRK_IDLE_MS) : parseTimeouts(settings.timeout),
    maxFlows: whole(settings.maxFlows, "--max-flows", 1, MOST_FLOWS),
    icmpErrors: settings.icmpErrors,
    initiator: nftrk ? "first" : TRACK_DEFAULTS.initiator,
    startEvents: events,
    updateSeconds: updateSeconds(settings.update ?? (nftrk ? NFTRK_UPDATE : undefined)),
    updateSilent: nftrk,
  };
  return {
    stream: {
      open: {
        ...(settings.bpf === undefined ? {} : { bpf: settings.bpf }),
        ...(settings.snaplen === undefined ? {} : { snapLength: whole(settings.snaplen, "--snaplen", 1, 262_144) }),
        ...(settings.promisc ? {} : { promiscuous: false }),
      },
      decode: { tunnel: settings.tunnel, nonIp: nftrk || settings.nonIp === true, plainEthernet: nftrk },
      track,
    },
    printer: settings.quiet === true ? null : printerOptions(settings, events, key),
  };
}

/** What the lines of `line` and `events` are made for. A key with less in it is shown as columns, its own fields first. */
const WHOLE_LINE = ["srcAddr", "dstAddr", "srcPort", "dstPort", "proto"] as const;

function keyColumns(key: KeyPlan): readonly FieldName[] {
  const both: FieldName[] = key.symmetric ? ["reversePackets", "reverseBytes"] : [];
  return ["start", "end", ...key.fields, "packets", "bytes", ...both, "endReason"];
}

function printerOptions(settings: TrackSettings, events: boolean, key: KeyPlan): FlowPrinterOptions {
  const format = settings.nftrk ? "nftrk" : settings.json ? "json" : settings.csv ? "csv" : events ? "events" : "line";
  const lines = format === "line" || format === "events";
  const shown = lines && !WHOLE_LINE.every((name) => key.fields.includes(name)) ? keyColumns(key) : undefined;
  const fields = settings.fields?.split(",").map((word) => fieldName(word.trim())) ?? shown;
  return { format, header: settings.header, ...(fields === undefined ? {} : { fields }) };
}

/** Asked for, or what a person wants to see of traffic as it happens. Machines get records of ended flows unless they ask. */
function wantsEvents(sources: readonly string[], settings: TrackSettings): boolean {
  if (settings.events === true || settings.update !== undefined || settings.nftrk === true) return true;
  if (settings.json === true || settings.csv === true || settings.quiet === true || settings.fields !== undefined)
    return false;
  return sources.some((name) => name.startsWith("iface:") || (name === "-" && !fstatSync(0).isFile()));
}

function updateSeconds(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = parseDuration(text, "--update") / 1000;
  if (seconds === Number.POSITIVE_INFINITY) return 0;
  if (seconds < 1) throw new UsageError(`--update: expected at least 1s, found "${text}".`);
  return Math.round(seconds);
}

function whole(text: string, option: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option}: expected a whole number from ${least} to ${most}, found "${text}".`);
}

function fieldName(word: string): FieldName {
  const name = findElement(word)?.name as FieldName | undefined;
  if (name !== undefined) return name;
  const names = ELEMENTS.map((element) => element.name);
  throw new UsageError(`--fields: expected fields of ${names.join(", ")}; found ${quoteWithHint(word, names)}.`);
}
