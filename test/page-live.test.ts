// Live and Exporters in a real browser, of real records: `flowgauge export` sends the bundled capture to the page's own collector.
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { noBrowser, type PageRun, rowsOf, seen, usePage } from "./page.ts";
import { DEMO, runProgram } from "./program.ts";

/** What an alias is, nobody runs. */
const ALIAS = "<script>alert(1)</script>";
const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

async function send(run: PageRun): Promise<void> {
  const [udp = ""] = (await run.status()).collecting.listening;
  const { code, stderr } = await runProgram(
    ["export", DEMO, "--protocol", "ipfix", "--biflow", "--rate", "400", "--to", udp],
    {
      timeoutMs: 60_000,
    },
  );
  expect({ code, stderr }).toMatchObject({ code: 0 });
}

describe.skipIf(noBrowser("Live in a browser"))("live", () => {
  const run = usePage(["--demo", "--collect", "udp://127.0.0.1:0", "--allow", `127.0.0.1=${ALIAS}`]);

  test("says what to do while nothing comes; then who is talking, sorted, filtered, frozen, grouped", async () => {
    const page = await run.open("/live");
    await page.locator(".tablebox .empty").waitFor();
    const [udp = ""] = (await run.status()).collecting.listening;
    expect(await page.locator(".tablebox .empty").textContent()).toContain(udp);
    await send(run);
    await seen(async () => (await rowsOf(page, ".live")).length).toBeGreaterThan(10);
    const fields = async () => (await page.locator(".live thead th").allTextContents()).slice(0, 5);
    expect((await fields()).join(" ")).toContain("srcAddr");
    const octets = async () => (await rowsOf(page, ".live")).map((row) => octetsOf(row.at(-6) ?? "")).slice(0, 10);
    await page.getByRole("button", { name: "sent" }).click();
    await seen(() => query(page).sort).toBe("out");
    await seen(async () => inOrder(await octets())).toBe(true);
    await page.getByRole("button", { name: "sent" }).click();
    await seen(() => query(page).reverse).toBe("yes");
    await seen(async () => inOrder([...(await octets())].reverse())).toBe(true);
    await page.goBack();
    await page.locator(".cm-content").click();
    await page.keyboard.type("dst port 53");
    await page.keyboard.press("Enter");
    await seen(() => query(page).filter).toBe("dst port 53");
    const ports = async () => new Set((await rowsOf(page, ".live")).map((row) => row.join(" ").includes("53")));
    await seen(ports).toEqual(new Set([true]));
    await page.getByRole("button", { name: "Freeze" }).click();
    const frozen = await page.locator(".facts").textContent();
    await page.waitForTimeout(1500);
    expect(await page.locator(".facts").textContent()).toBe(frozen);
    await page.getByRole("button", { name: "Go on" }).click();
    await seen(() => page.locator(".facts").textContent()).not.toBe(frozen);
    await page.getByRole("button", { name: "Hosts", exact: true }).click();
    await seen(() => query(page)).toMatchObject({ group: "hosts", filter: "dst port 53" });
    await seen(async () => (await rowsOf(page, ".live"))[0]?.[0] ?? "").toMatch(/[.:]/);
    // What has ended goes away after a while: it comes again.
    await page.getByRole("button", { name: "Exporters", exact: true }).click();
    await seen(() => query(page).group).toBe("exporters");
    await Promise.all([send(run), seen(() => page.locator(".live tbody").textContent()).toContain(ALIAS)]);
  });

  test("draws who talks to whom, with the same pairs in a table; a host is one click away", async () => {
    const page = await run.open("/live");
    await page.getByRole("button", { name: "Who talks to whom" }).click();
    await seen(() => page.locator(".chart svg path").count()).toBeGreaterThan(5);
    await page.getByText("the same as a table").click();
    expect((await rowsOf(page, "details table")).length).toBeGreaterThan(3);
    const box = await page.locator(".chart").boundingBox();
    // Somewhere in the middle there are hosts: circles.
    const circles = page.locator(".chart svg path[fill='#0072b2'], .chart svg circle");
    const circle = await circles.first().boundingBox();
    if (box === null || circle === null) throw new Error("no graph");
    await page.mouse.click(circle.x + circle.width / 2, circle.y + circle.height / 2);
    await page.waitForURL(/\/host\//);
  });

  test("Exporters: the ledger of the exporter, its alias a text, its templates, and where every record went", async () => {
    const page = await run.open("/exporters");
    await seen(() => page.locator(".tablebox").count()).toBe(2);
    const [row = []] = await rowsOf(page, ".tablebox table");
    expect(row[0]).toContain(`${ALIAS} (127.0.0.1)`);
    expect(await page.locator("#page script").count()).toBe(0);
    const records = Number(row[4]?.replaceAll(",", ""));
    expect(records).toBe((await run.status()).collecting.records);
    expect(records).toBeGreaterThan(200);
    await page.getByRole("button", { name: "details" }).first().click();
    await page.locator(".exporter summary").first().waitFor();
    expect(await page.locator(".exporter summary").first().textContent()).toMatch(/template \d+, \d+ fields/);
  });

  test("what was collected a moment ago is found by Explore, and by flowgauge query the same", async () => {
    const page = await run.open(
      `/explore?from=2020-01-01&by=exporter,proto&filter=${encodeURIComponent("exporter = 127.0.0.1")}`,
    );
    await page.locator(".command code").waitFor();
    const whole = await page.locator(".series tfoot td:nth-last-child(3)").getAttribute("title");
    const shown = (await page.locator(".command code").textContent()) ?? "";
    const table = JSON.parse(await run.runShown(shown, "--json"));
    const sum = table.rows.reduce((all: number, row: { bytes: number }) => all + Number(row.bytes), 0);
    expect(Number(whole?.replaceAll(",", ""))).toBe(sum);
    expect(await page.locator(".series tbody tr").count()).toBeGreaterThan(1);
  });
});

function octetsOf(text: string): number {
  const [, figure = "0", prefix = ""] = /^([\d.]+) ?([kMG]?)B$/.exec(text) ?? [];
  return Number(figure) * 1000 ** ["", "k", "M", "G"].indexOf(prefix);
}

function inOrder(figures: readonly number[]): boolean {
  return figures.length > 3 && figures.every((figure, at) => at === 0 || figure <= (figures[at - 1] ?? 0));
}
