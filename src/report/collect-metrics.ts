// The collector's ledger as Prometheus metrics (text exposition format 0.0.4), bounded whatever exporters there are.
import type { CollectObject, CounterObject, ExporterObject } from "./collect-object.ts";

/** Lines of the ledger with labels of their own, in the order they appeared; the others are one line, `exporter="others"`. */
const MOST_EXPORTERS = 400;
/** Sources of sFlow counters that are told. */
const MOST_COUNTERS = 400;
/** Characters of a label's value at the most. */
const MOST_LABEL = 128;
const PREFIX = "flowgauge_collect_";

/** What `Content-Type` says of it. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;
type Value = (exporter: ExporterObject) => number;

/** Counters of each line of the ledger: name, what it is, where it stands. */
const COUNTERS: readonly (readonly [string, string, Value])[] = [
  ["messages_total", "Export messages received.", ({ messages }) => messages],
  ["message_octets_total", "Octets of export messages, without UDP and IP headers.", ({ bytes }) => bytes],
  ["records_total", "Flow records given on (sFlow: flow samples).", ({ records }) => records],
  ["options_records_total", "Options data records.", ({ optionsRecords }) => optionsRecords],
  ["counter_samples_total", "Counter samples of sFlow.", ({ counterSamples }) => counterSamples],
  ["out_of_order_total", "Messages older than one before them.", ({ outOfOrder }) => outOfOrder],
  ["restarts_total", "Sequence numbers that began anew.", ({ restarts }) => restarts],
  [
    "no_template_expired_total",
    "Sets of data whose template did not come in time.",
    ({ noTemplate }) => noTemplate.expired,
  ],
  [
    "no_template_evicted_total",
    "Sets of data dropped because too many waited.",
    ({ noTemplate }) => noTemplate.evicted,
  ],
  ["no_template_at_end_total", "Sets of data that waited until the end.", ({ noTemplate }) => noTemplate.atEnd],
  [
    "no_template_decoded_total",
    "Sets of data decoded when their template came.",
    ({ noTemplate }) => noTemplate.decodedLater,
  ],
];

/** What comes late is taken off the lost again, so these may fall. */
const GAUGES: readonly (readonly [string, string, Value])[] = [
  ["lost_records", "Records that sequence numbers say are missing.", ({ lostRecords }) => lostRecords],
  ["lost_messages", "Messages that sequence numbers say are missing.", ({ lostMessages }) => lostMessages],
  ["no_template_waiting", "Sets of data that wait for their template now.", ({ noTemplate }) => noTemplate.waiting],
];

/** Of one exporter only: nothing to add up. */
const STATES: readonly (readonly [string, string, (exporter: ExporterObject) => number | null])[] = [
  ["sampling_rate", "One of so many packets is counted, last known.", ({ samplingRate }) => samplingRate],
  ["clock_offset_seconds", "Seconds the exporter's clock is ahead.", ({ clockOffset }) => clockOffset],
  ["last_seen_timestamp_seconds", "Time of the last message.", ({ lastSeen }) => seconds(lastSeen)],
];

const REASONS = [
  ["refused_total", "Messages not decoded, or not to their end, by reason.", "refused"],
  ["remarks_total", "What was noted of messages and records decoded all the same.", "remarks"],
  ["template_events_total", "What became of templates.", "templates"],
] as const;

/** The whole exposition. Counts of reasons are there once they are not zero. */
export function printCollectMetrics(run: CollectObject): string {
  const text = new Exposition();
  const own = run.exporters.slice(0, MOST_EXPORTERS).map((exporter) => [labelsOf(exporter), exporter] as const);
  const rest = run.exporters.slice(MOST_EXPORTERS);
  const all = [...own, ...others(run.forgotten === null ? rest : [...rest, run.forgotten])];
  totals(text, run);
  for (const [name, help, value] of COUNTERS) {
    text.family(name, "counter", help);
    for (const [labels, exporter] of all) text.sample(name, labels, value(exporter));
  }
  for (const [name, help, value] of GAUGES) {
    text.family(name, "gauge", help);
    for (const [labels, exporter] of all) text.sample(name, labels, value(exporter));
  }
  for (const [name, help, value] of STATES) {
    text.family(name, "gauge", help);
    for (const [labels, exporter] of own) {
      const state = value(exporter);
      if (state !== null) text.sample(name, labels, state);
    }
  }
  for (const [name, help, part] of REASONS) {
    text.family(name, "counter", help);
    for (const [labels, exporter] of all) {
      for (const [reason, count] of Object.entries(exporter[part])) {
        if (count > 0) text.sample(name, { ...labels, reason }, count);
      }
    }
  }
  interfaceCounters(text, run.counters.slice(0, MOST_COUNTERS));
  return text.toString();
}

