// The filter line of `top`: judged while it is typed, completed with Tab.
import { UsageError } from "../core/errors.ts";
import type { TopQuestion, TopTable } from "../core/top-view.ts";
import { completeFilter, FilterError } from "../query/index.ts";
import type { TopEntry } from "../report/index.ts";
import { LineEntry } from "./line-entry.ts";

const SHOWN = 12;

export class FilterEntry {
  readonly line: LineEntry;
  private readonly table: TopTable;
  private fault: TopEntry["fault"] = null;
  private hint = "";

  constructor(table: TopTable, text: string) {
    this.table = table;
    this.line = new LineEntry(text);
    this.judge();
  }

  /** A filter that can be taken. */
  get isGood(): boolean {
    return this.fault === null;
  }

  get shown(): TopEntry {
    const { line, fault, hint } = this;
    return { label: "filter", text: line.text, cursor: line.cursor, fault, hint };
  }

  key(key: string): boolean {
    if (key === "tab") {
      this.complete();
      return true;
    }
    if (!this.line.key(key)) return false;
    this.judge();
    return true;
  }

  paste(text: string): void {
    this.line.insert(text);
    this.judge();
  }

  private judge(): void {
    const { text } = this.line;
    this.fault = faultOf(this.table, text);
    this.hint = this.next().slice(0, SHOWN).join("  ");
  }

  /** What may stand at the cursor. */
  private next(): string[] {
    const { options, expected } = completeFilter(this.line.text, this.line.offset);
    return options.length > 0 ? options.map(({ text }) => text) : [...expected];
  }

  /** As far as all that may stand there agrees; a whole word with a space behind it. */
  private complete(): void {
    const { from, to, options } = completeFilter(this.line.text, this.line.offset);
    const words = options.map(({ text }) => text);
    const [first] = words;
    if (first === undefined) return;
    let length = first.length;
    for (const word of words) while (!word.toLowerCase().startsWith(first.slice(0, length).toLowerCase())) length--;
    const whole = words.length === 1 && !first.endsWith(".");
    this.line.replace(from, to, whole ? `${first} ` : first.slice(0, Math.max(length, to - from)));
    this.judge();
  }
}

/** What the table says of a filter; null = nothing is wrong. */
export function faultOf(table: TopTable, filter: string): TopEntry["fault"] {
  const question: TopQuestion = { group: "flows", sort: "rate", rows: 0, filter };
  try {
    table.view(question);
    return null;
  } catch (error) {
    if (error instanceof FilterError && error.source === null) {
      const { span, sentence, suggestion } = error;
      const meant = suggestion === null || sentence.includes(suggestion) ? "" : ` Did you mean "${suggestion}"?`;
      return { ...span, sentence: sentence + meant };
    }
    if (error instanceof UsageError) return { from: 0, to: filter.length, sentence: error.message.split("\n")[0]! };
    throw error;
  }
}
