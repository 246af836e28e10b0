// The filter line of `top`: judged while it is typed, completed with Tab.
import { UsageError } from "../core/errors.ts";
import { refuseUnkept } from "../live/index.ts";
import { completeFilter, FilterError, type FilterOptions, filterBatch, parseFilter } from "../query/index.ts";
import type { TopEntry } from "../report/index.ts";
import { FilterLanguage } from "./filter-language.ts";
import { LineEntry } from "./line-entry.ts";

const SHOWN = 12;

export class FilterEntry {
  readonly line: LineEntry;
  private readonly language: FilterLanguage;
  private fault: TopEntry["fault"] = null;
  private hint = "";
  /** Names of hosts in it that nobody has looked up. */
  private names = new Set<string>();
  /** The line that waits for them; null = none does. */
  private waiting: string | null = null;

  constructor(text: string, language: FilterLanguage = new FilterLanguage({})) {
    this.language = language;
    this.line = new LineEntry(text);
    this.judge();
  }

  get shown(): TopEntry {
    const { line, fault, hint, waiting } = this;
    const said = waiting === null ? hint : `looking up ${[...this.names].join(", ")} ...`;
    return { label: "filter", text: line.text, cursor: line.cursor, fault, hint: said };
  }

  /**
   * Gives the filter, if it is one: at once, or when the names of hosts in it have been looked up, unless the line is changed before.
   * Then `later` is called, also where a name means nothing.
   */
  take(done: (filter: string) => void, later: () => void): void {
    if (this.waiting !== null) return;
    this.language.forgetMissing();
    this.judge();
    const { text } = this.line;
    if (this.fault !== null) return;
    if (this.names.size === 0) {
      done(text.trim());
      return;
    }
    this.waiting = text;
    void this.language.lookUp([...this.names]).then(() => {
      if (this.waiting !== text) return;
      this.waiting = null;
      this.judge();
      if (this.fault === null && this.names.size === 0) done(text.trim());
      later();
    });
  }

  key(key: string): boolean {
    if (key === "tab") this.complete();
    else if (!this.line.key(key)) return false;
    this.changed();
    return true;
  }

  paste(text: string): void {
    this.line.insert(text);
    this.changed();
  }

  private changed(): void {
    this.waiting = null;
    this.judge();
  }

  private judge(): void {
    this.names = new Set();
    const options = this.language.optionsBefore(this.names);
    this.fault = faultOf(this.line.text, options);
    this.hint = this.next(options).slice(0, SHOWN).join("  ");
  }

  /** What may stand at the cursor. */
  private next(given: FilterOptions): string[] {
    const { options, expected } = completeFilter(this.line.text, this.line.offset, given);
    return options.length > 0 ? options.map(({ text }) => text) : [...expected];
  }

  /** As far as all that may stand there agrees; a whole word with a space behind it. */
  private complete(): void {
    const { from, to, options } = completeFilter(
      this.line.text,
      this.line.offset,
      this.language.optionsBefore(new Set()),
    );
    const words = options.map(({ text }) => text);
    const [first] = words;
    if (first === undefined) return;
    let length = first.length;
    for (const word of words) while (!word.toLowerCase().startsWith(first.slice(0, length).toLowerCase())) length--;
    const whole = words.length === 1 && !first.endsWith(".");
    this.line.replace(from, to, whole ? `${first} ` : first.slice(0, Math.max(length, to - from)));
  }
}

/** What the language says of a filter; null = nothing is wrong. */
function faultOf(filter: string, options: FilterOptions): TopEntry["fault"] {
  if (filter.trim() === "") return null;
  try {
    // As the table does it: what rows do not keep, and what a predicate cannot do, is a fault, too.
    const parsed = parseFilter(filter, options);
    refuseUnkept(parsed);
    filterBatch(parsed);
    return null;
  } catch (error) {
    if (error instanceof FilterError && error.source === null) {
      const { span, sentence, suggestion, text } = error;
      // Where it is known what is meant, that is what is said: there is little room.
      const found = text.slice(span.from, span.to);
      return {
        ...span,
        sentence: suggestion === null ? sentence : `"${found}": did you mean "${suggestion}"? ${sentence}`,
      };
    }
    // Of a filter that it takes in: the whole line is at fault.
    if (error instanceof UsageError) return { from: 0, to: filter.length, sentence: error.message.split("\n")[0]! };
    throw error;
  }
}
