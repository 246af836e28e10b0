// Collecting as `flowgauge serve` does it: sockets -> records -> the store, and the live table that the page looks at.
import { diagnose, FlowObservation, patients, type Symptoms, TemplateWatch } from "../collect/index.ts";
import { SourceError } from "../core/errors.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { TopView } from "../core/top-view.ts";
import { HostNames, LiveTable } from "../live/index.ts";
import { collectObject, doctorObject, topObject } from "../report/index.ts";
import type {
  CollectorAnswer,
  CollectorAsk,
  CollectorLedger,
  CollectorPlan,
  CollectorSays,
  CollectorState,
} from "../serve/index.ts";
import type { StoreWriter } from "../store/index.ts";
import type { CollectPlan } from "./collect-plan.ts";
import { FlowSinks } from "./flow-sinks.ts";
import { makeFolderOf, openReceiving, type Receiving } from "./receiving.ts";
import { RecentLinks } from "./recent-links.ts";
import { SpareTime } from "./spare-time.ts";
import { openStore } from "./store-options.ts";

const TICK_MS = 200;
const STATUS_MS = 1000;
/** Of each second at the most, for pictures of what comes: storing it goes first. */
const LIVE_SHARE = 0.25;
/** Records of a second that pictures have in any case: code that is not compiled yet is slow. */
const LIVE_LEAST = 10_000;
/** How often templates are looked at, for what the doctor finds. */
const TEMPLATES_MS = 10_000;

interface Parts {
  readonly receiving: Receiving;
  readonly store: StoreWriter;
  readonly table: LiveTable;
  readonly sinks: FlowSinks;
  readonly observation: FlowObservation;
}

export class ServedCollection {
  readonly listening: readonly string[];
  private readonly parts: Parts;
  private readonly templates = new TemplateWatch();
  private readonly links: RecentLinks;
  private readonly timers: NodeJS.Timeout[];
  private readonly began = performance.now();

  private constructor(parts: Parts, say: (words: CollectorSays) => void) {
    this.parts = parts;
    this.links = new RecentLinks(parts.table);
    this.listening = parts.receiving.listening;
    this.timers = [
      setInterval(() => parts.table.advance(Math.floor(Date.now() / 1000)), TICK_MS),
      setInterval(() => this.templates.look(parts.receiving.view.templates()), TEMPLATES_MS),
      setInterval(() => {
        say({ status: this.state() });
        this.links.remember(Math.floor(Date.now() / 1000));
      }, STATUS_MS),
    ];
    // A sink that failed: nothing is kept any more, and who started this must know.
    parts.receiving.ended.catch((error: Error) => say({ failed: failureOf(error) }));
  }

  /** Throws what a person should hear: a port that is taken, a store that another process writes. */
  static async open(plan: CollectorPlan, say: (words: CollectorSays) => void): Promise<ServedCollection> {
    const collect = plan as CollectPlan;
    if (collect.store === null) throw new Error("expected a store to collect into, found none");
    const note = (sentence: string) => say({ note: sentence });
    let receiving: Receiving | null = null;
    const names = new HostNames({ lookups: true });
    const spare = new SpareTime(LIVE_SHARE, LIVE_LEAST);
    let unseen = 0;
    const table = new LiveTable(
      { sources: collect.receive.listen.map(({ transport, port }) => `${transport} ${port}`), place: "arrival" },
      {
        names,
        aliasOf: (exporter) => receiving?.view.aliasOf(exporter) ?? null,
        status: () => ({
          lost:
            unseen === 0 ? [] : [{ reason: "stored, but too many for live pictures", count: unseen, unit: "records" }],
          notes: [],
          ended: false,
        }),
      },
    );
    const observation = new FlowObservation();
    const live = {
      write: (batch: FlowBatch) => {
        const seen = spare.spend(batch.rows, () => {
          table.write(batch);
          observation.observe(batch);
        });
        if (!seen) unseen += batch.rows;
      },
      end: async () => {},
    };
    const sinks = new FlowSinks([], Number.MAX_SAFE_INTEGER, () => {});
    const store = await openStore(collect.store, true, note, {
      collected: () => receiving?.view.ledger ?? null,
      leftOut: () => ({ beyond: sinks.beyond, filtered: sinks.filteredOut }),
    });
    sinks.add(store);
    sinks.add(live);
    try {
      receiving = await openReceiving(collect.receive, {
        collect: { sink: sinks },
        templates: await templatesOf(collect, note),
        onNote: note,
        onProblem: ({ message }) => note(message),
      });
    } catch (error) {
      await store.end().catch(() => {});
      table.close();
      throw error;
    }
    return new ServedCollection({ receiving, store, table, sinks, observation }, say);
  }

