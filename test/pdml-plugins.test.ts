// Plug-ins as people run them: the shipped ones against tshark and awk, several at once, broken ones, and one that is made new.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "./module-imports.ts";
import { CLI, DEMO, lacks, missingPrograms, run, runProgram, start } from "./program.ts";

const FRAMES = "1500";
const noTshark = lacks("plug-ins of pdml against tshark", missingPrograms("tshark", "awk"));

let folder = "";
let demo = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-pdml-"));
  demo = join(folder, "demo.pdml");
  writeFileSync(join(folder, "small.pdml"), SMALL);
  if (!noTshark) writeFileSync(demo, await run(["tshark", "-r", DEMO, "-c", FRAMES, "-T", "pdml"]));
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const packet = (time: string, stream: number, ...fields: [string, string][]) =>
  `<packet>${[["frame.time_epoch", time], ["tcp.stream", `${stream}`], ...fields]
    .map(([name, show]) => `<field name="${name}" show="${show}"/>`)
    .join("")}</packet>\n`;

const SMALL = `<?xml version="1.0"?>\n<pdml>\n${[
  packet("1700000000.000000001", 0, ["http.authorization", "Basic YWxpY2U6c2VjcmV0"]),
  packet("1700000000.5", 1),
  packet("1700000000.250000001", 0, ["http.authorization", "Basic YWxpY2U6c2VjcmV0"]),
].join("")}</pdml>\n`;

const flows = (...words: string[]) => runProgram(["pdml", "flows", "-f", "tcp.stream", ...words], { cwd: folder });
const linesOf = <T = Record<string, unknown>>(text: string) =>
  text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);

interface Arrivals {
  readonly key: { readonly "tcp.stream": readonly string[] };
  readonly frames: number;
  readonly count: number;
  readonly min: number | null;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly max: number | null;
  readonly interArrivalTimes?: readonly number[];
}

/** Of each stream: the times between its frames, whole seconds and nanoseconds apart, as doubles of both are not exact. */
const AWK = `
BEGIN { FS = "\\t" }
$1 == "" { next }
{
  split($2, now, ".")
  if ($1 in frames) {
    gap = now[1] - seconds[$1] + (now[2] - nanoseconds[$1]) / 1e9
    n = ++count[$1]; sum[$1] += gap; squares[$1] += gap * gap
    if (n == 1 || gap < least[$1]) least[$1] = gap
    if (n == 1 || gap > most[$1]) most[$1] = gap
  }
  frames[$1]++; seconds[$1] = now[1]; nanoseconds[$1] = now[2]
}
END {
  for (s in frames) {
    n = count[s]
    if (n == 0) { print s, frames[s], 0; continue }
    mean = sum[s] / n; variance = squares[s] / n - mean * mean
    printf "%s %d %d %.9f %.9f %.9f %.9f\\n", s, frames[s], n, least[s], mean, sqrt(variance > 0 ? variance : 0), most[s]
  }
}`;

describe.skipIf(noTshark)("inter-arrival", () => {
  test("the figures that awk makes of tshark -T fields", async () => {
    const fields = await run([
      "tshark",
      "-r",
      DEMO,
      "-c",
      FRAMES,
      "-T",
      "fields",
      "-e",
      "tcp.stream",
      "-e",
      "frame.time_epoch",
    ]);
    const table = await run(["awk", AWK], { stdin: Buffer.from(fields) });
    const expected = new Map(
      table
        .trim()
        .split("\n")
        .map((line) => line.split(" "))
        .map(([stream, ...figures]) => [stream!, figures.map(Number)]),
    );
    const { stdout, stderr, code } = await flows(demo, "-t", "none", "--quiet", "--plugin", "inter-arrival", "--all");
    expect([stderr, code]).toEqual(["", 0]);
    const found = linesOf<Arrivals>(stdout);
    expect(found.length).toBeGreaterThan(10);
    expect(found.map(({ key }) => key["tcp.stream"][0]).sort()).toEqual([...expected.keys()].sort());
    for (const { key, frames, count, interArrivalTimes = [], ...times } of found) {
      const [ofFrames, ofCount, ...figures] = expected.get(key["tcp.stream"][0]!)!;
      expect([frames, count, interArrivalTimes.length]).toEqual([ofFrames, ofCount, ofCount]);
      const names = ["min", "mean", "deviation", "max"] as const;
      for (const [at, name] of names.entries()) {
        if (count === 0) expect(times[name]).toBeNull();
        // The sum of squares that awk has loses some digits.
        else
          expect(times[name], `${name} of ${key["tcp.stream"]}`).toBeCloseTo(
            figures[at]!,
            name === "deviation" ? 6 : 8,
          );
      }
    }
  });
});

