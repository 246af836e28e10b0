// How many records a second a collector takes without loss, and what they cost: rates rise until it loses some.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Arena } from "./arena.ts";
import { COLLECTORS, type CollectorProgram, clean } from "./collectors.ts";
import { type FlowMessages, makeMessages, type Version } from "./flow-messages.ts";
import { writeMessages } from "./message-capture.ts";

const PORT = 29_555;
const RECORDS = 300_000;
const SECONDS = 4;
/** Millions of records a second that are offered. */
const OFFERED = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6];
const OVERLOAD = 9;
/** A loss that is not seen again was the machine's. */
const TRIES = 3;
/** USER_HZ, which Linux has been keeping at 100. */
const TICKS = 100;
const START_MS = 10_000;
const SETTLE_MS = 20_000;

interface Run {
  readonly sent: number;
  readonly taken: number;
  readonly rate: number;
  readonly cpuSeconds: number;
  readonly megabytes: number;
  readonly drops: number;
}

const NAMES: Record<Version, string> = { 5: "NetFlow v5", 9: "NetFlow v9", 10: "IPFIX" };

/** A table for each format. */
export async function benchCollect(
  versions: readonly Version[],
  seed: number,
  say: (line: string) => void,
): Promise<string> {
  const arena = Arena.open();
  if (typeof arena === "string") return arena;
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-blast-"));
  try {
    const tables: string[] = [];
    for (const version of versions) {
      const made = makeMessages(version, RECORDS, seed);
      const capture = join(folder, `v${version}.pcap`);
      writeMessages(capture, made, PORT);
      tables.push(await table(arena, version, made, capture, say));
    }
    return tables.join("\n\n");
  } finally {
    arena.close();
    rmSync(folder, { recursive: true });
  }
}

async function table(
  arena: Arena,
  version: Version,
  made: FlowMessages,
  capture: string,
  say: (line: string) => void,
): Promise<string> {
  const lines = [
    `| ${NAMES[version]} | M records/s without loss | CPU s per M records at that | at 1 M records/s | peak MB | offered ${OVERLOAD} M/s: taken, CPU s per M, peak MB, kernel drops |`,
    "| --- | --- | --- | --- | --- | --- |",
  ];
  for (const [name, make] of COLLECTORS) {
    const once = async (million: number): Promise<Run | null> => {
      const program = make(PORT);
      if (program === null) return null;
      try {
        const run = await offer(arena, program, made, capture, million * 1e6);
        const lost = run.sent - run.taken;
        say(`${NAMES[version]}, ${name}, ${million} M/s offered, ${(run.rate / 1e6).toFixed(2)} sent: ${lost} lost`);
        return run;
      } finally {
        clean(program);
      }
    };
    let best: Run | null = null;
    let atOne: Run | null = null;
    for (const million of OFFERED) {
      const run = await lossless(() => once(million));
      if (run === null) break;
      if (million === 1) atOne = run;
      best = run;
      // The sender is at its end.
      if (run.rate < million * 0.95e6) break;
    }
    const over = await once(OVERLOAD);
    if (over === null) {
      say(`${name} is not there: left out`);
      continue;
    }
    const cost = (run: Run | null) => (run === null ? "" : (run.cpuSeconds / (run.taken / 1e6)).toFixed(3));
    const rate = best === null ? `below ${OFFERED[0]}` : (best.rate / 1e6).toFixed(2);
    const taken = `${((100 * over.taken) / over.sent).toFixed(0)} % of ${(over.rate / 1e6).toFixed(1)} M/s`;
    lines.push(
      `| ${name} | ${rate} | ${cost(best)} | ${cost(atOne)} | ${best?.megabytes.toFixed(0) ?? ""} | ${taken}, ${cost(over)}, ${over.megabytes.toFixed(0)}, ${over.drops} |`,
    );
  }
  return lines.join("\n");
}

async function lossless(once: () => Promise<Run | null>): Promise<Run | null> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const run = await once();
    if (run === null) return null;
    if (run.taken === run.sent) return run;
  }
  return null;
}

/** Starts the collector, sends for some seconds, waits until it has taken what waits, ends it. */
async function offer(
  arena: Arena,
  program: CollectorProgram,
  made: FlowMessages,
  capture: string,
  recordsPerSecond: number,
): Promise<Run> {
  // `ip netns exec` becomes the program: its process is the collector's.
  const [first, ...rest] = arena.inside(program.command);
  const child = spawn(first!, rest, { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-200_000);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  try {
    await until(() => arena.sockets(PORT).count > 0, START_MS, `${program.title} to listen`);
    const perSecond = Math.round((recordsPerSecond / made.total) * made.messages.length);
    const times = Math.max(1, Math.round((perSecond * SECONDS) / made.messages.length));
    const before = cpuSeconds(child.pid!);
    const reached = await arena.blast(capture, times, perSecond);
    await until(() => arena.sockets(PORT).waiting === 0, SETTLE_MS, `${program.title} to take what waits`);
    await sleep(300);
    const { drops } = arena.sockets(PORT);
    const after = cpuSeconds(child.pid!);
    const megabytes = peakMegabytes(child.pid!);
    child.kill("SIGINT");
    await ended;
    return {
      sent: times * made.total,
      taken: program.records(stderr),
      rate: (reached / made.messages.length) * made.total,
      cpuSeconds: after - before,
      megabytes,
      drops,
    };
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  }
}

/** User and system time of a process, all of its threads: without what its start and end cost. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(words[11]) + Number(words[12])) / TICKS;
}

function peakMegabytes(pid: number): number {
  const kibibytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kibibytes) * 1024) / 1e6;
}

async function until(reached: () => boolean, milliseconds: number, what: string): Promise<void> {
  const last = performance.now() + milliseconds;
  while (!reached()) {
    if (performance.now() > last) throw new Error(`expected ${what} within ${milliseconds / 1000} s`);
    await sleep(50);
  }
}
