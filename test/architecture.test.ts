// The rooms of src/ and who may import whom: each room only rooms of lower rank, through their door index.ts.
import { readdirSync } from "node:fs";
import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, ROOT, type SourceFile, sourceFiles } from "./module-imports.ts";

const RANKS = new Map([
  ["core", 0],
  ...["capture", "decode", "wire", "files", "terminal"].map((room) => [room, 1] as const),
  ...["track", "export", "collect", "store"].map((room) => [room, 2] as const),
  ...["query", "report"].map((room) => [room, 3] as const),
  ...["watch", "pdml", "live"].map((room) => [room, 4] as const),
  ["serve", 5],
  ["commands", 6],
]);
/** index.ts and cli.ts of src/ itself see every room. */
const TOP = 7;
const LONGEST = 400;
/** Files that may be longer, and why. */
const LONGER: Readonly<Record<string, string>> = {
  "src/core/registered-elements.ts": "a table made from IANA's registry, one line an element",
  "src/serve/api.ts": "the contract of the API is one page: types only",
};

const NAMES_NOTHING = /^(utils?|helpers?|common|misc|managers?|types?)$/;
const PART_NAMES_NOTHING = /^(utils?|helpers?|misc|managers?)$/;

const files = sourceFiles("src");
const code = files.filter(({ path }) => !isTest(path));

function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** "src/track/key.ts" is of the room track; files of src/ itself are of no room (""). */
function roomOf(path: string): string {
  const parts = path.split("/");
  return parts.length > 2 ? parts[1]! : "";
}

function rankOf(room: string): number | undefined {
  return room === "" ? TOP : RANKS.get(room);
}

/** What is wrong with one import, or null. */
function judge(from: string, specifier: string): string | null {
  if (!specifier.startsWith(".")) return null;
  // In dist/ a worker is started by its compiled name; in src/ it is the same module.
  const target = posix.join(posix.dirname(from), specifier).replace(/\.js$/, ".ts");
  if (!target.startsWith("src/")) return isTest(from) ? null : `${specifier} is outside src/`;
  if (!/\.[jt]s$/.test(specifier)) return `${specifier} does not carry .ts`;
  const [own, other] = [roomOf(from), roomOf(target)];
  if (own === other) return null;
  if (other === "") return `${specifier}: nothing imports what stands on top`;
  const [ownRank, otherRank] = [rankOf(own), rankOf(other)];
  if (ownRank === undefined || otherRank === undefined) return `${own} -> ${other}: a room that has no rank`;
  if (otherRank >= ownRank) return `${own} (rank ${ownRank}) must not see ${other} (rank ${otherRank})`;
  if (other !== "core" && target !== `src/${other}/index.ts`)
    return `${specifier}: only the door src/${other}/index.ts`;
  return null;
}

function offences(list: readonly SourceFile[]): string[] {
  return list.flatMap(({ path, text }) =>
    importsOf(text).flatMap(({ specifier, line }) => {
      const wrong = judge(path, specifier);
      return wrong === null ? [] : [`${path}:${line}: ${wrong}`];
    }),
  );
}

