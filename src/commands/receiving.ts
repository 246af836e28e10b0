// Messages coming in, from sockets or out of captures: one face for every command that collects.
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { openSources } from "../capture/index.ts";
import {
  CaptureCollector,
  type CollectOptions,
  Collector,
  type CollectorOptions,
  type CollectView,
} from "../collect/index.ts";
import { readText } from "../core/text-file.ts";
import type { CollectShown } from "../report/index.ts";
import type { ReceivePlan, TlsPaths } from "./collect-plan.ts";

export type ReceivingView = CollectView & CollectShown;

export interface Receiving {
  readonly view: ReceivingView;
  /** Where sockets are bound, as URLs; empty for captures. */
  readonly listening: readonly string[];
  /** Resolves at the end of captures, or when it is closed; rejects when the sink fails. */
  readonly ended: Promise<void>;
  /** Takes in what has already arrived, hands everything to the sink, and closes. */
  close(): Promise<void>;
}

export interface ReceivingOptions {
  readonly collect: Omit<CollectOptions, "allow" | "sampling" | "clock">;
  /** null = templates are not kept. */
  readonly templates: string | null;
  readonly onNote: (sentence: string) => void;
  readonly onProblem: (problem: Error) => void;
}

/** This process has nothing better to do than to wait for datagrams: in turns of a millisecond they cost half as much. */
const REST_MILLISECONDS = 1;

export async function openReceiving(plan: ReceivePlan, options: ReceivingOptions): Promise<Receiving> {
  const { onNote, onProblem } = options;
  const collect = { ...plan.options, ...options.collect, onNote, onProblem };
  return plan.captures.length > 0 ? openCaptures(plan.captures, collect) : openSockets(plan, collect, options);
}

async function openCaptures(names: readonly string[], collect: CollectOptions): Promise<Receiving> {
  const source = await openSources([...names]);
  const collector = new CaptureCollector(source, collect);
  const ended = collector.run();
  // Who waits for it later must not be too late.
  ended.catch(() => {});
  const problems = () => [...source.problems, ...collector.problems];
  const view = viewOf(collector, problems, () => collector.counts);
  return {
    view,
    listening: [],
    ended,
    async close() {
      await collector.close();
      await ended;
    },
  };
}

async function openSockets(plan: ReceivePlan, collect: CollectOptions, options: ReceivingOptions): Promise<Receiving> {
  const { templates } = options;
  const settings: CollectorOptions = {
    ...collect,
    listen: plan.listen,
    ...(plan.receiveBuffer === null ? {} : { receiveBuffer: plan.receiveBuffer }),
    restMilliseconds: REST_MILLISECONDS,
    ...(plan.tls === null ? {} : { tls: readTls(plan.tls) }),
    ...(templates === null ? {} : { templatesFile: templates }),
  };
  const collector = await Collector.open(settings);
  return {
    view: viewOf(
      collector,
      () => collector.problems,
      () => null,
    ),
    listening: collector.listening.map(
      ({ transport, address, port }) => `${transport}://${address.includes(":") ? `[${address}]` : address}:${port}`,
    ),
    ended: collector.ended,
    close: () => collector.close(),
  };
}

function viewOf(
  collector: CollectView,
  problems: () => readonly Error[],
  packets: () => ReceivingView["packets"],
): ReceivingView {
  return {
    ledger: collector.ledger,
    get problems() {
      return problems();
    },
    notes: collector.notes,
    get relays() {
      return collector.relays;
    },
    get packets() {
      return packets();
    },
    aliasOf: (exporter) => collector.aliasOf(exporter),
    counters: () => collector.counters(),
    options: () => collector.options(),
    templates: () => collector.templates(),
  };
}

function readTls({ cert, key, ca }: TlsPaths): NonNullable<CollectorOptions["tls"]> {
  return {
    cert: readText(cert, "a certificate (PEM)"),
    key: readText(key, "a private key (PEM)"),
    ...(ca === null ? {} : { ca: readText(ca, "certificates of authorities (PEM)") }),
  };
}

/** Folders that are made above one that we chose: ~/.local, ~/.local/state. */
const MOST_FOLDERS = 3;

/** Makes the folder of a file that we chose ourselves; gives why it cannot be, or null. */
export async function makeFolderOf(path: string): Promise<string | null> {
  try {
    await makeFolder(dirname(path), MOST_FOLDERS);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Not by `recursive`, which goes on for ever where a system says ENOENT to everything (Node 20 in /proc). */
async function makeFolder(path: string, above: number): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || above === 0) throw error;
    await makeFolder(dirname(path), above - 1);
    await mkdir(path, { mode: 0o700 });
  }
}
