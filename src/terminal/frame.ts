// What a screen shows: cells with a character (and what combines with it) and a look each.
import { cellWidth, seenText } from "../core/cell-text.ts";
import { type Line, LOOKS, type Look } from "./span.ts";

const PLAIN = /^[\x20-\x7e]*$/;
const LOOK_NUMBERS = new Map<Look, number>(LOOKS.map((look, number) => [look, number]));

/** The right half of a character that is two cells wide. */
export const RIGHT_HALF = "";

export class Frame {
  readonly width: number;
  readonly height: number;
  /** Row by row. */
  readonly characters: string[];
  /** Places in LOOKS. */
  readonly looks: Uint8Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.characters = new Array<string>(width * height).fill(" ");
    this.looks = new Uint8Array(width * height);
  }

  /** Lines from the top; what does not fit is not there. Controls are shown as U+FFFD, whoever wrote them. */
  static of(lines: readonly Line[], width: number, height: number): Frame {
    const frame = new Frame(width, height);
    for (let row = 0; row < Math.min(height, lines.length); row++) {
      let column = 0;
      for (const { text, look } of lines[row]!) column = frame.write(row, column, text, LOOK_NUMBERS.get(look) ?? 0);
    }
    return frame;
  }

  private write(row: number, from: number, text: string, look: number): number {
    const { width, characters, looks } = this;
    const plain = PLAIN.test(text);
    let column = from;
    for (const character of plain ? text : seenText(text)) {
      const cells = plain ? 1 : cellWidth(character);
      const at = row * width + column;
      if (cells === 0) {
        // It stands on what is before it; on nothing it stands alone.
        if (column > 0) characters[characters[at - 1] === RIGHT_HALF ? at - 2 : at - 1] += character;
        continue;
      }
      if (column + cells > width) return width;
      characters[at] = character;
      looks[at] = look;
      if (cells === 2) {
        characters[at + 1] = RIGHT_HALF;
        looks[at + 1] = look;
      }
      column += cells;
    }
    return column;
  }
}
