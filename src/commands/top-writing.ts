// `w` of the live screen: what is shown, written to a file as CSV or NDJSON; what is there already is not written over unasked.
import { writeFileSync } from "node:fs";
import type { TopView } from "../core/top-view.ts";
import { type TopEntry, topCsv, topObject } from "../report/index.ts";
import { LineEntry } from "./line-entry.ts";

const FORMS = /\.(csv|ndjson|json)$/i;

export class WriteEntry {
  readonly line: LineEntry;
  private readonly view: TopView;
  private sentence = "";
  /** The file that Enter, pressed again, writes over. */
  private confirmed = "";

  constructor(view: TopView) {
    this.view = view;
    const time = new Date(view.past?.at ?? view.header.at).toISOString().replaceAll(/[-:]|\..*/g, "");
    this.line = new LineEntry(`top-${time.replace("T", "-")}.csv`);
  }

  get shown(): TopEntry {
    const { line, sentence } = this;
    const fault = sentence === "" ? null : { from: 0, to: line.text.length, sentence };
    return { label: "write to", text: line.text, cursor: line.cursor, fault, hint: "Enter writes; .csv, or .ndjson" };
  }

  key(key: string): boolean {
    if (!this.line.key(key)) return false;
    this.sentence = "";
    this.confirmed = "";
    return true;
  }

  paste(text: string): void {
    this.line.insert(text);
  }

  /** What was done, as a sentence; null where it was not: the line says why. */
  write(): string | null {
    const name = this.line.text.trim();
    const form = FORMS.exec(name)?.[1]?.toLowerCase();
    if (form === undefined) {
      this.sentence = `expected a name that ends in .csv or .ndjson, found "${name}".`;
      return null;
    }
    const { view } = this;
    try {
      const text = form === "csv" ? topCsv(view) : rowLines(view);
      writeFileSync(name, text, { flag: this.confirmed === name ? "w" : "wx" });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const there = code === "EEXIST";
      if (there) this.confirmed = name;
      this.sentence = there ? `${name} is there already: Enter again writes over it.` : `${name}: ${message}.`;
      return null;
    }
    return `wrote ${view.rows.length} rows to ${name}`;
  }
}

/** One object a row, with the time of the picture. */
function rowLines(view: TopView): string {
  const { time, rows } = topObject(view);
  return rows.map((row) => `${JSON.stringify({ time, ...row })}\n`).join("");
}
