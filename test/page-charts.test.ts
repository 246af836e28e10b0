// Charts in a real browser: every kind is drawn, a span that is dragged over can be looked into, any area opens the flows behind it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { answered, asking, drawn, noBrowser, type PageRun, rowsOf, seen, usePage } from "./page.ts";
import { missingPrograms, runProgram } from "./program.ts";
import { ip, PROTO, pcap, udp } from "./small-captures.ts";

const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

/** The demo has quiet moments, and other ones each time: these parts of the chart's width are tried. */
const ACROSS = [0.7, 0.74, 0.78, 0.83, 0.9] as const;

/** Clicks at parts of the chart's height until flows are seen: ours to draw, not ours to say where. */
async function clickChart(page: Page, downs: readonly number[]): Promise<void> {
  const box = await drawn(page);
  for (const across of ACROSS) {
    for (const down of downs) {
      await page.mouse.click(box.x + box.width * across, box.y + box.height * down);
      const open = await page.waitForURL(/\/flows\?/, { timeout: 600 }).then(
        () => true,
        () => false,
      );
      if (open) return;
    }
  }
  throw new Error("no place of the chart opened flows");
}

/** The octets that a series' command line finds. */
async function octetsOf(run: PageRun, command: string): Promise<number> {
  const { rows, othersRows } = JSON.parse(await run.runShown(command, "--json"));
  return [...rows, ...othersRows].reduce((all, row) => all + Number(row.bytes), 0);
}

/** Places of a Sankey chart's ribbons, by their shapes. */
async function clickRibbon(page: Page): Promise<void> {
  await drawn(page);
  const ribbon = page.locator(".chart svg path[fill^=url]").first();
  const box = await ribbon.boundingBox();
  if (box === null) throw new Error("no ribbon");
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForURL(/\/flows\?/);
}

