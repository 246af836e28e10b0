// Flows and Hosts in a real browser: records one by one, and what is known of one address; numbers are those of `flowgauge query`.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { answered, asking, noBrowser, rowsOf, seen, usePage } from "./page.ts";

const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

describe.skipIf(noBrowser("Flows and Hosts in a browser"))("records", () => {
  const run = usePage(["--demo", "--no-collect"]);

  test("flows are sorted, narrowed, told in full and come page by page: all that flowgauge query has", async () => {
    const page = await run.open(`/flows?from=2h&filter=${encodeURIComponent("dst port 443")}`);
    await answered(page);
    expect(await rowsOf(page, ".flows")).toHaveLength(100);
    await asking(page, () => page.getByRole("button", { name: "100 more" }).click());
    await seen(async () => (await rowsOf(page, ".flows")).length).toBe(200);
    await asking(page, () => page.getByRole("button", { name: "Bytes", exact: true }).click());
    expect(query(page).sort).toBe("bytes:desc");
    const shown = (await page.locator(".command code").textContent()) ?? "";
    const lines = (await run.runShown(shown, "--ndjson")).trimEnd().split("\n");
    const flows = lines.map((line) => JSON.parse(line) as { srcAddr: string; srcPort: number; packets: number });
    const rows = await rowsOf(page, ".flows");
    expect(rows.map((row) => `${row[3]} ${row[4]} ${row[8]}`)).toEqual(
      flows.map(({ srcAddr, srcPort, packets }) => `${srcAddr} ${srcPort} ${packets}`),
    );
    await page.getByRole("button", { name: "details" }).first().click();
    const details = await page.locator(".details").textContent();
    expect(details).toContain(String(flows[0]?.srcAddr));
    await asking(page, () => page.locator(".flows .key button").getByText("2001:db8:a::10").first().click());
    expect(query(page).filter).toBe("dst port 443 and srcAddr = 2001:db8:a::10");
    expect(new Set((await rowsOf(page, ".flows")).map((row) => row[3]))).toEqual(new Set(["2001:db8:a::10"]));
    await asking(page, () => page.getByRole("button", { name: "Earlier" }).click());
    expect(Date.parse(query(page).to ?? "")).toBeLessThan(Date.now() - 1.9 * 3_600_000);
    await page.getByRole("link", { name: "as a picture" }).click();
    await page.waitForURL(/\/explore\?/);
    await answered(page);
    expect(query(page).filter).toBe("dst port 443 and srcAddr = 2001:db8:a::10");
  });

  test("a time without flows says so, and in Explore what the store has instead", async () => {
    const page = await run.open(`/flows?from=2h&filter=${encodeURIComponent("port 7777")}`);
    await answered(page);
    expect(await page.locator("p[role=status]").last().textContent()).toContain("No flow");
    await page.goto(`${run.url}/explore?from=2020-01-01&to=2020-01-02`);
    await page.locator(".empty").waitFor();
    expect(await page.locator(".empty").textContent()).toMatch(/The store has flows from .* to /);
  });

  test("a host: its partners, its services, its flows in both directions, as flowgauge query has them", async () => {
    const page = await run.open("/host");
    await page.locator(".hosts li").first().waitFor();
    await page.getByLabel("address").fill("198.51.100.20");
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL(/\/host\/198\.51\.100\.20$/);
    await page.locator(".pair section:last-child table").waitFor();
    await seen(() => page.locator(".waiting").count()).toBe(0);
    expect(await page.locator("h1").textContent()).toContain("198.51.100.20");
    const titles = await page.locator(".pair h2").allTextContents();
    expect(titles).toEqual(["It asked", "It was asked by", "Services it used", "Services it offered"]);
    await seen(() => page.locator(".chart svg path").count()).toBeGreaterThan(5);
    const flows = Number(
      (await page.locator(".facts dt", { hasText: "flows" }).locator("+ dd").textContent())?.replaceAll(",", ""),
    );
    const store = (await run.status()).store.folder;
    const command = `flowgauge query store:${store} --from 25h "host 198.51.100.20" --by none --json`;
    // The page asked a moment ago: what is older than a day has gone since.
    expect(JSON.parse(await run.runShown(command)).rows[0].flows).toBeGreaterThanOrEqual(flows);
    expect(flows).toBeGreaterThan(1000);
    await page.locator(".pair a").first().click();
    await page.waitForURL(/\/host\/(?!198\.51\.100\.20$)/);
    await page.goBack();
    await page.waitForURL(/\/host\/198\.51\.100\.20$/);
  });
});
