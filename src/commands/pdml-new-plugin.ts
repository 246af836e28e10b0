// flowgauge pdml new-plugin: a folder with a plug-in that works, its test and a sample. What is there already is never touched.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { SourceError, UsageError } from "../core/errors.ts";
import { pluginFiles } from "./pdml-plugin-files.ts";

const EXAMPLES = `Examples:
  flowgauge pdml new-plugin my-plugin
  cd my-plugin && node --test
  flowgauge pdml flows sample.pdml --plugin ./plugin.mjs --field ip.dst
`;

export function newPluginCommand(): Command {
  return new Command("new-plugin")
    .description("Make a plug-in of your own: a folder with a working one, its test and a sample.")
    .argument("<dir>", "the folder, new or empty; its name becomes the plug-in's")
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", "\nWhat a plug-in is told and may do: docs/pdml-plugins.md.")
    .action((folder: string) => {
      const names = makePlugin(folder);
      process.stdout.write(
        `${folder}: ${names.join(", ")}\n` +
          `next: cd ${shellWord(folder)} && node --test && flowgauge pdml flows sample.pdml --plugin ./plugin.mjs\n`,
      );
    });
}

/** The names of the files that were made. */
function makePlugin(folder: string): string[] {
  const files = pluginFiles(packageName(basename(resolve(folder))));
  try {
    mkdirSync(folder, { recursive: true });
    const found = readdirSync(folder);
    if (found.length > 0) {
      throw new UsageError(
        `${folder}: expected a folder that is new or empty, found ${found.slice(0, 3).join(", ")}${found.length > 3 ? ", ..." : ""} in it; choose another one.`,
      );
    }
    // Should another process be as quick: wx never overwrites.
    for (const [name, text] of files) writeFileSync(join(folder, name), text, { flag: "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === "EEXIST" || code === "ENOTDIR") {
      throw new UsageError(`${folder}: expected a folder that is new or empty, found a file; choose another name.`);
    }
    throw new SourceError({ source: folder }, `expected to make a folder with a plug-in, found ${message}`, {
      cause: error,
    });
  }
  return files.map(([name]) => name);
}

/** A name that npm takes: lower case, no other characters than those of addresses. */
function packageName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|-+$/g, "");
  return plain.slice(0, 100) || "pdml-plugin";
}

function shellWord(word: string): string {
  return /^[\w./+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
