// Days of the ledger that are over: their lines are added up, one an hour, exporter, domain and format, so that years stay quick to read.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeDurably } from "../core/durable-files.ts";
import { FOLDERS } from "./layout.ts";
import { type ChangeLine, isChangeLine, isReceivedLine, parseLedgerLine } from "./ledger-file.ts";
import type { LedgerCounts, LedgerLine } from "./store-ledger.ts";

const DAY_MS = 86_400_000;
/** Nobody writes a day's file any more when so many others have begun. */
const CLOSED_DAYS = 2;
/** Days that are looked at: the others were, long ago. */
const LOOKED_DAYS = 14;

/** What says that a file is merged: all of its lines have it. */
interface Merged {
  readonly merged: true;
}

/** Gives how many files were rewritten. Who calls holds the store's lock of housekeeping. */
export function mergeLedger(folder: string, now = Date.now()): number {
  let merged = 0;
  for (let days = CLOSED_DAYS; days <= LOOKED_DAYS; days++) {
    const day = new Date(now - days * DAY_MS).toISOString().slice(0, 10);
    const path = join(folder, FOLDERS.ledger, `${day}.ndjson`);
    if (existsSync(path) && mergeFile(path)) merged++;
  }
  return merged;
}

function mergeFile(path: string): boolean {
  const texts = readFileSync(path, "utf8")
    .split("\n")
    .filter((text) => text !== "");
  const lines = texts.map((text) => parseLedgerLine(text) as Partial<LedgerLine & ChangeLine & Merged>);
  if (texts.length === 0 || lines.every(({ merged }) => merged === true)) return false;
  const kept: object[] = [];
  const sums = new Map<string, LedgerLine>();
  for (const line of lines) {
    if (isReceivedLine(line)) addTo(sums, line);
    else if (isChangeLine(line)) kept.push(line);
    // What a crash has left of a line says nothing.
  }
  const all = [...kept, ...sums.values()].map((line) => JSON.stringify({ ...line, merged: true }));
  writeDurably(path, `${all.join("\n")}\n`);
  return true;
}

function addTo(sums: Map<string, LedgerLine>, { hour, exporter, domain, format, counts }: LedgerLine): void {
  const key = JSON.stringify([hour, exporter, domain, format]);
  const before = sums.get(key)?.counts ?? {};
  sums.set(key, { hour, exporter, domain, format, counts: added(before, counts) as LedgerCounts });
}

function added(a: object, b: object): object {
  const sum: Record<string, unknown> = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const old = sum[name];
    if (typeof value === "number") sum[name] = ((old as number | undefined) ?? 0) + value;
    else if (typeof value === "object" && value !== null) sum[name] = added((old as object | undefined) ?? {}, value);
  }
  return sum;
}
