// The live screen as a person drives it: keys and mouse -> what is asked of the table and how it is shown.
import type { TopSort, TopTable } from "../core/top-view.ts";
import { TOP_UNITS, type TopPicture, type TopPlaces, type TopUnit } from "../report/index.ts";
import type { TerminalInput } from "../terminal/index.ts";
import { FilterLanguage } from "./filter-language.ts";
import { TopAsking } from "./top-asking.ts";
import { FilterEntry } from "./top-filter-entry.ts";
import { LEAST_INTERVAL_MS, TOP_VIEWS, type TopPlan } from "./top-plan.ts";
import { commandLine, filterOfRow, viewNameOf } from "./top-words.ts";
import { WriteEntry } from "./top-writing.ts";

/** What the one who drives the loop has to do. */
export type TopDeed = "quit" | "interrupt" | "suspend" | "repaint" | null;

const SORT_KEYS: Readonly<Record<string, TopSort>> = {
  ...({ R: "rate", T: "rate10", F: "rate40", M: "peak", B: "bytes", P: "packets", O: "out", I: "in" } as const),
  ...({ A: "age", D: "idle", L: "flows", S: "state", K: "key" } as const),
};
const INTERVALS = [LEAST_INTERVAL_MS, 200, 500, 1000, 2000, 5000, 10_000, 30_000, 60_000];
const WHEEL = 3;
const OWN_VIEW: TopPlan["view"] = { name: "vlan", group: "by", by: ["vlan"] };

export class TopControl {
  intervalMs: number;
  /** Called when the picture has changed of itself. */
  onLater: () => void = () => {};
  private readonly language: FilterLanguage;
  private readonly asking: TopAsking;
  private readonly ownView: TopPlan["view"];
  private readonly ascii: boolean;
  private unit: TopUnit;
  /** Ids of rows. */
  private selected: number | null = null;
  private expanded: number | null = null;
  private entry: FilterEntry | WriteEntry | null = null;
  private message: readonly string[] = [];
  private help: number | null = null;
  private places: TopPlaces = { titles: -1, rows: [], sorts: [], room: 1 };

  constructor(table: TopTable, plan: TopPlan, filter: string, language: FilterLanguage = new FilterLanguage({})) {
    this.language = language;
    this.asking = new TopAsking(table, plan, filter);
    this.ownView = TOP_VIEWS.includes(plan.view) ? OWN_VIEW : plan.view;
    this.ascii = plan.ascii;
    this.unit = plan.unit;
    this.intervalMs = plan.intervalMs;
  }

  refresh(): void {
    this.asking.refresh();
  }

  picture(width: number, height: number): TopPicture {
    const { asking, ascii, unit, selected, help } = this;
    const { view, frozen, fault } = asking;
    const details = this.expanded === null ? null : asking.table.expand(this.expanded);
    const intervalText = this.intervalMs < 1000 ? `${this.intervalMs} ms` : `${this.intervalMs / 1000} s`;
    const message = fault === null ? this.message : [fault, ...this.message];
    return {
      ...{ view, width, height, ascii, unit, selected, details, frozen, intervalText, message, help },
      ...{ entry: this.entry?.shown ?? null, viewName: viewNameOf(view) },
    };
  }

  /** What was painted. True where it has room for other rows than it shows. */
  painted(places: TopPlaces): boolean {
    this.places = places;
    return places.titles >= 0 && this.asking.setRoom(places.room);
  }

  take(input: TerminalInput): TopDeed {
    if (input.kind === "mouse") this.mouse(input.button, input.column, input.row);
    if (input.kind === "paste") this.entry?.paste(input.text);
    if (input.kind !== "key") return null;
    const { key } = input;
    if (key === "^c") return "interrupt";
    if (key === "^z") return "suspend";
    if (key === "^l") return "repaint";
    this.message = [];
    this.asking.fault = null;
    if (this.entry !== null) this.entryKey(this.entry, key);
    else if (this.help !== null) this.helpKey(key);
    else if (key === "q") return "quit";
    else this.key(key);
    return null;
  }

  private key(key: string): void {
    const sort = SORT_KEYS[key];
    if (sort !== undefined) this.asking.sortBy(sort);
    else if (key.length === 1 && key >= "1" && key <= "9") this.show(TOP_VIEWS[Number(key) - 1] ?? this.ownView);
    else if (!this.move(key) && !this.toggle(key)) this.act(key);
  }

  private act(key: string): void {
    const { asking } = this;
    const sorts = () => [...new Set(this.places.sorts.map(({ sort }) => sort))];
    switch (key) {
      case "?":
      case "h":
      case "f1":
        this.help = 0;
        break;
      case "/":
        this.entry = new FilterEntry(asking.filter, this.language);
        break;
      case "\\":
        this.setFilter("");
        break;
      case "f":
        this.follow();
        break;
      case "<":
        asking.sortBeside(sorts(), -1);
        break;
      case ">":
        asking.sortBeside(sorts(), 1);
        break;
      case "enter":
        this.expand();
        break;
      case "escape":
        if (this.expanded !== null) this.expanded = null;
        else this.selected = null;
        break;
      case "w":
        this.entry = new WriteEntry(asking.view);
        break;
      case "y":
        this.message = [commandLine(asking.view.header.sources, asking.question, this.unit, this.language.words)];
        break;
    }
  }

