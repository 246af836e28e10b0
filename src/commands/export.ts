// flowgauge export: packets or flow records -> NetFlow and IPFIX. A preset of the one pipe: source, tracker, exporter.
import { Command, Option } from "commander";
import { EXPORT_DEFAULTS, Exporter } from "../export/index.ts";
import {
  exportObject,
  type FilterCounts,
  filterObject,
  printExport,
  printFilter,
  printSummary,
  summaryObject,
} from "../report/index.ts";
import { EXPORT_PROTOCOLS, EXPORT_TIMES } from "../wire/index.ts";
import { type ExportSettings, exportPlanOf } from "./export-plan.ts";
import { addFilterOptions, batchFilterOf, type FilterSettings, filterArgument } from "./filter-argument.ts";
import { addFlowOptions } from "./flow-options.ts";
import { FlowSinks } from "./flow-sinks.ts";
import { type FlowSource, openFlows } from "./flow-source.ts";
import { Interruption } from "./interruption.ts";
import { repeated } from "./option-values.ts";
import { drawProgress } from "./progress.ts";

const EXAMPLES = `Examples:
  flowgauge export capture.pcap --to udp://192.0.2.1:2055                  the flows of a capture as NetFlow v9
  flowgauge export iface:eth0 --protocol ipfix --biflow --to udp://c:4739  an interface, until Ctrl-C
  flowgauge export iface:eth0 --protocol v5 --timeout active=1m --to udp://[2001:db8::1]:2055,10.0.0.1:9995
  flowgauge export day.pcap.gz --rate 20000 --balance --to udp://a:2055,udp://b:2055
  flowgauge export iface:eth0 --protocol ipfix --to tls://collector:4740 --tls-ca ca.pem --tls-cert me.pem --tls-key me.key
  flowgauge export flows.native --protocol ipfix --to tcp://127.0.0.1:4739 records that were collected before
`;

const NOTES = `
A SOURCE is a capture file, - for a pipe, iface:NAME, or a Native file of flow records. What is sent is described in docs/export.md.
Ctrl-C ends the flows that are live and sends them all, a second one stops at once; SIGUSR1 shows the summary while it goes on.
Exit codes: 0 all sent, 1 something could not be read or sent, 2 wrong usage, 130 interrupted.`;

const WATCH_MS = 200;
/** The progress line may stand where a sentence goes. */
const CLEAR_LINE = "\r\u001b[K";

export function exportCommand(): Command {
  return exportSyntax().action(runExport);
}

function exportSyntax(): Command {
  const command = new Command("export")
    .description("Read packets or flow records, send them as NetFlow or IPFIX.")
    .usage("[options] <source...> [FILTER]")
    .argument("<source...>", "capture files, -, iface:NAME, or Native files; behind them FILTER: which flows to send")
    .optionsGroup("Collectors:")
    .addOption(
      new Option("--to <destinations>", "udp://HOST:PORT, tcp:// or tls://; several with commas; repeatable")
        .argParser(repeated)
        .default([], "none"),
    )
    .addOption(
      new Option("--protocol <format>", "format of the messages")
        .choices(EXPORT_PROTOCOLS)
        .default(EXPORT_DEFAULTS.protocol),
    )
    .option("--balance", "each flow to one of the collectors, both directions to the same; else to all of them")
    .option("--rate <n>", "records per second to each collector at the most")
    .option("--mtu <octets>", "UDP: octets of an IP packet at the most", String(EXPORT_DEFAULTS.mtu))
    .option("--source-address <address>", "our own address to send from")
    .option("--ttl <hops>", "time to live or hop limit of datagrams, also of multicast")
    .option("--patience <duration>", "TCP, TLS: wait so long for a collector before records are dropped", "10s")
    .optionsGroup("Records:")
    .option("--biflow", "ipfix: both directions in one record (RFC 5103); else they become two")
    .addOption(
      new Option("--times <unit>", "ipfix: unit of start and end").choices(EXPORT_TIMES).default(EXPORT_DEFAULTS.times),
    )
    .option(
      "--domain <n>",
      "observation domain, source id, or engine type * 256 + engine id",
      String(EXPORT_DEFAULTS.domain),
    )
    .option("--sampling <n>", "say that one of n packets was counted (default: what the records say)")
    .option(
      "--template-messages <n>",
      "UDP: templates again after so many messages",
      String(EXPORT_DEFAULTS.refreshMessages),
    )
    .option("--template-time <duration>", "UDP: templates again after such a time", "1m")
    .optionsGroup("TLS:")
    .option("--tls-ca <file>", "certificates (PEM) that the collector's must be signed by; else those Node knows")
    .option("--tls-cert <file>", "our own certificate (PEM)")
    .option("--tls-key <file>", "its key (PEM)")
    .option("--tls-name <name>", "name that the collector's certificate must have; else that of the destination");
  return addFilterOptions(addFlowOptions(command))
    .optionsGroup("Output:")
    .addOption(
      new Option("--summary <form>", "the summary on stderr").choices(["text", "json", "none"]).default("text"),
    )
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES);
}