describe("rooms", () => {
  test("the files of every room that exists are seen, and every room has a rank", () => {
    const folders = readdirSync(`${ROOT}src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.length).toBeGreaterThan(0);
    for (const { name } of folders) {
      expect(RANKS.has(name), `src/${name} is not in the table of rooms`).toBe(true);
      if (readdirSync(`${ROOT}src/${name}`).length === 0) continue;
      expect(files.filter(({ path }) => roomOf(path) === name).length, `files of src/${name}`).toBeGreaterThan(0);
    }
  });

  test("imports are seen: as many as there are lines that name a relative module", () => {
    const named = code.flatMap(({ text }) => text.split("\n").filter((line) => /\bfrom "\.{1,2}\//.test(line)));
    const seen = code.flatMap(({ text }) => importsOf(text)).filter(({ specifier }) => specifier.startsWith("."));
    expect(named.length).toBeGreaterThan(0);
    expect(seen.length).toBeGreaterThanOrEqual(named.length);
  });

  test("each room imports only rooms of lower rank, through their door", () => {
    expect(offences(files)).toEqual([]);
  });
});

/** The page speaks with the server only; of its code it knows the types of the contract. */
function pageOffences(list: readonly SourceFile[]): string[] {
  return list.flatMap(({ path, text }) =>
    importsOf(text)
      .filter(({ specifier }) => specifier.includes("/src/"))
      .filter(({ specifier, line }) => {
        const typesOnly = /^import type\b/.test(text.split("\n")[line - 1]!);
        return !(typesOnly && specifier.endsWith("/src/serve/api.ts"));
      })
      .map(({ specifier, line }) => `${path}:${line}: imports ${specifier}`),
  );
}

describe("the page", () => {
  test("imports types of src/serve/api.ts, and nothing else of src", () => {
    expect(sourceFiles("web").length).toBeGreaterThan(0);
    expect(pageOffences(sourceFiles("web"))).toEqual([]);
  });

  test.each([
    ["a value", 'import { CHART_KINDS } from "../../src/serve/api.ts";'],
    ["another room", 'import type { Table } from "../../src/core/table.ts";'],
  ])("%s would be an offence", (_, text) => {
    expect(pageOffences([{ path: "web/x.tsx", text }])).toHaveLength(1);
  });
});

describe("a made-up offence is caught", () => {
  const made = (path: string, text: string) => offences([{ path, text }]);

  test.each([
    ["a higher room", "src/decode/x.ts", 'import { a } from "../track/index.ts";'],
    ["a peer", "src/decode/x.ts", 'import type { A } from "../capture/index.ts";'],
    ["a peer on several lines", "src/decode/x.ts", 'import {\n  a,\n  b,\n} from "../capture/index.ts";'],
    ["not the door", "src/track/x.ts", 'export { a } from "../decode/layers.ts";'],
    ["everything of a peer", "src/query/x.ts", 'export * from "../report/index.ts";'],
    ["for its effect", "src/core/x.ts", 'import "../capture/index.ts";'],
    ["dynamic", "src/core/x.ts", '  const a = await import("../store/index.ts");'],
    ["a type in place", "src/core/x.ts", 'type A = import("../store/index.ts").A;'],
    ["a worker of another room", "src/core/x.ts", 'new Worker(new URL("../track/a-worker.js", import.meta.url));'],
    ["no extension", "src/core/x.ts", 'import { a } from "./errors";'],
    ["the top", "src/commands/x.ts", 'import { a } from "../index.ts";'],
    ["outside src", "src/core/x.ts", 'import { a } from "../../bench/index.ts";'],
    ["an unknown room", "src/commands/x.ts", 'import { a } from "../cellar/index.ts";'],
  ])("%s", (_, path, text) => {
    expect(made(path, text)).toHaveLength(1);
  });

  test.each([
    ["core, any file", "src/decode/x.ts", 'import { a } from "../core/errors.ts";'],
    ["a lower door", "src/track/x.ts", 'import { a } from "../decode/index.ts";'],
    ["its own room", "src/track/x.ts", 'import { a } from "./key.ts";'],
    ["the top sees all", "src/cli.ts", 'import { a } from "./commands/index.ts";'],
    ["packages", "src/core/x.ts", 'import { a } from "node:fs";'],
    ["a comment", "src/core/x.ts", ' * as in import("../store/index.ts")'],
    ["a test's own tools", "src/core/x.test.ts", 'import { a } from "../../test/module-imports.ts";'],
  ])("allowed: %s", (_, path, text) => {
    expect(made(path, text)).toEqual([]);
  });
});

describe("files", () => {
  test("no default exports", () => {
    const found = code.filter(({ text }) => /^export default\b|^export \{[^}]*\bas default\b/m.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test("names that say something, in kebab case", () => {
    const found = files.filter(({ path }) => {
      const name = posix.basename(path).replace(/(\.test)?\.ts$/, "");
      const empty = NAMES_NOTHING.test(name) || name.split("-").some((part) => PART_NAMES_NOTHING.test(part));
      return empty || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name);
    });
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test("the first line says what the file is", () => {
    const found = files.filter(({ text }) => !/^(#!.*\n)?(\/\/ |\/\*\*)/.test(text));
    expect(found.map(({ path }) => path)).toEqual([]);
  });

  test(`no file is longer than ${LONGEST} lines without a reason`, () => {
    const long = code.filter(({ path, text }) => text.split("\n").length > LONGEST && !(path in LONGER));
    expect(long.map(({ path }) => path)).toEqual([]);
    // An exception that is no longer needed goes away.
    const needed = code.filter(({ text }) => text.split("\n").length > LONGEST).map(({ path }) => path);
    expect(Object.keys(LONGER).filter((path) => !needed.includes(path))).toEqual([]);
  });
});
