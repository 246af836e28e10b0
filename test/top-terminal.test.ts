// flowgauge top in a real terminal: what keys, the mouse, other sizes and signals do, and that the terminal is left as it was found.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CLI, DEMO, lacks, missingPrograms } from "./program.ts";
import { type TerminalWish, TestTerminal } from "./tmux.ts";

const skip = lacks("top in a terminal", missingPrograms("tmux", "bash", "stty"));
const TOP = `node ${CLI} top`;
const ENDED = `${TOP} ${DEMO} --speed max -n`;
const PLAYING = `${TOP} ${DEMO} --speed 0.2 -n`;

let folder = "";
let terminal: TestTerminal;
const path = (name: string) => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-top-"));
});
afterEach(async () => {
  await terminal?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A terminal in which something stands, and what it is like. */
async function shell(wish: TerminalWish = {}): Promise<void> {
  terminal = await TestTerminal.open(wish);
  await terminal.command(`stty -a > ${path("before")}; echo main screen`);
  await terminal.until((screen) => screen.includes("\nmain screen"));
}

/** The same with the whole demo in top. */
async function ended(wish: TerminalWish = {}): Promise<string> {
  await shell(wish);
  await terminal.command(`${ENDED}; echo exit $?`);
  return terminal.until((screen) => screen.includes("ENDED"));
}

/** The shell is there again, as it was. */
async function expectRestored(exit: number | null): Promise<void> {
  if (exit !== null) await terminal.until((screen) => screen.includes(`\nexit ${exit}`));
  expect(await terminal.state("#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{wrap_flag}")).toBe("0 1 0 1");
  expect(await terminal.screen()).toContain("\nmain screen");
  await terminal.command(`stty -a > ${path("after")}; echo again`);
  await terminal.until((screen) => screen.includes("\nagain"));
  expect(readFileSync(path("after"), "utf8")).toBe(readFileSync(path("before"), "utf8"));
}

/** The rows under the titles, as long as they begin like flows. */
function rowsOf(screen: string): string[] {
  const lines = screen.split("\n");
  const titles = lines.findIndex((line) => /^ (Proto|Host|Port) /.test(line));
  return lines.slice(titles + 1).filter((line) => /^[ +x>-](TCP|UDP|ICMP6?) /.test(line));
}

describe.skipIf(skip)("keys", () => {
  test("sorting: letters, < and >, reverse", async () => {
    await ended();
    await terminal.press("B");
    const bytes = await terminal.until((screen) => screen.includes("bytes▼"));
    expect(bytes).toContain("flows by bytes");
    await terminal.press("r");
    const least = await terminal.until((screen) => screen.includes("bytes▲"));
    expect(rowsOf(least)[0]).not.toBe(rowsOf(bytes)[0]);
    await terminal.press("<");
    await terminal.until((screen) => /bit\/s▲/.test(screen));
    await terminal.press("K");
    await terminal.until((screen) => screen.includes("flows by key"));
  });

  test("filter: the fault is marked under its place while it is typed, then it leaves what matches", async () => {
    await ended();
    await terminal.type("/tcp and dst prt 22");
    const wrong = (await terminal.until((screen) => screen.includes("^^^") && screen.includes("dst prt 22"))).split(
      "\n",
    );
    const line = wrong.findIndex((text) => text.includes("tcp and dst prt 22"));
    expect(wrong[line + 1]!.indexOf("^^^")).toBe(wrong[line]!.indexOf("prt"));
    expect(wrong.slice(line + 2, line + 5).join(" ")).toContain("port");
    // Enter does not take what is wrong.
    await terminal.press("Enter");
    await terminal.press("C-w", "C-w");
    await terminal.type("po");
    await terminal.press("Tab");
    await terminal.until((screen) => /dst port\s*\n/.test(screen));
    await terminal.type("22");
    await terminal.until((screen) => screen.includes("dst port 22") && !screen.includes("^"));
    await terminal.press("Enter");
    const left = await terminal.until((screen) => /filter: tcp and dst port 22\s+\d+ of \d+/.test(screen));
    expect(rowsOf(left).length).toBeGreaterThan(0);
    for (const row of rowsOf(left)) expect(row).toMatch(/^.TCP .*:ssh /);
    await terminal.press("\\");
    await terminal.until((screen) => !screen.includes("filter:"));
  });

  test("a filter knows local networks and named filters; names of hosts are looked up when it is taken", async () => {
    writeFileSync(path("named"), "web = dst port in [80, 443]\n");
    await shell();
    await terminal.command(`${ENDED} --local 198.51.100.0/24 --filters ${path("named")} 'src inside'`);
    const all = await terminal.until((screen) => screen.includes("filter: src inside 141 of 202"));
    expect(rowsOf(all).length).toBeGreaterThan(3);
    await terminal.type("/ and $w");
    await terminal.press("Tab", "Enter");
    const web = await terminal.until((screen) => /filter: src inside and \$web \d+ of 202/.test(screen));
    for (const row of rowsOf(web)) expect(row).toMatch(/^.TCP +198\.51\.100\..*:https? /);
    await terminal.press("/", "C-u");
    await terminal.type("dst host localhost");
    await terminal.until((screen) => screen.includes("dst host localhost") && !screen.includes("^"));
    await terminal.press("Enter");
    await terminal.until((screen) => screen.includes("filter: dst host localhost 0 of 202"));
    // The demo's own DNS names it.
    await terminal.press("/", "C-u");
    await terminal.type("dst host shell.example.net");
    await terminal.press("Enter");
    const named = await terminal.until((screen) => /filter: dst host shell.example.net [1-9]\d* of 202/.test(screen));
    for (const row of rowsOf(named)) expect(row).toMatch(/ (192\.0\.2\.22|\[2001:[^ ]*:22\]):/);
    await terminal.press("/", "C-u");
    await terminal.type("host no-such-host.invalid");
    await terminal.press("Enter");
    await terminal.until((screen) => screen.replaceAll(/\s+/g, " ").includes("which no host is called"));
  });

  test("details of a row, and of another one", async () => {
    await ended();
    await terminal.press("B", "Down", "Down", "Enter");
    const screen = await terminal.until((text) => text.includes("First packet"));
    const chosen = rowsOf(screen).findIndex((row) => row.startsWith(">"));
    expect(chosen).toBe(1);
    await terminal.press("Escape");
    await terminal.until((text) => !text.includes("First packet"));
    await terminal.press("Escape");
    await terminal.until((text) => !text.includes(">TCP") && !text.includes(">UDP"));
  });

  test("views, units, help", async () => {
    await ended();
    await terminal.press("2");
    await terminal.until((screen) => screen.includes("hosts by rate"));
    await terminal.press("5");
    await terminal.until((screen) => screen.includes("protocols by rate"));
    await terminal.press("7");
    await terminal.until((screen) => screen.includes("interfaces by rate"));
    await terminal.press("1", "u");
    await terminal.until((screen) => screen.includes("B/s▼"));
    await terminal.press("u");
    await terminal.until((screen) => screen.includes("pkt/s▼"));
    await terminal.press("?");
    await terminal.until((screen) => screen.includes("choose a row") && screen.includes("goes back"));
    await terminal.press("q");
    await terminal.until((screen) => screen.includes("flows by rate"));
  });

  test("the mouse: a click on a title sorts, the wheel scrolls, a click chooses", async () => {
    const lines = (await ended()).split("\n");
    const titles = lines.findIndex((line) => line.includes("bit/s▼"));
    const column = lines[titles]!.indexOf("bytes") + 2;
    await terminal.type(`\u001b[<0;${column + 1};${titles + 1}M`);
    await terminal.until((screen) => screen.includes("bytes▼"));
    await terminal.type(`\u001b[<65;5;12M`);
    await terminal.until((screen) => / 4-\d+ of/.test(screen));
    await terminal.type(`\u001b[<0;5;${titles + 2}M`);
    await terminal.until((screen) => rowsOf(screen)[0]!.startsWith(">"));
  });

  test("w writes what is shown, y says the command line", async () => {
    await shell();
    await terminal.command(`cd ${folder}; ${ENDED}; echo exit $?`);
    await terminal.until((screen) => screen.includes("ENDED"));
    await terminal.press("B", "w");
    await terminal.until((screen) => screen.includes("write to:"));
    await terminal.press("C-u");
    await terminal.type("shown.ndjson");
    await terminal.press("Enter");
    const screen = await terminal.until((text) => /wrote \d+ rows to shown.ndjson/.test(text));
    const rows = readFileSync(path("shown.ndjson"), "utf8").trimEnd().split("\n");
    expect(rows.length).toBe(Number(/wrote (\d+) rows/.exec(screen)![1]));
    const bytes = rows
      .map((row) => JSON.parse(row) as { bytes: number; reverseBytes: number })
      .map((row) => row.bytes + row.reverseBytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
    await terminal.press("w");
    await terminal.press("C-u");
    await terminal.type("shown.ndjson");
    await terminal.press("Enter");
    await terminal.until((text) => text.includes("is there already"));
    await terminal.press("Escape", "y");
    await terminal.until((text) => text.includes("--sort bytes"));
  });

  test("freezing, and going back in time", async () => {
    await shell();
    await terminal.command(`${TOP} ${DEMO} --speed 5 -n --interval 100ms`);
    await terminal.until((screen) => rowsOf(screen).length > 3);
    await terminal.press("Space");
    const frozen = await terminal.until((screen) => screen.includes("FROZEN"));
    await terminal.press("j");
    const later = await terminal.until((screen) => rowsOf(screen).some((row) => row.startsWith(">")));
    expect(later.split("\n").slice(1, 6)).toEqual(frozen.split("\n").slice(1, 6));
    await terminal.press("Space");
    await terminal.until((screen) => screen.includes("ENDED"));
    await terminal.press("Left");
    await terminal.until((screen) => screen.includes("PAST "));
    await terminal.press("End");
    await terminal.until((screen) => screen.includes("ENDED"));
  });
});

describe.skipIf(skip)("sizes", () => {
  test("40, 80, 250 columns, too small, and back", async () => {
    await ended({ width: 80, height: 24 });
    for (const [width, height, title] of [
      [40, 20, "bit/s▼"],
      [250, 50, "last 60 s"],
      [80, 24, "share"],
      [20, 5, "bit/s▼"],
    ] as const) {
      await terminal.resize(width, height);
      // The last line is as wide as the screen: it was painted for this size.
      const screen = await terminal.until(
        (text) => text.includes(title) && text.trimEnd().split("\n").length === height,
      );
      for (const line of screen.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
    }
    await terminal.resize(19, 4);
    await terminal.until((screen) => screen.startsWith("too small"));
    await terminal.resize(80, 24);
    await terminal.until((screen) => screen.includes("flows by rate"));
    await terminal.press("q");
    await terminal.until((screen) => screen.includes("exit 0"));
  });

  test("no colours where NO_COLOR is set, sentences where the terminal is dumb", async () => {
    await ended({ env: { NO_COLOR: "1" } });
    const colours = (await terminal.screen(true))
      .split("\u001b")
      .filter((part) => /^\[(\d+;)*(3[0-8]|4[0-8]|9[0-7])[;m]/.test(part));
    expect(colours).toEqual([]);
    await terminal.press("q");
    await terminal.until((screen) => screen.includes("exit 0"));
    await terminal.command(`clear; TERM=dumb ${ENDED} | tail -1; TERM=dumb ${ENDED} --plain --rows 1`);
    await terminal.until((screen) => /1\. (TCP|UDP) from .* per second/.test(screen.replaceAll("\n", " ")));
  });
});

describe.skipIf(skip)("the terminal is left as it was found", () => {
  test("q", async () => {
    await ended();
    expect(await terminal.state("#{alternate_on} #{cursor_flag} #{mouse_any_flag}")).toBe("1 0 1");
    await terminal.press("q");
    await expectRestored(0);
  });

  test("Ctrl-C", async () => {
    await ended();
    await terminal.press("C-c");
    await expectRestored(130);
  });

  test("Ctrl-Z, then fg, then q", async () => {
    await ended();
    await terminal.press("C-z");
    await terminal.until((screen) => screen.includes("Stopped"));
    await expectRestored(null);
    await terminal.command("fg");
    await terminal.until((screen) => screen.includes("ENDED") && screen.includes("flows by rate"));
    expect(await terminal.state("#{alternate_on} #{cursor_flag}")).toBe("1 0");
    await terminal.press("B");
    await terminal.until((screen) => screen.includes("bytes▼"));
    await terminal.press("q");
    await terminal.until((screen) => screen.includes("exit 0") || screen.includes("$ fg"));
    await expectRestored(null);
  });

  test.each([
    ["TERM", 130],
    ["HUP", 129],
  ])("kill -%s", async (signal, exit) => {
    await shell();
    await terminal.command(`sh -c 'echo $$ > ${path("pid")}; exec ${PLAYING}'; echo exit $?`);
    await terminal.until((screen) => screen.includes("flows by rate"));
    process.kill(Number(readFileSync(path("pid"), "utf8")), `SIG${signal}`);
    await expectRestored(exit);
  });

  test("an uncaught error", async () => {
    const fault = "data:text/javascript,process.on('SIGUSR2',()=>{throw new Error('made up')})";
    await shell({ env: { NODE_OPTIONS: `--import "${fault}"` } });
    await terminal.command(`sh -c 'echo $$ > ${path("pid")}; exec ${PLAYING}'; echo exit $?`);
    await terminal.until((screen) => screen.includes("flows by rate"));
    process.kill(Number(readFileSync(path("pid"), "utf8")), "SIGUSR2");
    await terminal.until((screen) => screen.includes("made up") && /\nexit [17]/.test(screen));
    expect(await terminal.state("#{alternate_on} #{cursor_flag} #{mouse_any_flag}")).toBe("0 1 0");
    await terminal.command(`stty -a > ${path("after")}; echo again`);
    await terminal.until((screen) => screen.includes("\nagain"));
    expect(readFileSync(path("after"), "utf8")).toBe(readFileSync(path("before"), "utf8"));
  });

  test("a closed window ends it", async () => {
    await shell();
    await terminal.command(`sh -c 'echo $$ > ${path("pid")}; exec ${PLAYING}'`);
    await terminal.until((screen) => screen.includes("flows by rate"));
    const pid = Number(readFileSync(path("pid"), "utf8"));
    await terminal.close();
    while (isAlive(pid)) await sleep(20);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
