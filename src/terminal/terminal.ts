// The terminal while a program has all of it: entered and left in order, whatever happens, stopped and gone on with, resized.
import type { ReadStream, WriteStream } from "node:tty";
import { Frame } from "./frame.ts";
import { InputDecoder, type TerminalInput } from "./input-decoder.ts";
import { paint } from "./painter.ts";
import type { Line } from "./span.ts";
import { assumedBackground, type Background, colourDepth, Theme } from "./theme.ts";

const ESC = "\u001b[";
/** Its own screen, no cursor, no wrapping at the right edge, pastes marked, wheel and clicks reported in SGR form. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l${ESC}?2004h${ESC}?1000h${ESC}?1006h`;
const LEAVE = `${ESC}0m${ESC}?2026l${ESC}?1006l${ESC}?1000l${ESC}?2004l${ESC}?7h${ESC}?25h${ESC}?1049l`;
/** What is the background's colour (OSC 11); and what are you: answered by nearly all, so that one knows when not to wait any longer. */
const QUESTIONS = `\u001b]11;?\u001b\\${ESC}c`;
const ANSWER_MS = 300;
/** Longer than the octets of one key take on a slow line, shorter than people notice. */
const ESCAPE_MS = 40;
const RESUME_MS = 50;

export interface TerminalOptions {
  readonly input: ReadStream;
  readonly output: WriteStream;
  readonly onInput: (input: TerminalInput) => void;
  /** It has another size, or shows nothing of ours any more: paint. */
  readonly onChange: () => void;
  /** Nobody is there any more: the window was closed, the line hung up. */
  readonly onGone: () => void;
}

export class Terminal {
  private readonly options: TerminalOptions;
  private readonly decoder = new InputDecoder();
  private readonly depth;
  private theme: Theme;
  private shown: Frame | null = null;
  private entered = false;
  private gone = false;
  private answersUntil = 0;
  private escapeTimer: NodeJS.Timeout | null = null;
  private answered: (() => void) | null = null;

  constructor(options: TerminalOptions) {
    this.options = options;
    this.depth = colourDepth(options.output);
    this.theme = new Theme(this.depth, assumedBackground());
  }

  get width(): number {
    return this.options.output.columns || 80;
  }

  get height(): number {
    return this.options.output.rows || 24;
  }

  get background(): Background {
    return this.theme.background;
  }

  open(): void {
    const { input, output } = this.options;
    process.on("exit", this.leave);
    process.on("SIGTSTP", this.suspend);
    process.on("SIGCONT", this.resume);
    process.on("SIGHUP", this.hangUp);
    input.on("data", this.read);
    input.on("end", this.hangUp);
    input.on("error", this.hangUp);
    output.on("error", this.hangUp);
    output.on("resize", this.change);
    this.enter();
    if (this.depth === "256" || this.depth === "true") this.ask();
    input.resume();
  }

  /** Leaves it as it was found; waits a moment for an answer that is under way, which a shell would take for typing. */
  async close(): Promise<void> {
    const wait = this.answersUntil - Date.now();
    if (wait > 0 && this.entered && !this.gone) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.answered = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    const { input, output } = this.options;
    this.leave();
    process.off("exit", this.leave);
    process.off("SIGTSTP", this.suspend);
    process.off("SIGCONT", this.resume);
    process.off("SIGHUP", this.hangUp);
    input.off("data", this.read);
    input.off("end", this.hangUp);
    output.off("resize", this.change);
    if (this.escapeTimer !== null) clearTimeout(this.escapeTimer);
    input.pause();
  }

  /** Octets written. A terminal that has not taken the last ones yet is not given more: the next frame shows it all. */
  show(lines: readonly Line[]): number {
    const { output } = this.options;
    if (!this.entered || this.gone || output.writableNeedDrain) return 0;
    const frame = Frame.of(lines, this.width, this.height);
    const text = paint(this.shown, frame, this.theme);
    this.shown = frame;
    if (text !== "") output.write(text);
    return Buffer.byteLength(text);
  }

  /** Something else has written to the terminal: paints all of it. */
  repaint(): void {
    this.change();
  }

  /** Ctrl-Z: gives the terminal back and stops; goes on when the shell says so. */
  readonly suspend = (): void => {
    if (!this.entered) return;
    this.leave();
    process.off("SIGTSTP", this.suspend);
    // Everybody who waits for us (npm, a script) stops, too. Without a shell that could let us go on, nobody stops.
    process.kill(0, "SIGTSTP");
    setTimeout(this.resume, RESUME_MS);
  };

  private readonly resume = (): void => {
    if (this.gone) return;
    // What stopped us unasked has left no time to leave; the shell has set the terminal to its own liking.
    if (this.entered) this.raw(false);
    else process.on("SIGTSTP", this.suspend);
    this.enter();
    this.change();
  };

  private enter(): void {
    this.raw(true);
    this.options.output.write(ENTER);
    this.entered = true;
    this.shown = null;
  }

  /** At once, also on the way out of the process. */
  private readonly leave = (): void => {
    if (!this.entered) return;
    this.entered = false;
    this.shown = null;
    try {
      this.raw(false);
      // A terminal's stream writes at once.
      this.options.output.write(LEAVE);
    } catch {
      // There is no terminal any more.
    }
  };

  private raw(on: boolean): void {
    try {
      this.options.input.setRawMode(on);
    } catch {
      // Likewise.
    }
  }

  private ask(): void {
    this.answersUntil = Date.now() + ANSWER_MS;
    this.options.output.write(QUESTIONS);
  }

  private readonly change = (): void => {
    this.shown = null;
    this.options.onChange();
  };

  private readonly hangUp = (): void => {
    if (this.gone) return;
    this.leave();
    this.gone = true;
    this.options.onGone();
  };

  private readonly read = (octets: Buffer): void => {
    if (this.escapeTimer !== null) clearTimeout(this.escapeTimer);
    this.escapeTimer = null;
    for (const input of this.decoder.feed(octets)) this.take(input);
    if (!this.decoder.unfinished) return;
    this.escapeTimer = setTimeout(() => {
      for (const input of this.decoder.flush()) this.take(input);
    }, ESCAPE_MS);
  };

  private take(input: TerminalInput): void {
    if (input.kind === "attributes") {
      this.answersUntil = 0;
      this.answered?.();
    } else if (input.kind === "background") {
      if (input.background === this.theme.background) return;
      this.theme = new Theme(this.depth, input.background);
      this.change();
    } else {
      this.options.onInput(input);
    }
  }
}
