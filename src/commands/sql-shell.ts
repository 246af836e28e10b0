// The shell of `flowgauge sql`: lines until a semicolon, a history on disk, a few words of its own.
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { SourceError, UsageError } from "../core/errors.ts";
import { FIELDS } from "../core/fields.ts";
import { endsStatement } from "../query/index.ts";
import type { QueryRun } from "./query-run.ts";

const PROMPT = "flows> ";
const MORE = "   ...> ";
const MOST_HISTORY = 1000;
const HELP = `SQL over the table flows; a statement ends with ; and may have several lines.
  .tables   the table and its columns
  .help     this text
  \\q        leave (also .quit, exit, Ctrl-D)
`;

/** Asks until the person leaves. What goes wrong with a statement is said, and the shell goes on. */
export async function runShell(ask: (statement: string) => Promise<void>, run: QueryRun): Promise<void> {
  const file = historyFile();
  const shell = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: PROMPT,
    history: readHistory(file),
    historySize: MOST_HISTORY,
  });
  // Ctrl-C takes back what is typed; while a question is being answered it ends all of it, as the engine cannot be interrupted.
  let asked = "";
  let isWorking = false;
  shell.on("SIGINT", () => {
    if (isWorking) run.interrupt();
    asked = "";
    process.stdout.write("\n");
    show(shell, PROMPT);
  });
  process.stdout.write(`flowgauge sql: the table is flows; .help, \\q leaves\n`);
  show(shell, PROMPT);
  for await (const line of shell) {
    const word = line.trim().toLowerCase();
    if (asked === "") {
      if (["\\q", ".quit", ".exit", "exit", "quit"].includes(word)) break;
      if (word === ".help" || word === ".tables") process.stdout.write(word === ".help" ? HELP : tables());
      if (word === "" || word.startsWith(".")) {
        show(shell, PROMPT);
        continue;
      }
    }
    asked += `${line}\n`;
    if (!endsStatement(asked)) {
      show(shell, MORE);
      continue;
    }
    keep(file, asked);
    isWorking = true;
    await ask(asked).catch(tell);
    isWorking = false;
    asked = "";
    show(shell, PROMPT);
  }
  shell.close();
}

function show(shell: Interface, prompt: string): void {
  shell.setPrompt(prompt);
  shell.prompt();
}

function tell(error: unknown): void {
  if (!(error instanceof UsageError || error instanceof SourceError)) throw error;
  process.stderr.write(`${error.message}\n`);
}

function tables(): string {
  const columns = FIELDS.map(({ name, clickhouse }) => `  ${name.padEnd(20)} ${clickhouse}`);
  return `flows\n${[...columns, "  duration             Float64", "  src                  String", "  dst                  String"].join("\n")}\n`;
}

function historyFile(): string {
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "flowgauge", "sql-history");
}

/** The newest first, as readline wants them. */
function readHistory(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).slice(-MOST_HISTORY).reverse();
  } catch {
    return [];
  }
}

/** One line a statement; a history that cannot be written is no reason to stop. */
function keep(file: string, statement: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    appendFileSync(file, `${statement.trim().replace(/\s*\n\s*/g, " ")}\n`, { mode: 0o600 });
  } catch {
    // See above.
  }
}
