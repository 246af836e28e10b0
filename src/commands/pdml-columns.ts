// flowgauge pdml columns: chosen fields of frames as columns of a Table: lists, groups, flows, series over time.
import { Command, Option } from "commander";
import type { Table } from "../core/table.ts";
import {
  type ColumnsCounts,
  columnsFields,
  type FrameCounts,
  type FrameSource,
  groupColumns,
  listColumns,
  questionLabels,
} from "../pdml/index.ts";
import { createProgress, loadGraphs, printPieces, printTable, TableStream } from "../report/index.ts";
import { addFilterOptions, type FilterSettings, filterArgument } from "./filter-argument.ts";
import { Interruption } from "./interruption.ts";
import { repeated } from "./option-values.ts";
import { type ColumnsPlan, type ColumnsSettings, columnsPlan, type MeasureWords } from "./pdml-columns-plan.ts";
import { addCaptureOptions, type CaptureSettings, captureOptions, openNamedFrames } from "./pdml-options.ts";

const EXAMPLES = `Examples:
  flowgauge pdml columns day.pdml -f frame.time_epoch -f ip.src -f http.host      a row a frame, as it comes
  tshark -r day.pcap -T pdml | flowgauge pdml columns -f http.host --sum frame.len --count --top 20
  flowgauge pdml columns day.pcap -f ip.src -f tls.handshake.extensions_server_name --count   TLS names of each client
  flowgauge pdml columns day.pdml 'tcp.len > 0' --per flow --mean tcp.len --deviation tcp.len
  flowgauge pdml columns day.pdml --per flow -t 10 -f eth.src -f eth.dst --values ip.src --values ip.dst --top 0
  flowgauge pdml columns day.pdml dns -f dns.a --each --count --json
  flowgauge pdml columns day.pdml -f ip.proto --sum frame.len --every 1m --graph
`;

const NOTES = `
A FILE is what tshark -T pdml, ek or json wrote, also gzip or zstd, or a capture (then tshark is run); none or - = standard input.
What follows the last FILE is the FILTER: every field of tshark is a term (docs/filter.md). docs/pdml.md has recipes, docs/output.md the outputs.
Exit codes: 0 all read, 1 something could not be read (what was good is answered), 2 wrong usage, 130 interrupted.`;

const PROGRESS_MS = 200;

const MEASURES = [
  ["sum", "sum of its values"],
  ["mean", "their mean"],
  ["deviation", "their standard deviation (of all of them: divided by their number)"],
  ["min", "the smallest"],
  ["max", "the greatest"],
  ["distinct", "how many different ones there are"],
  ["first", "the first one, as it stands"],
  ["last", "the last one"],
  ["values", "each different one, and how often it is there"],
] as const;

export function columnsCommand(): Command {
  // In the order in which they were said.
  const measures: MeasureWords = [];
  const command = new Command("columns")
    .description("Chosen fields of frames as a table: lists, groups and flows with sums, series over time.")
    .argument("[FILE-or-filter...]", "files or -, then the filter: which frames")
    .optionsGroup("Rows:")
    .addOption(
      new Option("-f, --field <field>", "a column; with measures: what rows are grouped by; repeatable, or with commas")
        .argParser(repeated)
        .default([], "none"),
    )
    .option(
      "--each",
      "a row for each value of a field that has several (default: groups the first, lists all with commas)",
    )
    .addOption(new Option("--per <what>", "a row a flow, -f is its key").choices(["flow"]))
    .option("-t, --timeout <seconds>", "--per flow: a flow ends after so much silence; 60, 5m, none (180)")
    .option("--every <length>", "a series: buckets of 30s, 5m, 1h, 1d, of UTC")
    .addOption(
      new Option("--with <field>", "only groups that have this field in a frame; repeatable")
        .argParser(repeated)
        .default([], "all"),
    )
    .optionsGroup("Measures (repeatable, or with commas; every value counts, also several of one frame):")
    .addOption(
      new Option("--count", "frames").argParser(() => {
        measures.push(["count", null]);
        return true;
      }),
    );
  for (const [kind, about] of MEASURES) {
    command.addOption(
      new Option(`--${kind} <field>`, about).argParser((text: string) => {
        measures.push([kind, text]);
        return text;
      }),
    );
  }
  command
    .optionsGroup("Order:")
    .option("--top <n>", "so many groups, 0 = all (10)")
    .option("--sort <name[:asc|desc]>", "by this column, such as frames or sum(tcp.len) (the first measure)")
    .option("--reverse", "the other way round")
    .option("--limit <n>", "lists: so many rows at the most")
    .option("--max-groups <n>", "groups at the most; what is beyond counts as others", "1000000")
    .optionsGroup("Output:")
    .option("--json", "one JSON object, documented in docs/output.md")
    .option("--ndjson", "one JSON object a row")
    .option("--csv", "CSV with a header line")
    .option("--excel", "with --csv: text that a spreadsheet would take for a formula begins with '")
    .option("--parquet <file>", "write the rows to a Parquet file")
    .option("--graph", "draw it in the terminal: series with --every, else parts of the whole")
    .option("--raw", "plain numbers without units")
    .option("--no-header", "no titles")
    .option("--totals", "NDJSON and CSV: also the rows of the others and the total")
    .option("--utc", "times are read and shown in UTC (default: this machine's zone)");
  return addFilterOptions(addCaptureOptions(command))
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(async (words: string[], settings: ColumnsSettings & CaptureSettings & FilterSettings) => {
      const { sources, filter } = await filterArgument(words, { ...settings, frames: {} });
      await run(sources, settings, columnsPlan(settings, measures, filter));
    });
}

