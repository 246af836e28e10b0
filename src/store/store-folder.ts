// A store's own folder: known by flowgauge.json, made by who writes it first.
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { seenText } from "../core/cell-text.ts";
import { isMissing, namesIn, writeDurably } from "../core/durable-files.ts";
import { SourceError, UsageError } from "../core/errors.ts";
import { DAMAGED_FOLDER, FOLDERS, KEEP_FILE, LOCKS, STORE_FILE, STORE_FORMAT } from "./layout.ts";

/** What flowgauge.json says. */
export interface StoreSettings {
  readonly format: number;
  /** Seconds of an interval, as who wrote last had it. */
  readonly intervalSeconds: number;
}

/** Where the store is when nobody says: FLOWGAUGE_STORE, else as root for the system, else for the person. */
export function defaultStore(): string {
  const said = process.env.FLOWGAUGE_STORE;
  if (said !== undefined && said !== "") return said;
  if (process.getuid?.() === 0) return "/var/lib/flowgauge/store";
  return join(process.env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "flowgauge", "store");
}

/** The store of `serve --demo`: beside the default one, so that nobody takes it for his own. */
export function demoStore(): string {
  return join(dirname(defaultStore()), "demo-store");
}

/** What a store's folder says of itself. Throws a SourceError where it is none, or one that we do not understand. */
export function readStoreFolder(folder: string): StoreSettings {
  let text: string;
  try {
    text = readFileSync(join(folder, STORE_FILE), "utf8");
  } catch (error) {
    throw new SourceError({ source: folder }, `expected a store of flows, found ${whyNone(folder, error)}`, {
      cause: error,
    });
  }
  const { format, intervalSeconds } = parse(text);
  if (!Number.isInteger(format)) {
    throw new SourceError(
      { source: join(folder, STORE_FILE) },
      "expected what a store says of itself, found something else; put the file back from a copy of the store",
    );
  }
  if ((format as number) > STORE_FORMAT) {
    throw new SourceError(
      { source: folder },
      `expected a store of format ${STORE_FORMAT}, found one of format ${format}; read it with a newer Flowgauge`,
    );
  }
  return { format: format as number, intervalSeconds: typeof intervalSeconds === "number" ? intervalSeconds : 0 };
}

/** Makes a store of a folder that is empty or not there, or takes one that exists. Throws a SourceError, also where others have files. */
export function openStoreFolder(folder: string, intervalSeconds: number): void {
  // They have a meaning where the engine is told of files.
  if (/[{}*?,]/.test(folder)) {
    throw new UsageError(
      `--store: expected a folder without { } * ? and commas in its path, found ${folder}; name another.`,
    );
  }
  try {
    const path = join(folder, STORE_FILE);
    const isStore = statSync(path, { throwIfNoEntry: false }) !== undefined;
    if (!isStore) refuseForeign(folder);
    makeFolders(folder);
    let said: Record<string, unknown> = {};
    if (isStore) {
      if (readStoreFolder(folder).intervalSeconds === intervalSeconds) return;
      // Others keep what they know there, too.
      said = parse(readFileSync(path, "utf8"));
    }
    writeDurably(path, `${JSON.stringify({ ...said, format: STORE_FORMAT, intervalSeconds })}\n`);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw new SourceError({ source: folder }, `expected a folder to keep flows in, found ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** What a crash may have left before the folder was a store, and what disks have. */
const NOT_FOREIGN: ReadonlySet<string> = new Set([
  ...[...Object.values(FOLDERS), DAMAGED_FOLDER, KEEP_FILE, `${STORE_FILE}.new`, "lost+found"],
  ...Object.values(LOCKS).map((name) => `${name}.lock`),
]);
const MOST_NAMES = 3;

/** A mistyped name shall not spread a store among somebody's files, where its housekeeping would delete. */
function refuseForeign(folder: string): void {
  const names = namesIn(folder).filter((name) => !name.startsWith(".") && !NOT_FOREIGN.has(name));
  if (names.length === 0) return;
  const more = names.length - MOST_NAMES;
  const shown = names.sort().slice(0, MOST_NAMES).map(seenText).join(", ") + (more > 0 ? ` and ${more} more` : "");
  throw new SourceError(
    { source: folder },
    `expected a store, or an empty folder to make one in, found a folder with other files (${shown}); name a folder of its own, such as ${join(folder, "store")}`,
  );
}

/** Folders that are made above a store's at the most. */
const MOST_ABOVE = 8;

function makeFolders(folder: string): void {
  makeFolder(folder, MOST_ABOVE);
  for (const name of Object.values(FOLDERS)) makeFolder(join(folder, name), 0);
}

/** Not by `recursive`, which goes on for ever where a system says ENOENT to everything (Node 20 in /proc). */
function makeFolder(path: string, above: number): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && statSync(path).isDirectory()) return;
    if (!isMissing(error) || above === 0) throw error;
    makeFolder(join(path, ".."), above - 1);
    mkdirSync(path);
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function whyNone(folder: string, error: unknown): string {
  if (!isMissing(error)) return reasonOf(error);
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) {
    const demo = demoStore();
    const isDefault = resolve(folder) === resolve(defaultStore());
    return isDefault && existsSync(demo)
      ? `no such folder; collect --store and serve make it, and the demo of npm start is store:${demo}`
      : "no such folder; check the name";
  }
  return `a folder without ${STORE_FILE}; name one that \`--store\` wrote`;
}

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOTDIR" || code === "EEXIST") return "a file; name a folder";
  if (code === "EACCES" || code === "EPERM") return "no permission; ask its owner, or name another";
  if (code === "EROFS") return "a disk that is read-only; name another, or mount it for writing";
  if (code === "ENOSPC") return "no space left on the disk; make room";
  if (code === "EDQUOT") return "the disk quota used up; make room";
  return message;
}
