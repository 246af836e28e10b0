// The live table: flow records in, pictures of who is talking out. It counts everything since its start, in bounded memory.
import type { FlowBatch } from "../core/flow-batch.ts";
import type { TopDetails, TopHeader, TopQuestion, TopRow, TopSums, TopTable, TopView } from "../core/top-view.ts";
import type { FilterOptions } from "../query/index.ts";
import { FlowFilter } from "./flow-filter.ts";
import { FlowRows } from "./flow-rows.ts";
import { Grouping } from "./grouping.ts";
import { History, type Past, pastRows } from "./history.ts";
import { HostNames } from "./host-names.ts";
import { GROUP_FIELDS, type KeyPart, keyParts } from "./key-parts.ts";
import { flowReader, groupReader } from "./key-readers.ts";
import { flowKey, groupKey, type KeyNaming } from "./key-texts.ts";
import { LIVE_DEFAULTS, type LiveOptions } from "./live-options.ts";
import { ROW, STRIDE } from "./row.ts";
import { rowDetails } from "./row-details.ts";
import type { Rows } from "./row-table.ts";
import type { Moment } from "./row-values.ts";
import { topRow } from "./row-view.ts";
import { topColumns } from "./top-columns.ts";
import { type KeyReader, topRows } from "./top-order.ts";

/** What the sources say beside their records. */
export interface LiveStatus {
  readonly lost: TopHeader["lost"];
  readonly apart?: TopHeader["apart"];
  readonly notes: readonly string[];
  readonly ended: boolean;
}

export interface LiveParts {
  readonly status?: () => LiveStatus;
  readonly names?: HostNames;
  /** What filters may refer to. */
  readonly filters?: FilterOptions;
  /** What an exporter is called; null = nothing. */
  readonly aliasOf?: (exporter: string) => string | null;
}

/** Groupings by fields that somebody asked for, at the most. */
const MOST_ASKED = 4;
/** A picture in the same second is made of the same groups for so long: keys that are held down cost nothing. */
const GATHER_MS = 250;
/** Groups are made anew only after so many times as long as it takes: with very many flows they come later, and capture goes on. */
const SPARED = 4;
/** A grouping is part of the history while it was looked at within so many seconds. */
const WATCHED_SECONDS = 60;
const NOTHING: LiveStatus = { lost: [], notes: [], ended: false };

/** One grouping that is kept up, and when it was last looked at. */
interface Kept {
  readonly grouping: Grouping;
  readonly parts: readonly KeyPart[];
  gathered: number;
  /** Milliseconds that it took. */
  cost: number;
  gatheredSecond: number;
  watched: number;
}

/** What a picture is made of. */
interface Chosen {
  readonly rows: Rows;
  readonly keys: KeyReader;
  /** null = flows. */
  readonly parts: readonly KeyPart[] | null;
  readonly accept: (row: number) => boolean;
  readonly all: number;
  readonly others: TopSums | null;
  readonly notes: readonly string[];
}

export class LiveTable implements TopTable {
  readonly options: LiveOptions;
  readonly names: HostNames;
  private readonly status: () => LiveStatus;
  private readonly aliasOf: (exporter: string) => string | null;
  private readonly filters: FilterOptions;
  private readonly flows: FlowRows;
  private readonly kept = new Map<string, Kept>();
  private readonly history = new History();
  private filter: FlowFilter | null = null;
  /** Groups of the flows that a filter leaves, and what it is of. */
  private filtered: { readonly name: string; readonly grouping: Grouping } | null = null;
  private shown: { readonly chosen: Chosen; readonly moment: Moment; readonly naming: KeyNaming } | null = null;

  constructor(options: Partial<LiveOptions> = {}, parts: LiveParts = {}) {
    this.options = { ...LIVE_DEFAULTS, ...options };
    this.names = parts.names ?? new HostNames({ lookups: false });
    this.status = parts.status ?? (() => NOTHING);
    this.aliasOf = parts.aliasOf ?? (() => null);
    this.filters = parts.filters ?? {};
    this.flows = new FlowRows(this.options, (row) => {
      for (const { grouping } of this.kept.values()) grouping.leave(row);
    });
    for (const [name, fields] of Object.entries(GROUP_FIELDS)) this.keep(name, keyParts(fields));
  }

  /**
   * Counts the records of a batch, or those from row `from` to before `to`. `stream` (0 to 255) tells trackers apart: each knows its
   * own flows only.
   */
  write(batch: FlowBatch, stream = 0, from = 0, to: number = batch.rows): void {
    this.flows.write(batch, stream, from, to);
    this.remember();
  }

  /** Time has come to this second (since 1970 UTC): the seconds before it are whole. */
  advance(second: number): void {
    this.flows.advance(second);
    this.remember();
  }

