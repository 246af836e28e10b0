// What the options of `flowgauge export` mean for capture, tracking and exporting.
import { isIP } from "node:net";
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";
import { type ExporterOptions, exportOptions, LEAST_MTU, MOST_MTU } from "../export/index.ts";
import type { FlowStreamOptions } from "../track/index.ts";
import { exporterTls } from "./exporter-tls.ts";
import { type FlowSettings, flowPlan, isInterface } from "./flow-options.ts";
import { whole } from "./option-values.ts";

/** The options as commander gives them. */
export interface ExportSettings extends FlowSettings {
  readonly to: readonly string[];
  readonly protocol: ExporterOptions["protocol"];
  readonly biflow?: true;
  readonly times: ExporterOptions["times"];
  readonly balance?: true;
  readonly rate?: string;
  readonly domain: string;
  readonly sampling?: string;
  readonly templateMessages: string;
  readonly templateTime: string;
  readonly mtu: string;
  readonly patience: string;
  readonly sourceAddress?: string;
  readonly ttl?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsName?: string;
  readonly summary: "text" | "json" | "none";
}

export interface ExportPlan {
  readonly stream: FlowStreamOptions;
  readonly exporter: ExporterOptions;
}

const MOST_U32 = 0xffff_ffff;
const MOST_RATE = 1_000_000_000;

export function exportPlanOf(sources: readonly string[], settings: ExportSettings): ExportPlan {
  const { sourceAddress, tlsCa, tlsCert, tlsKey, tlsName } = settings;
  if (sourceAddress !== undefined && isIP(sourceAddress) === 0) {
    throw new UsageError(`--source-address: expected an address of this machine, found "${sourceAddress}".`);
  }
  const { open, decode, track } = flowPlan(sources, settings);
  return {
    stream: { open, decode, track },
    exporter: exportOptions({
      to: settings.to,
      protocol: settings.protocol,
      biflow: settings.biflow === true,
      times: settings.times,
      balance: settings.balance === true,
      rate: number(settings.rate, "--rate", 1, MOST_RATE) ?? 0,
      domain: whole(settings.domain, "--domain", 0, MOST_U32),
      sampling: number(settings.sampling, "--sampling", 1, MOST_U32) ?? 0,
      refreshMessages: whole(settings.templateMessages, "--template-messages", 1, MOST_RATE),
      refreshMs: parseDuration(settings.templateTime, "--template-time"),
      mtu: whole(settings.mtu, "--mtu", LEAST_MTU, MOST_MTU),
      patienceMs: parseDuration(settings.patience, "--patience"),
      sourceAddress: sourceAddress ?? null,
      ttl: number(settings.ttl, "--ttl", 1, 255),
      tls: exporterTls(settings.to, { ca: tlsCa, cert: tlsCert, key: tlsKey, name: tlsName }, "--tls"),
      realClock: sources.some(isInterface),
    }),
  };
}

function number(text: string | undefined, option: string, least: number, most: number): number | null {
  return text === undefined ? null : whole(text, option, least, most);
}
