// Text in the cells of a terminal: what is shown of text that others wrote, how many cells it takes, how it is made to fit.
import { stripVTControlCharacters } from "node:util";
import { eastAsianWidth } from "get-east-asian-width";

/** What is not to be seen, or changes how others are seen; a plain space is not among it. */
const UNSEEN = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;
const PLAIN = /^[\x20-\x7e]*$/;

/** The text with U+FFFD for controls, directions, joiners and other invisible characters: it can do nothing to a terminal. */
export function seenText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(UNSEEN, "\ufffd");
}

/** What is written over the character before it. */
const COMBINING = /^[\p{Mn}\p{Me}]/u;

/**
 * Cells that a text takes, colours not counted: two for East Asian wide characters, none for combining ones. (string-width knows more of
 * emoji, but takes 40 ms to load.)
 */
export function cellWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let cells = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (!COMBINING.test(character)) cells += eastAsianWidth(character.codePointAt(0)!);
  }
  return cells;
}

export function padCells(text: string, width: number, right: boolean): string {
  const spaces = " ".repeat(Math.max(0, width - cellWidth(text)));
  return right ? spaces + text : text + spaces;
}

/** The text in at most `width` cells: its middle makes room for `…` (`~` in ASCII), as both ends of addresses and names tell much. */
export function fitCells(text: string, width: number, ascii = false): string {
  if (cellWidth(text) <= width) return text;
  if (width <= 0) return "";
  const characters = [...text];
  const head = take(characters, Math.ceil((width - 1) / 2));
  const tail = take(characters.reverse(), Math.floor((width - 1) / 2));
  return head.join("") + (ascii ? "~" : "…") + tail.reverse().join("");
}

/** As many characters from the front as fit into `width` cells. */
function take(characters: readonly string[], width: number): string[] {
  const taken: string[] = [];
  let cells = 0;
  for (const character of characters) {
    cells += cellWidth(character);
    if (cells > width) break;
    taken.push(character);
  }
  return taken;
}

/** Lines of a sentence, broken at spaces and, where a word is longer than the line, inside of it. 0 = one line. */
export function brokenLines(text: string, width: number): string[] {
  if (width <= 0) return [text];
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (cellWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    while (cellWidth(word) > width) {
      const piece = take([...word], width).join("") || [...word][0]!;
      lines.push(piece);
      word = word.slice(piece.length);
    }
    line = word;
  }
  return [...lines, line];
}
