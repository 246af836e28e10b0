// Plug-ins on the command line: `--plugin NAME words...`, or as pdml2flow has it, `+NAME words...`.
import { UsageError } from "../core/errors.ts";

/** A plug-in that was asked for. */
export interface PluginRequest {
  /** A shipped plug-in's name, or the path of a module. */
  readonly name: string;
  readonly words: readonly string[];
}

export interface SplitWords {
  /** What is not of a plug-in. */
  readonly own: string[];
  readonly plugins: PluginRequest[];
}

/** All that stands behind a plug-in's name, up to the next plug-in, are its words, options too. */
export function splitPlugins(argv: readonly string[]): SplitWords {
  const own: string[] = [];
  const plugins: { name: string; words: string[] }[] = [];
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    let name: string | null = null;
    if (word === "--plugin") name = argv[++at] ?? "";
    else if (word.startsWith("--plugin=")) name = word.slice("--plugin=".length);
    else if (/^\+./.test(word)) name = word.slice(1);
    if (name === null) (plugins.at(-1)?.words ?? own).push(word);
    else if (name === "") throw new UsageError("--plugin: expected a plug-in's name or file behind it, found nothing.");
    else plugins.push({ name, words: [] });
  }
  return { own, plugins };
}
