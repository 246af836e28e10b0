// pdml2flow's own system tests, and what pdml2flow 5.3 made of tshark's PDML: ours must say the same, compared as objects.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./module-imports.ts";
import { runProgram } from "./program.ts";

const CORPUS = join(ROOT, "..", "shared", "corpus", "pdml");
const FOLDERS = ["pdml2flow_tests", "pdml2frame_tests", "tshark_cases"];

/** What differs on purpose, and why. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "arkime__dns-udp__array_compress_showname":
    "pdml2flow ends with a Python error for -a with -c; ours gives each value of a frame once",
  pcapplusplus__Vxlan1__array_compress_showname:
    "pdml2flow ends with a Python error for -a with -c; ours gives each value of a frame once",
};

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly stdin: Buffer;
  readonly stdout: string;
}

function cases(): Case[] {
  return FOLDERS.flatMap((folder) => {
    const names = readdirSync(join(CORPUS, folder), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return names.map(({ name }) => caseOf(join(CORPUS, folder, name), name, folder));
  });
}

function caseOf(path: string, name: string, folder: string): Case {
  const text = (file: string) => readFileSync(join(path, file), "utf8").trim();
  const tool = existsSync(join(path, "tool")) ? text("tool") : folder.replace("_tests", "");
  const stdin = existsSync(join(path, "stdin")) ? join(path, "stdin") : join(path, text("stdin.ref"));
  const words = text("args").split(/\s+/).filter(Boolean);
  return {
    name,
    args: ["pdml", tool === "pdml2frame" ? "frames" : "flows", "--summary", "none", ...words],
    stdin: readFileSync(stdin),
    stdout: readFileSync(join(path, "stdout"), "utf8"),
  };
}

/** JSON values one after the other, whatever stands between them. */
function jsonValues(text: string): unknown[] {
  const values: unknown[] = [];
  let depth = 0;
  let from = -1;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (inText) {
      if (character === "\\") at++;
      else if (character === '"') inText = false;
    } else if (character === '"') inText = true;
    else if ("{[".includes(character) && depth++ === 0) from = at;
    else if ("}]".includes(character) && --depth === 0) values.push(JSON.parse(text.slice(from, at + 1)));
  }
  return values;
}

/** Lists as sets, and all in one order: what -c gives has none. */
function asSets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSets).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, below]) => [name, asSets(below)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Values of XML that are numbers have many forms: 0.0 and 0.000000000. */
function xmlLines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/>(-?\d+\.\d+)</, (_, number: string) => `>${Number(number)}<`));
}

describe.skipIf(!existsSync(CORPUS))("the corpus of pdml2flow", () => {
  const all = existsSync(CORPUS) ? cases() : [];

  test("is seen", () => {
    expect(all.length).toBeGreaterThan(40);
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(DIFFERENT)));
  });

  test.each(all.filter(({ name }) => !(name in DIFFERENT)))("$name", async ({ name, args, stdin, stdout }) => {
    const outcome = await runProgram(args, { stdin });
    if (name === "malformed") {
      expect(outcome).toMatchObject({ stdout: "", code: 1 });
      expect(outcome.stderr).toMatch(/^flowgauge: standard input.*: expected .+\n$/);
      return;
    }
    expect(outcome.code, outcome.stderr).toBe(0);
    if (args.includes("+xml")) {
      expect(xmlLines(outcome.stdout)).toEqual(xmlLines(stdout));
      return;
    }
    const [ours, theirs] = [jsonValues(outcome.stdout), jsonValues(stdout)];
    if (!args.includes("-c")) expect(ours).toEqual(theirs);
    expect(asSets(ours)).toEqual(asSets(theirs));
    if (args.includes("-0")) expect(outcome.stdout.split("\n\0").length).toBe(ours.length + 1);
  });

  test.each(all.filter(({ name }) => name in DIFFERENT))(
    "$name differs on purpose",
    async ({ args, stdin, stdout }) => {
      expect(stdout).toBe("");
      const { stdout: ours, code } = await runProgram(args, { stdin });
      const without = await runProgram(
        args.filter((word) => word !== "-c"),
        { stdin },
      );
      expect(code).toBe(0);
      expect(asSets(jsonValues(ours))).toEqual(asSets(distinct(jsonValues(without.stdout))));
    },
  );
});

/** Each value of a list of plain values once. */
function distinct(value: unknown): unknown {
  if (Array.isArray(value)) {
    const plain = value.every((entry) => typeof entry !== "object");
    return plain ? [...new Set(value)] : value.map(distinct);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, below]) => [name, distinct(below)]));
}

test("the corpus is here, or it is said that it is not", () => {
  if (!existsSync(CORPUS)) console.log("pdml: corpus not here, pdml2flow's own cases skipped");
});
