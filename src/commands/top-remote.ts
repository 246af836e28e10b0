// flowgauge top of a remote serve: its live table on the screen or as text here.
import { UsageError } from "../core/errors.ts";
import type { TopQuestion } from "../core/top-view.ts";
import { withoutNames } from "../query/index.ts";
import type { FilterLanguage, FilterSettings } from "./filter-language.ts";
import { Interruption } from "./interruption.ts";
import { type RemoteSettings, remoteAddress } from "./remote-address.ts";
import { RemoteServer } from "./remote-server.ts";
import { RemoteTop } from "./remote-top.ts";
import { remoteFilter } from "./remote-words.ts";
import { type TopPlan, type TopSettings, topPlan } from "./top-plan.ts";
import { printTop } from "./top-print.ts";
import { EXIT_INTERRUPTED, runTopScreen } from "./top-screen-run.ts";

export interface RemoteWatch {
  readonly settings: TopSettings & FilterSettings & RemoteSettings;
  readonly language: FilterLanguage;
  /** Options of sources that were typed. */
  readonly given: readonly string[];
}

export async function watchRemote(
  { remote, rest }: { readonly remote: string; readonly rest: readonly string[] },
  { settings, language, given }: RemoteWatch,
): Promise<void> {
  if (given.length > 0) {
    throw new UsageError(`${given.join(", ")}: expected a source on this machine, found a remote serve; leave it out.`);
  }
  const plan = topPlan(settings, process.stdin, process.stdout);
  const filter = (await remoteFilter(rest, settings)).trim();
  const say = (sentence: string) => void process.stderr.write(`flowgauge: ${sentence}\n`);
  const server = new RemoteServer(await remoteAddress(remote, settings, say));
  const screen = plan.mode === "screen";
  const { named } = language.options;
  const table = new RemoteTop({
    server,
    filterText: (text) => (named === undefined ? text : withoutNames(text, named)),
    // A screen shows it as a note.
    lost: screen ? () => {} : (sentence) => say(`${sentence}; trying again`),
  });
  language.shown = (name) => table.addressesOf(name);
  const interruption = new Interruption(() => {});
  const { signal } = interruption;
  signal.addEventListener("abort", () => table.close(), { once: true });
  const { ended } = table;
  try {
    if (screen) {
      // What cannot be had is told before there is a screen.
      await table.ready(questionOf(plan, filter));
      if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
      else {
        const onNews = (listener: () => void) => {
          table.onNews = listener;
        };
        process.exitCode = await runTopScreen({ table, plan, filter, language, onNews }, signal);
      }
    } else {
      const ready = (question: TopQuestion) => table.ready(question);
      await printTop({ table, plan, filter, whole: false, ended, stop: signal, ready });
    }
    if (interruption.happened) process.exitCode = EXIT_INTERRUPTED;
  } finally {
    table.close();
    server.close();
    interruption.stop();
  }
}

/** What the screen asks first. */
function questionOf({ view, sort, reverse, names, services, ended, rows }: TopPlan, filter: string): TopQuestion {
  const { group, by } = view;
  return { group, by, sort: sort ?? "rate", reverse, rows: rows ?? 1, from: 0, filter, names, services, ended };
}
