// What a live screen asks of the table: the view, its order, its filter, the window on its rows, the time that is looked at.
import { UsageError } from "../core/errors.ts";
import type { TopQuestion, TopSort, TopTable, TopView } from "../core/top-view.ts";
import type { TopPlan } from "./top-plan.ts";

const LONGEST_SCREEN = 500;

type Question = { -readonly [Name in keyof TopQuestion]: TopQuestion[Name] };

export class TopAsking {
  readonly table: TopTable;
  view: TopView;
  frozen = false;
  /** Why the last question could not be answered. */
  fault: string | null = null;
  private readonly asked: Question;
  /** Rows at the most; null = as many as there is room for. */
  private most: number | null;
  private room = 1;

  constructor(table: TopTable, plan: TopPlan, filter: string) {
    const { view, sort, reverse, names, services, ended, rows } = plan;
    const { group, by } = view;
    this.table = table;
    this.most = rows;
    this.asked = { group, by, sort: sort ?? "rate", reverse, rows: rows ?? 1, from: 0, filter, names, services, ended };
    this.view = table.view(this.asked);
  }

  get question(): TopQuestion {
    return this.asked;
  }

  get filter(): string {
    return this.asked.filter ?? "";
  }

  /** Index of the first row of the window. */
  get from(): number {
    return this.asked.from ?? 0;
  }

  /** The interval is over: looks again, unless the person wants to look at what there is. */
  refresh(): void {
    if (!this.frozen && this.asked.at === undefined) this.look();
  }

  /** How many rows the screen has room for. True where there is a new view. */
  setRoom(room: number): boolean {
    const rows = Math.min(this.most ?? LONGEST_SCREEN, Math.max(1, room));
    this.room = room;
    if (rows === this.asked.rows) return false;
    this.asked.rows = rows;
    this.lookAgain();
    return true;
  }

  changeMost(step: number): void {
    const rows = Math.max(1, Math.min(this.room, this.asked.rows + step));
    // As many as there is room for is what there will be in another window, too.
    this.most = rows >= this.room ? null : rows;
    this.asked.rows = rows;
    this.lookAgain();
  }

  sortBy(sort: TopSort): void {
    this.change({ sort, from: 0 });
  }

  /** Sorts by what stands beside what is sorted by, in a list from left to right. */
  sortBeside(sorts: readonly TopSort[], step: number): void {
    const at = sorts.indexOf(this.asked.sort);
    const next = sorts[at < 0 ? 0 : (at + step + sorts.length) % sorts.length];
    if (next !== undefined) this.sortBy(next);
  }

  change(question: Partial<TopQuestion>): void {
    Object.assign(this.asked, question);
    this.lookAgain();
  }

  toggle(name: "names" | "services" | "ended"): void {
    this.change({ [name]: this.asked[name] === false });
  }

  reverse(): void {
    this.change({ reverse: this.asked.reverse !== true });
  }

  /** Moves the window as far as needed to see a row, by its index. */
  reveal(place: number): void {
    const { from, asked } = this;
    if (place < from) this.change({ from: place });
    else if (place >= from + asked.rows) this.change({ from: Math.max(0, place - asked.rows + 1) });
  }

  scroll(rows: number): void {
    this.change({ from: Math.max(0, Math.min(this.view.matching - this.asked.rows, this.from + rows)) });
  }

  freeze(): void {
    if (this.frozen) this.now();
    else this.frozen = true;
  }

  /** False where there is nothing older. */
  back(): boolean {
    const { history, past, header } = this.view;
    const older = history.filter((time) => time < (past?.at ?? header.at)).at(-1);
    if (older !== undefined) this.goTo(older);
    return older !== undefined;
  }

  forth(): void {
    const { history, past } = this.view;
    if (past === null) return;
    const next = history.find((time) => time > past.at);
    if (next === undefined) this.now();
    else this.goTo(next);
  }

  oldest(): void {
    const [first] = this.view.history;
    if (first !== undefined) this.goTo(first);
  }

  now(): void {
    delete this.asked.at;
    this.frozen = false;
    this.look();
  }

  private goTo(at: number): void {
    this.asked.at = at;
    this.look();
  }

  /** Another question at the time that is looked at. */
  private lookAgain(): void {
    if (this.frozen) this.asked.at ??= this.view.header.at;
    this.look();
  }

  private look(): void {
    try {
      this.view = this.table.view(this.asked);
      // Rows may have become fewer than what is passed over.
      const { matching, rows } = this.view;
      if (rows.length > 0 || this.from === 0 || matching === 0) return;
      this.asked.from = Math.max(0, matching - this.asked.rows);
      this.view = this.table.view(this.asked);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.fault = error.message.split("\n")[0]!;
    }
  }
}
