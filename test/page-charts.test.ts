// Charts in a real browser: every kind is drawn, a span that is dragged over can be looked into, any area opens the flows behind it.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { answered, asking, drawn, noBrowser, rowsOf, seen, usePage } from "./page.ts";

const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

/** Clicks at a part of the chart's width and height until flows are seen: ours to draw, not ours to say where. */
async function clickChart(page: Page, across: number, downs: readonly number[]): Promise<void> {
  const box = await drawn(page);
  for (const down of downs) {
    await page.mouse.click(box.x + box.width * across, box.y + box.height * down);
    const open = await page.waitForURL(/\/flows\?/, { timeout: 500 }).then(
      () => true,
      () => false,
    );
    if (open) return;
  }
  throw new Error("no place of the chart opened flows");
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
    ["stacked", 0.7, [0.8]],
    ["bars", 0.7, [0.8]],
    ["lines", 0.7, [0.8]],
    ["heat", 0.7, [0.15]],
    // Gaps between the repetitions of the demo are as wide as a bucket.
    ["sides", 0.7, [0.3, 0.1]],
  ])("%s: a click opens the flows behind the place", async (chart, across, downs) => {
    const page = await run.open(`/explore?from=6h&by=dstPort,proto&chart=${chart}`);
    await answered(page);
    const labels = (await rowsOf(page, ".series")).map((row) => row.slice(1, 3).map((text) => text.replace("≠", "")));
    await clickChart(page, across, downs);
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
