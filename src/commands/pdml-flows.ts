// flowgauge pdml flows and frames: frames in, flows of any fields out, as pdml2flow and pdml2frame have them.
import { Command, Option } from "commander";
import { parseDuration } from "../core/duration.ts";
import { UsageError } from "../core/errors.ts";
import {
  DEFAULT_KEY,
  FilteredFrames,
  FlowRun,
  type FlowTableOptions,
  filterFields,
  JsonForm,
  ObserverCalls,
  openPlugins,
  PDML2FLOW_KEY,
  PluginText,
  USUAL_PROTOCOLS,
  XmlForm,
} from "../pdml/index.ts";
import { ByteWriter, PIECE_OCTETS, TextOutput } from "../report/index.ts";
import { addFilterOptions, type FilterSettings, filterArgument } from "./filter-argument.ts";
import { Interruption } from "./interruption.ts";
import { octets, repeated, whole } from "./option-values.ts";
import { PACKED_OPTION, type PluginsAndSinks, unpackPlugins } from "./pdml-arguments.ts";
import {
  addCaptureOptions,
  addFrameOptions,
  type CaptureSettings,
  captureOptions,
  type FrameSettings,
  openNamedFrames,
} from "./pdml-options.ts";
import { PdmlRunTeller } from "./pdml-run-teller.ts";
import { writing } from "./standard-streams.ts";

const FLOW_EXAMPLES = `Examples:
  tshark -r day.pcap -T pdml | flowgauge pdml flows        flows by addresses, ports and streams, as JSON
  flowgauge pdml flows day.pdml.gz -f http.host -t 60      by any field; a flow ends after 60 s of silence
  flowgauge pdml flows day.pdml -f eth.src -f eth.dst -c | jq -r '.eth.addr.raw|join(" ")'
  flowgauge pdml flows day.pdml -a -s +xml                 each frame for itself, with labels, as XML
`;

const FRAME_EXAMPLES = `Examples:
  tshark -r day.pcap -T pdml | flowgauge pdml frames       each frame as a JSON object
  tshark -c 100 -r day.pcap -T pdml | flowgauge pdml frames | jq -s 'map(keys)|add|unique'
  flowgauge pdml frames day.pdml -s --xml
`;

const NOTES = `
A FILE is what tshark -T pdml wrote, also gzip or zstd; without one, or for -, standard input is read.
Command lines of pdml2flow work as they are: +json, +xml, each with -0. docs/pdml.md has what makes a flow, and recipes.
Ctrl-C writes the flows that are live and ends; SIGUSR1 shows the summary while it goes on.
Exit codes: 0 all read, 1 something could not be read (what was good is written), 2 wrong usage, 130 interrupted.`;

interface SharedSettings extends FrameSettings, CaptureSettings, FilterSettings {
  readonly show?: true;
  readonly debug?: true;
  readonly json?: true;
  readonly xml?: true;
  readonly zero?: true;
  readonly memory: string;
  readonly packedPlugins?: string;
}

interface FlowSettings extends SharedSettings {
  readonly field: readonly string[];
  readonly pdml2flowKey?: true;
  readonly timeout: string;
  readonly length: string;
  readonly compress?: true;
  readonly array?: true;
}

const FILES =
  "tshark's PDML or JSON, or a capture, also compressed; iface:NAME; - or none for standard input; then the filter";

/** All of it, with what is lost between blocks, has addresses of 32 bits. */
const MOST_MEMORY = 2 * 1024 ** 3;

export function flowsCommand(): Command {
  const command = new Command("flows")
    .description("Frames into flows: those that are equal in some fields, and near in time.")
    .argument("[FILE-or-filter...]", FILES)
    .optionsGroup("Flows:")
    .addOption(
      new Option("-f, --field <field>", "a field of the key; repeatable")
        .argParser(repeated)
        .default([], "addresses, VLAN, ports, streams"),
    )
    .option("--pdml2flow-key", "pdml2flow's own key, which knows no ports")
    .option("-t, --timeout <seconds>", "a flow ends after so much silence; 60, 5m, none", "180")
    .option("-l, --length <characters>", 'a longer value becomes "Data too long"', "200")
    .option("-c, --compress", "each distinct value of a field once")
    .option("-a, --array", "a flow is an array of its frames, else they are merged");
  return addSharedOptions(command)
    .addHelpText("before", FLOW_EXAMPLES)
    .addHelpText("after", NOTES)
    .action((words: string[], settings: FlowSettings) => run(words, settings, flowTable(settings), settings.field));
}

export function framesCommand(): Command {
  const command = new Command("frames").description("Each frame as an object.").argument("[FILE-or-filter...]", FILES);
  return addSharedOptions(command)
    .addHelpText("before", FRAME_EXAMPLES)
    .addHelpText("after", NOTES)
    .action((words: string[], settings: SharedSettings) => run(words, settings, frameTable(settings), null));
}

