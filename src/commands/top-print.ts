// `flowgauge top` without a screen: refreshes as text, sentences, JSON or CSV, one after the other.
import type { TopQuestion, TopTable, TopView } from "../core/top-view.ts";
import { topBatchLines, topCsv, topObject, topSentences } from "../report/index.ts";
import { colourDepth, type Line, Theme } from "../terminal/index.ts";
import type { TopPlan } from "./top-plan.ts";
import { viewNameOf } from "./top-words.ts";

export interface TopPrinting {
  readonly table: TopTable;
  readonly plan: TopPlan;
  readonly filter: string;
  /** Its input is read as fast as it goes: one picture of all of it is what is wanted. */
  readonly whole: boolean;
  /** Settles when the input has ended. */
  readonly ended: Promise<unknown>;
  readonly stop: AbortSignal;
  /** Of a source that answers later: waits for a picture that was not printed yet. */
  readonly ready?: (question: TopQuestion) => Promise<void>;
}

export async function printTop({ table, plan, filter, whole, ended, stop, ready }: TopPrinting): Promise<void> {
  const { view, reverse, names, services, rows, intervalMs } = plan;
  const { group, by } = view;
  const sort = plan.sort ?? (whole ? "bytes" : "rate");
  const question: TopQuestion = {
    group,
    by,
    sort,
    reverse,
    names,
    services,
    filter,
    ended: plan.ended,
    rows: rows ?? 20,
  };
  const refreshes = plan.refreshes ?? (whole ? 1 : Number.POSITIVE_INFINITY);
  let over = false;
  const end = ended.then(() => {
    over = true;
  });
  const stopped = new Promise<void>((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
  const pauseMs = whole && refreshes === 1 ? null : intervalMs;
  for (let number = 0; number < refreshes && !stop.aborted; number++) {
    const pause = new Pause(ready !== undefined && number === 0 ? 0 : pauseMs);
    await Promise.race([end, stopped, pause.over]);
    pause.end();
    if (stop.aborted && number > 0) return;
    if (ready !== undefined) await Promise.race([ready(question), stopped]);
    const last = over;
    if (!(await written(textOf(table.view(question), plan, number)))) return;
    if (last) return;
  }
}

function textOf(view: TopView, plan: TopPlan, number: number): string {
  const { mode, width, ascii, unit } = plan;
  const look = { view, width, ascii, unit, viewName: viewNameOf(view) };
  switch (mode) {
    case "json":
      return `${JSON.stringify(topObject(view))}\n`;
    case "csv":
      return topCsv(view, number === 0);
    case "plain":
      return `${topSentences(look).join("\n")}\n\n`;
    default: {
      const theme = new Theme(colourDepth(process.stdout), "dark");
      return `${number === 0 ? "" : "\n"}${topBatchLines(look)
        .map((line) => lineText(line, theme))
        .join("\n")}\n`;
    }
  }
}

function lineText(line: Line, theme: Theme): string {
  if (theme.depth === "none")
    return line
      .map(({ text }) => text)
      .join("")
      .trimEnd();
  return line
    .map(({ text, look }) => {
      const sgr = theme.sgr(look);
      return sgr === "" ? text : `\u001b[${sgr}m${text}\u001b[0m`;
    })
    .join("");
}

/** False where nobody reads any more. */
function written(text: string): Promise<boolean> {
  const { stdout } = process;
  if (stdout.destroyed || stdout.writableEnded) return Promise.resolve(false);
  return new Promise((resolve) => {
    stdout.write(text, (error) => resolve(error === null || error === undefined));
  });
}

/** A time that is waited and need not be waited to its end. */
class Pause {
  readonly over: Promise<void>;
  private timer: NodeJS.Timeout | null = null;

  constructor(milliseconds: number | null) {
    this.over = new Promise((resolve) => {
      if (milliseconds !== null) this.timer = setTimeout(resolve, milliseconds);
    });
  }

  end(): void {
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
