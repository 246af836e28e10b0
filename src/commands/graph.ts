// flowgauge graph: the answer to a question about stored flows as a picture: in the terminal, SVG or PNG.
import { open, rename, rm } from "node:fs/promises";
import { Command, Option } from "commander";
import { SourceError, UsageError } from "../core/errors.ts";
import type { Table, Value } from "../core/table.ts";
import { answer, askFiles, type FlowChoice, type GroupQuestion, parseMeasure } from "../query/index.ts";
import {
  GRAPH_STYLES,
  GRAPH_THEMES,
  GRAPH_UNITS,
  loadGraphs,
  printPieces,
  printTable,
  type TableForm,
} from "../report/index.ts";
import { type Asking, ask } from "./asking.ts";
import { type FilterSettings, filterArgument } from "./filter-argument.ts";
import {
  bucketFor,
  type GraphSettings,
  graphQuestion,
  graphWords,
  isBreakdown,
  type Picture,
  pictureOf,
  sizeOf,
} from "./graph-plan.ts";
import { heldTimes } from "./nothing-matched.ts";
import { repeated } from "./option-values.ts";
import { addChoiceOptions, addLimitOptions, spreadOption } from "./query-options.ts";
import { choiceOf } from "./query-plan.ts";
import type { QueryRun } from "./query-run.ts";
import {
  addRemoteOptions,
  type RemoteSettings,
  refuseMemory,
  refuseRemoteOptions,
  splitRemote,
} from "./remote-address.ts";

const EXAMPLES = `Examples:
  flowgauge graph --from 1d                                   bits per second of the last day, in the terminal
  flowgauge graph --from 2h --by proto --unit pps             packets per second of each protocol
  flowgauge graph --from yesterday --to today --by srcAs --out day.svg
  flowgauge graph --from 30d --bucket 1h 'in if 3' --out month.png --title "Uplink A" --width 1200
  flowgauge graph capture.pcap --by dstPort --bucket none     which ports have how much: parts of the whole
  flowgauge graph --from 1h --by srcAddr --type pie --out talkers.svg
`;

const NOTES = `
Sources, filter and times are those of query (docs/query.md). What is not known (no data) is a hatched gap, never zero. Below the picture:
mean, greatest, 95th percentile and least rate of each series, and its sum. Pictures are described in docs/output.md.
Exit codes: 0 drawn, 1 something could not be read or written, 2 wrong usage, 130 interrupted.`;

export function graphCommand(): Command {
  const command = new Command("graph").description("Draw stored flows: time series and parts of a whole.");
  addChoiceOptions(command)
    .optionsGroup("What is drawn:")
    .option("--bucket <length>", "a value each 10s, 5m, 1h, 1d ...; none = parts of the whole", "auto")
    .addOption(
      new Option("--by <fields>", "a series or part for each value of these fields, with commas")
        .argParser(repeated)
        .default([], "all together"),
    )
    .option("--top <n>", "so many of them, the rest as others (7; parts of a whole 15)")
    .addOption(
      new Option("--unit <unit>", "per second bits, packets, flows; or what a bucket has (bps)").choices([
        ...GRAPH_UNITS,
      ]),
    )
    .option("--measures <list>", "measures to choose from; the first is drawn")
    .option("--sort <measure>", "the top by this measure")
    .addOption(spreadOption())
    .option("--utc", "times are read and shown in UTC (default: this machine's zone)")
    .optionsGroup("Picture:")
    .addOption(
      new Option("--type <type>", "areas on each other, lines, bars, or a ring of parts")
        .choices([...GRAPH_STYLES])
        .default("stacked"),
    )
    .option("--out <file>", "into this file, .svg or .png; - = SVG on standard output (default: drawn in the terminal)")
    .option("--title <text>", "above the picture")
    .option("--width <n>", "pixels (960), in the terminal columns")
    .option("--height <n>", "pixels, in the terminal rows between the axes")
    .option("--log", "by powers of ten")
    .option("--no-level", "no line of the 95th percentile")
    .addOption(
      new Option("--theme <theme>", "colours of SVG and PNG; auto: as the reader's system")
        .choices([...GRAPH_THEMES])
        .default("auto"),
    )
    .option("--ascii", "in the terminal nothing but ASCII")
    .option("--words", "in the terminal only words and figures, no drawing")
    .optionsGroup("Instead of a picture:")
    .option("--json", "the numbers as JSON, documented in docs/output.md")
    .option("--ndjson", "one JSON object a row")
    .option("--csv", "CSV with a header line");
  return addLimitOptions(addRemoteOptions(command))
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .action(runGraph);
}

