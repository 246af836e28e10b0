// flowgauge track: packets -> flow records, printed. A preset of the one pipe: source, tracker, printer.
import { Command, Option } from "commander";
import {
  createFlowPrinter,
  type FilterCounts,
  filterObject,
  printFilter,
  printStore,
  printSummary,
  storeObject,
  summaryObject,
} from "../report/index.ts";
import type { StoreWriter } from "../store/index.ts";
import { FlowStream } from "../track/index.ts";
import { addFilterOptions, batchFilterOf, type FilterSettings, filterArgument } from "./filter-argument.ts";
import { addFlowOptions, isInterface } from "./flow-options.ts";
import { FlowSinks, type Outlet } from "./flow-sinks.ts";
import { Interruption } from "./interruption.ts";
import { drawProgress } from "./progress.ts";
import { withSentences } from "./standard-streams.ts";
import { openStore, withStoring } from "./store-options.ts";
import { terminalLayout } from "./terminal-words.ts";
import { plan, type TrackPlan, type TrackSettings } from "./track-plan.ts";

const EXAMPLES = `Examples:
  flowgauge track capture.pcapng                     the flows of a capture, one per line
  flowgauge track --json *.pcap.gz | jq .bytes       several captures merged by time, as NDJSON
  flowgauge track --key ip --timeout none day.pcap   one flow per pair of hosts
  flowgauge track --uniflow --timeout none f.pcap    one record per direction and key, whatever the times
  flowgauge track iface:eth0 --update 10s            start, update and end of flows on an interface, as they happen
  tcpdump -w - port 53 | flowgauge track -           the same from a pipe
  flowgauge track capture.pcap --store /data/flows   kept for flowgauge query, instead of printed
  flowgauge track day.pcap 'tcp and dst port 443 and bytes > 1M'    of the flows those that match (docs/filter.md)
  flowgauge track --tunnel inner vxlan.pcap          what is inside GRE, VXLAN, GENEVE, GTP-U and IP-in-IP
  flowgauge track --timeout tcp=1h30m --timeout active=5m trace.pcap.zst
`;

const NOTES = `
A SOURCE is a capture file (pcap or pcapng, also .gz and .zst; known by its content), - for a pipe, or iface:NAME.
Fields, formats and the summary are described in docs/output.md, what makes a flow in docs/flows.md.
Ctrl-C ends a run in order, SIGUSR1 shows its summary while it goes on.
Exit codes: 0 all read, 1 something could not be read (what was good is printed), 2 wrong usage, 130 interrupted.`;

/** The progress line may stand where a sentence goes. */
const CLEAR_LINE = "\r\u001b[K";

export function trackCommand(): Command {
  return trackSyntax().action(runTrack);
}

/** What an argv of `track` (without the words before it) means. */
export function trackPlan(argv: readonly string[]): TrackPlan {
  const command = trackSyntax()
    .exitOverride()
    .parse([...argv], { from: "user" });
  return plan(command.args, command.opts<TrackSettings>());
}

function trackSyntax(): Command {
  const command = new Command("track")
    .description("Read packets, make flows, print them.")
    .usage("[options] <source...> [FILTER]")
    .argument("<source...>", "capture files, - or iface:NAME; behind them FILTER: which flows to print and store");
  addFilterOptions(addFlowOptions(command))
    .optionsGroup("Output:")
    .option("--events", "start, update and end of flows (default for interfaces and pipes, unless --json or --csv)")
    .option("--update <duration>", "an event of live flows at this interval; implies --events")
    .option("--nftrk", "exactly the layout and the flows of ONICS nftrk")
    .option("--json", "NDJSON, every field")
    .option("--csv", "CSV with a header line")
    .option("--fields <list>", "only these fields, in this order")
    .option("--no-header", "no header line")
    .option("--quiet", "no flows, only the summary")
    .addOption(
      new Option("--summary <form>", "the summary on stderr").choices(["text", "json", "none"]).default("text"),
    );
  return withStoring(command).addHelpText("before", EXAMPLES).addHelpText("after", NOTES);
}

async function runTrack(words: string[], settings: TrackSettings & FilterSettings): Promise<void> {
  const { sources, filter } = await filterArgument(words, settings, {
    sourceNeeded: "a capture file, - or iface:NAME",
  });
  const { stream: options, printer, store: kept } = plan(sources, settings);
  const sinks: Outlet[] = [];
  if (printer !== null) {
    const { width } = terminalLayout(process.stdout);
    sinks.push(withSentences(createFlowPrinter({ ...printer, width }, process.stdout)));
  }
  const sink = new FlowSinks(sinks, Number.MAX_SAFE_INTEGER, () => {}, await batchFilterOf(filter));
  let store: StoreWriter | null = null;
  const told = new Set<string>();
  let stream: FlowStream | null = null;
  const tell = () => {
    if (stream !== null) tellSummary(stream, store, filter === null ? null : sink, settings.summary);
  };
  // Before the opening, which may take a while and starts helper programs.
  const interruption = new Interruption(tell);
  try {
    stream = await FlowStream.open(sources, { ...options, signal: interruption.signal });
    if (kept !== null) {
      const say = (sentence: string) => process.stderr.write(`flowgauge: ${sentence}\n`);
      store = await openStore(kept, sources.some(isInterface), say, {
        collected: () => null,
        leftOut: () => ({ filtered: sink.filteredOut }),
      });
      sink.add(store);
    }
    const progress = drawProgress(stream, process.stderr, printer !== null && process.stdout.isTTY);
    try {
      for await (const batch of stream) {
        await sink.write(batch);
        if (sink.closed) break;
        tellProblems(stream, told);
      }
      await sink.end();
    } finally {
      progress.stop();
    }
  } catch (error) {
    // What was read so far is stored; a lock is given back.
    await store?.end().catch(() => {});
    await (stream as FlowStream | null)?.close();
    throw error;
  } finally {
    interruption.stop();
  }
  // Who does not read to the end (head, less) does not want to hear more, either.
  if (sink.closed) return;
  tellProblems(stream, told);
  tell();
  process.exitCode = interruption.happened ? 130 : told.size > 0 || !wellStored(store) ? 1 : 0;
}

function wellStored(store: StoreWriter | null): boolean {
  return store === null || store.summary().problems.length === 0;
}

/** Each one once, soon after it happened: one interface of several may go away long before the run ends. */
function tellProblems(stream: FlowStream, told: Set<string>): void {
  for (const { message } of stream.summary().problems) {
    if (told.has(message)) continue;
    told.add(message);
    process.stderr.write(`${process.stderr.isTTY ? CLEAR_LINE : ""}flowgauge: ${message}\n`);
  }
}

function tellSummary(
  stream: FlowStream,
  store: StoreWriter | null,
  filtered: FilterCounts | null,
  form: TrackSettings["summary"],
): void {
  const summary = stream.summary();
  const stored = store?.summary() ?? null;
  if (form === "json") {
    const kept = stored === null ? {} : { store: storeObject(stored) };
    const passed = filtered === null ? {} : { filter: filterObject(filtered) };
    process.stderr.write(`${JSON.stringify({ ...summaryObject(summary), ...passed, ...kept })}\n`);
  }
  if (form === "text") process.stderr.write(printSummary(summary, {}));
  if (form === "text" && filtered !== null) process.stderr.write(printFilter(filtered));
  if (form === "text" && stored !== null) process.stderr.write(printStore(stored));
}
