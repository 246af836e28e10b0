// npm run bench -- serve: what the page asks of 10 million stored flows, and 50 readers while 100,000 flows a second are collected.
import { execFile, spawn } from "node:child_process";
import { setMaxListeners } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BUILD_FIRST, ourCommand } from "../programs.ts";
import { END, makeMonth } from "../store/month.ts";
import { collectorSeconds } from "./collector-cost.ts";
import { type ReadersSaw, readers, statusOf } from "./readers.ts";

type Say = (line: string) => void;

const FLOWS = 10_000_000;
/** FLOWGAUGE_BENCH_RATE is another one, for machines that are busy otherwise. */
const RATE = Number(process.env.FLOWGAUGE_BENCH_RATE ?? 100_000);
const SECONDS = 15;
const READERS = 50;
const HOUR = 3600;
/** What Explore shows first, and what people ask then; buckets as /window says. */
const SPANS = [
  ["1 h", HOUR, "15s"],
  ["24 h", 24 * HOUR, "10m"],
  ["30 days", 30 * 24 * HOUR, "3h"],
] as const;
const BYS = ["proto", "srcAddr", "dstPort"] as const;

interface Served {
  readonly url: string;
  readonly udp: number | null;
  readonly pid: number;
  end(): Promise<void>;
}

/** FLOWGAUGE_BENCH_FLOWS makes the store smaller, to try it. */
export async function benchServe(rounds: number, seed: number, say: Say): Promise<string> {
  const flows = Number(process.env.FLOWGAUGE_BENCH_FLOWS ?? FLOWS);
  const store = await monthStore(seed, flows, say);
  const explored = await exploreTable(store, flows, rounds, say);
  return [explored, await collectTable(seed, say)].join("\n\n");
}

/** A month of segments of an hour, put together as housekeeping does; kept. */
async function monthStore(seed: number, flows: number, say: Say): Promise<string> {
  const folder = join(tmpdir(), `flowgauge-bench-serve-${seed}-${flows}`);
  const store = join(folder, "store");
  if (existsSync(store)) return store;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const segments = await makeMonth(part, join(part, "store"), seed, Math.round(flows / 30), HOUR);
  say(`made ${flows} flows of 30 days in ${segments} segments`);
  const compact = ourCommand("store", "compact", join(part, "store"));
  if (compact === null) throw new Error(BUILD_FIRST);
  await promisify(execFile)(compact[0]!, compact.slice(1));
  renameSync(part, folder);
  return store;
}

async function exploreTable(store: string, flows: number, rounds: number, say: Say): Promise<string> {
  const served = await start(["--store", store, "--no-collect"]);
  try {
    const lines = [
      `### serve: the question of Explore over ${flows} flows of 30 days, ${rounds} rounds of ${BYS.length} groupings (load ${load()})`,
      "| time | ms, p50 | p95 | greatest |",
      "| --- | --- | --- | --- |",
    ];
    await statusOf(`${served.url}/api/v1/query?${words(END, HOUR, "15s", "proto")}`, "127.0.0.1");
    for (const [title, span, bucket] of SPANS) {
      const times: number[] = [];
      // One round that is not counted: files are in the page cache then. Each ends elsewhere, so that no answer is given again.
      for (let round = 0; round <= rounds; round++) {
        for (const by of BYS) {
          const began = performance.now();
          const path = `/api/v1/query?${words(END - round, span, bucket, by)}`;
          const status = await statusOf(`${served.url}${path}`, "127.0.0.1");
          if (status !== 200) throw new Error(`${path}: status ${status}`);
          if (round > 0) times.push(performance.now() - began);
        }
      }
      const row = `| ${title} | ${figures(times)} |`;
      say(row);
      lines.push(row);
    }
    return lines.join("\n");
  } finally {
    await served.end();
  }
}

function words(end: number, span: number, bucket: string, by: string): string {
  return `from=${end - span}&to=${end}&by=${encodeURIComponent(`time/${bucket},${by}`)}&top=10&measures=bytes,packets,flows`;
}