describe.skipIf(noTshark)("elasticsearch-bulk", () => {
  test("an action and a document a flow; no name is a value here and an object there", async () => {
    const { stdout, code } = await flows(
      demo,
      "-t",
      "none",
      "--quiet",
      "--plugin",
      "elasticsearch-bulk",
      "--index",
      "demo",
    );
    expect(code).toBe(0);
    expect(stdout.endsWith("}\n")).toBe(true);
    const lines = linesOf(stdout);
    const [actions, documents] = [lines.filter((_, at) => at % 2 === 0), lines.filter((_, at) => at % 2 === 1)];
    for (const action of actions) expect(action).toEqual({ index: { _index: "demo" } });
    expect(documents.length).toBe(actions.length);
    const names = new Set(documents.flatMap((document) => Object.keys(document)));
    expect(names.size).toBeGreaterThan(100);
    const clashes = [...names].filter((name) => {
      const parts = name.split(".");
      return parts.some((_, at) => at > 0 && names.has(parts.slice(0, at).join(".")));
    });
    expect(clashes).toEqual([]);
    // Without `.raw` there are such names: the test would see them.
    const bare = new Set([...names].map((name) => name.replace(/\.raw$/, "")));
    expect(bare.has("tcp.flags") && bare.has("tcp.flags.ack")).toBe(true);
    const frames = await flows(demo, "--quiet", "--plugin", "elasticsearch-bulk", "--frames");
    expect(linesOf(frames.stdout).length).toBe(2 * Number(FRAMES));
  });
});

describe("several at once", () => {
  const arrivals = { flow: 1, key: { "tcp.stream": ["0"] }, frames: 2, count: 1, mean: 0.25 };
  const text = { flow: 1, key: { "tcp.stream": ["0"] }, text: "alice:secret", times: 2 };

  test.each([
    ["--plugin", ["--plugin", "inter-arrival", "--plugin", "base64"]],
    ["pdml2flow's way", ["+inter-arrival", "+base64"]],
  ])("%s: flow by flow, in the order of the words", async (_, words) => {
    const { stdout, stderr, code } = await flows("small.pdml", "--quiet", ...words);
    expect([stderr, code]).toEqual(["", 0]);
    const [one, two, three, ...rest] = linesOf(stdout);
    expect(one).toMatchObject(arrivals);
    expect(two).toMatchObject(text);
    expect(three).toMatchObject({ flow: 2, frames: 1, count: 0 });
    expect(rest).toEqual([]);
  });

  test("flows are printed beside them where they are asked for", async () => {
    const { stdout } = await flows("small.pdml", "--quiet", "--json", "--plugin", "base64", "--min-length", "8");
    const lines = linesOf(stdout);
    expect(lines).toHaveLength(3);
    expect(lines.filter((line) => "tcp" in line)).toHaveLength(2);
    expect(lines.filter((line) => line.text === "alice:secret")).toHaveLength(1);
  });
});

