// What the options of `flowgauge track` mean for capture, decoding, tracking and printing.
import { fstatSync } from "node:fs";
import { parseDuration } from "../core/duration.ts";
import type { FieldName } from "../core/elements.ts";
import { UsageError } from "../core/errors.ts";
import type { FlowPrinterOptions } from "../report/index.ts";
import { type FlowStreamOptions, idleTimeouts, type KeyPlan, type TrackWords } from "../track/index.ts";
import { type FlowSettings, flowPlan, isInterface } from "./flow-options.ts";
import { fieldList } from "./option-values.ts";
import { type StorePlan, type StoreSettings, storePlan } from "./store-options.ts";

/** The options as commander gives them. */
export interface TrackSettings extends FlowSettings, StoreSettings {
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
  /** Where flows are kept; null = nowhere. */
  readonly store: StorePlan | null;
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
  const store = storePlan(settings);
  if (store !== null && (settings.events === true || settings.update !== undefined || nftrk)) {
    throw new UsageError(
      "--store keeps flows that have ended: expected no --events, --update and --nftrk beside it; run two commands.",
    );
  }
  const events = store === null && wantsEvents(sources, settings);
  const silent = store !== null && formats.length === 0 && settings.fields === undefined;
  const { open, decode, track, key } = flowPlan(sources, settings);
  return {
    stream: {
      open,
      decode: { ...decode, nonIp: nftrk || decode.nonIp === true, plainEthernet: nftrk },
      track: {
        ...track,
        ...(nftrk ? nftrkFlows(settings, key) : {}),
        startEvents: events,
        updateSeconds: updateSeconds(settings.update ?? (nftrk ? NFTRK_UPDATE : undefined)),
        updateSilent: nftrk,
      },
    },
    store,
    printer: settings.quiet === true || silent ? null : printerOptions(settings, events, key),
  };
}

/** Flows as ONICS makes them. */
function nftrkFlows({ timeout }: TrackSettings, plan: KeyPlan): TrackWords {
  return {
    key: { plan, biflow: true, icmp: "identifier" },
    ...(timeout.length === 0 ? { timeouts: idleTimeouts(NFTRK_IDLE_MS) } : {}),
    initiator: "first",
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
  const fields = settings.fields === undefined ? shown : fieldList(settings.fields, "packets");
  return { format, header: settings.header, ...(fields === undefined ? {} : { fields }) };
}

/** Asked for, or what a person wants to see of traffic as it happens. Machines get records of ended flows unless they ask. */
function wantsEvents(sources: readonly string[], settings: TrackSettings): boolean {
  if (settings.events === true || settings.update !== undefined || settings.nftrk === true) return true;
  if (settings.json === true || settings.csv === true || settings.quiet === true || settings.fields !== undefined)
    return false;
  return sources.some((name) => isInterface(name) || (name === "-" && !fstatSync(0).isFile()));
}

function updateSeconds(text: string | undefined): number {
  if (text === undefined) return 0;
  const seconds = parseDuration(text, "--update") / 1000;
  if (seconds === Number.POSITIVE_INFINITY) return 0;
  if (seconds < 1) throw new UsageError(`--update: expected at least 1s, found "${text}".`);
  return Math.round(seconds);
}