async function collectTable(seed: number, say: Say): Promise<string> {
  const lines = [
    `### serve: ${RATE} flows a second for ${SECONDS} s, over loopback (load ${load()})`,
    "| readers | sent, a second | collected | lost | collector: CPU s per M flows | questions answered: ms p50, p95, greatest | told to come again | pictures |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
  ];
  for (const number of [0, READERS]) {
    const row = await collectRow(number, seed);
    say(row);
    lines.push(row);
  }
  return lines.join("\n");
}

interface Ledger {
  readonly now: { readonly records: number; readonly lostRecords: number; readonly kernelDrops: number | null };
}

async function collectRow(number: number, seed: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-bench-serve-"));
  const served = await start([
    ...["--store", join(folder, "store"), "--collect", "udp://127.0.0.1:0", "--templates", "none"],
    ...["--rotate", "10s"],
  ]);
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  try {
    const reading = readers(served.url, number, over.signal);
    await sleep(1000);
    const before = collectorSeconds(served.pid) ?? 0;
    const sent = await send(served.udp ?? 0, seed);
    let ledger = await ledgerOf(served.url);
    // What waits in the socket is taken, too.
    for (let tries = 0; tries < 50 && ledger.now.records < sent.records; tries++) {
      await sleep(200);
      ledger = await ledgerOf(served.url);
    }
    const cost = ((collectorSeconds(served.pid) ?? 0) - before) / (ledger.now.records / 1e6);
    over.abort();
    const saw = await reading;
    const { records, lostRecords, kernelDrops } = ledger.now;
    const rate = Math.round(sent.records / sent.seconds);
    const lost = `${sent.records - records} (by sequence ${lostRecords}, kernel ${kernelDrops ?? "-"})`;
    return `| ${number} | ${sent.records}, ${rate} | ${records} | ${lost} | ${cost.toFixed(1)} | ${sawText(saw)} |`;
  } finally {
    over.abort();
    await served.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

function sawText({ answered, busy, failed, pictures }: ReadersSaw): string {
  const asked = answered.length === 0 ? "-" : `${answered.length}: ${figures(answered).replaceAll(" |", ",")}`;
  return `${asked} | ${busy}${failed === 0 ? "" : `, ${failed} failed`} | ${pictures}`;
}

async function send(port: number, seed: number): Promise<{ readonly records: number; readonly seconds: number }> {
  const program = fileURLToPath(new URL("./flow-sender.js", import.meta.url));
  const words = [program, port, RATE, SECONDS, seed].map(String);
  const { stdout } = await promisify(execFile)(process.execPath, words);
  return JSON.parse(stdout) as { records: number; seconds: number };
}

/** A collector that is busy collects, and is asked again. */
async function ledgerOf(url: string): Promise<Ledger> {
  for (;;) {
    const answer = await fetch(`${url}/api/v1/exporters`);
    if (answer.status === 200) return (await answer.json()) as Ledger;
    await answer.arrayBuffer();
    await sleep(500);
  }
}

async function start(options: readonly string[]): Promise<Served> {
  const state = mkdtempSync(join(tmpdir(), "flowgauge-bench-state-"));
  const command = ourCommand("serve", "--listen", "127.0.0.1:0", "--state", state, ...options);
  if (command === null) throw new Error(BUILD_FIRST);
  const child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let said = "";
  const [url, udp] = await new Promise<readonly [string, number | null]>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-10_000);
      const [, page, , port] = /page is at (\S+?)(; collecting on udp:\/\/[^\s:]+:(\d+).*)?\n/.exec(said) ?? [];
      if (page !== undefined) resolve([page, port === undefined ? null : Number(port)]);
    });
    void ended.then(() => reject(new Error(`flowgauge serve ended: ${said}`)));
  });
  return {
    url,
    udp,
    pid: child.pid ?? 0,
    async end() {
      child.kill("SIGTERM");
      await ended;
      rmSync(state, { recursive: true, force: true });
    },
  };
}

/** Of the machine before it begins: what others take from us. */
function load(): string {
  return loadavg()[0]!.toFixed(1);
}

/** Milliseconds: p50 | p95 | greatest. */
function figures(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return [at(0.5), at(0.95), at(1)].map((ms) => ms.toFixed(0)).join(" | ");
}
