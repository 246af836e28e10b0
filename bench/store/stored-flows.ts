// The same flows twice: in a store of ours, and in nfcapd's files. Both are made of one capture by the programs themselves, and kept.
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Arena, BUFFER_OCTETS } from "../collect/arena.ts";
import { findProgram, measure } from "../measured-process.ts";
import { ourCommand } from "../programs.ts";
import { writeFlowCapture } from "./flow-capture.ts";

export const PORT = 29_556;
/** Raise it when the same seed gives other flows. */
const GENERATOR = 1;
const BEGIN = 1_763_712_000;
const SECONDS = 3600;
/** Datagrams a second that nfcapd takes without loss anywhere. */
const PER_SECOND = 10_000;

export interface Stored {
  readonly folder: string;
  readonly octets: number;
  /** Of the program that wrote it; null where nfcapd was fed over a socket. */
  readonly seconds: number | null;
  readonly cpuSeconds: number | null;
  readonly peakMegabytes: number | null;
}

export interface StoredFlows {
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
  readonly ours: Stored;
  /** By how they are compressed: none, lz4. Empty where nfcapd or what it is fed with is not there. */
  readonly nfdump: Readonly<Record<string, Stored>>;
}

export function benchFolder(seed: number, flows: number): string {
  return join(tmpdir(), `flowgauge-bench-store-${seed}-${GENERATOR}-${flows}`);
}

/** Throws where our program is not built, or a collector lost flows. */
export async function storedFlows(seed: number, flows: number, say: (line: string) => void): Promise<StoredFlows> {
  const folder = benchFolder(seed, flows);
  const note = join(folder, "stored.json");
  if (existsSync(note)) return JSON.parse(readFileSync(note, "utf8")) as StoredFlows;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const capture = join(folder, "flows.pcap");
  const sums = writeFlowCapture(capture, { begin: BEGIN, seconds: SECONDS, flows, seed }, PORT);
  say(`made ${flows} flows, ${(statSync(capture).size / 1e6).toFixed(0)} MB of NetFlow v9`);
  const ours = await intoOurs(capture, join(folder, "store"));
  say(`our store: ${ours.octets} octets`);
  const nfdump: Record<string, Stored> = {};
  const arena = findProgram("nfcapd") === null ? "nfcapd is not installed: left out" : Arena.open();
  if (typeof arena === "string") say(arena);
  else {
    try {
      for (const [name, option] of [
        ["none", []],
        ["lz4", ["-y"]],
      ] as const) {
        nfdump[name] = await intoNfcapd(arena, capture, join(folder, `nfcapd-${name}`), option, flows);
        say(`nfcapd ${name}: ${nfdump[name].octets} octets`);
      }
    } finally {
      arena.close();
    }
  }
  const stored: StoredFlows = { flows, ...sums, ours, nfdump };
  writeFileSync(`${note}.new`, JSON.stringify(stored));
  renameSync(`${note}.new`, note);
  return stored;
}

/** Collects a capture into a store: to the spool, and then into segments. */
export async function intoOurs(capture: string, folder: string): Promise<Stored> {
  const command = ourCommand("collect", capture, "--quiet", "--store", folder);
  if (command === null) throw new Error("dist/cli.js is not there: run `npm run build` first");
  const run = await measure(command);
  if (run.status !== 0) throw new Error(`flowgauge collect ended with status ${run.status}: ${run.stderr}`);
  const { seconds, cpuSeconds, peakMegabytes } = run;
  return { folder, octets: storedOctets(folder), seconds, cpuSeconds, peakMegabytes };
}

async function intoNfcapd(
  arena: Arena,
  capture: string,
  folder: string,
  options: readonly string[],
  flows: number,
): Promise<Stored> {
  mkdirSync(folder);
  const words = ["-w", folder, "-p", `${PORT}`, "-b", "127.0.0.1", "-B", `${BUFFER_OCTETS}`, "-t", "86400", ...options];
  const [program, ...rest] = arena.inside([findProgram("nfcapd")!, ...words]);
  const child = spawn(program!, rest, { stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("close", resolve));
  try {
    while (arena.sockets(PORT).count === 0) await sleep(50);
    const before = cpuSecondsOf(child.pid!);
    await arena.blast(capture, 1, PER_SECOND);
    while (arena.sockets(PORT).waiting > 0) await sleep(50);
    await sleep(500);
    const cpuSeconds = cpuSecondsOf(child.pid!) - before;
    const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
    child.kill("SIGINT");
    await ended;
    const said = execFileSync("nfdump", ["-R", folder, "-I"], { encoding: "utf8" });
    const found = Number(/^Flows: (\d+)/m.exec(said)?.[1]);
    if (found !== flows)
      throw new Error(`nfcapd was given ${flows} flows and has ${found}: run it on a quieter machine`);
    const peakMegabytes = (Number(peak) * 1024) / 1e6;
    return { folder, octets: octetsOf(folder), seconds: null, cpuSeconds, peakMegabytes };
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  }
}

function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(words[11]) + Number(words[12])) / 100;
}

/** Of a store's segments: files that others took the place of are there for a minute longer. */
export function storedOctets(store: string): number {
  const [program, ...words] = ourCommand("store", "info", store, "--json")!;
  return (JSON.parse(execFileSync(program!, words, { encoding: "utf8" })) as { octets: number }).octets;
}

function octetsOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** A folder for what is not kept. */
export function passingFolder(): string {
  return mkdtempSync(join(tmpdir(), "flowgauge-bench-month-"));
}
