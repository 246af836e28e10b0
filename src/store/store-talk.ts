// What a store that is being written tells people: loudly when flows are in danger, and not the same thing over and over.
import { join } from "node:path";
import { FOLDERS } from "./layout.ts";
import { reasonOf } from "./store-folder.ts";
import type { NotStored } from "./store-ledger.ts";

const AGAIN_MS = 60_000;
const MOST_PROBLEMS = 100;

const DROPPED: Record<NotStored, string> = {
  diskFull: "the disk is full and memory (--store-memory) used up: flows are being dropped",
  writeFailed: "the disk cannot be written to and memory (--store-memory) is used up: flows are being dropped",
  tooSlow: "the disk is too slow and memory (--store-memory) used up: flows are being dropped",
};

export class StoreTalk {
  readonly problems: string[] = [];
  private readonly folder: string;
  private readonly memoryOctets: number;
  private readonly say: (sentence: string) => void;
  private readonly told = new Map<string, number>();
  private lostBefore = 0;

  constructor(folder: string, memoryOctets: number, say: (sentence: string) => void) {
    this.folder = folder;
    this.memoryOctets = memoryOctets;
    this.say = say;
  }

  problem(sentence: string): void {
    const whole =
      sentence.startsWith(this.folder) || sentence.startsWith("--") ? sentence : `${this.folder}: ${sentence}`;
    if (this.problems.length < MOST_PROBLEMS && !this.problems.includes(whole)) this.problems.push(whole);
    this.rarely(whole, whole);
  }

  /** The disk does not take what comes. */
  refused(error: Error, rows: number, octets: number): void {
    const found = reasonOf(error);
    const share = `${megaoctets(octets)} of ${megaoctets(this.memoryOctets)} MB`;
    const sentence = `expected to write to ${join(this.folder, FOLDERS.spool)}, found ${found}; ${rows} flows wait in memory (${share})`;
    if (!this.problems.some((one) => one.includes(found))) this.problems.push(`${this.folder}: found ${found}`);
    this.rarely(`refused ${found}`, `${this.folder}: ${sentence}`);
  }

  dropped(reason: NotStored, lost: number): void {
    this.rarely(reason, `${this.folder}: ${DROPPED[reason]}; ${lost} so far`);
  }

  /** It takes it again. */
  recovered(lost: number): void {
    const since = lost - this.lostBefore;
    this.lostBefore = lost;
    this.told.clear();
    this.say(`${this.folder}: the disk takes flows again; ${since === 0 ? "none were lost" : `${since} were lost`}`);
  }

  ended(lost: number): void {
    if (lost > this.lostBefore)
      this.say(`${this.folder}: ${lost - this.lostBefore} flows could not be written and are lost`);
  }

  private rarely(what: string, sentence: string): void {
    const now = performance.now();
    const last = this.told.get(what);
    if (last !== undefined && now - last < AGAIN_MS) return;
    if (this.told.size >= MOST_PROBLEMS) this.told.clear();
    this.told.set(what, now);
    this.say(sentence);
  }
}

function megaoctets(octets: number): string {
  return (octets / 1_048_576).toFixed(octets < 10_485_760 ? 1 : 0);
}
