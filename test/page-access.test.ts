// Who may look, in a real browser: logging in and out, roles; and a server that is gone and comes back.
import { describe, expect, test } from "vitest";
import { answered, noBrowser, rowsOf, seen, usePage } from "./page.ts";
import { runProgram } from "./program.ts";

const GONE = "flowgauge serve does not answer; is it still running?";
const PASSWORDS = { ada: "an analytical engine", bob: "only looking, thanks" } as const;

describe.skipIf(noBrowser("logging in with a browser"))("who may look", () => {
  const run = usePage(["--demo", "--no-collect"]);

  test("a server that is gone is said above every screen, and that it is back", async () => {
    const page = await run.open("/explore?from=2h");
    await answered(page);
    await run.stop();
    await page.getByLabel("Preset of time").selectOption({ label: "last hour" });
    await seen(() => page.locator("p.fault").allTextContents()).toContain(GONE);
    await seen(() => page.locator(".problems li").allTextContents()).toEqual([GONE]);
    await page.getByRole("link", { name: "Live" }).click();
    await seen(() => page.locator("p.fault").count()).toBe(1);
    await page.goBack();
    await run.serve(["--demo", "--no-collect"]);
    // It is asked again without a click.
    await seen(() => page.locator(".problems").count()).toBe(0);
    await seen(() => page.locator("p.fault:not(:empty)").count()).toBe(0);
    await answered(page);
    expect(new URL(page.url()).search).toBe("?from=1h");
    run.forgive(/net::ERR_|status of 409|status of 503/);
  });

  test("with users everybody logs in: who is wrong is told so, who is right sees what he asked for", async () => {
    for (const [name, role] of [
      ["ada", "admin"],
      ["bob", "viewer"],
    ] as const) {
      const { code, stderr } = await runProgram(["serve", "user", "add", name, "--role", role, "--state", run.state], {
        stdin: Buffer.from(`${PASSWORDS[name]}\n`),
      });
      expect({ code, stderr }).toMatchObject({ code: 0 });
    }
    const page = await run.open("/explore?from=2h&by=dstPort");
    const name = page.getByLabel("name");
    await name.fill("bob");
    await page.getByLabel("password").fill("not this one");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.locator(".login .fault").waitFor();
    expect(await page.locator(".login .fault").textContent()).toMatch(/name|password/);
    expect(await page.locator(".series").count()).toBe(0);
    expect(await page.getByLabel("password").inputValue()).toBe("");
    run.forgive(/status of 401/);
    await page.getByLabel("password").fill(PASSWORDS.bob);
    await page.keyboard.press("Enter");
    await answered(page);
    expect((await rowsOf(page, ".series")).length).toBeGreaterThan(3);
    expect(await page.locator(".user").textContent()).toContain("bob (viewer)");
    expect(await page.evaluate("document.cookie")).toBe("");
    const cookies = await page.context().cookies();
    expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
      { httpOnly: true, sameSite: "Strict" },
    ]);
    await page.reload();
    await answered(page);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.locator(".login").waitFor();
    expect(await page.locator(".series").count()).toBe(0);
    await page.goBack().catch(() => null);
    await page.goto(`${run.url}/exporters`);
    await page.locator(".login").waitFor();
    expect((await page.request.get(`${run.url}/api/v1/query?by=proto`)).status()).toBe(401);
    await name.fill("ada");
    await page.getByLabel("password").fill(PASSWORDS.ada);
    await page.keyboard.press("Enter");
    await page.locator("h1").getByText("Exporters").waitFor();
    expect(await page.locator(".user").textContent()).toContain("ada (admin)");
  });
});