async function run(sources: readonly string[], settings: CaptureSettings, plan: ColumnsPlan): Promise<void> {
  const { question, filter } = plan;
  const interruption = new Interruption(() => {});
  const counts: ColumnsCounts = { frames: 0, filtered: 0 };
  const { signal } = interruption;
  try {
    const wanted = columnsFields({ question, filter });
    const options = { labels: questionLabels(question), signal, wanted, ...captureOptions(settings, wanted, []) };
    const source = await openNamedFrames(sources, options);
    const progress = watch(source, question.measures.length === 0);
    try {
      if (question.measures.length === 0) await list(source, plan, counts);
      else {
        const table = await groupColumns(source, { question, filter }, counts);
        progress.stop();
        await print(plan, withNotes(table, source, plan, counts));
      }
      progress.stop();
      for (const problem of source.problems) process.stderr.write(`flowgauge: ${problem}\n`);
      process.exitCode = interruption.happened ? 130 : source.problems.length > 0 ? 1 : 0;
    } finally {
      progress.stop();
      await source.close();
    }
  } finally {
    interruption.stop();
  }
}

/** A terminal shows how far the run is, unless the rows themselves run over it. */
function watch(source: FrameSource, rows: boolean): { stop(): void } {
  const drawn = process.stderr.isTTY === true && !(rows && process.stdout.isTTY === true);
  if (!drawn) return { stop: () => {} };
  const progress = createProgress(process.stderr);
  const timer = setInterval(() => {
    const { frames, octets } = source.counts;
    progress.update({ packets: frames, bytes: octets, liveFlows: null, source: source.progress() });
  }, PROGRESS_MS);
  return {
    stop: () => {
      clearInterval(timer);
      progress.end();
    },
  };
}

/** Rows as they come; of a Parquet file all at once. */
async function list(source: FrameSource, plan: ColumnsPlan, counts: ColumnsCounts): Promise<void> {
  const { question, filter, print: options } = plan;
  if (plan.parquet !== null) {
    const rows: Table["rows"][number][] = [];
    const end = await listColumns(source, { question, filter }, counts, async (table) => {
      for (const row of table.rows) rows.push(row);
      return true;
    });
    if (end !== null) await print(plan, { ...end, rows: [...rows, ...end.rows] });
    return;
  }
  const stream = new TableStream(options, process.stdout);
  let closed = false;
  const ending = await listColumns(source, { question, filter }, counts, async (table) => {
    closed = !(await stream.write(table));
    return !closed;
  });
  if (closed || ending === null) await stream.finish();
  else await stream.end(withNotes(ending, source, plan, counts));
}

async function print({ print: options, parquet, graph }: ColumnsPlan, table: Table): Promise<void> {
  if (parquet !== null) {
    const [{ writeTableParquet }, { Engine }] = await Promise.all([
      import("../query/index.ts"),
      import("../store/index.ts"),
    ]);
    const engine = Engine.open({ memoryOctets: 2 ** 31, seconds: 0 });
    try {
      await writeTableParquet(engine, table, parquet);
    } finally {
      engine.close();
    }
    return;
  }
  if (!graph) return printTable(table, options, process.stdout);
  const { graphText } = await loadGraphs();
  const depth = options.colour === true ? "base" : "none";
  const width = options.width === undefined || options.width === 0 ? 80 : options.width;
  await printPieces(
    graphText(table, { width, depth, ascii: process.env.TERM === "dumb", picture: true }),
    process.stdout,
  );
}

/** What was left out before anything was counted. */
function withNotes(
  table: Table,
  { counts }: FrameSource,
  { filter }: ColumnsPlan,
  { frames, filtered }: ColumnsCounts,
): Table {
  const notes = filter === null ? [] : [`${frames - filtered} of ${frames} frames match the filter`];
  const lost: readonly (readonly [keyof FrameCounts, string])[] = [
    ["tooLarge", "frames that are too large left out"],
    ["malformed", "frames that are malformed or cut left out"],
    ["longValues", "values that are too long left out"],
    ["deepFields", "fields that are nested too deep left out"],
    ["manyNames", "fields left out, as there are too many names"],
    ["badText", 'octets of values that are no text, now "?"'],
  ];
  for (const [name, about] of lost) if (counts[name] > 0) notes.push(`${counts[name]} ${about}`);
  return { ...table, notes: [...table.notes, ...notes] };
}
