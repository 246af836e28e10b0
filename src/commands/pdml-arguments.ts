// Words of plug-ins on pdml's command line: commander must not take what stands behind `--plugin NAME` for its own options.
import { type PluginRequest, splitPlugins } from "../pdml/index.ts";

/** Carries the plug-ins and their words past commander. */
const PACKED = "--packed-plugins";
export const PACKED_OPTION = `${PACKED} <json>`;
const SINKS = ["json", "xml"];

/** The words of a whole command line, with those of plug-ins in one. */
export function packPlugins(argv: readonly string[]): string[] {
  const before = argv.slice(0, 3);
  const { own, plugins } = splitPlugins(argv.slice(3));
  // A root command that has no option -0 takes it for a number.
  const words = own.map((word) => (word === "-0" ? "--zero" : word));
  return [...before, ...words, ...(plugins.length > 0 ? [PACKED, JSON.stringify(plugins)] : [])];
}

export interface PluginsAndSinks {
  readonly plugins: readonly PluginRequest[];
  /** `+json` and `+xml`, each with its words. */
  readonly sinks: readonly PluginRequest[];
}

export function unpackPlugins(packed: string | undefined): PluginsAndSinks {
  const all = packed === undefined ? [] : (JSON.parse(packed) as PluginRequest[]);
  return {
    plugins: all.filter(({ name }) => !SINKS.includes(name)),
    sinks: all.filter(({ name }) => SINKS.includes(name)),
  };
}
