// A real terminal for tests: tmux with a shell in it. Keys in, the screen out; what is waited for is a condition, never a time.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ROOT } from "./module-imports.ts";

const runFile = promisify(execFile);
const POLL_MS = 40;
const PATIENCE_MS = 20_000;
let terminals = 0;

export interface TerminalWish {
  readonly width?: number;
  readonly height?: number;
  readonly env?: Readonly<Record<string, string>>;
}

export class TestTerminal {
  private readonly socket = `flowgauge-${process.pid}-${terminals++}`;

  /** A shell with the prompt `$ ` that controls jobs. */
  static async open({ width = 80, height = 24, env = {} }: TerminalWish = {}): Promise<TestTerminal> {
    const terminal = new TestTerminal();
    const variables: Record<string, string> = { LANG: "C.UTF-8", LC_ALL: "C.UTF-8", PS1: "$ ", HISTFILE: "", ...env };
    const shell = ["env", "-u", "NO_COLOR", ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
    const session = ["new-session", "-d", "-x", String(width), "-y", String(height), "-c", ROOT];
    // Nobody's own settings; what a pane's terminal is called is what tmux is.
    await terminal.tmux("-u", "-f", "/dev/null", ...session, ...shell, "bash", "--norc", "--noprofile");
    await terminal.until((screen) => screen.includes("$"));
    return terminal;
  }

  /** Characters as they are typed. */
  async type(text: string): Promise<void> {
    await this.tmux("send-keys", "-l", text);
  }

  /** Keys by tmux's names: Enter, Down, C-z. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.tmux("send-keys", ...keys);
  }

  async command(line: string): Promise<void> {
    await this.type(line);
    await this.press("Enter");
  }

  /** What is seen, line by line; `escapes`: with its colours. */
  screen(escapes = false): Promise<string> {
    return this.tmux("capture-pane", "-p", ...(escapes ? ["-e"] : []));
  }

  async until(test: (screen: string) => boolean): Promise<string> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const screen = await this.screen();
      if (test(screen)) return screen;
      if (Date.now() > end) throw new Error(`waited in vain for ${test}, saw:\n${screen}`);
      await sleep(POLL_MS);
    }
  }

  async resize(width: number, height: number): Promise<void> {
    await this.tmux("resize-window", "-x", String(width), "-y", String(height));
  }

  /** What tmux knows of the pane: `#{alternate_on}`. */
  async state(format: string): Promise<string> {
    return (await this.tmux("display-message", "-p", format)).trim();
  }

  async close(): Promise<void> {
    await this.tmux("kill-server").catch(() => {});
  }

  private async tmux(...words: readonly string[]): Promise<string> {
    const { stdout } = await runFile("tmux", ["-L", this.socket, ...words], { timeout: PATIENCE_MS });
    return stdout;
  }
}
