// What `flowgauge sql` lets through: statements that read the flows, and nothing else of this machine or network.
import { UsageError } from "../core/errors.ts";
import { type SqlWord, sqlWords } from "./sql-words.ts";

const READING = new Set(["SELECT", "WITH", "EXPLAIN", "DESCRIBE", "DESC", "SHOW", "EXISTS"]);

/** Functions that make tables of nothing but their arguments. */
const HARMLESS_TABLES = new Set(
  [
    "numbers",
    "numbers_mt",
    "zeros",
    "zeros_mt",
    "generate_series",
    "generateSeries",
    "generateRandom",
    "values",
    "view",
    "null",
    "format",
    "primes",
  ].map((name) => name.toLowerCase()),
);
/** Scalar functions that read more than flows. */
const READING_FUNCTIONS = new Set(["file", "catboost", "catboostevaluate", "filesystemavailable", "showcertificate"]);
/** Limits that the command has set. */
const LIMITS = /^(readonly|max_memory_usage\w*|max_execution_time\w*|max_bytes_before_external\w*|allow_ddl)$/i;

/** What a table's name follows. */
const BEFORE_TABLES = new Set(["FROM", "JOIN", "INFILE", "DESCRIBE", "DESC", "TABLE", "EXISTS", "VIEW"]);

export interface SqlGuard {
  /** Names of all functions that give tables. */
  readonly tableFunctions: ReadonlySet<string>;
  /** Also other files, and the network. Nothing is written in any case. */
  readonly unsafe: boolean;
}

/** Throws a UsageError with the place where a statement is not let through. */
export function guardSql(statement: string, { tableFunctions, unsafe }: SqlGuard): void {
  const words = sqlWords(statement);
  const first = words.find(({ text }) => text !== "(");
  if (first === undefined) throw new UsageError("sql: expected a statement, found nothing.");
  if (first.kind !== "word" || !READING.has(first.text.toUpperCase())) {
    throw refused(statement, first, "a statement that reads (SELECT, WITH, EXPLAIN, DESCRIBE, SHOW, EXISTS)");
  }
  for (const [i, word] of words.entries()) {
    const next = words[i + 1];
    if (isWord(word, "INTO") && next !== undefined && isWord(next, "OUTFILE")) {
      throw refused(statement, word, "the answer on standard output (redirect it with >)");
    }
    if (isWord(word, "INSERT") && (i === 0 || words[i - 1]!.text === ")"))
      throw refused(statement, word, "nothing that writes");
    if (word.kind === "word" && LIMITS.test(word.text))
      throw refused(statement, word, "limits as options (--memory, --timeout)");
    if (!unsafe) guardTables(statement, words, i, tableFunctions);
  }
}

function guardTables(
  statement: string,
  words: readonly SqlWord[],
  i: number,
  tableFunctions: ReadonlySet<string>,
): void {
  const word = words[i]!;
  const next = words[i + 1];
  if (word.kind !== "word" && word.kind !== "quoted") return;
  const name = word.text.toLowerCase();
  if (next?.text === "(" && next.kind === "mark" && !HARMLESS_TABLES.has(name)) {
    if (tableFunctions.has(name) || READING_FUNCTIONS.has(name)) {
      throw refused(
        statement,
        word,
        "only the table flows (name other files as sources; --unsafe lets other functions read)",
      );
    }
  }
  if (word.kind === "quoted" && /[/\\.]/.test(word.text) && isTablePlace(words, i)) {
    throw refused(statement, word, "only the table flows (name files as sources)");
  }
  if (next?.kind === "text" && BEFORE_TABLES.has(word.text.toUpperCase())) {
    throw refused(statement, next, "only the table flows (name files as sources)");
  }
}

function isTablePlace(words: readonly SqlWord[], i: number): boolean {
  const before = words[i - 1];
  return (
    before !== undefined && (before.text === "." || before.text === "," || BEFORE_TABLES.has(before.text.toUpperCase()))
  );
}

function isWord({ kind, text }: SqlWord, word: string): boolean {
  return kind === "word" && text.toUpperCase() === word;
}

function refused(statement: string, { text, from }: SqlWord, expected: string): UsageError {
  const before = statement.slice(0, from).split("\n");
  const place = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
  return new UsageError(`sql, ${place}: expected ${expected}, found ${text.slice(0, 60)}.`);
}
