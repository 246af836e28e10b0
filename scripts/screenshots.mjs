// @ts-check
// `npm run screenshots`: pictures of the page for docs/, of the bundled capture: docs/serve-*.png. Needs Debian's chromium, and a build.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ROOT, say } from "./setup.mjs";

const CLI = join(ROOT, "dist", "cli.js");
const CAPTURE = join(ROOT, "fixtures", "demo.pcapng.gz");
const SIZE = { width: 1040, height: 680 };
const MOST_OCTETS = 150_000;
const WAIT_MS = 30_000;

/** @type {readonly { readonly name: string, readonly path: string, readonly there: string, readonly dark?: true, readonly live?: true, readonly part?: string }[]} */
const PICTURES = [
  { name: "explore", path: "/explore?from=6h&by=srcAddr,dstPort&top=7&p95=yes", there: ".chart svg path" },
  { name: "sides", path: "/explore?from=24h&by=dstPort&top=6&chart=sides", there: ".chart svg path", dark: true },
  {
    name: "sankey",
    path: "/explore?from=24h&by=srcAddr,proto,dstPort&chart=sankey",
    there: ".chart svg path",
    part: ".chart",
  },
  { name: "flows", path: "/flows?from=1h&filter=dst+port+443&sort=bytes:desc", there: ".command code", dark: true },
  { name: "live", path: "/live", there: ".live tbody tr", live: true },
  { name: "links", path: "/live?show=links", there: ".chart svg path", live: true, dark: true, part: ".chart" },
  { name: "host", path: "/host/198.51.100.20", there: ".pair section:last-child table" },
  { name: "exporters", path: "/exporters", there: ".tablebox", live: true },
  { name: "reports", path: "/reports", there: "h1", dark: true },
];

const folder = mkdtempSync(join(tmpdir(), "flowgauge-screenshots-"));
const env = { ...process.env, FLOWGAUGE_STORE: join(folder, "store") };
const words = ["serve", "--demo", "--listen", "127.0.0.1:0", "--collect", "udp://127.0.0.1:0", "--state", folder];
const server = spawn(process.execPath, [CLI, ...words], { env, stdio: ["ignore", "ignore", "pipe"] });

/** @returns {Promise<string>} */
function address() {
  let said = "";
  return new Promise((resolve, reject) => {
    server.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const found = /the page is at (http:[^\s;]+)/.exec(said);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    server.on("close", () => reject(new Error(said)));
  });
}

/** Real records for Live and Exporters, as long as pictures are taken. @param {string} url */
async function keepSending(url) {
  const answer = await (await fetch(`${url}/api/v1/status`)).json();
  const status = /** @type {{ collecting: { listening: string[] } }} */ (answer);
  const [to = ""] = status.collecting.listening;
  let on = true;
  const send = () => {
    const words = ["export", CAPTURE, "--protocol", "ipfix", "--biflow", "--rate", "60", "--to", to];
    const child = spawn(process.execPath, [CLI, ...words], { stdio: "ignore" });
    child.on("close", () => on && send());
    return child;
  };
  const child = send();
  return () => {
    on = false;
    child.kill("SIGTERM");
  };
}

try {
  const url = await address();
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const stop = await keepSending(url);
  for (const { name, path, there, dark, live, part } of PICTURES) {
    const page = await browser.newPage({
      viewport: SIZE,
      colorScheme: dark === true ? "dark" : "light",
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
    });
    await page.goto(url + path);
    await page.locator(there).first().waitFor({ state: "attached", timeout: WAIT_MS });
    await page.waitForTimeout(live === true ? 4000 : 1500);
    const file = join(ROOT, "docs", `serve-${name}.png`);
    await (part === undefined ? page : page.locator(part)).screenshot({ path: file });
    const { size } = statSync(file);
    say(`docs/serve-${name}.png: ${size} octets${size > MOST_OCTETS ? ", too many" : ""}`);
    if (size > MOST_OCTETS) process.exitCode = 1;
    await page.close();
  }
  stop();
  await browser.close();
} finally {
  server.kill("SIGTERM");
  await new Promise((resolve) => (server.exitCode === null ? server.on("close", resolve) : resolve(null)));
  rmSync(folder, { recursive: true, force: true });
}
