// What `flowgauge top` looks at: an interface, a pipe, captures played back, a collector's port, Native files, a store.
import { fstatSync, statSync } from "node:fs";
import { type Command, Option } from "commander";
import { parseDuration } from "../core/duration.ts";
import { SourceError, UsageError } from "../core/errors.ts";
import { HostNames, LiveTable, readHostsFile } from "../live/index.ts";
import type { FilterOptions } from "../query/index.ts";
import { addFlowOptions, type FlowSettings, flowPlan, isInterface } from "./flow-options.ts";
import type { FeedPlan, TopFeed } from "./top-feed.ts";
import { watchInterfaces } from "./top-interfaces.ts";
import { listenToExporters } from "./top-listening.ts";
import { watchPipe } from "./top-pipe.ts";
import { playFiles } from "./top-playing.ts";
import { speedOf } from "./top-speed.ts";
import { followStore } from "./top-store.ts";

/** The options of sources and flows as commander gives them. */
export interface TopSourceSettings extends FlowSettings {
  readonly speed?: string;
  readonly since?: string;
  readonly hosts?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsCa?: string;
}

export interface TopSourceOptions {
  /** There is a screen: files are played at their own pace, and the last minutes are kept. */
  readonly screen: boolean;
  readonly signal: AbortSignal;
  /** What filters may refer to. */
  readonly filters: FilterOptions;
}

export function addTopSourceOptions(command: Command): Command {
  return addFlowOptions(command)
    .optionsGroup("Sources:")
    .addOption(
      new Option(
        "--speed <n>",
        "files: n times as fast as they were recorded, or max (default: 1; without a screen: max)",
      ),
    )
    .option("--since <duration>", "a store: how long before now the picture begins (default: 10m)")
    .option("--hosts <file>", "names of hosts, as /etc/hosts is written; they come first")
    .option("--tls-cert <file>", "certificate for tls:// (PEM)")
    .option("--tls-key <file>", "its private key")
    .option("--tls-ca <file>", "exporters must have a certificate of these authorities");
}

type Kind = "interface" | "pipe" | "file" | "address" | "store";

const FEEDS: Readonly<Record<Kind, (plan: FeedPlan) => Promise<TopFeed>>> = {
  interface: watchInterfaces,
  pipe: watchPipe,
  file: playFiles,
  address: listenToExporters,
  store: followStore,
};

/** Opens the sources; they fill the table from now on. Rejects with a sentence where one cannot be had. */
export async function openTopSource(
  names: readonly string[],
  settings: TopSourceSettings,
  { screen, signal, filters }: TopSourceOptions,
): Promise<TopFeed> {
  const kinds = new Set(names.map(kindOf));
  const [kind] = kinds;
  if (kind === undefined) throw new UsageError("expected a source such as iface:eth0, found none.");
  if (kinds.size > 1) {
    throw new UsageError(`expected sources of one kind, found ${names.join(" ")}; run one command for each.`);
  }
  if (settings.speed !== undefined && kind !== "file") {
    throw new UsageError(`--speed plays files: expected files, found ${names.join(" ")}.`);
  }
  if (settings.since !== undefined && kind !== "store") {
    throw new UsageError(`--since is of stores: expected a store, found ${names.join(" ")}.`);
  }
  const { open, decode, track, key } = flowPlan(names, settings);
  const speed = settings.speed === undefined ? (screen ? 1 : Number.POSITIVE_INFINITY) : speedOf(settings.speed);
  const hosts = settings.hosts === undefined ? new Map<string, string>() : readHostsFile(settings.hosts);
  // Nobody is asked before a picture shows names.
  const hostNames = new HostNames({ hosts });
  const { tlsCert, tlsKey, tlsCa } = settings;
  const tls = {
    ...(tlsCert === undefined ? {} : { tlsCert }),
    ...(tlsKey === undefined ? {} : { tlsKey }),
    ...(tlsCa === undefined ? {} : { tlsCa }),
  };
  const plan: FeedPlan = {
    ...{ sources: names, open, decode, track, key, biflow: settings.uniflow !== true && key.symmetric },
    ...{ speed, sinceSeconds: sinceOf(settings.since), history: screen, names: hostNames, tls, signal },
    table: (options, parts) => new LiveTable({ sources: names, history: screen, ...options }, { ...parts, filters }),
  };
  try {
    return await FEEDS[kind](plan);
  } catch (error) {
    hostNames.close();
    throw error;
  }
}

const SINCE_SECONDS = 600;
const LONGEST_SINCE = 86_400;

function sinceOf(text: string | undefined): number {
  if (text === undefined) return SINCE_SECONDS;
  const seconds = Math.ceil(parseDuration(text, "--since") / 1000);
  if (seconds <= LONGEST_SINCE) return seconds;
  throw new UsageError(`--since: expected at most 24h, found "${text}"; flowgauge query answers what is longer ago.`);
}

function kindOf(name: string): Kind {
  if (isInterface(name)) return "interface";
  if (name === "-") return fstatSync(0).isFile() ? "file" : "pipe";
  if (name.startsWith("store:")) return "store";
  if (/^(udp|tcp|tls):\/\//.test(name)) return "address";
  if (/^[a-z]+:\/\//.test(name)) {
    throw new SourceError(
      { source: name },
      "expected iface:NAME, a capture, -, udp://, tcp://, tls://, a Native file or a store, found none of these",
    );
  }
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() === true ? "store" : "file";
}