  /** Throws a UsageError or FilterError for words that it does not understand. */
  answer(ask: CollectorAsk): CollectorAnswer {
    if (ask.kind === "view") {
      const view = this.parts.table.view(ask.question);
      return { kind: "view", text: ask.whole === true ? wholeText(view) : viewText(view) };
    }
    if (ask.kind === "links") return { kind: "links", links: this.links.links(Math.floor(Date.now() / 1000)) };
    return { kind: "ledger", ledger: this.ledger() };
  }

  async close(): Promise<void> {
    const { receiving, sinks, table } = this.parts;
    for (const timer of this.timers) clearInterval(timer);
    try {
      await receiving.close();
    } finally {
      await sinks.end();
      table.close();
    }
  }

  private ledger(): CollectorLedger {
    const { receiving, sinks, observation } = this.parts;
    const { view } = receiving;
    const { beyond, filteredOut } = sinks;
    const seconds = (performance.now() - this.began) / 1000;
    this.templates.look(view.templates());
    const symptoms: Symptoms = { ledger: view.ledger, observation, templates: this.templates.templates(), seconds };
    const all = patients(symptoms);
    return {
      collect: collectObject(view, seconds, { beyond, filteredOut }),
      doctor: doctorObject(view, symptoms, all, diagnose(symptoms, all)),
    };
  }

  private state(): CollectorState {
    const { ledger } = this.parts.receiving.view;
    const pages = ledger.forgotten === null ? ledger.pages : [...ledger.pages, ledger.forgotten];
    const sum = (count: (page: (typeof pages)[number]) => number) => pages.reduce((all, page) => all + count(page), 0);
    const refused = sum((page) => Object.values(page.refused).reduce((all, count) => all + count, 0));
    const lost = Math.round(
      Math.max(
        0,
        sum(({ lostRecords }) => lostRecords),
      ),
    );
    return {
      exporters: new Set(ledger.pages.map(({ exporter }) => exporter)).size,
      records: sum(({ records }) => records),
      lost: lost + (ledger.kernelDrops ?? 0) + ledger.unbooked.sinkBehind + refused,
      problems: this.parts.store.summary().problems,
    };
  }
}

/** What `top --json` prints, with the link's and the rows' last minutes as the screen draws them. */
function viewText(view: TopView): string {
  const link = view.header.link.bytes.map((bytes) => Math.round(bytes));
  const sparks = view.rows.map(({ spark }) => spark.map((bytes) => Math.round(bytes)));
  return JSON.stringify({ ...topObject(view), link, sparks });
}

/** All of it but the pictures of the past: what `flowgauge top http://...` shows. */
function wholeText(view: TopView): string {
  const whole = { flowgauge: "top/1", ...view, history: [], past: null };
  return JSON.stringify(whole, (_name, value: unknown) =>
    typeof value === "number" ? Number(value.toFixed(6)) : value,
  );
}

async function templatesOf({ templates, templatesByDefault }: CollectPlan, note: (sentence: string) => void) {
  if (templates === null || !templatesByDefault) return templates;
  const refused = await makeFolderOf(templates);
  if (refused === null) return templates;
  note(`templates are not kept over a restart: ${refused}; --templates FILE chooses another place`);
  return null;
}

export function failureOf(error: unknown): { readonly source: string; readonly sentence: string } {
  if (error instanceof SourceError) return { source: error.place.source, sentence: error.sentence };
  return { source: "collecting", sentence: (error as Error).message };
}
