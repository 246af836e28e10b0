// What a long run says on standard error: sentences, tables, and a line of progress that makes room for them.
import type { Progress } from "../report/index.ts";

export class TerminalWords<S> {
  private readonly progress: Progress<S>;
  private readonly told = new Set<string>();

  constructor(progress: Progress<S>) {
    this.progress = progress;
  }

  /** Text as it is, with its line ends. */
  write(text: string): void {
    this.progress.clear();
    process.stderr.write(text);
  }

  /** One sentence. */
  say(sentence: string): void {
    this.write(`flowgauge: ${sentence}\n`);
  }

  /** One sentence, once. */
  sayOnce(sentence: string): void {
    if (this.told.has(sentence)) return;
    this.told.add(sentence);
    this.say(sentence);
  }

  hasSaid(sentence: string): boolean {
    return this.told.has(sentence);
  }

  /** Draws the line of progress where that is due. */
  draw(state: () => S): void {
    if (this.progress.due()) this.progress.update(state());
  }

  end(): void {
    this.progress.end();
  }
}

/** How text is laid out on standard error: in colour and to its width where it is a terminal. */
export function terminalLayout(stream: NodeJS.WriteStream): { colour: boolean; width: number } {
  if (stream.isTTY !== true) return { colour: false, width: 0 };
  return { colour: process.env.NO_COLOR === undefined && stream.hasColors?.() === true, width: stream.columns || 80 };
}
