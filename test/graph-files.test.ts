// Pictures as files: whole ones under their names, nothing else beside them, and a sentence where the package for PNG is missing.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Resvg } from "@resvg/resvg-js";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "./module-imports.ts";
import { DEMO, runProgram, start } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-graph-"));
afterAll(() => rmSync(folder, { recursive: true }));

const graph = (...args: string[]) => runProgram(["graph", DEMO, "--utc", "--by", "proto", ...args], { cwd: folder });

test("SVG and PNG of the same size", async () => {
  for (const out of ["a.svg", "a.png"]) {
    const size = ["--width", "700", "--height", "400"];
    expect(await graph("--out", out, ...size)).toMatchObject({ stdout: "", stderr: "", code: 0 });
  }
  expect(readdirSync(folder).sort()).toEqual(["a.png", "a.svg"]);
  const svg = new Resvg(readFileSync(join(folder, "a.svg"), "utf8"), { font: { loadSystemFonts: false } });
  const png = readFileSync(join(folder, "a.png"));
  expect([svg.width, svg.height]).toEqual([700, 400]);
  expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([700, 400]);
});

test("a picture that cannot be put into its place leaves nothing", async () => {
  mkdirSync(join(folder, "taken.svg"));
  const { stderr, code } = await graph("--out", "taken.svg");
  expect(stderr).toMatch(/^flowgauge: taken\.svg: expected to write the picture, found .+\n$/);
  expect(code).toBe(1);
  expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
});

test("without the package for PNG a sentence says what to install", async () => {
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(join(elsewhere, "node_modules", "@chdb"), { recursive: true });
  cpSync(join(ROOT, "dist"), join(elsewhere, "dist"), { recursive: true });
  cpSync(join(ROOT, "package.json"), join(elsewhere, "package.json"));
  for (const name of ["commander", "fzstd", "get-east-asian-width", "chdb"]) {
    symlinkSync(join(ROOT, "node_modules", name), join(elsewhere, "node_modules", name));
  }
  const command = [
    process.execPath,
    join(elsewhere, "dist", "cli.js"),
    "graph",
    DEMO,
    "--by",
    "proto",
    "--out",
    "b.png",
  ];
  const { stdout, stderr, code } = await start(command, { cwd: folder }).ended;
  expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
  expect(stderr).toBe(
    "flowgauge: PNG: expected the package @resvg/resvg-js, which draws it, found none installed; install it with: npm install @resvg/resvg-js (or ask for a file .svg)\n",
  );
  expect(existsSync(join(folder, "b.png"))).toBe(false);
});
