// One run of `flowgauge collect`: opens what the plan says, tells how it stands, and ends in order.
import { nothingFound } from "../collect/index.ts";
import { Exporter, LiveExporter } from "../export/index.ts";
import { NativeWriter } from "../files/index.ts";
import {
  type CollectObject,
  type CollectProgressState,
  collectObject,
  createCollectProgress,
  createFlowPrinter,
  exportObject,
  printCollect,
  printCollectChange,
  printExport,
  printStore,
  storeObject,
} from "../report/index.ts";
import type { StoreWriter } from "../store/index.ts";
import type { CollectPlan } from "./collect-plan.ts";
import { ExportOutlet, LiveOutlet } from "./export-outlet.ts";
import { FlowSinks, type Outlet, type RowFilter } from "./flow-sinks.ts";
import { Interruption } from "./interruption.ts";
import { countersObject, JsonLines, optionsObject, safeJson } from "./json-lines.ts";
import { type MetricsServer, serveMetrics } from "./metrics-server.ts";
import { watchPipeReader } from "./pipe-reader.ts";
import { progressState } from "./progress.ts";
import { makeFolderOf, openReceiving, type Receiving } from "./receiving.ts";
import { withSentences } from "./standard-streams.ts";
import { openStore } from "./store-options.ts";
import { TerminalWords, terminalLayout } from "./terminal-words.ts";

/** How often the line of progress is looked at. */
const PROGRESS_MS = 200;
const EXIT = { ok: 0, failed: 1, interrupted: 130 } as const;

export class CollectRun {
  private readonly plan: CollectPlan;
  private readonly words = new TerminalWords<CollectProgressState>(createCollectProgress(process.stderr));
  private readonly interruption = new Interruption(() => this.tell());
  private readonly began = performance.now();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly optionsLines: JsonLines | null;
  private readonly counterLines: JsonLines | null;
  private readonly sinks: FlowSinks;
  private exporter: Exporter | LiveExporter | null = null;
  private store: StoreWriter | null = null;
  /** True when nobody reads standard output any more. */
  private readerGone = false;
  private stopWatching = () => {};
  /** Resolves when --count or --for is reached, or nobody takes records any more. */
  private readonly enough: Promise<void>;
  private readonly reachEnough: () => void;
  private receiving: Receiving | null = null;
  private metrics: MetricsServer | null = null;
  /** At the end of captures without messages: what was seen instead. */
  private hint: string | null = null;
  /** What --stats told last. */
  private before: CollectObject | null = null;

  /** `filter` null: every record is given on. */
  constructor(plan: CollectPlan, filter: RowFilter | null) {
    this.plan = plan;
    let reach = () => {};
    this.enough = new Promise((resolve) => {
      reach = resolve;
    });
    this.reachEnough = reach;
    this.optionsLines = plan.optionsFile === null ? null : new JsonLines(plan.optionsFile);
    this.counterLines = plan.countersFile === null ? null : new JsonLines(plan.countersFile);
    this.sinks = new FlowSinks(
      outlets(plan, () => this.readerGone),
      plan.records,
      reach,
      filter,
    );
  }

  /** Gives the exit code; throws what a person should hear of a run that could not begin, or whose sinks failed. */
  async run(): Promise<number> {
    try {
      await this.collect();
      await this.sinks.end();
      await this.optionsLines?.end();
      await this.counterLines?.end();
    } catch (error) {
      // What the other sinks were given is theirs to keep.
      if (this.receiving !== null) await this.sinks.end().catch(() => {});
      else await Promise.allSettled([this.exporter?.end(), this.store?.end()]);
      // A sink that fails while sockets are open is told at once.
      if (this.words.hasSaid((error as Error).message)) return EXIT.failed;
      throw error;
    } finally {
      this.stopTelling();
      this.stopWatching();
      await this.metrics?.close();
      this.interruption.stop();
    }
    return this.tellEnd();
  }

  private async collect(): Promise<void> {
    const { plan, interruption } = this;
    if (plan.metrics !== null) {
      // First of all: where the port is taken, nothing has been printed yet.
      const object = () => (this.receiving === null ? null : this.object(this.receiving));
      this.metrics = await serveMetrics(plan.metrics.host, plan.metrics.port, object);
    }
    const receiving = await this.open();
    this.receiving = receiving;
    try {
      this.tellStart(receiving);
      this.startTelling(receiving);
      this.watchReader(receiving);
      await Promise.race([receiving.ended, this.enough, interruption.ended]);
    } finally {
      await receiving.close();
    }
  }

  private async open(): Promise<Receiving> {
    const { plan, words, optionsLines, counterLines } = this;
    await this.openExporter();
    if (plan.store !== null) this.sinks.add(await this.openStore(plan.store));
    return openReceiving(plan.receive, {
      collect: {
        ...plan.relay,
        sink: this.sinks,
        ...(optionsLines === null ? {} : { onOptions: (record) => optionsLines.write(optionsObject(record)) }),
        ...(counterLines === null ? {} : { onCounters: (sample) => counterLines.write(countersObject(sample)) }),
      },
      templates: await this.templatesFile(),
      onNote: (sentence) => words.say(sentence),
      onProblem: ({ message }) => words.sayOnce(message),
    });
  }

  private async openExporter(): Promise<void> {
    const { exporter } = this.plan;
    if (exporter === null) return;
    const { words } = this;
    const ears = {
      problem: ({ message }: Error) => words.sayOnce(message),
      note: (sentence: string) => words.say(sentence),
    };
    if (exporter.live) {
      const live = await LiveExporter.open(exporter, ears);
      this.exporter = live;
      this.sinks.add(new LiveOutlet(live));
    } else {
      const waiting = await Exporter.open(exporter, ears);
      this.exporter = waiting;
      this.sinks.add(new ExportOutlet(waiting));
    }
  }

