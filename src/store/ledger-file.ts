// The ledger's files: lines of JSON in ledger/DAY.ndjson (UTC day of writing) that are only added to, and what changed a store otherwise
// than by receiving.
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FOLDERS } from "./layout.ts";
import type { LedgerLine } from "./store-ledger.ts";

/** What housekeeping and recovery did to flows that were stored. */
export const CHANGES = {
  expired: "deleted by the limits of what is kept",
  damaged: "moved to damaged/",
  salvaged: "saved out of damaged files",
  recovered: "found in the spool after a crash, and counted by no line before",
} as const;
export type Change = keyof typeof CHANGES;

export interface ChangeLine {
  readonly change: Change;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly files: number;
  readonly flows: number;
  readonly octets: number;
  /** For people: the rules, the file. */
  readonly reason: string;
  /** Of the job that did it. */
  readonly job?: string | undefined;
  /** Spools whose flows are counted from here on. */
  readonly spools?: readonly string[] | undefined;
}

/** Adds lines; they are on the disk when this resolves. Several processes may do so at once. */
export async function appendLedger(
  folder: string,
  lines: readonly (LedgerLine | ChangeLine)[],
  now = Date.now(),
): Promise<void> {
  if (lines.length === 0) return;
  const ledger = join(folder, FOLDERS.ledger);
  await mkdir(ledger, { recursive: true });
  const file = await open(join(ledger, `${new Date(now).toISOString().slice(0, 10)}.ndjson`), "a");
  try {
    // The line break before them ends what a crash may have left half written.
    await file.write(`\n${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

export interface ReadLedger {
  readonly received: readonly LedgerLine[];
  readonly changes: readonly ChangeLine[];
  /** Lines that cannot be understood: a crash may leave one. */
  readonly spoiled: number;
}

const FILE = /^\d{4}-\d\d-\d\d\.ndjson$/;

/** All lines in the order of writing; none where the store has no ledger. */
export async function readLedger(folder: string): Promise<ReadLedger> {
  const ledger = join(folder, FOLDERS.ledger);
  const names = (await readdir(ledger).catch(ifMissing)).filter((name) => FILE.test(name)).sort();
  const received: LedgerLine[] = [];
  const changes: ChangeLine[] = [];
  let spoiled = 0;
  for (const name of names) {
    for (const text of (await readFile(join(ledger, name), "utf8")).split("\n")) {
      if (text === "") continue;
      const line = parseLedgerLine(text);
      if (isReceivedLine(line)) received.push(line);
      else if (isChangeLine(line)) changes.push(line);
      else spoiled++;
    }
  }
  return { received, changes, spoiled };
}

/** Spools whose flows the ledger says that it counts, of the last two days that it was written. */
export function spoolsInLedger(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  const ledger = join(folder, FOLDERS.ledger);
  for (const name of ledgerFiles(ledger).slice(-2)) {
    for (const text of readFileSync(join(ledger, name), "utf8").split("\n")) {
      if (!text.includes('"spools":[')) continue;
      const { spools } = parseLedgerLine(text);
      if (Array.isArray(spools)) for (const spool of spools) found.add(spool);
    }
  }
  return found;
}

function ledgerFiles(ledger: string): readonly string[] {
  try {
    return readdirSync(ledger)
      .filter((name) => FILE.test(name))
      .sort();
  } catch (error) {
    return ifMissing(error as NodeJS.ErrnoException);
  }
}

function ifMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}

/** An empty object where it is none. */
export function parseLedgerLine(text: string): Partial<LedgerLine & ChangeLine> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

export function isReceivedLine(line: Partial<LedgerLine>): line is LedgerLine {
  const { hour, exporter, counts } = line;
  return isTime(hour) && typeof exporter === "string" && typeof counts === "object" && counts !== null;
}

export function isChangeLine(line: Partial<ChangeLine>): line is ChangeLine {
  const { change, at, flows } = line;
  return change !== undefined && Object.hasOwn(CHANGES, change) && isTime(at) && Number.isFinite(flows);
}

function isTime(text: unknown): boolean {
  return typeof text === "string" && !Number.isNaN(Date.parse(text));
}
