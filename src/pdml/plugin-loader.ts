// Plug-ins by name or path: shipped ones, and modules of other people. What is wrong with one is a sentence that names it.
import { statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SourceError, UsageError } from "../core/errors.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import type { PdmlObserver, PdmlPlugin, PluginOutput } from "./observer.ts";
import type { NamedObserver } from "./observer-calls.ts";
import { faultText, placedFault } from "./plugin-fault.ts";
import type { PluginRequest } from "./plugin-words.ts";

/** What a plug-in's module exports. */
interface PluginModule {
  readonly plugin: PdmlPlugin;
  readonly words?: string | undefined;
}

const SHIPPED: ReadonlyMap<string, () => Promise<PluginModule>> = new Map<string, () => Promise<PluginModule>>([
  ["inter-arrival", () => import("./plugins/inter-arrival.ts")],
  ["base64", () => import("./plugins/base64.ts")],
  ["elasticsearch-bulk", () => import("./plugins/elasticsearch-bulk.ts")],
]);

/** The names of the plug-ins that come with us. */
export const SHIPPED_PLUGINS: readonly string[] = [...SHIPPED.keys()];

const MODULE = /\.(?:js|mjs|ts|mts)$/;
const TYPESCRIPT = /^\.m?ts$/;

/** Loads the plug-ins and gives each its words; all write on one output, in the order in which they were asked for. */
export async function openPlugins(requests: readonly PluginRequest[], output: PluginOutput): Promise<NamedObserver[]> {
  const opened: NamedObserver[] = [];
  // One after the other: what is wrong with the first is told first.
  for (const request of requests) opened.push(await openPlugin(request, output));
  return opened;
}

async function openPlugin({ name, words }: PluginRequest, output: PluginOutput): Promise<NamedObserver> {
  const module = await (SHIPPED.get(name)?.() ?? foreignModule(name));
  let observer: PdmlObserver;
  try {
    observer = module.plugin(words, output);
  } catch (error) {
    throw wrongWords(name, module.words, error);
  }
  if (typeof observer === "object" && observer !== null && !("then" in observer)) return { name, observer };
  const found = observer === null ? "null" : typeof observer === "object" ? "a promise" : typeof observer;
  throw new SourceError({ source: `plug-in ${name}` }, `expected plugin() to give an object of hooks, found ${found}`);
}

function wrongWords(name: string, words: string | undefined, error: unknown): Error {
  const taken = words === undefined ? "words that it knows" : words === "" ? "no words" : words;
  return new UsageError(
    `plug-in ${name}: expected ${taken}, found: ${faultText(error).replace(/\.$/, "")}; what stands behind a plug-in's ` +
      "name is for the plug-in, so put the command's own options and files before it.",
    { cause: error },
  );
}

async function foreignModule(name: string): Promise<PluginModule> {
  const path = resolve(name);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) throw unknown(name);
  if (TYPESCRIPT.test(extname(path)) && !stripsTypes()) {
    throw new UsageError(
      `plug-in ${name}: expected a Node that runs TypeScript (22.18 or newer), found ${process.version}; use a newer one, ` +
        "or compile it (npx tsc) and name the .js file.",
    );
  }
  let module: Partial<PluginModule>;
  try {
    module = (await import(pathToFileURL(path).href)) as Partial<PluginModule>;
  } catch (error) {
    // Node keeps for itself where in the file it is.
    const advice = error instanceof SyntaxError ? `; node --check ${name} shows the place` : "";
    const sentence = `expected a module that loads, found ${placedFault(error)}${advice}`;
    throw new SourceError({ source: `plug-in ${name}` }, sentence, { cause: error });
  }
  const { plugin, words } = module;
  if (typeof plugin === "function") return { plugin, words: typeof words === "string" ? words : undefined };
  const exported = Object.keys(module).join(", ") || "nothing";
  throw new UsageError(
    `plug-in ${name}: expected the export "plugin", a function, found ${exported}; flowgauge pdml new-plugin makes one that works.`,
  );
}

/** False where this Node cannot run TypeScript; older ones do not know the property. */
function stripsTypes(): boolean {
  const { typescript } = process.features as { readonly typescript?: false | "strip" | "transform" };
  return typescript !== undefined && typescript !== false;
}

function unknown(name: string): UsageError {
  const shipped = SHIPPED_PLUGINS.join(", ");
  if (MODULE.test(name)) {
    return new UsageError(`plug-in ${name}: expected a JavaScript module, found no such file; check the path.`);
  }
  return new UsageError(
    `--plugin: expected ${shipped}, or the path of a JavaScript module, found ${quoteWithHint(name, SHIPPED_PLUGINS)}.`,
  );
}