  /** The second that goes on; 0 before the first. */
  get now(): number {
    return this.flows.now;
  }

  view(question: TopQuestion): TopView {
    const { sort, reverse = false, rows: count, from = 0, at, services = true } = question;
    this.setFilter(question.filter ?? "");
    const past = at === undefined ? null : this.history.at(at);
    const moment: Moment = past ?? this.moment;
    const chosen = this.choose(question, past);
    const naming: KeyNaming = {
      hosts: question.names === false ? null : this.names,
      services,
      sources: this.flows.sources,
      aliasOf: this.aliasOf,
    };
    const { rows, keys, accept } = chosen;
    const found = topRows({ rows, moment, sort, reverse, keys }, from + count, accept);
    this.shown = { chosen, moment, naming };
    const header = this.header(past);
    const shown = found.rows.slice(from).map((row) => this.row(row, header));
    const parts = chosen.parts?.map(({ name }) => name as string);
    return {
      header,
      group: question.group,
      by: parts ?? ["proto", "srcAddr", "srcPort", "dstAddr", "dstPort", ...(this.exporters ? ["exporter"] : [])],
      sort,
      reverse,
      columns: topColumns(question.group, chosen.parts?.map(({ title }) => title) ?? [], this.exporters),
      rows: shown,
      from,
      matching: found.matching,
      all: chosen.all,
      others: chosen.others,
      filter: this.filter?.text ?? "",
      past: past === null ? null : { at: past.now * 1000 },
      history: this.history.times,
      notes: [...this.status().notes, ...this.ownNotes(), ...chosen.notes],
    };
  }

  expand(id: number): TopDetails | null {
    if (this.shown === null) return null;
    const { chosen, moment, naming } = this.shown;
    const { rows, parts } = chosen;
    for (let row = 0; row < rows.used; row++) {
      if (!rows.has(row) || rows.words[row * STRIDE + ROW.serial]! >>> 0 !== id) continue;
      const key = this.key(row);
      return { id, lines: rowDetails(rows, row, moment, key, parts === null ? naming.sources : null) };
    }
    return null;
  }

  close(): void {
    this.names.close();
  }

  private get moment(): Moment {
    return { now: this.flows.now, since: this.flows.link.first };
  }

  private get exporters(): boolean {
    return this.flows.sources.count > 1;
  }

  private setFilter(text: string): void {
    const trimmed = text.trim();
    if (trimmed === (this.filter?.text ?? "")) return;
    this.filter = trimmed === "" ? null : new FlowFilter(trimmed, this.flows.sources, this.filters);
    this.filtered = null;
  }

  private choose(question: TopQuestion, past: Past | null): Chosen {
    const { group, ended = true } = question;
    const live = (rows: Rows, row: number) => ended || rows.words[row * STRIDE + ROW.liveFlows] !== 0;
    const { flows } = this;
    const kept = past?.groups.get("flows") ?? null;
    const flowRows = kept?.rows ?? flows.table;
    const marks = this.filter?.mark(flowRows) ?? null;
    const notes = past === null ? [] : ["the past keeps the rows that were on top"];
    if (group === "flows") {
      return {
        rows: flowRows,
        keys: flowReader(flowRows, flows.sources),
        parts: null,
        accept: (row) => (marks === null || marks[row] === 1) && live(flowRows, row),
        all: kept?.all ?? flows.table.live,
        others: marks === null ? nothing(kept?.others ?? flows.gone) : null,
        notes,
      };
    }
    const { name, entry } = this.groupOf(question);
    const { parts } = entry;
    const image = past?.groups.get(name);
    if (image !== undefined && marks === null) {
      const { rows, all, others } = image;
      return {
        rows,
        keys: groupReader(rows, parts),
        parts,
        accept: (row) => live(rows, row),
        all,
        others: nothing(others),
        notes,
      };
    }
    const grouping = this.gathered(name, entry, past === null ? null : { ...past, table: flowRows }, marks);
    const { table } = grouping;
    const partial = past !== null || marks !== null;
    return {
      rows: table,
      keys: groupReader(table, parts),
      parts,
      accept: (row) => (!partial || grouping.isFresh(row)) && live(table, row),
      all: table.live,
      others: partial ? null : nothing(grouping.gone),
      notes: past === null ? notes : ["this grouping was not kept then: it is made of the flows that were on top"],
    };
  }

  private gathered(
    name: string,
    entry: Kept,
    past: { readonly table: Rows; readonly now: number } | null,
    marks: Uint8Array | null,
  ): Grouping {
    const { flows } = this;
    const { sources } = flows;
    if (past !== null) {
      const grouping = new Grouping({ table: past.table, now: past.now, sources }, entry.parts);
      grouping.gather(marks);
      return grouping;
    }
    if (marks === null) {
      this.gather(entry);
      return entry.grouping;
    }
    if (this.filtered?.name !== name) this.filtered = { name, grouping: new Grouping(flows, entry.parts) };
    this.filtered.grouping.gather(marks);
    return this.filtered.grouping;
  }

