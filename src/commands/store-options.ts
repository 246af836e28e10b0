// The options of keeping flows in a store, for every command that has flows: where, in which intervals, what follows, what is kept.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";
import {
  commandWords,
  defaultStore,
  hasLimits,
  type KeepPolicy,
  type LedgerSources,
  STORE_DEFAULTS,
  STORE_LIMITS,
  StoreWriter,
  type StoreWriterOptions,
} from "../store/index.ts";
import { octets, whole } from "./option-values.ts";

/** The options as commander gives them. */
export interface StoreSettings extends KeepSettings {
  readonly store?: string | true;
  readonly rotate?: string;
  readonly onSeal?: string;
  readonly storeMemory?: string;
}

export interface KeepSettings {
  readonly keepAge?: string;
  readonly keepSize?: string;
  readonly keepFree?: string;
  readonly keepCount?: string;
}

/** What they mean for a StoreWriter. */
export interface StorePlan extends Pick<StoreWriterOptions, "intervalSeconds" | "onSeal" | "memoryOctets" | "keep"> {
  /** Absolute. */
  readonly folder: string;
}

const DEFAULT_ROTATE = `${STORE_DEFAULTS.intervalSeconds / 60}m`;
const DEFAULT_MEMORY = `${STORE_DEFAULTS.memoryOctets / 1_048_576}M`;

/** Adds the group of options "The store". */
export function withStoring(command: Command): Command {
  command
    .optionsGroup("The store:")
    .option("--store [dir]", "keep the flows in a store (default: $FLOWGAUGE_STORE, or the person's own)")
    .option("--rotate <duration>", `length of an interval, 1s to 1d (default: ${DEFAULT_ROTATE})`)
    .option("--on-seal <command>", "run this for each segment: %p its path, %t its time ... (docs/store.md)")
    .option("--store-memory <octets>", `flows that wait in memory while the disk is full (default: ${DEFAULT_MEMORY})`);
  return withKeeping(command);
}

/** Adds what is kept: the strictest limit decides. */
export function withKeeping(command: Command): Command {
  return command
    .option("--keep-age <duration>", "delete segments that are older")
    .option("--keep-size <octets>", "delete the oldest segments beyond so many octets: 500G")
    .option("--keep-free <share|octets>", "delete the oldest segments until so much of the disk is free: 10%, 20G")
    .option("--keep-count <n>", "delete the oldest segments beyond so many");
}

/** null = no store was asked for. */
export function storePlan(settings: StoreSettings): StorePlan | null {
  const { store, rotate, onSeal, storeMemory } = settings;
  const keep = keepPolicy(settings);
  if (store === undefined) {
    const alone = [
      rotate !== undefined && "--rotate",
      onSeal !== undefined && "--on-seal",
      storeMemory !== undefined && "--store-memory",
      hasLimits(keep) && "--keep-...",
    ].find((word) => word !== false);
    if (alone === undefined) return null;
    throw new UsageError(`${alone} is of a store: expected --store DIR beside it, found none.`);
  }
  if (onSeal !== undefined) commandWords(onSeal);
  return {
    folder: resolve(store === true ? defaultStore() : folderOf(store)),
    intervalSeconds: rotate === undefined ? STORE_DEFAULTS.intervalSeconds : interval(rotate),
    onSeal: onSeal ?? null,
    memoryOctets:
      storeMemory === undefined
        ? STORE_DEFAULTS.memoryOctets
        : octets(storeMemory, "--store-memory", 1_048_576, 2 ** 40),
    keep,
  };
}

/** `live`: flows come whether we are ready or not. */
export function openStore(
  { folder, ...options }: StorePlan,
  live: boolean,
  onNote: (sentence: string) => void,
  ledger: LedgerSources,
): Promise<StoreWriter> {
  return StoreWriter.open(folder, { ...options, live, onNote, ledger });
}

export function keepPolicy({ keepAge, keepSize, keepFree, keepCount }: KeepSettings): KeepPolicy {
  const free = keepFree === undefined ? null : freeOf(keepFree);
  return {
    ...(keepAge === undefined ? {} : { ageSeconds: ageOf(keepAge) }),
    ...(keepSize === undefined ? {} : { octets: octets(keepSize, "--keep-size", 0, Number.MAX_SAFE_INTEGER) }),
    ...free,
    ...(keepCount === undefined ? {} : { segments: whole(keepCount, "--keep-count", 0, Number.MAX_SAFE_INTEGER) }),
  };
}

/** A word behind --store may have been meant as a source. */
function folderOf(text: string): string {
  if (text !== "" && !text.includes("://") && !text.startsWith("iface:") && !isFile(text)) return text;
  throw new UsageError(
    `--store: expected a folder, found ${text === "" ? "nothing" : text}; name one, or put --store behind the sources.`,
  );
}

/** False also for what cannot be looked at: who opens the store says why. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function interval(text: string): number {
  const { leastIntervalSeconds: least, mostIntervalSeconds: most } = STORE_LIMITS;
  const seconds = parseDuration(text, "--rotate") / 1000;
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
  throw new UsageError(`--rotate: expected whole seconds from 1s to 1d, such as 5m, found "${text}".`);
}

function ageOf(text: string): number {
  const seconds = parseDuration(text, "--keep-age") / 1000;
  if (Number.isFinite(seconds)) return Math.round(seconds);
  throw new UsageError(`--keep-age: expected a duration such as 30d, found "${text}"; leave it out to keep all.`);
}

function freeOf(text: string): Pick<KeepPolicy, "freeShare" | "freeOctets"> {
  const [, share] = /^(\d+(?:\.\d+)?)%$/.exec(text) ?? [];
  if (share === undefined) return { freeOctets: octets(text, "--keep-free", 0, Number.MAX_SAFE_INTEGER) };
  if (Number(share) < 100) return { freeShare: Number(share) / 100 };
  throw new UsageError(`--keep-free: expected less than 100%, or octets such as 20G, found "${text}".`);
}
