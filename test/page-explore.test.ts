// Explore in a real browser: times, filters, groups, figures; each view is an address, and its numbers are those of `flowgauge query`.
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { answered, asking, drawn, noBrowser, rowsOf, seen, usePage } from "./page.ts";

/** Places of the figures in a row, counted from the end of it. */
const TOTAL = -3;
const P95 = -5;
const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
const command = async (page: Page) => (await page.locator(".command code").textContent()) ?? "";

describe.skipIf(noBrowser("Explore in a browser"))("Explore", () => {
  const run = usePage(["--demo", "--no-collect"]);

  test("begins with the last day by protocol: a chart, and the figures of flowgauge query in a table", async () => {
    const page = await run.open("/");
    await answered(page);
    await drawn(page);
    expect(await page.title()).toBe("Explore - Flowgauge");
    const rows = await rowsOf(page, ".series");
    expect(rows.map((row) => row[1]?.replace(/≠$/, ""))).toEqual(["TCP", "UDP", "ICMP", "ICMPv6"]);
    const shown = await command(page);
    const [table] = JSON.parse(`[${await run.runShown(shown, "--json")}]`);
    const sums = new Map<number, number>();
    for (const { proto, bytes } of table.rows) sums.set(proto, (sums.get(proto) ?? 0) + Number(bytes));
    const titles = await page
      .locator(".series tbody tr > td:nth-last-child(3)")
      .evaluateAll((cells) => cells.map((cell) => Number((cell.getAttribute("title") ?? "").replaceAll(",", ""))));
    expect(titles).toEqual([6, 17, 1, 58].map((proto) => sums.get(proto)));
    const percentiles = JSON.parse(await run.runShown(shown, "--percentile 95 --json"));
    const of95 = new Map<number, number>(
      percentiles.rows.map((row: { proto: number; p95Bps: number }) => [row.proto, row.p95Bps]),
    );
    expect(rows.map((row) => row.at(P95))).toEqual([6, 17, 1, 58].map((proto) => rate(of95.get(proto) ?? -1)));
    expect(await page.locator(".series tfoot td").nth(4).textContent()).toBe(rate(percentiles.total.p95Bps));
  });

  test("takes a time from presets, typed words and the calendar; back and forward bring the views again", async () => {
    const page = await run.open("/explore");
    await answered(page);
    await asking(page, () => page.getByLabel("Preset of time").selectOption({ label: "last 6 hours" }));
    expect(query(page)).toEqual({ from: "6h" });
    expect(await command(page)).toContain("--by time/2m,proto");
    const from = page.getByLabel("from", { exact: true });
    await from.fill("2h");
    await asking(page, () => from.press("Enter"));
    expect(query(page)).toEqual({ from: "2h" });
    await asking(page, () => page.getByLabel("from: calendar").fill(localInput(Date.now() - 3 * 3_600_000)));
    expect(query(page).from).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d0:00Z$|^20\d\d-\d\d-\d\dT\d\d:\d\d:00Z$/);
    expect(Date.now() - Date.parse(query(page).from ?? "")).toBeLessThan(3.1 * 3_600_000);
    await asking(page, () => page.getByRole("button", { name: "Earlier" }).click());
    expect(Date.parse(query(page).to ?? "")).toBeLessThan(Date.now() - 2.8 * 3_600_000);
    await asking(page, () => page.goBack());
    await asking(page, () => page.goBack());
    expect(query(page)).toEqual({ from: "2h" });
    expect(await from.inputValue()).toBe("2h");
    await asking(page, () => page.goForward());
    expect(query(page).from).toMatch(/Z$/);
    await from.fill("tomorrowish");
    await from.press("Enter");
    await seen(() => page.locator("p.fault").allInnerTexts()).toContainEqual(expect.stringContaining("tomorrowish"));
    run.forgive(/400/);
  });

  test("completes a filter while it is typed, and says what is wrong with it under its place", async () => {
    const page = await run.open("/explore?from=2h");
    await answered(page);
    const editor = page.locator(".cm-content");
    await editor.click();
    await page.keyboard.type("dst po");
    await page.locator(".cm-tooltip-autocomplete li").first().waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    await seen(() => editor.textContent()).toMatch(/^dst port\s*$/);
    await page.keyboard.type(" 44x");
    await seen(() => page.locator(".tok-fault").allInnerTexts()).toEqual(["44x"]);
    await seen(() => page.locator(".filter .fault").textContent()).toContain("expected");
    for (let i = 0; i < 3; i++) await page.keyboard.press("Backspace");
    await page.keyboard.type("443");
    await seen(() => page.locator(".filter .fault").textContent()).toBe("");
    await asking(page, () => page.keyboard.press("Enter"));
    expect(query(page)).toEqual({ from: "2h", filter: "dst port 443" });
    expect(await page.locator(".tok-number").textContent()).toBe("443");
    await asking(page, async () => {
      await page.locator(".chip button").click();
      await seen(() => page.url()).toContain("by=none");
    });
    const [all] = await rowsOf(page, ".series");
    expect(all?.[1]).toBe("all");
  });

  test("groups by any fields in any order, with lengths of prefixes; other metrics, more of the first", async () => {
    const page = await run.open("/explore?from=2h");
    await answered(page);
    const add = page.getByPlaceholder("add a field");
    await add.fill("dstPort");
    await asking(page, () => add.press("Enter"));
    await add.fill("srcAddr/24");
    await asking(page, () => add.press("Enter"));
    expect(query(page).by).toBe("proto,dstPort,srcAddr/24");
    await asking(page, () => page.getByLabel("srcAddr/24: one place forward").click());
    await asking(page, () => page.getByLabel("without dstPort").click());
    expect(query(page).by).toBe("proto,srcAddr/24");
    const keys = (await rowsOf(page, ".series")).map((row) => row[2] ?? "");
    expect(keys.some((key) => key.startsWith("198.51.100.0/24"))).toBe(true);
    await asking(page, () => page.getByLabel("top").selectOption("3"));
    expect(await rowsOf(page, ".series")).toHaveLength(4);
    expect((await rowsOf(page, ".series")).at(-1)?.[1]).toBe("others");
    await asking(page, () => page.getByRole("combobox", { name: "in", exact: true }).selectOption("flows"));
    const shown = await command(page);
    expect(shown).toContain("--sort flows");
    const [table] = JSON.parse(`[${await run.runShown(shown, "--json")}]`);
    const flows = [...table.rows, ...table.othersRows].reduce((sum, row) => sum + Number(row.flows), 0);
    const all = await page.locator(".series tfoot td:nth-last-child(3)").getAttribute("title");
    expect(Number(all?.replaceAll(",", ""))).toBe(flows);
  });

  test("sorts its table; a click on a value narrows to it, one with Alt leaves it out", async () => {
    const page = await run.open("/explore?from=2h&by=dstPort");
    await answered(page);
    const totals = async () =>
      (await rowsOf(page, ".series")).filter((row) => row[1] !== "others").map((row) => row[1]);
    const before = await totals();
    await page.getByRole("button", { name: "total" }).click();
    expect(await totals()).toEqual([...before].reverse());
    expect(await page.locator("th[aria-sort=ascending]").textContent()).toContain("total");
    await asking(page, () => page.locator(".series .key button.plain").getByText("443", { exact: true }).click());
    expect(query(page).filter).toBe("dstPort = 443");
    await asking(page, () => page.goBack());
    await asking(page, () =>
      page
        .locator(".series .key button.plain")
        .getByText("80", { exact: true })
        .click({ modifiers: ["Alt"] }),
    );
    expect(query(page).filter).toBe("not (dstPort = 80)");
    expect(await totals()).not.toContain("80≠");
    await page.getByLabel("flows of 443").click();
    await seen(() => page.url()).toContain("/flows?");
    await answered(page);
    expect(query(page).filter).toBe("not (dstPort = 80) and dstPort = 443");
    const rows = await rowsOf(page, ".flows");
    expect(rows.length).toBeGreaterThan(0);
    expect(new Set(rows.map((row) => row[6]))).toEqual(new Set(["443"]));
  });

  test("gives its command line and its files: their sums are those of flowgauge query", async () => {
    const page = await run.open("/explore?from=3h&by=proto,dstPort&top=5", {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    await answered(page);
    const shown = await command(page);
    await page.getByTitle("copy the command line").click();
    await seen(() => page.locator(".command button").textContent()).toBe("copied");
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(shown);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "CSV", exact: true }).click(),
    ]);
    const csv = readFileSync(await download.path(), "utf8");
    expect(csv).toBe(await run.runShown(shown, "--csv"));
    const [head = "", ...lines] = csv.trimEnd().split("\n");
    const place = head.split(",").indexOf("bytes");
    const sum = lines.reduce((all, line) => all + Number(line.split(",")[place]), 0);
    const parts = (await rowsOf(page, ".series")).filter((row) => row[1] !== "others");
    expect(parts).toHaveLength(5);
    const titles = await page
      .locator(".series tbody tr > td:nth-last-child(3)")
      .evaluateAll((cells) =>
        cells.slice(0, 5).map((cell) => Number((cell.getAttribute("title") ?? "").replaceAll(",", ""))),
      );
    expect(sum).toBe(titles.reduce((all, one) => all + one, 0));
    expect(parts[0]?.at(TOTAL)).toMatch(/^\d/);
  });
});

/** As the page writes it. */
function rate(value: number): string {
  const steps = value < 1000 ? 0 : value < 1e6 ? 1 : 2;
  const scaled = value / 1000 ** steps;
  const digits = scaled < 10 ? 2 : scaled < 100 ? 1 : 0;
  return `${scaled.toFixed(steps === 0 && Number.isInteger(value) ? 0 : digits)} ${["", "k", "M"][steps]}bit/s`;
}

/** What the browser's calendar takes: the reader's zone, India's. */
function localInput(ms: number): string {
  return new Date(ms + 5.5 * 3_600_000).toISOString().slice(0, 16);
}
