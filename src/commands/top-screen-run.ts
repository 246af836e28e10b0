// `flowgauge top` in a terminal: refreshes at its interval and after each key, until it is quit or nobody is there any more.
import type { TopTable } from "../core/top-view.ts";
import { topScreen } from "../report/index.ts";
import { Terminal, type TerminalInput } from "../terminal/index.ts";
import type { FilterLanguage } from "./filter-language.ts";
import { TopControl } from "./top-control.ts";
import type { TopPlan } from "./top-plan.ts";

export const EXIT_INTERRUPTED = 130;
const EXIT_HUNG_UP = 129;

export interface ScreenRun {
  readonly table: TopTable;
  readonly plan: TopPlan;
  readonly filter: string;
  /** Of the line where a filter is typed. */
  readonly language: FilterLanguage;
  /** Of a source that answers later: calls at each picture. */
  readonly onNews?: (listener: () => void) => void;
}

/** Exit code: 0 quit, 130 interrupted, 129 hung up. `stop` ends it from outside. */
export async function runTopScreen(
  { table, plan, filter, language, onNews }: ScreenRun,
  stop: AbortSignal,
): Promise<number> {
  const control = new TopControl(table, plan, filter, language);
  let end: (code: number) => void = () => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  const terminal = new Terminal({
    input: process.stdin,
    output: process.stdout,
    onInput: (input) => take(input),
    onChange: () => draw(),
    onGone: () => end(EXIT_HUNG_UP),
  });

  function draw(): void {
    const { width, height } = terminal;
    let screen = topScreen(control.picture(width, height));
    // The first picture of a size has asked for other rows than there is room for.
    if (control.painted(screen.places)) screen = topScreen(control.picture(width, height));
    terminal.show(screen.lines);
  }

  function take(input: TerminalInput): void {
    const deed = control.take(input);
    if (deed === "quit") end(0);
    else if (deed === "interrupt") end(EXIT_INTERRUPTED);
    else if (deed === "suspend") terminal.suspend();
    else if (deed === "repaint") terminal.repaint();
    else draw();
  }

  control.onLater = draw;
  onNews?.(() => {
    control.refresh();
    draw();
  });
  let timer: NodeJS.Timeout;
  const tick = () => {
    control.refresh();
    draw();
    timer = setTimeout(tick, control.intervalMs);
  };
  const interrupted = () => end(EXIT_INTERRUPTED);
  stop.addEventListener("abort", interrupted);
  terminal.open();
  try {
    draw();
    timer = setTimeout(tick, control.intervalMs);
    return stop.aborted ? EXIT_INTERRUPTED : await ended;
  } finally {
    clearTimeout(timer!);
    stop.removeEventListener("abort", interrupted);
    control.onLater = () => {};
    onNews?.(() => {});
    await terminal.close();
  }
}