async function runGraph(
  words: string[],
  settings: GraphSettings & FilterSettings & RemoteSettings,
  command: Command,
): Promise<void> {
  const remote = splitRemote(words);
  if (remote !== null) {
    refuseMemory(command);
    return graphRemote(remote, settings);
  }
  refuseRemoteOptions(settings);
  const { sources, filter } = await filterArgument(words, settings);
  const choice = choiceOf(settings, filter, Date.now());
  const picture = pictureOf(settings.out);
  const numbers = numbersOf(settings);
  const breakdown = isBreakdown(settings);
  const draw = drawing(settings, picture);
  // What cannot be understood is told before anything is read.
  graphQuestion(settings, breakdown ? null : fixedBucket(settings));
  await ask(sources, choice, settings, async (asking) => {
    const question = graphQuestion(settings, breakdown ? null : await bucketOf(settings, asking, choice));
    const table = await asked(asking, choice, question);
    const held = table.rows.length === 0 ? heldTimes(asking.sources, choice) : null;
    const notes = [...table.notes, ...asking.notes, ...asking.sources.notes, ...(held === null ? [] : [held])];
    await showGraph({ ...table, notes }, held, { settings, picture, numbers, draw }, asking.run);
  });
}

interface GraphShown {
  readonly settings: GraphSettings;
  readonly picture: Picture;
  readonly numbers: TableForm | null;
  readonly draw: (table: Table) => Promise<void>;
}

async function showGraph(
  table: Table,
  held: string | null,
  { settings, picture, numbers, draw }: GraphShown,
  run: QueryRun,
): Promise<void> {
  if (numbers !== null) return printTable(table, { form: numbers }, process.stdout);
  await draw(table);
  if (table.rows.length > 0 || picture === "text") return;
  const where = settings.out === "-" ? "the picture" : settings.out;
  run.note(`nothing matched: ${where} shows nothing${held === null ? "" : `; ${held}`}`);
}

/** The answer of a remote serve, drawn here. */
async function graphRemote(
  { remote, rest }: { readonly remote: string; readonly rest: readonly string[] },
  settings: GraphSettings & FilterSettings & RemoteSettings,
): Promise<void> {
  const [{ askRemote }, { remoteFilter, remoteWords }] = await Promise.all([
    import("./remote-asking.ts"),
    import("./remote-words.ts"),
  ]);
  const filter = await remoteFilter(rest, settings);
  const picture = pictureOf(settings.out);
  const numbers = numbersOf(settings);
  const breakdown = isBreakdown(settings);
  const draw = drawing(settings, picture);
  const first = remoteWords(graphWords(settings, breakdown ? null : fixedBucket(settings)), filter);
  await askRemote(remote, settings, async (asking) => {
    const { from, to } = choiceOf(settings, null, Date.now()).time;
    let words = first;
    if (!breakdown && settings.bucket === "auto") {
      const span = async () => {
        const { by: _, sort: __, top: ___, ...rest } = first;
        const [table] = await asking.tables({ ...rest, measures: "first,last", sort: "first:asc" });
        return [table?.rows[0]?.[0] ?? null, table?.rows[0]?.[1] ?? null] as const;
      };
      words = remoteWords(graphWords(settings, await autoBucket(from, to, span)), filter);
    }
    const [table] = await asking.tables(words);
    if (table === undefined) return;
    // Where nothing matched, the server's last note says which times it has flows of.
    const held = table.rows.length === 0 && (from !== null || to !== null) ? (table.notes.at(-1) ?? null) : null;
    await showGraph(table, held, { settings, picture, numbers, draw }, asking.run);
  });
}

