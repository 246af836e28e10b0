// The ledger of a store: what was received, lost and stored, by exporter and hour, and what left the store again. Lines of JSON that are
// only added to, in ledger/DAY.ndjson (UTC day of writing); counts are what was added since the line before of the same exporter and hour.
import { mkdir, open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { FOLDERS } from "./layout.ts";

/**
 * Counts by their names, dots between the parts ("refused.tooShort"); those that are not there are 0. Each flow record is in exactly one
 * of those that OUTCOMES has: records = their sum. Others: messages, bytes (of messages), lostRecords, lostMessages, outOfOrder,
 * restarts, optionsRecords, counterSamples, refused.REASON (messages), noTemplate.FATE (sets), storedPackets, storedBytes (both
 * directions); of packets: packets, packetBytes, untracked.REASON.
 */
export type LedgerCounts = Readonly<Record<string, number>>;

/** What becomes of flow records. `dropped` is followed by a reason: dropped.diskFull. */
export const OUTCOMES = {
  stored: "written to the store",
  filtered: "not asked for by the filter",
  deduplicated: "told by several exporters, kept from one",
  dropped: "dropped",
} as const;

/** What came in one hour from one exporter, or what happened to the writer as a whole (exporter null). */
export interface ReceivedLine {
  readonly kind: "received";
  /** Beginning of the UTC hour of arrival: "2026-11-21T12:00:00Z". */
  readonly hour: string;
  /** Address, or where packets were captured; null = not one exporter's. */
  readonly exporter: string | null;
  readonly domain: number | null;
  /** "NetFlow v9", "packets". */
  readonly format: string | null;
  readonly counts: LedgerCounts;
}

/**
 * expired = deleted by the rules of keeping; damaged = moved to damaged/; salvaged = taken back out of damaged files; recovered = found in
 * the spool after a crash, counted by no line before; cut = an incomplete last block of the spool after a crash (octets; flows not known).
 */
export const CHANGES = ["expired", "damaged", "salvaged", "recovered", "cut"] as const;
export type Change = (typeof CHANGES)[number];

/** Flows that left or came to the store otherwise than by being received. */
export interface ChangeLine {
  readonly kind: Change;
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly files: number;
  readonly flows: number;
  readonly octets: number;
  /** One sentence or word for people: the rule, the file. */
  readonly reason: string;
}

export type LedgerLine = ReceivedLine | ChangeLine;

/** Adds lines; they are on the disk when this resolves. Several processes may do so at once. */
export async function appendLedger(store: string, lines: readonly LedgerLine[], now = Date.now()): Promise<void> {
  if (lines.length === 0) return;
  const folder = join(store, FOLDERS.ledger);
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, `${new Date(now).toISOString().slice(0, 10)}.ndjson`), "a");
  try {
    // The line break before them ends what a crash may have left half written.
    await file.write(`\n${lines.map((line) => JSON.stringify(line)).join("\n")}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

export interface ReadLedger {
  readonly lines: readonly LedgerLine[];
  /** Lines that cannot be understood: a crash may leave one. */
  readonly spoiled: number;
}

const DAY = /^\d{4}-\d\d-\d\d\.ndjson$/;

/** All lines in the order of their files; none where the store has no ledger. */
export async function readLedger(store: string): Promise<ReadLedger> {
  const folder = join(store, FOLDERS.ledger);
  const names = (await readdir(folder).catch(ifMissing)).filter((name) => DAY.test(name)).sort();
  const lines: LedgerLine[] = [];
  let spoiled = 0;
  for (const name of names) {
    for (const text of (await readFile(join(folder, name), "utf8")).split("\n")) {
      if (text === "") continue;
      const line = parseLine(text);
      if (line === null) spoiled++;
      else lines.push(line);
    }
  }
  return { lines, spoiled };
}

function ifMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}

function parseLine(text: string): LedgerLine | null {
  let line: Partial<ReceivedLine> | Partial<ChangeLine> | null;
  try {
    line = JSON.parse(text);
  } catch {
    return null;
  }
  if (line === null || typeof line !== "object") return null;
  if (line.kind === "received") return isReceived(line) ? line : null;
  return isChange(line as Partial<ChangeLine>) ? (line as ChangeLine) : null;
}

function isReceived(line: Partial<ReceivedLine>): line is ReceivedLine {
  const { hour, counts } = line;
  if (typeof hour !== "string" || Number.isNaN(Date.parse(hour))) return false;
  if (typeof counts !== "object" || counts === null) return false;
  return Object.values(counts).every(Number.isFinite);
}

function isChange({ kind, at, flows }: Partial<ChangeLine>): boolean {
  return CHANGES.includes(kind as Change) && typeof at === "string" && Number.isFinite(flows);
}
