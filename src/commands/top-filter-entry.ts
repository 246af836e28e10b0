// The filter line of `top`: judged while it is typed, completed with Tab.
import { UsageError } from "../core/errors.ts";
import { completeFilter, FilterError, type FilterOptions, filterBatch, parseFilter } from "../query/index.ts";
import type { TopEntry } from "../report/index.ts";
import { LineEntry } from "./line-entry.ts";

const SHOWN = 12;

export class FilterEntry {
  readonly line: LineEntry;
  private readonly options: FilterOptions;
  private fault: TopEntry["fault"] = null;
  private hint = "";

  constructor(text: string, options: FilterOptions = {}) {
    this.options = options;
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
    this.fault = faultOf(text, this.options);
    this.hint = this.next().slice(0, SHOWN).join("  ");
  }

  /** What may stand at the cursor. */
  private next(): string[] {
    const { options, expected } = completeFilter(this.line.text, this.line.offset, this.options);
    return options.length > 0 ? options.map(({ text }) => text) : [...expected];
  }

  /** As far as all that may stand there agrees; a whole word with a space behind it. */
  private complete(): void {
    const { from, to, options } = completeFilter(this.line.text, this.line.offset, this.options);
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

/** What the language says of a filter; null = nothing is wrong. */
function faultOf(filter: string, options: FilterOptions): TopEntry["fault"] {
  if (filter.trim() === "") return null;
  try {
    // As the table does it: what a predicate cannot do is a fault, too.
    filterBatch(parseFilter(filter, options));
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