  private async openStore(store: NonNullable<CollectPlan["store"]>): Promise<StoreWriter> {
    const { plan, words, sinks } = this;
    this.store = await openStore(store, plan.receive.captures.length === 0, (sentence) => words.say(sentence), {
      collected: () => this.receiving?.view.ledger ?? null,
      leftOut: () => ({ beyond: sinks.beyond, filtered: sinks.filteredOut }),
    });
    return this.store;
  }

  /** A folder that nobody asked for is made, and done without where that cannot be. */
  private async templatesFile(): Promise<string | null> {
    const { templates, templatesByDefault } = this.plan;
    if (templates === null || !templatesByDefault) return templates;
    const refused = await makeFolderOf(templates);
    if (refused === null) return templates;
    this.words.say(`templates are not kept over a restart: ${refused}; --templates FILE chooses another place`);
    return null;
  }

  private object({ view }: Receiving): CollectObject {
    const { beyond, filteredOut } = this.sinks;
    const object = collectObject(view, (performance.now() - this.began) / 1000, { beyond, filteredOut });
    if (this.hint !== null) object.notes.push(this.hint);
    return object;
  }

  private tellStart({ listening }: Receiving): void {
    const { words, metrics, plan } = this;
    if (listening.length > 0 && (plan.summary !== "none" || process.stderr.isTTY)) {
      words.say(`listening on ${listening.join(", ")}; Ctrl-C ends`);
    }
    if (metrics !== null) words.say(`metrics at ${metrics.url}/metrics`);
  }

  private startTelling(receiving: Receiving): void {
    const { plan, timers } = this;
    const every = (milliseconds: number, act: () => void) => timers.push(setInterval(act, milliseconds));
    if (plan.statsMs > 0) every(plan.statsMs, () => this.tellChange(receiving));
    if (Number.isFinite(plan.receive.milliseconds))
      timers.push(setTimeout(this.reachEnough, plan.receive.milliseconds));
    const onTerminal = plan.printer !== null && process.stdout.isTTY === true;
    if (process.stderr.isTTY === true && !onTerminal) {
      every(PROGRESS_MS, () => this.words.draw(() => progressState(receiving.view.ledger)));
    }
  }

  /** Captures write soon, and hear of it then. */
  private watchReader({ listening }: Receiving): void {
    if (listening.length === 0 || this.plan.printer === null) return;
    this.stopWatching = watchPipeReader(() => {
      this.readerGone = true;
      this.sinks.look();
    });
  }

  private stopTelling(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.words.end();
  }

  private tellChange(receiving: Receiving): void {
    const object = this.object(receiving);
    const layout = { ...terminalLayout(process.stderr), now: Date.now() / 1000 };
    this.words.write(printCollectChange(this.before, object, layout));
    this.before = object;
  }

  /** SIGUSR1, and the end. */
  private tell(): void {
    const { receiving, plan, words } = this;
    if (receiving === null) return;
    const object = this.object(receiving);
    const exported = this.exporter?.summary() ?? null;
    const stored = this.store?.summary() ?? null;
    if (plan.summary === "json") {
      const passedOn = exported === null ? null : exportObject(exported);
      const kept = stored === null ? null : storeObject(stored);
      words.write(`${safeJson({ ...object, export: passedOn, store: kept })}\n`);
      return;
    }
    const layout = terminalLayout(process.stderr);
    words.write(printCollect(object, { ...layout, ...nowOf(plan) }));
    if (exported !== null) words.write(printExport(exported, layout));
    if (stored !== null) words.write(printStore(stored, layout));
  }

  private tellEnd(): number {
    const { interruption, sinks, plan, words, optionsLines, counterLines } = this;
    const problems = [...(this.receiving?.view.problems ?? []), ...(this.exporter?.summary().problems ?? [])];
    // Who does not read to the end (head, less) does not want to hear more, either.
    if (sinks.closed) return EXIT.ok;
    for (const { message } of problems) words.sayOnce(message);
    const dropped = (optionsLines?.dropped ?? 0) + (counterLines?.dropped ?? 0);
    if (dropped > 0)
      words.say(`${dropped} options records and counter samples were not written: their reader is too slow`);
    const packets = this.receiving?.view.packets ?? null;
    if (packets !== null && packets.messages === 0) {
      this.hint = nothingFound(packets);
      words.say(this.hint);
    }
    if (plan.summary !== "none") this.tell();
    if (interruption.happened) return EXIT.interrupted;
    const storing = this.store !== null && this.store.summary().problems.length > 0;
    return problems.length > 0 || dropped > 0 || storing || this.exporter?.failed() === true ? EXIT.failed : EXIT.ok;
  }
}

/** Sockets tell "3 s ago", captures the time. */
function nowOf({ receive }: CollectPlan): { now?: number } {
  return receive.captures.length === 0 ? { now: Date.now() / 1000 } : {};
}

function outlets({ printer, native, syncMs }: CollectPlan, readerGone: () => boolean): Outlet[] {
  const list: Outlet[] = [];
  if (printer !== null) {
    const { width } = terminalLayout(process.stdout);
    const flows = withSentences(createFlowPrinter({ ...printer, width }, process.stdout));
    list.push({
      get closed() {
        return flows.closed || readerGone();
      },
      write: (batch) => flows.write(batch),
      end: () => flows.end(),
    });
  }
  if (native !== null) {
    list.push(new NativeWriter(native === "-" ? process.stdout : native, { syncMilliseconds: syncMs }));
  }
  return list;
}
