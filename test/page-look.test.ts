// How each screen looks and is reached: axe in both themes, 390 px and 2560 px, keys alone, texts that would like to be scripts.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { answered, noBrowser, seen, usePage } from "./page.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Where each screen is, and what is there when it is all there. */
const SCREENS: readonly (readonly [path: string, there: string])[] = [
  ["/explore?from=2h&by=srcAddr,dstPort&p95=yes", ".command code"],
  ["/flows?from=1h&filter=dst+port+22+and+packets+%3E+90", ".command code"],
  ["/live", ".facts"],
  ["/host", ".hosts li"],
  ["/host/2001:db8:a::20?from=2h", ".pair section:last-child table"],
  ["/exporters", ".tablebox"],
  ["/nowhere", "h1"],
];

async function there(page: Page, wanted: string): Promise<void> {
  await page.locator(wanted).first().waitFor();
  await seen(() => page.locator("[aria-busy=true], .waiting").count()).toBe(0);
}

async function axe(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate(
    "axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })",
  )) as {
    violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
  };
  return found.violations.map(
    ({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`,
  );
}

describe.skipIf(noBrowser("the page's looks in a browser"))("each screen", () => {
  const run = usePage(["--demo", "--collect", "udp://127.0.0.1:0"]);

  test.each(["light", "dark"] as const)("can be read by everybody, %s", async (colorScheme) => {
    const page = await run.open("/explore", { colorScheme });
    for (const [path, wanted] of SCREENS) {
      await page.goto(run.url + path);
      await there(page, wanted);
      expect({ path, found: await axe(page) }).toEqual({ path, found: [] });
    }
  });

  test.each([
    [390, 844],
    [2560, 1300],
  ])("has its place on %d pixels: nothing of the page is beyond its edge", async (width, height) => {
    const page = await run.open("/explore", { viewport: { width, height } });
    for (const [path, wanted] of SCREENS) {
      await page.goto(run.url + path);
      await there(page, wanted);
      const beyond = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect({ path, beyond }).toEqual({ path, beyond: 0 });
    }
  });

  test("is light or dark as the system is, or as the reader says, also the next time", async () => {
    const page = await run.open("/explore", { colorScheme: "dark" });
    await answered(page);
    const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const dark = await ground();
    await page.getByLabel("Colours").selectOption("light");
    const light = await ground();
    expect(light).not.toBe(dark);
    await page.reload();
    await answered(page);
    expect(await ground()).toBe(light);
    await page.getByLabel("Colours").selectOption("system");
    expect(await ground()).toBe(dark);
    await page.emulateMedia({ colorScheme: "light" });
    expect(await ground()).toBe(light);
  });

  test("is reached by keys alone: the skip link first, then every control in its order", async () => {
    const page = await run.open("/explore?from=2h");
    await answered(page);
    const focused = () =>
      page.evaluate(
        "(() => { const e = document.activeElement; return (e.getAttribute('aria-label') || e.getAttribute('aria-labelledby') || e.textContent || e.value || e.tagName).trim().slice(0, 40); })()",
      ) as Promise<string>;
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("To the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("screen");
    expect(new URL(page.url()).pathname).toBe("/explore");
    await page.locator(".head .name").focus();
    const order: string[] = [];
    for (let i = 0; i < 90; i++) {
      await page.keyboard.press("Tab");
      const name = await focused();
      order.push(name);
      if (name === "PNG") break;
    }
    const inOrder = [
      "Explore",
      "Flows",
      "Live",
      "Hosts",
      "Exporters",
      "Earlier",
      "Later",
      "filter-title",
      "without proto",
      "more",
    ];
    expect(order.filter((name) => inOrder.includes(name))).toEqual(expect.arrayContaining(inOrder));
    expect(order).toContain("without TCP");
    expect(order.at(-1)).toBe("PNG");
    // Whatever can be used by the pointer can be used by keys.
    const unreachable = await page.evaluate(
      "[...document.querySelectorAll('button, a[href], input, select, summary')].filter((e) => e.tabIndex < 0 && !e.disabled).map((e) => e.outerHTML)",
    );
    expect(unreachable).toEqual([]);
    // A field is added, and the filter typed, without the pointer.
    await page.getByPlaceholder("add a field").focus();
    await page.keyboard.type("dstPort");
    await page.keyboard.press("Enter");
    await seen(() => page.url()).toContain("by=proto%2CdstPort");
    await answered(page);
    await page.getByLabel("without TCP").first().focus();
    await page.keyboard.press("Enter");
    await seen(() => new URL(page.url()).searchParams.get("filter")).toBe("not (proto = 6)");
  });

  test("shows texts as texts, whoever wrote them", async () => {
    const page = await run.open("/explore");
    const evil = "<img src=x onerror=alert(1)>";
    for (const path of [
      `/explore?filter=${encodeURIComponent(`${evil} or other.x = "${evil}"`)}`,
      `/explore?by=${encodeURIComponent(evil)}&from=${encodeURIComponent(evil)}&metric=${encodeURIComponent(evil)}`,
      `/flows?filter=${encodeURIComponent(evil)}&sort=${encodeURIComponent(evil)}`,
      `/live?filter=${encodeURIComponent(evil)}&group=${encodeURIComponent(evil)}`,
      `/host/${encodeURIComponent(evil)}`,
      `/${encodeURIComponent("<script>alert(1)</script>")}`,
      "/exporters",
    ]) {
      await page.goto(run.url + path);
      await page.locator(".fault:not(:empty), h1").first().waitFor();
      await page.waitForTimeout(300);
      expect(await page.locator("img:not(.cm-widgetBuffer), #page script").count()).toBe(0);
    }
    run.forgive(/console: Failed to load resource: the server responded with a status of 4\d\d/);
  });
});
