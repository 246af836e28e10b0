// flowgauge collect: NetFlow, IPFIX and sFlow -> flow records, printed, written, passed on. Sockets or captures, any number of sinks.
import { Command, Option } from "commander";
import { EXPORT_DEFAULTS } from "../export/index.ts";
import { EXPORT_PROTOCOLS } from "../wire/index.ts";
import { type CollectPlan, type CollectSettings, collectPlanOf } from "./collect-plan.ts";
import { CollectRun } from "./collect-run.ts";
import { addFilterOptions, batchFilterOf, type FilterSettings, filterArgument } from "./filter-argument.ts";
import { repeated } from "./option-values.ts";
import { withReceiving } from "./receive-options.ts";
import { withStoring } from "./store-options.ts";

const EXAMPLES = `Examples:
  flowgauge collect                                  NetFlow, IPFIX and sFlow on UDP port 2055, one record per line
  flowgauge collect --json udp://:2055 udp://:6343   two ports, every format on each, as NDJSON
  flowgauge collect --listen tcp://:4739 --listen udp://192.0.2.1:2055 --allow 10.0.0.0/8
  flowgauge collect file.pcap                        the messages in a capture, on any port
  flowgauge collect --quiet --summary json file.pcap | jq .exporters
  flowgauge collect --store /data/flows --rotate 1m --keep-age 30d
  flowgauge collect --native flows.native --metrics 127.0.0.1:9155 --stats 1m
  flowgauge collect --quiet --relay 10.0.0.7:2055 --relay 10.0.0.8:2055
  flowgauge collect --to udp://10.0.0.9:4739 --protocol ipfix       all formats in, IPFIX out
  flowgauge collect udp://:2055 'dst port 443 and not src net 10.0.0.0/8'
  flowgauge collect --sampling 10.0.0.1=1000 --json --count 100
`;

const NOTES = `
A SOURCE is an address to listen on (udp://, tcp://, tls://) or a capture file, - or iface:NAME as track reads them. One port takes
every format. Everything about sources, outputs, the ledger and metrics: docs/collect.md.
SIGUSR1 shows the ledger. Ctrl-C and TERM take in what has arrived, write it, and end; a second one ends at once.
Exit codes: 0 all read, or --for or --count reached; 1 something could not be read or written; 2 wrong usage; 130 interrupted.`;

export function collectCommand(): Command {
  return collectSyntax().action(runCollect);
}

/** What an argv of `collect` (without the words before it) means. */
export function collectPlan(argv: readonly string[]): CollectPlan {
  const command = collectSyntax()
    .exitOverride()
    .parse([...argv], { from: "user" });
  return collectPlanOf(command.args, command.opts<CollectSettings>());
}

function collectSyntax(): Command {
  const command = new Command("collect")
    .description("Collect NetFlow, IPFIX and sFlow: print, write or pass on the flow records.")
    .usage("[options] [source...] [FILTER]")
    .argument("[source...]", "addresses to listen on, or captures; behind them FILTER: which records to give on");
  withReceiving(command)
    .option("--count <n>", "end after so many records")
    .option("--templates <file>", "where templates are kept over a restart; none = nowhere")
    .addOption(new Option("--relay <host:port>", "pass messages on unchanged; repeatable").argParser(repeated))
    .option("--spoof", "the relay sends as the exporter (needs root and socat)")
    .addOption(
      new Option("--to <destinations>", "send the records on: udp://HOST:PORT, tcp://, tls://; repeatable").argParser(
        repeated,
      ),
    )
    .addOption(
      new Option("--protocol <format>", "as what they are sent on")
        .choices(EXPORT_PROTOCOLS)
        .default(EXPORT_DEFAULTS.protocol),
    )
    .option("--biflow", "ipfix: both directions in one record (RFC 5103); else they become two")
    .option("--to-tls-ca <file>", "tls://: authorities (PEM) of the destination's certificate; else those Node knows")
    .option("--to-tls-cert <file>", "our certificate for it (PEM)")
    .option("--to-tls-key <file>", "its private key")
    .option("--to-tls-name <name>", "name that its certificate must have; else that of the destination");
  addFilterOptions(command)
    .optionsGroup("Output:")
    .option("--json", "NDJSON, every field")
    .option("--csv", "CSV with a header line")
    .option("--fields <list>", "only these fields, in this order")
    .option("--no-header", "no header line")
    .option("--quiet", "no records, only the summary")
    .option("--native <file>", "records as ClickHouse Native blocks, appended; - = standard output")
    .option(
      "--sync <duration>",
      "have the Native file on the disk at this interval, for power failures (default: at the end)",
    )
    .option("--options <file>", "what exporters say of themselves as NDJSON, appended; - = standard output")
    .option("--counters <file>", "sFlow's counter samples as NDJSON, appended; - = standard output");
  return withStoring(command)
    .optionsGroup("The ledger:")
    .option("--stats <duration>", "what has come since, on stderr, at this interval")
    .option("--metrics <host:port>", "HTTP: /metrics for Prometheus, /ledger.json; without a host on this machine only")
    .addOption(
      new Option("--summary <form>", "the ledger at the end, on stderr")
        .choices(["text", "json", "none"])
        .default("text"),
    )
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES);
}

async function runCollect(words: string[], settings: CollectSettings & FilterSettings): Promise<void> {
  const { sources, filter } = await filterArgument(words, settings);
  process.exitCode = await new CollectRun(collectPlanOf(sources, settings), await batchFilterOf(filter)).run();
}
