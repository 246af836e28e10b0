// Reports and saved filters in a browser: asked, printed, saved from Explore, changed, deleted; texts that would like to be scripts.
import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import type { ApiTable } from "../src/serve/api.ts";
import { answered, noBrowser, rowsOf, seen, usePage } from "./page.ts";

const EVIL = `</title><script>alert(1)</script>"><img src=x onerror="alert(2)">\u202eeman`;

async function quiet(page: Page): Promise<void> {
  await seen(() => page.locator("[aria-busy=true], .waiting").count()).toBe(0);
}

describe.skipIf(noBrowser("reports in a browser"))("reports", () => {
  const run = usePage(["--demo", "--no-collect"]);

  test("a ready-made one: of a time, as its command line says, and printed", { timeout: 60_000 }, async () => {
    const page = await run.open("/reports");
    await page.getByRole("link", { name: "Source addresses", exact: true }).click();
    await page.locator(".command code").waitFor();
    expect(page.url()).toBe(`${run.url}/reports/source-addresses`);
    await page.getByLabel("Preset of time").selectOption({ label: "last 6 hours" });
    await seen(() => page.url()).toBe(`${run.url}/reports/source-addresses?from=6h`);
    await quiet(page);
    const command = (await page.locator(".command code").textContent()) ?? "";
    const table = JSON.parse(await run.runShown(command, "--json")) as ApiTable;
    const rows = await rowsOf(page, ".tablebox table");
    expect(rows.map(([address]) => address)).toEqual(table.rows.map(({ srcAddr }) => srcAddr));
    await seen(() => page.locator(".chart svg path").count()).toBeGreaterThan(5);

    const [printed] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("link", { name: "Print" }).click(),
    ]);
    await printed.waitForLoadState();
    expect(printed.url()).toBe(`${run.url}/api/v1/reports/source-addresses/print?from=6h`);
    expect(await printed.title()).toBe("Source addresses");
    expect(await printed.locator("figure svg").count()).toBe(1);
    expect((await rowsOf(printed, "table")).slice(0, rows.length).map(([address]) => address)).toEqual(
      table.rows.map(({ srcAddr }) => srcAddr),
    );

    await page.getByRole("link", { name: "Explore", exact: true }).last().click();
    await answered(page);
    expect(new URL(page.url()).searchParams.get("by")).toBe("srcAddr");
  });

  test("saved from Explore, run, changed, deleted; its title stays a text", { timeout: 60_000 }, async () => {
    const page = await run.open("/explore?from=2h&by=dstPort&top=3&filter=tcp&metric=pps");
    await answered(page);
    await page.getByRole("button", { name: "Save as report" }).click();
    await page.getByLabel("title", { exact: true }).fill(EVIL);
    await page.getByLabel("about", { exact: true }).fill(EVIL);
    await page.getByLabel("by itself").selectOption({ label: "daily at 6" });
    await page.getByRole("button", { name: "Save report" }).click();
    await page.locator(".command code").waitFor();
    await quiet(page);
    await seen(() => page.locator("h1").textContent()).toBe(EVIL);
    await page.locator(".command code").waitFor();
    await quiet(page);
    // As it was in Explore: packets a second.
    expect((await rowsOf(page, ".tablebox table"))[0]?.[1]).toMatch(/ pkt\/s$/);
    const path = new URL(page.url()).pathname;
    expect(await page.locator(".command code").textContent()).toMatch(/ tcp --from .* --by time\/30s,dstPort --top 3 /);
    expect(await page.getByRole("link", { name: "Explore", exact: true }).last().getAttribute("href")).toBe(
      "/explore?from=2h&filter=tcp&by=dstPort&top=3&metric=pps",
    );
    await page.getByRole("button", { name: "Run now" }).click();
    const file = page.locator("section[aria-labelledby=schedule] ul a");
    await file.waitFor();
    const [written] = await Promise.all([page.context().waitForEvent("page"), file.click()]);
    await written.waitForLoadState();
    expect(await written.locator("h1").textContent()).toBe(EVIL.replace("\u202e", "\ufffd"));
    expect(await written.locator("script, img").count()).toBe(0);
    await written.close();

    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("by itself").selectOption({ label: "as cron says" });
    await page.getByLabel("cron (minute").fill("every day");
    await page.getByRole("button", { name: "Save report" }).click();
    await seen(() => page.getByRole("alert").textContent()).toMatch(/^cron: expected five fields/);
    run.forgive(/status of 400/);
    await page.getByLabel("cron (minute").fill("30 7 * * 1-5");
    await page.getByRole("button", { name: "Save report" }).click();
    await seen(() => page.locator("section[aria-labelledby=schedule]").textContent()).toContain("30 7 * * 1-5");
    await page.goto(`${run.url}/reports`);
    expect(await page.locator(`a[href="${path}"]`).textContent()).toBe(EVIL);
    await page.locator(`a[href="${path}"]`).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await seen(() => page.url()).toBe(`${run.url}/reports`);
    await page.getByText("None yet").waitFor();
  });

  test("a filter is saved beside its field, used by its name, changed and deleted", { timeout: 60_000 }, async () => {
    const page = await run.open("/explore?from=2h&filter=port+in+[80,443]");
    await answered(page);
    await page.getByRole("button", { name: "save filter" }).click();
    await page.getByLabel("name of the filter").fill("web");
    await page.getByLabel("name of the filter").press("Enter");
    await page.getByText("saved: $web").waitFor();
    const total = await rowsOf(page, ".tablebox table");
    await page.goto(`${run.url}/filters`);
    await seen(() => rowsOf(page, "table")).toEqual([["$web", "port in [80,443]", "", "everybody's", "edit delete"]]);
    await page.getByRole("link", { name: "$web" }).click();
    await answered(page);
    expect(await page.locator(".command code").textContent()).toContain("'(port in [80,443])'");
    await page.goto(`${run.url}/explore?from=2h&filter=$web`);
    await answered(page);
    expect((await rowsOf(page, ".tablebox table")).map(([, name]) => name)).toEqual(total.map(([, name]) => name));

    await page.goto(`${run.url}/filters`);
    await page.getByRole("button", { name: "Edit web" }).click();
    await page.getByLabel("about", { exact: true }).fill(EVIL);
    await page.getByRole("button", { name: "Save filter" }).click();
    await seen(() => rowsOf(page, "table")).toEqual([["$web", "port in [80,443]", EVIL, "everybody's", "edit delete"]]);
    await page.getByRole("button", { name: "Delete web" }).click();
    await seen(() => page.locator("table").count()).toBe(0);
  });

  test.each([
    ["light", 1400],
    ["dark", 390],
  ] as const)("can be read by everybody: %s, %d pixels", { timeout: 60_000 }, async (colorScheme, width) => {
    const page = await run.open("/reports", { colorScheme, viewport: { width, height: 900 } });
    await page.evaluate(
      "fetch('/api/v1/filters/web', { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{\"text\":\"tcp\",\"about\":\"x\",\"shared\":true}' })",
    );
    for (const path of ["/reports", "/reports/traffic", "/reports/host-scans", "/reports/flow-times", "/filters"]) {
      await page.goto(run.url + path);
      await page.locator("h1").waitFor();
      await quiet(page);
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate(
        "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
      )) as { readonly violations: { readonly id: string; readonly nodes: { readonly html: string }[] }[] };
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`);
      const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect({ path, found, beyond }).toEqual({ path, found: [], beyond: 0 });
    }
  });
});