function addSharedOptions(command: Command): Command {
  const shared = command
    .optionsGroup("Output:")
    .option("-s, --show", "labels (PDML's showname) beside the values")
    .option("--json", "one JSON object a line (default)")
    .option("--xml", "XML")
    .option("-0, --zero", "a zero octet behind each flow")
    .option("--plugin <module>", "a plug-in, and behind it its own words; repeatable (docs/pdml-plugins.md)")
    .option("-d, --debug", "what becomes of each frame, on stderr")
    .option("--memory <octets>", "what live flows may hold; beyond it the most silent one ends", "1G")
    .addOption(new Option(PACKED_OPTION).hideHelp());
  return addFrameOptions(addFilterOptions(addCaptureOptions(shared)));
}

function flowTable(settings: FlowSettings): FlowTableOptions {
  if (settings.field.length > 0 && settings.pdml2flowKey === true) {
    throw new UsageError("expected --field or --pdml2flow-key, found both; choose one.");
  }
  const own = settings.pdml2flowKey === true ? PDML2FLOW_KEY : DEFAULT_KEY;
  const empty = settings.field.indexOf("");
  if (empty >= 0) throw new UsageError("--field: expected the name of a field, such as ip.src, found an empty one.");
  return {
    key: settings.field.length > 0 ? settings.field : own,
    idleSeconds: parseDuration(settings.timeout, "--timeout") / 1000,
    maxLength: settings.length === "none" ? Number.POSITIVE_INFINITY : whole(settings.length, "--length", 0, 2 ** 31),
    distinct: settings.compress === true,
    framesApart: settings.array === true,
    labels: settings.show === true,
    memory: memoryOf(settings),
  };
}

/** What tshark writes of a capture beside the fields that were asked for. */
function protocolsOf({ key }: FlowTableOptions, asked: readonly string[] | null): readonly string[] {
  if (asked === null) return ["all"];
  const own = asked.length > 0 ? [] : key.map((field) => field.split(".", 1)[0] ?? field);
  return [...USUAL_PROTOCOLS, ...own];
}

/** pdml2frame: each frame is a flow by its number. */
function frameTable(settings: SharedSettings): FlowTableOptions {
  return {
    key: ["frame.number"],
    idleSeconds: 0,
    maxLength: Number.POSITIVE_INFINITY,
    distinct: false,
    framesApart: false,
    labels: settings.show === true,
    memory: memoryOf(settings),
  };
}

function memoryOf({ memory }: SharedSettings): number {
  return octets(memory, "--memory", 1024 ** 2, MOST_MEMORY);
}

/** `--json`, `--xml` and pdml2flow's `+json -0`; with plug-ins only what is asked for, else JSON. */
function formsOf({ json, xml, zero }: SharedSettings, { plugins, sinks }: PluginsAndSinks): (JsonForm | XmlForm)[] {
  const form = (name: string, zeroBehind: boolean) =>
    name === "json" ? new JsonForm(zeroBehind) : new XmlForm(zeroBehind);
  const asked = sinks.map(({ name, words }) => {
    const wrong = words.find((word) => word !== "-0");
    if (wrong !== undefined) throw new UsageError(`+${name}: expected -0 or nothing behind it, found "${wrong}".`);
    return form(name, words.length > 0);
  });
  if (json === true) asked.push(form("json", zero === true));
  if (xml === true) asked.push(form("xml", zero === true));
  return asked.length === 0 && plugins.length === 0 ? [form("json", zero === true)] : asked;
}

async function run(
  words: readonly string[],
  settings: SharedSettings,
  table: FlowTableOptions,
  /** Those of the key that were asked for; null = frames, of which everything is told. */
  askedFields: readonly string[] | null,
): Promise<void> {
  const asked = unpackPlugins(settings.packedPlugins);
  const forms = formsOf(settings, asked);
  const writer = new ByteWriter(PIECE_OCTETS);
  const stream = new TextOutput(process.stdout);
  const teller = new PdmlRunTeller(settings, process.stderr);
  const interruption = new Interruption(() => teller.tellSummary());
  try {
    const text = new PluginText(writer);
    const observers =
      asked.plugins.length === 0 ? undefined : new ObserverCalls(await openPlugins(asked.plugins, text));
    const { signal } = interruption;
    const { sources, filter } = await filterArgument(words, { ...settings, frames: {} });
    const fields = [...(askedFields ?? []), ...(filter === null ? [] : filterFields(filter.root))];
    const opened = await openNamedFrames(sources, {
      labels: table.labels,
      signal,
      // Plug-ins hear of frames without a flow, too.
      ...captureOptions(
        settings,
        fields,
        protocolsOf(table, askedFields),
        asked.plugins.length === 0 ? (askedFields ?? []) : [],
      ),
    });
    const source = filter === null ? opened : new FilteredFrames(opened, filter);
    const debug = settings.debug === true ? (line: string) => teller.debug(line) : undefined;
    const flows = new FlowRun(source, { table, output: { writer, stream, forms }, observers, signal, debug });
    teller.watch(source, flows);
    try {
      await writing(flows.run());
    } finally {
      teller.stop();
      await source.close();
    }
    // Who does not read to the end (head, less) does not want to hear more, either.
    if (flows.closed) return;
    teller.tellProblems();
    const unseen = source instanceof FilteredFrames ? source.neverSeen() : [];
    teller.tellUnseen(source.names, unseen, (askedFields?.length ?? 0) > 0);
    teller.tellSummary();
    process.exitCode = interruption.happened ? 130 : teller.failed ? 1 : 0;
  } finally {
    interruption.stop();
  }
}