async function runExport(words: string[], settings: ExportSettings & FilterSettings): Promise<void> {
  const needed = { sourceNeeded: "a capture file, -, iface:NAME or a Native file" };
  const { sources, filter } = await filterArgument(words, settings, needed);
  const plan = exportPlanOf(sources, settings);
  const told = new Set<string>();
  let source: FlowSource | null = null;
  let exporter: Exporter | null = null;
  let sink: FlowSinks | null = null;
  const tell = () => {
    if (source === null || exporter === null || sink === null) return;
    tellSummary(source, exporter, filter === null ? null : sink, settings.summary);
  };
  const interruption = new Interruption(tell);
  try {
    source = await openFlows(sources, { ...plan.stream, signal: interruption.signal });
    exporter = await Exporter.open(plan.exporter).catch(async (error: unknown) => {
      await source?.close();
      throw error;
    });
    sink = new FlowSinks([exporter], Number.MAX_SAFE_INTEGER, () => {}, await batchFilterOf(filter));
    await send(source, exporter, sink, told);
    tellProblems(source, exporter, told);
    tell();
  } finally {
    interruption.stop();
  }
  process.exitCode = interruption.happened ? 130 : told.size > 0 || exporter.failed() ? 1 : 0;
}

async function send(source: FlowSource, exporter: Exporter, sink: FlowSinks, told: Set<string>): Promise<void> {
  const progress = source.packets === null ? null : drawProgress(source.packets, process.stderr, false);
  const watch = setInterval(tellProblems, WATCH_MS, source, exporter, told);
  try {
    for await (const batch of source) await sink.write(batch);
  } finally {
    await exporter.end();
    clearInterval(watch);
    progress?.stop();
  }
}

/** Each one once, soon after it happened: one collector of several may be gone long before the run ends. */
function tellProblems(source: FlowSource, exporter: Exporter, told: Set<string>): void {
  for (const { message } of [...source.problems(), ...exporter.summary().problems]) {
    if (told.has(message)) continue;
    told.add(message);
    process.stderr.write(`${process.stderr.isTTY ? CLEAR_LINE : ""}flowgauge: ${message}\n`);
  }
}

function tellSummary(
  source: FlowSource,
  exporter: Exporter,
  filtered: FilterCounts | null,
  form: ExportSettings["summary"],
): void {
  const packets = source.packets?.summary() ?? null;
  const exported = exporter.summary();
  if (form === "json") {
    const passed = filtered === null ? {} : { filter: filterObject(filtered) };
    const object = { ...(packets === null ? {} : summaryObject(packets)), ...passed, export: exportObject(exported) };
    process.stderr.write(`${JSON.stringify(object)}\n`);
  }
  if (form === "text")
    process.stderr.write(
      `${packets === null ? "" : printSummary(packets, {})}${filtered === null ? "" : printFilter(filtered)}${printExport(exported)}`,
    );
}