  /** Brings a grouping up to now. */
  private gather(entry: Kept, spared: number = SPARED): void {
    const time = performance.now();
    const least = Math.max(entry.gatheredSecond === this.flows.now ? GATHER_MS : 0, spared * entry.cost);
    if (time - entry.gathered < least) return;
    const { flows } = this;
    for (const { grouping } of this.kept.values()) grouping.changed(flows.changedFrom);
    flows.changedFrom = Number.POSITIVE_INFINITY;
    entry.grouping.gather(null);
    entry.gathered = performance.now();
    entry.cost = entry.gathered - time;
    entry.gatheredSecond = this.flows.now;
  }

  private groupOf({ group, by = [] }: TopQuestion): { readonly name: string; readonly entry: Kept } {
    const parts = group === "by" ? keyParts(by) : [];
    const name = group === "by" ? `by ${parts.map((part) => part.name).join()}` : group;
    const entry = this.kept.get(name) ?? this.keep(name, parts);
    entry.watched = this.flows.now;
    return { name, entry };
  }

  /** A grouping that flows leave their sums in from now on. */
  private keep(name: string, parts: readonly KeyPart[]): Kept {
    const asked = [...this.kept.keys()].filter((other) => other.startsWith("by "));
    if (name.startsWith("by ") && asked.length >= MOST_ASKED) this.kept.delete(asked[0]!);
    const grouping = new Grouping(this.flows, parts);
    // What has gone before it was asked for is in none of its groups.
    Object.assign(grouping.gone, this.flows.gone);
    const kept: Kept = {
      grouping,
      parts,
      gathered: Number.NEGATIVE_INFINITY,
      cost: 0,
      gatheredSecond: -1,
      watched: Number.NEGATIVE_INFINITY,
    };
    this.kept.set(name, kept);
    return kept;
  }

  private key(row: number) {
    const { chosen, naming } = this.shown!;
    const { words } = chosen.rows;
    const at = row * STRIDE;
    return chosen.parts === null
      ? flowKey(words, at, naming, this.exporters)
      : groupKey(chosen.parts, words, at, naming);
  }

  private row(row: number, header: TopHeader): TopRow {
    const { chosen, moment } = this.shown!;
    return topRow(chosen.rows, row, moment, this.key(row), header, chosen.parts === null);
  }

  private header(past: Past | null): TopHeader {
    const { flows, options } = this;
    const { link } = flows;
    const moment: Moment = past ?? this.moment;
    const { now } = moment;
    if (past === null) link.settle(now);
    const { lost, apart = [], ended } = this.status();
    return {
      sources: options.sources,
      at: now * 1000,
      since: flows.since * 1000,
      totals: past?.totals ?? { ...flows.totals },
      liveFlows: past?.liveFlows ?? flows.live,
      rate: link.rate(now, 2),
      rate10: link.rate(now, 10),
      rate40: link.rate(now, 40),
      peak: past?.peak ?? { bytes: link.peakBytes, packets: link.peakPackets },
      lost,
      apart,
      link: link.series(now, 900),
      ended,
    };
  }

  private ownNotes(): readonly string[] {
    const { samplingRate } = this.flows;
    if (samplingRate <= 1) return [];
    return [`exporters sample up to 1 of ${samplingRate} packets: figures are as they export them, not multiplied`];
  }

  private remember(): void {
    const { flows, history } = this;
    if (!this.options.history || flows.now < this.options.historyFrom || !history.isDue(flows.now)) return;
    const { totals, link, sources } = flows;
    link.settle(flows.now);
    const { moment } = this;
    const { now, since } = moment;
    const groups = new Map([["flows", pastRows(flows.table, moment, flowReader(flows.table, sources), totals)]]);
    for (const [name, entry] of this.kept) {
      if (now - entry.watched > WATCHED_SECONDS) continue;
      // Whatever it costs: it is what is shown of that second for 15 minutes.
      this.gather(entry, 0);
      const { table, either, gone } = entry.grouping;
      groups.set(name, pastRows(table, moment, groupReader(table, entry.parts), either ? { ...gone } : totals, either));
    }
    const peak = { bytes: link.peakBytes, packets: link.peakPackets };
    history.add({ now, since, totals: { ...totals }, liveFlows: flows.live, peak, groups });
  }
}

function nothing(sums: TopSums): TopSums | null {
  return sums.packets === 0 && sums.flows === 0 && sums.bytes === 0 ? null : { ...sums };
}
