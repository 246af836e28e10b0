// SQL that a person wrote, word by word: enough to divide statements and to see what they would do, not to understand them.

export interface SqlWord {
  /** word: a name or keyword; quoted: a name in quotes; text: a string; mark: anything else. */
  readonly kind: "word" | "quoted" | "text" | "mark";
  /** Without quotes. */
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const PIECE =
  /\s+|--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?(?:\*\/|$)|('(?:[^'\\]|\\[\s\S]|'')*(?:'|$))|("(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|`(?:[^`\\]|\\[\s\S]|``)*(?:`|$))|(\$\w*\$)|([\p{L}_][\p{L}\p{N}_$]*)|(\d[\w.]*)|([\s\S])/guy;

/** Comments and blanks are no words. */
export function sqlWords(statement: string): readonly SqlWord[] {
  const words: SqlWord[] = [];
  PIECE.lastIndex = 0;
  for (let from = 0; from < statement.length; ) {
    PIECE.lastIndex = from;
    const found = PIECE.exec(statement)!;
    const to = PIECE.lastIndex;
    const [whole, text, quoted, heredoc, word, number, mark] = found;
    if (heredoc !== undefined) {
      const end = statement.indexOf(heredoc, to);
      const close = end < 0 ? statement.length : end + heredoc.length;
      words.push({ kind: "text", text: statement.slice(to, end < 0 ? undefined : end), from, to: close });
      from = close;
      continue;
    }
    if (text !== undefined) words.push({ kind: "text", text: text.slice(1, -1), from, to });
    else if (quoted !== undefined) words.push({ kind: "quoted", text: quoted.slice(1, -1), from, to });
    else if (word !== undefined) words.push({ kind: "word", text: word, from, to });
    else if (number !== undefined || mark !== undefined) words.push({ kind: "mark", text: whole, from, to });
    from = to;
  }
  return words;
}

/** The statements of a text, without the semicolons between them; empty ones are left out. */
export function sqlStatements(text: string): readonly string[] {
  const statements: string[] = [];
  let from = 0;
  for (const word of sqlWords(text)) {
    if (word.kind !== "mark" || word.text !== ";") continue;
    statements.push(text.slice(from, word.from));
    from = word.to;
  }
  statements.push(text.slice(from));
  return statements.map((statement) => statement.trim()).filter((statement) => sqlWords(statement).length > 0);
}

/** True where the text ends a statement with a semicolon (not in a string or comment). */
export function endsStatement(text: string): boolean {
  const last = sqlWords(text).at(-1);
  return last !== undefined && last.kind === "mark" && last.text === ";";
}
