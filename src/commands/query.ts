// flowgauge query: stored flows, files of flow records or captures -> lists, groups and time series.
import { Command, Option } from "commander";
import { UsageError } from "../core/errors.ts";
import { answer, askFiles, type FlowChoice, type GroupQuestion, writeTableParquet } from "../query/index.ts";
import { printTable, type TablePrintOptions } from "../report/index.ts";
import { type Asking, ask } from "./asking.ts";
import { type FilterSettings, filterArgument } from "./filter-argument.ts";
import { heldTimes } from "./nothing-matched.ts";
import { repeated } from "./option-values.ts";
import { printList } from "./query-list.ts";
import { addChoiceOptions, addLimitOptions, spreadOption } from "./query-options.ts";
import { choiceOf, groupingsOf, type QuerySettings } from "./query-plan.ts";
import {
  addRemoteOptions,
  type RemoteSettings,
  refuseMemory,
  refuseRemoteOptions,
  splitRemote,
} from "./remote-address.ts";
import { printOptions } from "./table-options.ts";

const EXAMPLES = `Examples:
  flowgauge query --from 2h                                    the flows of the last two hours, from the default store
  flowgauge query --from 1d --by srcAddr --top 20              whose connections made the most traffic in a day
  flowgauge query 'dst port 443' --by dstAddr/24,proto --sort flows
  flowgauge query --from today --by time/5m,proto              a series: five minutes, protocol by protocol
  flowgauge query --by time/5m,outIf --percentile 95           the 95th percentile of each interface, as billing has it
  flowgauge query day.native week.parquet capture.pcap --by srcAddr --by dstPort --json
  flowgauge query store:/srv/flows 'host 192.0.2.7' --sort start --limit 100 --csv
  flowgauge query http://flows:8055 --from 2h --by srcAddr     the same, asked of a serve elsewhere
`;

const NOTES = `
A SOURCE is a store's folder, a file of flow records (Native, Parquet), a capture, or - for a pipe; none = the default store. Or it is one
flowgauge serve (http://, https://), whose store is asked.
What follows the last source is the FILTER (docs/filter.md). Options, measures and recipes: docs/query.md; shapes of output: docs/output.md.
Exit codes: 0 answered, 1 something could not be read (what was good is answered), 2 wrong usage, 130 interrupted.`;

export function queryCommand(): Command {
  const command = new Command("query").description("Ask stored flows: lists, groups, top talkers, time series.");
  addChoiceOptions(command)
    .optionsGroup("Groups and series:")
    .addOption(
      new Option("--by <fields>", "sum up by these fields, with commas; repeatable: several tables")
        .argParser(repeated)
        .default([], "a list"),
    )
    .option("-a, --aggregate", "sum up by addresses, ports and protocol")
    .option("--top <n>", "so many groups, 0 = all (10)")
    .option("--sort <name[:asc|desc]>", "order by this measure or field; none = as it comes (lists)")
    .option("--measures <list>", "bytes, packets, flows, bps, pps, bpp, duration, max(bytes), avg(duration) ...")
    .option("--sum <list>", "only these sums")
    .option("--distinct <fields>", "also count the different values of these fields, exactly")
    .option("--percentile <p>", "of series: this percentile of the rates of the buckets")
    .addOption(spreadOption())
    .optionsGroup("Output:")
    .option("--limit <n>", "lists: so many flows at the most")
    .option("--fields <list>", "lists: only these fields, in this order")
    .option("--after <place>", "lists: go on behind the flows of an answer before (`next` of the API of serve)")
    .option("--json", "one JSON object, documented in docs/output.md")
    .option("--ndjson", "one JSON object a row")
    .option("--csv", "CSV with a header line")
    .option("--excel", "with --csv: text that a spreadsheet would take for a formula begins with '")
    .option("--parquet <file>", "write the rows to a Parquet file")
    .option("--raw", "plain numbers without units")
    .option("--no-header", "no titles")
    .option("--totals", "NDJSON and CSV: also the rows of the others and the total")
    .option("--utc", "times are read and shown in UTC (default: this machine's zone)");
  return addLimitOptions(addRemoteOptions(command))
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(runQuery);
}

async function runQuery(
  words: string[],
  settings: QuerySettings & FilterSettings & RemoteSettings,
  command: Command,
): Promise<void> {
  const remote = splitRemote(words);
  if (remote !== null) {
    refuseMemory(command);
    return (await import("./remote-query.ts")).queryRemote(remote.remote, remote.rest, settings);
  }
  refuseRemoteOptions(settings);
  const { sources: names, filter } = await filterArgument(words, settings);
  const choice = choiceOf(settings, filter, Date.now());
  const plan: QueryPlan = { choice, groupings: groupingsOf(settings), print: printOptions(settings), settings };
  if (plan.groupings.length > 1 && settings.parquet !== undefined) {
    throw new UsageError(
      "--parquet: expected one grouping, as a Parquet file has one table, found several --by; run them one by one.",
    );
  }
  await ask(names, choice, settings, (asking) => answerAll(plan, asking));
}

interface QueryPlan {
  readonly choice: FlowChoice;
  readonly groupings: readonly GroupQuestion[];
  readonly print: TablePrintOptions;
  readonly settings: QuerySettings;
}

async function answerAll(plan: QueryPlan, { run, engine, sources, asked, notes }: Asking): Promise<void> {
  const { choice, groupings, print, settings } = plan;
  const all = [...notes, ...sources.notes];
  if (groupings.length === 0) {
    for (const note of notes) run.note(note);
    const from = sources.packets ? "packets" : "both";
    const nothing = await printList({ engine, asked, choice, from, notes: all }, settings);
    const held = nothing ? heldTimes(sources, choice) : null;
    if (held !== null) run.note(`nothing matched; ${held}`);
  }
  for (const question of groupings) {
    const table = await run.working(() =>
      askFiles(engine, asked, (files) => answer(engine, files, choice, question, sources.known())),
    );
    const held = table.rows.length === 0 ? heldTimes(sources, choice) : null;
    const noted = { ...table, notes: [...table.notes, ...all, ...(held === null ? [] : [held])] };
    if (settings.parquet === undefined) await printTable(noted, print, process.stdout);
    else await writeTableParquet(engine, noted, settings.parquet);
  }
}
