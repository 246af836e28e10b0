// The page of a `flowgauge serve` of its own in a real browser, Debian's Chromium: what a person sees and does.
// Errors of scripts, of the policy and of requests, and requests to anywhere else fail the test in which they happen.
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import type { Status } from "../src/serve/api.ts";
import { CLI, lacks, missingPrograms, type Running, start } from "./program.ts";
import { get } from "./serve-run.ts";

/** Said once a file. */
export const noBrowser = (what: string): boolean => lacks(what, missingPrograms("chromium"));

const CHROMIUM = "/usr/bin/chromium";
/** Nothing but the page: no updates, no look-ups of its own. */
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
const START_MS = 120_000;
/** A question, on a machine that does much else. */
export const WAIT_MS = 20_000;

/** In India: the server's zone is another one. */
const READER: BrowserContextOptions = {
  viewport: { width: 1400, height: 900 },
  locale: "en-GB",
  timezoneId: "Asia/Kolkata",
  colorScheme: "light",
  acceptDownloads: true,
};

export class PageRun {
  url = "";
  /** Beside it lies the demo's store. */
  readonly folder = mkdtempSync(join(tmpdir(), "flowgauge-page-"));
  readonly faults: string[] = [];
  program: Running | null = null;
  private browser: Browser | null = null;
  private readonly contexts: BrowserContext[] = [];

  get state(): string {
    return join(this.folder, "state");
  }

  /** Starts the server; on the same port where it was started before. */
  async serve(words: readonly string[]): Promise<void> {
    const listen = this.url === "" ? "127.0.0.1:0" : new URL(this.url).host;
    const all = ["serve", "--listen", listen, "--state", this.state, ...words];
    const program = start(["env", `FLOWGAUGE_STORE=${join(this.folder, "store")}`, process.execPath, CLI, ...all], {
      timeoutMs: 600_000,
    });
    await program.until(({ stderr }) => {
      this.url = /the page is at (http:[^\s;]+)/.exec(stderr)?.[1] ?? this.url;
      return stderr.includes("the page is at");
    });
    this.program = program;
  }

  async stop(): Promise<void> {
    this.program?.child.kill("SIGTERM");
    await this.program?.ended;
    this.program = null;
  }

  /** A page of a reader of its own: nothing is kept from one to the other. */
  async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    this.browser ??= await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    const context = await this.browser.newContext({ ...READER, ...options });
    context.setDefaultTimeout(WAIT_MS);
    this.contexts.push(context);
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error") this.faults.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.faults.push(`script: ${error.stack ?? error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText ?? "";
      // What the page itself gave up: the reader went on.
      if (why !== "net::ERR_ABORTED") this.faults.push(`request: ${request.url()}: ${why}`);
    });
    page.on("request", (request) => {
      const { origin, protocol } = new URL(request.url());
      if (origin !== new URL(this.url).origin && !["data:", "blob:"].includes(protocol))
        this.faults.push(`asked elsewhere: ${request.url()}`);
    });
    page.on("dialog", (dialog) => {
      this.faults.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(this.url + path);
    return page;
  }

  /** A fault that the test means to happen, at least once: it is none then. */
  forgive(pattern: RegExp): void {
    const others = this.faults.filter((fault) => !pattern.test(fault));
    expect(others.length).toBeLessThan(this.faults.length);
    this.faults.splice(0, this.faults.length, ...others);
  }

  async status(): Promise<Status> {
    return JSON.parse((await get(`${this.url}/api/v1/status`)).text) as Status;
  }

  /** The command line that a page shows, run by a shell as a person would. */
  async runShown(command: string, ...more: string[]): Promise<string> {
    const program = `"${process.execPath}" "${CLI}"`;
    const shell = [command.replace(/^flowgauge/, program), ...more].join(" ");
    const { stdout, stderr, code } = await start(["sh", "-c", shell], { timeoutMs: 60_000 }).ended;
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return stdout;
  }

  async closePages(): Promise<void> {
    await Promise.all(this.contexts.splice(0).map((context) => context.close()));
  }

  async end(): Promise<void> {
    await this.closePages();
    await this.browser?.close();
    await this.stop();
  }
}

/** One server and one browser for a file; to be called in a `describe` that is skipped without a browser. */
export function usePage(words: readonly string[]): PageRun {
  const run = new PageRun();
  // A machine that does much else is slow, and not at fault.
  vi.setConfig({ testTimeout: START_MS });
  beforeAll(() => run.serve(words), START_MS);
  afterEach(async () => {
    await run.closePages();
    expect(run.faults.splice(0)).toEqual([]);
  });
  afterAll(() => run.end(), START_MS);
  return run;
}

/** What will be so in a while. */
export function seen<Value>(look: () => Promise<Value> | Value) {
  return expect.poll(look, { timeout: WAIT_MS, interval: 60 });
}

/** Explore and Flows: until the answer of what is asked now is there. */
export async function answered(page: Page): Promise<void> {
  await page.locator(".command code").waitFor();
  await seen(() => page.locator("[aria-busy=true], .waiting").count()).toBe(0);
}

/** Does something that asks anew, and waits for the answer. */
export async function asking(page: Page, act: () => Promise<unknown>): Promise<void> {
  await Promise.all([page.waitForResponse((response) => response.url().endsWith("/api/v1/query")), act()]);
  await answered(page);
}

/** The chart, once it is drawn. */
export async function drawn(page: Page) {
  const chart = page.locator(".chart");
  await seen(() => page.locator(".chart svg path").count()).toBeGreaterThan(5);
  const box = await chart.boundingBox();
  if (box === null) throw new Error("the chart is not seen");
  return box;
}

/** Texts of the cells of a table, row by row. */
export async function rowsOf(page: Page, table: string): Promise<string[][]> {
  return page
    .locator(`${table} tbody tr`)
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? "").trim())));
}