describe("what is wrong with a plug-in", () => {
  const broken = "export const plugin = () => ({ onFrame(frame) { if (frame.number === 3) frame.none.x; } });\n";

  test("a hook that throws ends the run: plug-in, frame, line", async () => {
    writeFileSync(join(folder, "broken.mjs"), `// a comment\n${broken}`);
    const { stderr, code } = await flows("small.pdml", "--quiet", "--plugin", "./broken.mjs");
    expect(stderr).toMatch(
      /^flowgauge: plug-in \.\/broken\.mjs, frame 3: expected onFrame to go through, found TypeError: Cannot read .* \(broken\.mjs:2:\d+\); the run ends there\n$/,
    );
    expect(code).toBe(1);
  });

  test("a promise that is broken, and one that is kept", async () => {
    const sending = (text: string) =>
      `export const plugin = (words, output) => ({ onFlowEnd: async (flow) => { const { id } = flow; await null; ${text} } });`;
    writeFileSync(join(folder, "sends.mjs"), sending("output.json(id);"));
    expect(await flows("small.pdml", "--quiet", "--plugin", "./sends.mjs")).toEqual({
      stdout: "1\n2\n",
      stderr: "",
      code: 0,
    });
    writeFileSync(join(folder, "fails.mjs"), sending("throw new Error('refused');"));
    const { stderr, code } = await flows("small.pdml", "--quiet", "--plugin", "./fails.mjs");
    expect(stderr).toMatch(
      /^flowgauge: plug-in \.\/fails\.mjs, after frame 3: expected onFlowEnd to go through, found refused/,
    );
    expect(code).toBe(1);
  });

  test.each([
    [
      "an unknown one",
      ["--plugin", "bas64"],
      /^flowgauge: --plugin: expected inter-arrival, .* found "bas64" \(did you mean base64\?\)\.\n$/,
    ],
    ["no name", ["--plugin"], /^flowgauge: --plugin: expected a plug-in's name or file behind it, found nothing\.\n$/],
    [
      "wrong words",
      ["+base64", "small.pdml"],
      /^flowgauge: plug-in base64: expected \[--min-length N\].* found: .*small\.pdml.*\n$/,
    ],
  ])("%s is wrong usage", async (_, words, sentence) => {
    const { stderr, code } = await flows("small.pdml", ...words);
    expect(stderr).toMatch(sentence);
    expect(code).toBe(2);
  });

  test("a module that is no JavaScript", async () => {
    writeFileSync(join(folder, "odd.mjs"), "const a = ;\n");
    const { stderr, code } = await flows("small.pdml", "--plugin", "./odd.mjs");
    expect(stderr).toMatch(
      /^flowgauge: plug-in \.\/odd\.mjs: expected a module that loads, found SyntaxError: Unexpected token ';'; node --check \.\/odd\.mjs shows the place\n$/,
    );
    expect(code).toBe(1);
  });
});

describe("new-plugin", () => {
  test("makes one whose tests pass, which has no type errors and runs; and touches nothing that is there", async () => {
    const { stdout, code } = await runProgram(["pdml", "new-plugin", "My Plug-in"], { cwd: folder });
    expect(stdout).toBe(
      "My Plug-in: package.json, README.md, plugin.mjs, plugin.test.mjs, sample.pdml\n" +
        "next: cd 'My Plug-in' && node --test && flowgauge pdml flows sample.pdml --plugin ./plugin.mjs\n",
    );
    expect(code).toBe(0);
    const made = join(folder, "My Plug-in");

    // As where it is installed: a program of this name on the PATH, a package of this name.
    const programs = join(folder, "bin");
    mkdirSync(programs);
    writeFileSync(join(programs, "flowgauge"), `#!/bin/sh\nexec '${process.execPath}' '${CLI}' "$@"\n`);
    chmodSync(join(programs, "flowgauge"), 0o755);
    const path = `PATH=${programs}${delimiter}${process.env.PATH}`;
    // Of this test runner's own variables the other one must not hear.
    const tested = await start(
      ["env", "-u", "NODE_OPTIONS", "-u", "NODE_TEST_CONTEXT", path, process.execPath, "--test"],
      { cwd: made },
    ).ended;
    expect(tested.code, tested.stdout).toBe(0);
    expect(tested.stdout).toMatch(/^# pass 3$/m);
    expect(tested.stdout).toMatch(/^# skipped 0$/m);

    const words = ["sample.pdml", "--quiet", "--plugin", "./plugin.mjs", "--field", "ip.dst"];
    const ran = await runProgram(["pdml", "flows", ...words], { cwd: made });
    expect(linesOf(ran.stdout)).toEqual([
      { flow: 1, frames: 2, field: "ip.dst", values: { "198.51.100.1": 2 } },
      { flow: 2, frames: 1, field: "ip.dst", values: { "198.51.100.1": 1 } },
    ]);

    mkdirSync(join(made, "node_modules"));
    symlinkSync(ROOT, join(made, "node_modules", "flowgauge"));
    symlinkSync(join(ROOT, "node_modules", "@types"), join(made, "node_modules", "@types"));
    const options = { strict: true, checkJs: true, allowJs: true, noEmit: true, module: "nodenext", types: ["node"] };
    writeFileSync(
      join(made, "tsconfig.json"),
      JSON.stringify({ compilerOptions: { ...options, target: "es2023" }, include: ["*.mjs"] }),
    );
    await run([process.execPath, join(ROOT, "node_modules", "typescript", "bin", "tsc"), "-p", made]);

    const again = await runProgram(["pdml", "new-plugin", "My Plug-in"], { cwd: folder });
    expect(again.stderr).toMatch(
      /^flowgauge: My Plug-in: expected a folder that is new or empty, found .*; choose another one\.\n$/,
    );
    expect(again.code).toBe(2);
    expect(readdirSync(made)).toHaveLength(7);
  }, 30_000);

  test("where a file has the name", async () => {
    const { stderr, code } = await runProgram(["pdml", "new-plugin", "small.pdml"], { cwd: folder });
    expect(stderr).toBe(
      "flowgauge: small.pdml: expected a folder that is new or empty, found a file; choose another name.\n",
    );
    expect(code).toBe(2);
  });
});