function fixedBucket({ bucket }: GraphSettings): string {
  return bucket === "auto" ? "5m" : bucket;
}

/** As the time needs: what was asked for, or from the first packet to the last one. */
async function autoBucket(
  from: bigint | null,
  to: bigint | null,
  span: () => Promise<readonly [first: Value, last: Value]>,
): Promise<string> {
  if (from !== null) return bucketFor(from, to ?? BigInt(Date.now()) * 1_000_000n);
  const [first, last] = await span();
  return typeof first === "bigint" && typeof last === "bigint" ? bucketFor(first, last) : "5m";
}

function asked(
  { run, engine, sources, asked: files }: Asking,
  choice: FlowChoice,
  question: GroupQuestion,
): Promise<Table> {
  return run.working(() =>
    askFiles(engine, files, (found) => answer(engine, found, choice, question, sources.known())),
  );
}

function numbersOf({ json, ndjson, csv, out }: GraphSettings): TableForm | null {
  const forms = (["json", "ndjson", "csv"] as const).filter((form) => ({ json, ndjson, csv })[form] === true);
  const chosen = [...forms.map((form) => `--${form}`), ...(out === undefined ? [] : ["--out"])];
  if (forms.length > 0 && chosen.length > 1) {
    throw new UsageError(`expected one form of output, found ${chosen.join(" and ")}; choose one.`);
  }
  return forms[0] ?? null;
}

async function bucketOf({ bucket }: GraphSettings, asking: Asking, choice: FlowChoice): Promise<string> {
  if (bucket !== "auto") return bucket;
  const { from, to } = choice.time;
  const measures = [parseMeasure("first"), parseMeasure("last")];
  const sort = { by: "first", descending: false };
  const all = { keys: [], bucket: null, spread: "even", measures, sort, top: null, percentile: null } as const;
  return autoBucket(from, to, async () => {
    const [first = null, last = null] = (await asked(asking, choice, all)).rows[0] ?? [];
    return [first, last];
  });
}

/** How a Table becomes the picture that is asked for. */
function drawing(settings: GraphSettings, picture: Picture): (table: Table) => Promise<void> {
  const { unit, title, type: style, log, level: percentile, theme, ascii, words } = settings;
  const common = { unit, title, style, log, percentile };
  const width = sizeOf(settings.width, "--width", picture);
  const height = sizeOf(settings.height, "--height", picture);
  if (picture === "text") {
    if (style === "pie")
      throw new UsageError(
        "--type pie: expected --out FILE.svg or .png, found a terminal; bars (--bucket none) are drawn there.",
      );
    const cells = width ?? (process.stdout.isTTY === true ? process.stdout.columns || 80 : 80);
    return async (table) => {
      const { graphText } = await loadGraphs();
      const options = {
        ...common,
        width: cells,
        height,
        depth: colourDepth(),
        ascii: ascii ?? process.env.TERM === "dumb",
        picture: words !== true,
      };
      await printPieces(graphText(table, options), process.stdout);
    };
  }
  return async (table) => {
    const { graphPng, graphSvg } = await loadGraphs();
    const options = { ...common, width, height, theme };
    if (settings.out === "-") return printPieces([graphSvg(table, options)], process.stdout);
    await writeWhole(settings.out!, picture === "svg" ? graphSvg(table, options) : await graphPng(table, options));
  };
}

function colourDepth(): "none" | "base" | "true" {
  const { stdout, env } = process;
  if (stdout.isTTY !== true || env.NO_COLOR !== undefined || stdout.hasColors?.() !== true) return "none";
  return stdout.getColorDepth() === 24 ? "true" : "base";
}

/** Nothing half-written has the file's name. */
async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    const file = await open(part, "w");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === "ENOSPC" ? "no space left there" : code === "ENOENT" ? "no such folder" : message;
    throw new SourceError({ source: path }, `expected to write the picture, found ${found}`, { cause: error });
  }
}