  private toggle(key: string): boolean {
    const { asking } = this;
    switch (key) {
      case "n":
        asking.toggle("names");
        return true;
      case "N":
        asking.toggle("services");
        return true;
      case "t":
        asking.toggle("ended");
        return true;
      case "r":
        asking.reverse();
        return true;
      case "u":
        this.unit = TOP_UNITS[(TOP_UNITS.indexOf(this.unit) + 1) % TOP_UNITS.length]!;
        return true;
      case " ":
      case "o":
      case "p":
        asking.freeze();
        return true;
      case "+":
      case "-":
        this.changeInterval(key === "+" ? 1 : -1);
        return true;
      case "[":
      case "]":
        asking.changeMost(key === "[" ? -1 : 1);
        return true;
      default:
        return false;
    }
  }

  private move(key: string): boolean {
    const { asking, places } = this;
    const page = Math.max(1, places.room - 1);
    const steps: Readonly<Record<string, number>> = {
      ...{ up: -1, k: -1, down: 1, j: 1, pageUp: -page, pageDown: page },
      ...{ g: Number.NEGATIVE_INFINITY, G: Number.POSITIVE_INFINITY },
      // In the past they are the ends of what there is of it.
      ...(asking.view.past === null ? { home: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY } : {}),
    };
    const step = steps[key];
    if (step !== undefined) this.step(step);
    else if (key === "left") this.message = asking.back() ? [] : ["there is no older picture"];
    else if (key === "right") asking.forth();
    else if (key === "home") asking.oldest();
    else if (key === "end") asking.now();
    else return false;
    return true;
  }

  /** Moves the cursor by rows; the window follows it. The first step shows it at the top of what is seen. */
  private step(rows: number): void {
    const { asking } = this;
    const { view, from } = asking;
    const at = view.rows.findIndex(({ id }) => id === this.selected);
    const wish = at >= 0 ? from + at + rows : Math.abs(rows) === 1 ? from : from + rows;
    const place = Math.max(0, Math.min(view.matching - 1, wish));
    asking.reveal(place);
    this.selected = asking.view.rows[place - asking.from]?.id ?? null;
    // Details are of the row that one goes to.
    if (this.expanded !== null) this.expanded = this.selected;
  }

  private show({ group, by }: TopPlan["view"]): void {
    this.selected = null;
    this.expanded = null;
    this.asking.change({ group, by, from: 0 });
  }

  /** The flows that the row is made of. */
  private follow(): void {
    const { view, filter: before } = this.asking;
    const row = view.rows.find(({ id }) => id === this.selected) ?? view.rows[0];
    const filter = row === undefined ? null : filterOfRow(row);
    if (filter === null) return;
    this.show(TOP_VIEWS[0]!);
    this.setFilter(before === "" ? filter : `(${before}) and ${filter}`);
  }

  private setFilter(filter: string): void {
    this.selected = null;
    this.expanded = null;
    this.asking.change({ filter, from: 0 });
  }

  private expand(): void {
    const { table, view } = this.asking;
    this.selected ??= view.rows[0]?.id ?? null;
    this.expanded = this.expanded === this.selected ? null : this.selected;
    if (this.expanded === null || table.expand(this.expanded) !== null) return;
    this.expanded = null;
    this.message = ["this row is not there any more"];
  }

  private changeInterval(step: number): void {
    const at = INTERVALS.findIndex((one) => one >= this.intervalMs);
    this.intervalMs = INTERVALS[Math.max(0, Math.min(INTERVALS.length - 1, at + step))] ?? this.intervalMs;
  }

  private entryKey(entry: FilterEntry | WriteEntry, key: string): void {
    if (key === "escape") {
      this.entry = null;
    } else if (key !== "enter") {
      entry.key(key);
    } else if (entry instanceof WriteEntry) {
      const done = entry.write();
      if (done === null) return;
      this.entry = null;
      this.message = [done];
    } else {
      entry.take(
        (filter) => {
          if (this.entry !== entry) return;
          this.entry = null;
          this.setFilter(filter);
        },
        () => this.onLater(),
      );
    }
  }

  private helpKey(key: string): void {
    const step = { down: 1, j: 1, pageDown: 10, up: -1, k: -1, pageUp: -10 }[key];
    this.help = step === undefined ? null : Math.max(0, (this.help ?? 0) + step);
  }

  private mouse(button: "left" | "wheelUp" | "wheelDown", column: number, row: number): void {
    const { asking, places } = this;
    if (this.entry !== null) return;
    if (button !== "left") {
      const step = button === "wheelUp" ? -1 : 1;
      if (this.help === null) asking.scroll(WHEEL * step);
      else this.help = Math.max(0, this.help + step);
    } else if (row === places.titles) {
      const title = places.sorts.find(({ from, to }) => column >= from && column < to);
      if (title?.sort === asking.question.sort) asking.reverse();
      else if (title !== undefined) asking.sortBy(title.sort);
    } else {
      this.choose(places.rows[row] ?? null);
    }
  }

  /** A click chooses a row, a second one opens it. */
  private choose(id: number | null): void {
    if (id === null) return;
    const again = id === this.selected;
    this.selected = id;
    if (again) this.expand();
  }
}
