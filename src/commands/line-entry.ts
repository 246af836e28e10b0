// A line that is typed on a screen: characters, a cursor, the keys that people know from shells.
import { seenText } from "../core/cell-text.ts";

const MOST_CHARACTERS = 8192;

export class LineEntry {
  private characters: string[];
  /** Characters before it. */
  cursor: number;

  constructor(text = "") {
    this.characters = [...text];
    this.cursor = this.characters.length;
  }

  get text(): string {
    return this.characters.join("");
  }

  /** UTF-16 units before the cursor. */
  get offset(): number {
    return this.characters.slice(0, this.cursor).join("").length;
  }

  insert(text: string): void {
    // A paste is one line.
    const more = [...seenText(text.replaceAll(/\s/g, " "))].slice(0, MOST_CHARACTERS - this.characters.length);
    this.characters.splice(this.cursor, 0, ...more);
    this.cursor += more.length;
  }

  /** Puts a text in the place of UTF-16 units. */
  replace(from: number, to: number, text: string): void {
    const whole = this.text;
    const before = [...whole.slice(0, from), ...text];
    this.characters = [...before, ...whole.slice(to)];
    this.cursor = before.length;
  }

  /** False where the key is none of an entry. */
  key(key: string): boolean {
    const { cursor, characters } = this;
    switch (key) {
      case "left":
        this.cursor = Math.max(0, cursor - 1);
        return true;
      case "right":
        this.cursor = Math.min(characters.length, cursor + 1);
        return true;
      case "home":
      case "^a":
        this.cursor = 0;
        return true;
      case "end":
      case "^e":
        this.cursor = characters.length;
        return true;
      case "backspace":
        if (cursor > 0) this.cut(cursor - 1, cursor);
        return true;
      case "delete":
      case "^d":
        this.cut(cursor, cursor + 1);
        return true;
      case "^u":
        this.cut(0, cursor);
        return true;
      case "^k":
        this.cut(cursor, characters.length);
        return true;
      case "^w":
        this.cut(this.wordStart(), cursor);
        return true;
      default:
        if ([...key].length !== 1) return false;
        this.insert(key);
        return true;
    }
  }

  private cut(from: number, to: number): void {
    this.characters.splice(from, to - from);
    this.cursor = from;
  }

  private wordStart(): number {
    let at = this.cursor;
    while (at > 0 && this.characters[at - 1] === " ") at--;
    while (at > 0 && this.characters[at - 1] !== " ") at--;
    return at;
  }
}
