// `flowgauge serve` as a program, on a port of its own, and what is asked of it: real requests.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { QueryAnswer } from "../src/serve/api.ts";
import { makeStore } from "./made-store.ts";
import { DEMO, type Running, type RunOptions, runProgram, startProgram } from "./program.ts";
import { type Flow, writeFlows } from "./random-flows.ts";

export interface Served {
  readonly url: string;
  readonly program: Running;
  /** Process ids of those that answer questions. */
  workers(): readonly number[];
  /** Ends it in order. */
  end(): Promise<{ readonly code: number | null; readonly stderr: string }>;
}

const MOST_MS = 300_000;

export async function serve(words: readonly string[], options: RunOptions = {}): Promise<Served> {
  const state = mkdtempSync(join(tmpdir(), "flowgauge-serve-state-"));
  const program = startProgram(["serve", "--listen", "127.0.0.1:0", "--no-collect", "--state", state, ...words], {
    timeoutMs: MOST_MS,
    ...options,
  });
  let url = "";
  await program.until(({ stderr }) => {
    url = /(https?:\/\/[^\s;]+)/.exec(stderr)?.[1] ?? "";
    return url !== "";
  });
  return {
    url,
    program,
    workers: () => childrenOf(program.child.pid ?? 0).filter((pid) => commandOf(pid).includes("query-worker")),
    end: async () => {
      program.child.kill("SIGTERM");
      const outcome = await program.ended;
      rmSync(state, { recursive: true, force: true });
      return outcome;
    },
  };
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1];
      return Number(parent) === pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

export interface Collecting {
  readonly program: Running;
  readonly url: string;
  /** udp://127.0.0.1:PORT */
  readonly to: string;
}

/** `flowgauge serve` that collects, into a store in this folder. */
export async function serveCollecting(folder: string): Promise<Collecting> {
  const place = ["--store", join(folder, "store"), "--state", join(folder, "state"), "--templates", "none"];
  const words = ["serve", "--listen", "127.0.0.1:0", "--collect", "udp://127.0.0.1:0", ...place];
  const program = startProgram(words, { timeoutMs: MOST_MS });
  const listening = /page is at (\S+?); collecting on (udp:\S+)/;
  await program.until(({ stderr }) => listening.test(stderr));
  const [, url = "", to = ""] = listening.exec(program.stderr) ?? [];
  return { program, url, to };
}

/** A store with the flows of the bundled capture, sealed. */
export async function demoStore(folder: string): Promise<string> {
  const { code, stderr } = await runProgram(["track", DEMO, "--store", folder, "--summary", "none"]);
  if (code !== 0) throw new Error(stderr);
  return folder;
}

/** A store with these flows, not sealed. */
export async function spooledStore(folder: string, flows: readonly Flow[]): Promise<string> {
  makeStore(folder);
  const spool = join(folder, "spool", "20260301T000000Z_made_past");
  mkdirSync(spool, { recursive: true });
  await writeFlows(join(spool, "000001.native"), flows);
  return folder;
}

export interface Got {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

export async function get(url: string, init: RequestInit = {}): Promise<Got> {
  const answer = await fetch(url, init);
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
}

export function post(url: string, body: unknown, init: RequestInit = {}): Promise<Got> {
  const headers = { "content-type": "application/json" };
  return get(url, { method: "POST", headers, body: typeof body === "string" ? body : JSON.stringify(body), ...init });
}

/** Throws with the sentence where it is refused. */
export async function query(url: string, words: object): Promise<QueryAnswer> {
  const { status, text } = await post(`${url}/api/v1/query`, words);
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return JSON.parse(text) as QueryAnswer;
}

/** The octets of the tables of an answer. */
export function tablesText(text: string): string {
  const head = '{"tables":[';
  const end = text.lastIndexOf('],"command":');
  if (!text.startsWith(head) || end < 0) throw new Error(`no answer: ${text.slice(0, 500)}`);
  return text.slice(head.length, end);
}

/** What `flowgauge query --json` printed, as the API joins it. */
export function joinedTables(stdout: string): string {
  return stdout.replace(/\n(?=\{"flowgauge")/g, "\n,");
}
