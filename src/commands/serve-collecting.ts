// What `flowgauge serve` collects, and into which store: its own options, said to the process that does it.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import { CollectorProcess, collectingRoutes, type ServeRoutes } from "../serve/index.ts";
import { defaultStore, demoStore } from "../store/index.ts";
import { type CollectPlan, collectPlanOf } from "./collect-plan.ts";
import { repeated } from "./option-values.ts";
import { makeDemoStore } from "./serve-demo.ts";
import { type StoreSettings, withKeeping } from "./store-options.ts";

/** The options as commander gives them. */
export interface CollectingSettings extends Omit<StoreSettings, "store"> {
  readonly store?: string;
  /** false = --no-collect. */
  readonly collect: readonly string[] | false;
  readonly allow: readonly string[];
  readonly sampling: readonly string[];
  readonly templates?: string;
  readonly demo?: true;
}

const DEFAULT_LISTEN = "udp://:2055";
const EXPLAIN_MS = 20_000;
/** The store's ledger is read anew after so long. */
const EXPLAIN_KEPT_MS = 30_000;
const EXPLAIN_OCTETS = 16 * 1024 * 1024;

export function withCollecting(command: Command): Command {
  const many = (flags: string, about: string) => new Option(flags, about).argParser(repeated);
  command
    .optionsGroup("Collecting:")
    .addOption(
      many("--collect <url>", `listen here for NetFlow, IPFIX and sFlow; repeatable (default: ${DEFAULT_LISTEN})`),
    )
    .option("--no-collect", "only show what is there")
    .addOption(many("--allow <exporter>", "only these: ADDRESS[/N][=ALIAS][@DOMAIN]; repeatable").default([], "all"))
    .addOption(
      many("--sampling <exporter=n>", "it counts one of n packets, whatever it says; repeatable").default(
        [],
        "as they say",
      ),
    )
    .option("--templates <file>", "where templates are kept over a restart; none = nowhere")
    .option("--rotate <duration>", "length of an interval of the store, 1s to 1d (default: 5m)")
    .option("--demo", "show the bundled capture, in a store of its own (demo-store) beside the default one");
  return withKeeping(command);
}

export interface ServedFlows {
  readonly folder: string;
  readonly collector: CollectorProcess | null;
  readonly routes: ServeRoutes;
  readonly demo: boolean;
  /** Sentences for everybody who looks at the page. */
  readonly problems: () => readonly string[];
}

/** Where the store is that is shown, made where it is the demo's; and what will collect into it. */
export async function servedFlows(settings: CollectingSettings, say: (sentence: string) => void): Promise<ServedFlows> {
  if (settings.demo === true && settings.store !== undefined) {
    throw new UsageError("--demo shows a store of its own: expected no --store beside it, found one.");
  }
  const plan = settings.collect === false ? null : planOf(settings);
  const folder = plan?.store?.folder ?? (settings.demo === true ? demoStore() : (settings.store ?? defaultStore()));
  const kept = settings.demo === true ? await makeDemoStore(folder, Math.floor(Date.now() / 1000)) : null;
  if (kept !== null) say(kept);
  const collector =
    plan === null ? null : new CollectorProcess(new URL("./collector-worker.js", import.meta.url), plan, say);
  return {
    folder,
    collector,
    routes: collectingRoutes(collector, explainOf(folder)),
    demo: settings.demo === true,
    problems: () => collector?.problems() ?? [],
  };
}

function planOf({
  collect,
  store,
  allow,
  sampling,
  templates,
  rotate,
  demo,
  ...keep
}: CollectingSettings): CollectPlan {
  const folder = demo === true ? demoStore() : (store ?? defaultStore());
  const listen = collect === false || collect === undefined ? [DEFAULT_LISTEN] : collect;
  const given = <Name extends string>(name: Name, value: string | undefined) =>
    value === undefined ? {} : { [name]: value };
  return collectPlanOf([], {
    ...keep,
    store: folder,
    listen,
    allow,
    sampling,
    ...given("templates", demo === true ? "none" : templates),
    ...given("rotate", demo === true ? "1h" : rotate),
    protocol: "ipfix",
    header: true,
    quiet: true,
    summary: "none",
  });
}

/** Asks `flowgauge explain` in a process of its own: the same figures, and a large ledger holds up nobody. */
function explainOf(folder: string): () => Promise<object | null> {
  let kept: { readonly at: number; readonly answer: Promise<object | null> } | null = null;
  return () => {
    const now = performance.now();
    if (kept === null || now - kept.at > EXPLAIN_KEPT_MS) kept = { at: now, answer: explain(folder) };
    return kept.answer;
  };
}

function explain(folder: string): Promise<object | null> {
  const program = fileURLToPath(new URL("./cli.js", import.meta.url));
  const limits = { timeout: EXPLAIN_MS, maxBuffer: EXPLAIN_OCTETS };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "explain", folder, "--json"], limits, (_error, told) => {
      try {
        resolve(JSON.parse(told) as object);
      } catch {
        // A store without a ledger has nothing to tell.
        resolve(null);
      }
    });
  });
}
