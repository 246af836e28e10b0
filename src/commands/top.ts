// flowgauge top: who is talking, how much, for how long: live, in a terminal of its own or as text. Source, live table, screen.
import { resolve } from "node:path";
import { Command, Option } from "commander";
import { TOP_SORTS } from "../core/top-view.ts";
import { TOP_UNITS } from "../report/index.ts";
import { addFilterOptions, type FilterSettings, filterArgument } from "./filter-argument.ts";
import { FilterLanguage } from "./filter-language.ts";
import { Interruption } from "./interruption.ts";
import { addRemoteOptions, type RemoteSettings, refuseRemoteOptions, splitRemote } from "./remote-address.ts";
import { TOP_VIEWS, type TopSettings, topPlan } from "./top-plan.ts";
import { printTop } from "./top-print.ts";
import { watchRemote } from "./top-remote.ts";
import { EXIT_INTERRUPTED, runTopScreen } from "./top-screen-run.ts";
import { addTopSourceOptions, openTopSource, type TopSourceSettings } from "./top-source.ts";

const EXAMPLES = `Examples:
  flowgauge top iface:eth0                          the flows of an interface, live; ? shows the keys, q quits
  flowgauge top udp://:2055 --by hosts              what routers export: NetFlow, IPFIX, sFlow
  flowgauge top iface:eth0 'dst port 443' --sort bytes
  flowgauge top capture.pcapng --speed 10           a capture played back, ten times as fast
  ssh router tcpdump -w - | flowgauge top -         packets of another machine
  flowgauge top /var/lib/flowgauge                  the newest minutes of a store
  flowgauge top http://flows:8055 --by hosts        what a serve elsewhere collects
  flowgauge top iface:eth0 --batch 3 --interval 10s | mail -s traffic you@example.org
  flowgauge top capture.pcap --rows 20 --sort bytes --csv
  flowgauge top iface:eth0 --json | jq '.rows[0]'   one object a refresh
`;

const NOTES = `
A SOURCE is an interface (iface:NAME), a capture, - for a pipe, an address to listen on (udp://, tcp://, tls://), a Native file, a store,
or a flowgauge serve that collects (http://HOST:8055, https://). Keys, columns and JSON: docs/top.md. Where input or output is no terminal, text is printed as with --batch.
Exit codes: 0 quit (q), or all printed; 1 something could not be read; 2 wrong usage; 129 the terminal was closed; 130 interrupted.`;

export function topCommand(): Command {
  const command = new Command("top")
    .description("Show live who is talking, how much, and for how long.")
    .usage("[options] <source...> [FILTER]")
    .argument(
      "<source...>",
      "iface:NAME, captures, -, udp://, files, a store or a remote serve; behind them FILTER: which flows to show",
    )
    .optionsGroup("Picture:")
    .option("--by <what>", `${TOP_VIEWS.map(({ name }) => name).join(", ")}, or fields with commas`, "flows")
    .option("--sort <column>", `${TOP_SORTS.join(", ")} (default: rate; of a whole file bytes)`)
    .option("--reverse", "smallest first")
    .option("--rows <n>", "rows at the most (default: as many as the screen has; text: 20, plain: 10)")
    .option("--interval <duration>", "time between refreshes (default: 1s; plain: 10s)")
    .addOption(new Option("--units <unit>", "what rates are counted in").choices(TOP_UNITS).default("bits"))
    .option("-n, --no-names", "do not look up names of hosts")
    .option("-N, --no-services", "numbers of ports instead of names of services")
    .option("--no-ended", "only flows that are live")
    .option("--ascii", "nothing but ASCII")
    .optionsGroup("Instead of the screen:")
    .option("--batch <n>", "print so many refreshes as text, and end")
    .option("--width <columns>", "of the text (default: 80)")
    .option("--plain", "sentences to be listened to: no columns, nothing is painted over")
    .option("--json", "one object a refresh")
    .option("--csv", "one line a row, with its time");
  return addRemoteOptions(addFilterOptions(addTopSourceOptions(command)))
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(runTop);
}

async function runTop(
  words: string[],
  settings: TopSettings & TopSourceSettings & FilterSettings & RemoteSettings,
  command: Command,
): Promise<void> {
  const language = await languageOf(settings);
  const remote = splitRemote(words);
  if (remote !== null) return watchRemote(remote, { settings, language, given: givenOptions(command) });
  refuseRemoteOptions(settings);
  const { sources, filter } = await filterArgument(words, settings, {
    sourceNeeded: "iface:NAME, udp://, a file or a store",
    language,
  });
  const plan = topPlan(settings, process.stdin, process.stdout);
  const { mode } = plan;
  const text = filter?.text ?? "";
  const interruption = new Interruption(() => {});
  const { signal } = interruption;
  try {
    const source = await openTopSource(sources, settings, {
      ...{ screen: mode === "screen", signal, filters: language.options },
    });
    const { table, whole, ended } = source;
    language.shown = (name) => table.names.addressesOf(name);
    try {
      if (mode === "screen")
        process.exitCode = await runTopScreen({ table, plan, filter: onOneLine(text, settings), language }, signal);
      else await printTop({ table, plan, filter: text, whole, ended, stop: signal });
    } finally {
      await source.close();
    }
    const problems = source.problems();
    for (const { message } of problems) process.stderr.write(`flowgauge: ${message}\n`);
    if (interruption.happened) process.exitCode = EXIT_INTERRUPTED;
    else if (problems.length > 0) process.exitCode ??= 1;
  } finally {
    interruption.stop();
  }
}

/** Options of sources and flows that were typed. */
function givenOptions(command: Command): readonly string[] {
  const ofSources = new Set(addTopSourceOptions(new Command()).options.map((option) => option.attributeName()));
  const typed = command.options.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli");
  return typed.flatMap((option) => (ofSources.has(option.attributeName()) ? [option.long ?? option.flags] : []));
}

/** What a person can edit: a file of several lines, or with comments, is named. */
function onOneLine(filter: string, { filterFile }: FilterSettings): string {
  return filterFile !== undefined && /[\n#]/.test(filter.trim()) ? `@include "${resolve(filterFile)}"` : filter.trim();
}

/** Who sets FLOWGAUGE_FILTERS for other commands may look at traffic without that file. */
async function languageOf(settings: FilterSettings): Promise<FilterLanguage> {
  try {
    return await FilterLanguage.open(settings);
  } catch (error) {
    if (settings.filters !== undefined) throw error;
    return new FilterLanguage(settings);
  }
}
