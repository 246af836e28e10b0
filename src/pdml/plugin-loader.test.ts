// Plug-ins by name and by path; each way in which one can be wrong is one sentence with its name.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KeptOutput } from "../../test/pdml-views.ts";
import { openPlugins, SHIPPED_PLUGINS } from "./plugin-loader.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-plugins-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const open = (name: string, ...words: string[]) => openPlugins([{ name, words }], new KeptOutput());
const failure = async (name: string, ...words: string[]) => {
  const error = await open(name, ...words).then(
    () => new Error("it opened"),
    (cause: unknown) => cause as Error,
  );
  return `${error.name}: ${error.message.replaceAll(folder, "DIR")}`;
};

describe("what opens", () => {
  test.each(SHIPPED_PLUGINS)("%s, which comes with us", async (name) => {
    const [one, ...rest] = await open(name);
    expect(one!.name).toBe(name);
    expect(rest).toEqual([]);
  });

  test.each(["echo.mjs", "echo.js"])("%s: gets its words and the output", async (file) => {
    write("package.json", '{ "type": "module" }');
    const path = write(file, "export const plugin = (words, output) => ({ onClose() { output.json(words); } });");
    const output = new KeptOutput();
    const opened = await openPlugins(
      [
        { name: path, words: ["a", "-b"] },
        { name: path, words: ["c"] },
      ],
      output,
    );
    for (const { observer } of opened) await observer.onClose?.();
    expect(output.text).toBe('["a","-b"]\n["c"]\n');
  });

  test("a name that is shipped wins over a file; ./ says the file", async () => {
    const [one] = await open("base64");
    expect(one!.observer.onFlowEnd).toBeDefined();
  });
});

describe("what does not", () => {
  test("an unknown name", async () => {
    expect(await failure("interarrival")).toBe(
      "UsageError: --plugin: expected inter-arrival, base64, elasticsearch-bulk, or the path of a JavaScript module, " +
        'found "interarrival" (did you mean inter-arrival?).',
    );
  });

  test("a file that is not there, a folder", async () => {
    const sentence = "expected a JavaScript module, found no such file; check the path.";
    expect(await failure(join(folder, "none.mjs"))).toBe(`UsageError: plug-in DIR/none.mjs: ${sentence}`);
    expect(await failure(folder)).toMatch(/^UsageError: --plugin: expected .* found "DIR"/);
  });

  test("a module without the export", async () => {
    const path = write("other.mjs", "export const hook = 1;\nexport function plug() {}");
    expect(await failure(path)).toBe(
      'UsageError: plug-in DIR/other.mjs: expected the export "plugin", a function, found hook, plug; ' +
        "flowgauge pdml new-plugin makes one that works.",
    );
  });

  test("a module that does not load: its error, and where", async () => {
    const path = write("broken.mjs", "const a = ;\n");
    expect(await failure(path)).toMatch(
      /^SourceError: plug-in DIR\/broken.mjs: expected a module that loads, found (SyntaxError|RolldownError): /,
    );
    const throwing = write("throws.mjs", "throw new TypeError('no\\nluck \\u001b[31m');\n");
    expect(await failure(throwing)).toBe(
      "SourceError: plug-in DIR/throws.mjs: expected a module that loads, found TypeError: no luck \ufffd[31m (throws.mjs:1:7)",
    );
  });

  test.each([
    ["null", "null"],
    ["7", "number"],
    ["Promise.resolve({})", "a promise"],
  ])("plugin() that gives %s", async (value, found) => {
    const path = write(`gives-${found.replace(" ", "-")}.mjs`, `export const plugin = () => ${value};`);
    expect(await failure(path)).toMatch(
      new RegExp(`^SourceError: plug-in .*: expected plugin\\(\\) to give an object of hooks, found ${found}$`),
    );
  });

  test("words that it does not know: what it takes, and whose they may be", async () => {
    const behind =
      "; what stands behind a plug-in's name is for the plug-in, so put the command's own options and files before it.";
    expect(await failure("base64", "day.pdml")).toMatch(
      /^UsageError: plug-in base64: expected \[--min-length N\] .*, found: TypeError: Unexpected argument 'day.pdml'/,
    );
    expect(await failure("base64", "--most", "many")).toMatch(
      /found: --most: expected a whole number .* found "many"; /,
    );
    const path = write("silent.mjs", "export const plugin = () => { throw new Error('none, please.'); };");
    expect(await failure(path, "x")).toBe(
      `UsageError: plug-in DIR/silent.mjs: expected words that it knows, found: none, please${behind}`,
    );
  });

  test("TypeScript, where Node cannot run it", async () => {
    const path = write(
      "typed.ts",
      "export const plugin = (words: readonly string[]) => ({ onClose() { void words; } });",
    );
    const { typescript } = process.features as { typescript?: unknown };
    const opened = await failure(path);
    if (typescript) expect(opened).toBe("Error: it opened");
    else
      expect(opened).toBe(
        `UsageError: plug-in DIR/typed.ts: expected a Node that runs TypeScript (22.18 or newer), found ${process.version}; ` +
          "use a newer one, or compile it (npx tsc) and name the .js file.",
      );
  });
});