/** What is of no single exporter. */
function totals(text: Exposition, run: CollectObject): void {
  text.single("received_messages_total", "counter", "Export messages received in all.", run.messages);
  text.single("received_octets_total", "counter", "Octets of all export messages.", run.bytes);
  text.single(
    "unexplained_messages",
    "gauge",
    "Messages that no count explains; 0 unless the program has a fault.",
    run.unexplained,
  );
  text.single("exporters", "gauge", "Lines of the ledger: exporter, domain and format.", run.exporters.length);
  text.single("uptime_seconds", "gauge", "Seconds since the collector began.", run.elapsedSeconds);
  if (run.kernelDrops !== null) {
    text.single(
      "kernel_drops_total",
      "counter",
      "Datagrams the kernel dropped because nobody took them in time.",
      run.kernelDrops,
    );
  }
  text.family("unbooked_total", "counter", "Messages on no exporter's line, by reason.");
  for (const [reason, count] of Object.entries(run.unbooked)) text.sample("unbooked_total", { reason }, count);
  if (run.relays.length === 0) return;
  text.family("relayed_messages_total", "counter", "Messages passed on unchanged.");
  for (const { target, sent } of run.relays) text.sample("relayed_messages_total", { target }, sent);
  text.family(
    "relay_refusals_total",
    "counter",
    "Answers that nobody listens there; as many messages at least did not arrive.",
  );
  for (const { target, refused } of run.relays) text.sample("relay_refusals_total", { target }, refused);
  text.family("relay_failures_total", "counter", "Messages that could not be passed on.");
  for (const { target, failed } of run.relays) text.sample("relay_failures_total", { target }, failed);
}

function labelsOf({ exporter, alias, domain, format }: ExporterObject): Labels {
  return { exporter, ...(alias === null ? {} : { alias }), domain: String(domain), format };
}

/** Those beyond the most, added up by format. */
function others(exporters: readonly ExporterObject[]): [Labels, ExporterObject][] {
  const sums = new Map<string, ExporterObject>();
  for (const exporter of exporters) {
    const sum = sums.get(exporter.format);
    if (sum === undefined) sums.set(exporter.format, structuredClone(exporter));
    else addNumbers(sum as unknown as Record<string, unknown>, exporter as unknown as Record<string, unknown>);
  }
  return [...sums].map(([format, sum]) => [{ exporter: "others", domain: "", format }, sum]);
}

function addNumbers(sum: Record<string, unknown>, more: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === "number") sum[name] = (sum[name] as number) + value;
    else if (value !== null && typeof value === "object") {
      addNumbers(sum[name] as Record<string, unknown>, value as Record<string, unknown>);
    }
  }
}

/** sFlow's own names as a label: which they are, an agent decides. */
function interfaceCounters(text: Exposition, sources: readonly CounterObject[]): void {
  if (sources.length === 0) return;
  text.family("sflow_counter", "gauge", "Last counters of each source in sFlow counter samples, by their own names.");
  for (const { exporter, agent, domain, sourceClass, sourceIndex, counters } of sources) {
    const source = SOURCE_CLASSES[sourceClass] ?? String(sourceClass);
    const labels = { exporter, agent, domain: String(domain), source, index: String(sourceIndex) };
    for (const [counter, value] of Object.entries(counters)) {
      const number = typeof value === "number" ? value : Number(value);
      if (value !== "" && Number.isFinite(number)) text.sample("sflow_counter", { ...labels, counter }, number);
    }
  }
}

/** sFlow v5, sFlowDataSource. */
const SOURCE_CLASSES = ["interface", "vlan", "entity"];

function seconds(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / 1000;
}

class Exposition {
  private readonly lines: string[] = [];
  /** A series that stands twice makes Prometheus refuse all of it. */
  private readonly series = new Set<string>();

  family(name: string, type: "counter" | "gauge", help: string): void {
    this.lines.push(`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} ${type}`);
  }

  sample(name: string, labels: Labels, value: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${labelText(text)}"`);
    const series = `${PREFIX}${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`}`;
    if (this.series.has(series)) return;
    this.series.add(series);
    this.lines.push(`${series} ${value}`);
  }

  single(name: string, type: "counter" | "gauge", help: string, value: number): void {
    this.family(name, type, help);
    this.sample(name, {}, value);
  }

  toString(): string {
    return `${this.lines.join("\n")}\n`;
  }
}

/** Backslash, quote and line feed are escaped (the format's rule); other control characters have no place there. */
function labelText(text: string): string {
  return text
    .slice(0, MOST_LABEL)
    .replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`))
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "?");
}
