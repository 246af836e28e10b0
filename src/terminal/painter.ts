// From one frame to the next in few octets: only cells that differ are written (ECMA-48; private modes as xterm has them).
import { type Frame, RIGHT_HALF } from "./frame.ts";
import { LOOKS } from "./span.ts";
import type { Theme } from "./theme.ts";

const ESC = "\u001b[";
/** So many unchanged cells between two changes are written again: moving the cursor costs more. */
const LEAST_JUMP = 5;
const PLAIN_LOOK = 0;

/** The screen changes at once, not line by line (mode 2026; terminals that do not know it ignore it). */
const BEGIN_UPDATE = `${ESC}?2026h`;
const END_UPDATE = `${ESC}?2026l`;

/**
 * Octets that make a screen which shows `before` (null: nothing is known of it) show `after`; empty where nothing differs. They begin
 * and end with plain colours; the cursor is anywhere.
 */
export function paint(before: Frame | null, after: Frame, theme: Theme): string {
  const known = before !== null && before.width === after.width && before.height === after.height ? before : null;
  const pen = new Pen(theme);
  if (known === null) pen.text += `${ESC}0m${ESC}2J`;
  for (let row = 0; row < after.height; row++) paintRow(known, after, row, pen);
  pen.setLook(PLAIN_LOOK);
  return pen.text === "" ? "" : BEGIN_UPDATE + pen.text + END_UPDATE;
}

function paintRow(known: Frame | null, after: Frame, row: number, pen: Pen): void {
  const { width, characters, looks } = after;
  const start = row * width;
  const differs = (at: number) =>
    known === null
      ? characters[at] !== " " || looks[at] !== PLAIN_LOOK
      : characters[at] !== known.characters[at] || looks[at] !== known.looks[at];
  // Behind its last character a row is empty: one sequence clears all of it.
  let end = width;
  while (end > 0 && characters[start + end - 1] === " " && looks[start + end - 1] === PLAIN_LOOK) end--;
  let column = 0;
  while (column < end) {
    if (!differs(start + column)) {
      column++;
      continue;
    }
    // Half a character cannot be written.
    if (characters[start + column] === RIGHT_HALF) column--;
    let last = column;
    for (let at = column; at < end && at - last <= LEAST_JUMP; at++) if (differs(start + at)) last = at;
    while (last + 1 < end && characters[start + last + 1] === RIGHT_HALF) last++;
    for (let at = column; at <= last; at++) {
      if (characters[start + at] === RIGHT_HALF) continue;
      pen.move(row, at);
      pen.put(characters[start + at]!, looks[start + at]!);
    }
    column = last + 1;
  }
  for (let at = end; at < width; at++) {
    if (!differs(start + at)) continue;
    pen.clearFrom(row, end);
    break;
  }
}

/** Writes characters and keeps in mind where the cursor is and which look is set. */
class Pen {
  text = "";
  private readonly theme: Theme;
  private look = PLAIN_LOOK;
  private row = -1;
  private column = -1;

  constructor(theme: Theme) {
    this.theme = theme;
  }

  move(row: number, column: number): void {
    if (row === this.row && column === this.column) return;
    this.text += `${ESC}${row + 1};${column + 1}H`;
    this.row = row;
    this.column = column;
  }

  put(character: string, look: number): void {
    this.setLook(look);
    this.text += character;
    // Terminals disagree about the width of all others: behind them the cursor is put where it should be.
    if (character.length === 1 && isNarrow(character.charCodeAt(0))) this.column++;
    else this.row = -1;
  }

  clearFrom(row: number, column: number): void {
    this.setLook(PLAIN_LOOK);
    this.move(row, column);
    this.text += `${ESC}K`;
  }

  setLook(look: number): void {
    if (look === this.look) return;
    const sgr = this.theme.sgr(LOOKS[look]!);
    const old = this.theme.sgr(LOOKS[this.look]!);
    if (sgr !== old) this.text += sgr === "" ? `${ESC}0m` : `${ESC}${old === "" ? "" : "0;"}${sgr}m`;
    this.look = look;
  }
}

/** One cell in every terminal: Latin, lines, blocks and braille. */
function isNarrow(code: number): boolean {
  return code < 0x300 || (code >= 0x2500 && code < 0x25a0) || (code >= 0x2800 && code < 0x2900);
}