describe.skipIf(noBrowser("charts in a browser"))("a chart", () => {
  const run = usePage(["--demo", "--no-collect"]);

  test.each([
    ["stacked", [0.75, 0.85]],
    ["bars", [0.75, 0.85]],
    ["lines", [0.8]],
    ["heat", [0.15]],
    ["sides", [0.3, 0.1]],
  ])("%s: a click opens the flows behind the place", async (chart, downs) => {
    const page = await run.open(`/explore?from=6h&by=dstPort,proto&chart=${chart}`);
    await answered(page);
    const labels = (await rowsOf(page, ".series")).map((row) => row.slice(1, 3).map((text) => text.replace("≠", "")));
    await clickChart(page, downs);
    await answered(page);
    const { from = "", to = "", filter = "" } = query(page);
    expect(Date.parse(to) - Date.parse(from)).toBe(120_000);
    const rows = await rowsOf(page, ".flows");
    expect(rows.length).toBeGreaterThan(0);
    const [, port] = /^dstPort = (\d+) and proto = \d+$/.exec(filter) ?? [];
    if (port === undefined) expect(filter).toMatch(/^not \(\(dstPort = /);
    else {
      expect(labels.some(([label]) => label === port)).toBe(true);
      expect(new Set(rows.map((row) => row[6]))).toEqual(new Set([port]));
    }
  });

  test("Sankey: a click on a ribbon opens its flows; with one field it says what is missing", async () => {
    const page = await run.open("/explore?from=6h&by=srcAddr,dstPort&chart=sankey");
    await answered(page);
    await clickRibbon(page);
    await answered(page);
    expect(query(page).filter).toMatch(/^srcAddr = \S+ and dstPort = \d+$/);
    expect((await rowsOf(page, ".flows")).length).toBeGreaterThan(0);
    await page.goto(`${run.url}/explore?from=6h&by=srcAddr&chart=sankey`);
    await answered(page);
    expect(await page.locator(".panel .note").textContent()).toContain("two fields");
  });

  test("a span that is dragged over: zoom, who made it, its flows, and nothing", async () => {
    const page = await run.open("/explore?from=6h");
    await answered(page);
    const drag = async () => {
      const box = await drawn(page);
      await page.mouse.move(box.x + box.width * 0.5, box.y + 100);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.7, box.y + 100, { steps: 4 });
      await page.mouse.up();
      await page.locator("fieldset.span").waitFor();
    };
    await drag();
    await page.getByRole("button", { name: "Leave the span" }).click();
    await seen(() => page.locator("fieldset.span").count()).toBe(0);
    expect(query(page)).toEqual({ from: "6h" });
    await drag();
    await asking(page, () => page.getByRole("button", { name: "Zoom" }).click());
    const { from = "", to = "" } = query(page);
    const span = Date.parse(to) - Date.parse(from);
    expect(span).toBeGreaterThan(0.15 * 6 * 3_600_000);
    expect(span).toBeLessThan(0.25 * 6 * 3_600_000);
    expect(await page.locator(".command code").textContent()).toContain(`--from ${from} --to ${to}`);
    await drag();
    await asking(page, () => page.getByRole("button", { name: "Who made this" }).click());
    expect(query(page).by).toBe("srcAddr,dstAddr,dstPort");
    expect(Date.parse(query(page).to ?? "") - Date.parse(query(page).from ?? "")).toBeLessThan(span);
    await drag();
    await page.getByRole("button", { name: "Flows", exact: true }).click();
    await page.waitForURL(/\/flows\?/);
    await answered(page);
    expect((await rowsOf(page, ".flows")).length).toBeGreaterThan(0);
  });

  test("the period before and the 95th percentile are lines of their own, and said in the table", async () => {
    const page = await run.open("/explore?from=6h");
    await answered(page);
    await page.getByText("more", { exact: true }).click();
    await asking(page, () => page.getByLabel("the period before").check());
    await page.getByLabel("line of the 95th percentile").check();
    await seen(() => page.locator(".chart svg text").allTextContents()).toContainEqual(
      expect.stringMatching(/^95th: .*bit\/s$/),
    );
    expect(query(page)).toEqual({ from: "6h", before: "yes", p95: "yes" });
    const line = (await page.locator(".chart svg text").allTextContents()).find((text) => text.startsWith("95th"));
    const all = await page.locator(".series tfoot tr").first().locator("td").nth(4).textContent();
    expect(line).toBe(`95th: ${all}`);
    const shown = (await page.locator(".command code").textContent()) ?? "";
    const [, from = "", to = ""] = /--from (\S+) --to (\S+)/.exec(shown) ?? [];
    const long = Date.parse(to) - Date.parse(from);
    const back = (time: string) => new Date(Date.parse(time) - long).toISOString().replace(".000", "");
    const earlier = shown.replace(from, back(from)).replace(to, back(to));
    expect(earlier).not.toBe(shown);
    const octets = await octetsOf(run, earlier);
    const total = page.locator(".series tr.before td:nth-last-child(3)");
    expect(Number((await total.getAttribute("title"))?.replaceAll(",", ""))).toBe(octets);
    const change = ((await octetsOf(run, shown)) / octets - 1) * 100;
    expect(await page.locator(".series tr.before td:nth-last-child(2)").textContent()).toBe(
      `now ${change < 0 ? "" : "+"}${change.toFixed(1)} %`,
    );
  });

  test("octets of frames: what flowgauge query sums of both directions", async () => {
    const page = await run.open("/explore?from=2h&by=none");
    await answered(page);
    await asking(page, () => page.getByRole("combobox", { name: "in", exact: true }).selectOption("l2bytes"));
    await answered(page);
    const shown = (await page.locator(".command code").textContent()) ?? "";
    const { rows } = JSON.parse(await run.runShown(shown, "--json"));
    const sum = rows.reduce(
      (all: number, row: Record<string, number>) => all + (row.frameBytes ?? 0) + (row.reverseFrameBytes ?? 0),
      0,
    );
    const total = page.locator(".series tfoot td:nth-last-child(3)");
    await seen(async () => Number((await total.getAttribute("title"))?.replaceAll(",", ""))).toBe(sum);
    // Every frame has an Ethernet header more than its packet.
    expect(sum).toBeGreaterThan(rows.reduce((all: number, row: Record<string, number>) => all + (row.bytes ?? 0), 0));
  });

  test("what the pointer is at is told with the reader's time and UTC", async () => {
    const page = await run.open("/explore?from=6h");
    await answered(page);
    const box = await drawn(page);
    await page.mouse.move(box.x + box.width * 0.6, box.y + box.height * 0.6);
    const tip = page.locator(".tip");
    await tip.waitFor();
    const text = (await tip.textContent()) ?? "";
    const utc = Date.parse(
      /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/.exec(text)?.[0]?.replace(" UTC", "Z").replace(" ", "T") ?? "",
    );
    const india = new Date(utc + 5.5 * 3_600_000).toISOString().slice(11, 19);
    expect(text).toContain(india);
    expect(text).toContain("TCP");
  });
});

describe.skipIf(missingPrograms("chromium").length > 0)("a store with a hole", () => {
  const run = usePage(["--no-collect"]);

  beforeAll(async () => {
    const capture = join(run.folder, "hole.pcap");
    for (const [index, hour] of [0, 4].entries()) {
      const frame = ip("192.0.2.1", "198.51.100.2", PROTO.udp, udp(1000, 53, 400));
      writeFileSync(capture, pcap([0, 60, 200].map((seconds) => ({ at: hour * 3600 + seconds, frame }))));
      const store = ["--store", join(run.folder, "store"), "--rotate", "1h", "--summary", "none"];
      const { code, stderr } = await runProgram(["track", capture, ...store]);
      expect({ index, code, stderr }).toMatchObject({ index, code: 0 });
    }
  });

  test("has no zeros in it: the time is marked, and left out of the figures", async () => {
    const page = await run.open("/explore?from=2023-11-14T22:00Z&to=2023-11-15T03:00Z&by=none&metric=bytes");
    await answered(page);
    await drawn(page);
    const texts = await page.locator(".chart svg text").allTextContents();
    expect(texts.filter((text) => text === "no data")).toHaveLength(1);
    const shown = (await page.locator(".command code").textContent()) ?? "";
    const { rows } = JSON.parse(await run.runShown(shown, "--json"));
    const known = rows.filter((row: { bytes: number | null }) => row.bytes !== null);
    expect(known.length).toBeLessThan(rows.length);
    const sum = known.reduce((all: number, row: { bytes: number }) => all + row.bytes, 0);
    const [row = []] = await rowsOf(page, ".series");
    expect(row[2]).toBe("0 B");
    const average = sum / known.length;
    expect(row[3]).toBe(`${average.toFixed(average < 10 ? 2 : 1)} B`);
  });
});
