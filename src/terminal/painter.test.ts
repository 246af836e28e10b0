// Painting differences gives the same screen as painting all of it, in few octets; shown on a model of a terminal.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cellWidth } from "../core/cell-text.ts";
import { Frame } from "./frame.ts";
import { paint } from "./painter.ts";
import { type Line, LOOKS, span } from "./span.ts";
import { Theme } from "./theme.ts";

/** What ECMA-48 says of the few sequences that the painter uses; anything else is an error. */
class ModelTerminal {
  readonly cells: string[][];
  private readonly width: number;
  private row = 0;
  private column = 0;
  private sgr = "";

  constructor(width: number, height: number) {
    this.width = width;
    this.cells = Array.from({ length: height }, () => new Array<string>(width).fill(" |"));
  }

  write(text: string): void {
    for (let at = 0; at < text.length; ) {
      const found = text[at] === "\u001b" ? /^\[(\??[\d;]*)([A-Za-z])/.exec(text.slice(at + 1)) : null;
      if (found !== null) {
        this.control(found[1]!, found[2]!);
        at += 1 + found[0].length;
        continue;
      }
      const character = String.fromCodePoint(text.codePointAt(at)!);
      if (character < " ") throw new Error(`a control ${JSON.stringify(character)}`);
      this.put(character);
      at += character.length;
    }
  }

  private control(parameters: string, final: string): void {
    if (parameters === "?2026") return;
    if (final === "H")
      [this.row, this.column] = parameters.split(";").map((part) => Number(part) - 1) as [number, number];
    else if (final === "m") this.sgr = parameters === "0" ? "" : parameters.replace(/^0;/, "");
    else if (final === "K") this.cells[this.row]!.fill(` |${this.sgr}`, this.column);
    else if (final === "J") for (const row of this.cells) row.fill(` |${this.sgr}`);
    else throw new Error(`unknown sequence ${parameters}${final}`);
  }

  private put(character: string): void {
    const cells = cellWidth(character);
    const row = this.cells[this.row]!;
    if (cells === 0) {
      const before = row[this.column - 1] === "" ? this.column - 2 : this.column - 1;
      row[before] = row[before]!.replace("|", `${character}|`);
      return;
    }
    if (this.column + cells > this.width) throw new Error("writes beyond the right edge");
    // Overwriting half of a wide character leaves the other half undefined: the model makes it a question mark.
    if (row[this.column] === "") row[this.column - 1] = "?";
    if (row[this.column + cells] === "") row[this.column + cells] = "?";
    row[this.column] = `${character}|${this.sgr}`;
    if (cells === 2) row[this.column + 1] = "";
    this.column += cells;
  }
}

const WIDTH = 24;
const HEIGHT = 5;
const theme = new Theme("16", "dark");
const pieces = fc.constantFrom(
  "abc",
  "   ",
  " ",
  "日本語",
  "e\u0301x",
  "▁▂▃",
  "⠿⣀",
  "👍",
  "192.0.2.1",
  "x".repeat(30),
  "\u001b[2J",
  "",
);
const lines = fc.array(fc.array(fc.record({ text: pieces, look: fc.constantFrom(...LOOKS) }), { maxLength: 6 }), {
  maxLength: HEIGHT + 1,
});

function shown(...frames: readonly Frame[]): string[][] {
  const model = new ModelTerminal(WIDTH, HEIGHT);
  let before: Frame | null = null;
  for (const frame of frames) {
    model.write(paint(before, frame, theme));
    before = frame;
  }
  return model.cells;
}

const frameOf = (rows: readonly Line[]) => Frame.of(rows, WIDTH, HEIGHT);

describe("painting", () => {
  test("differences over any number of frames show what the last frame shows alone", () => {
    fc.assert(
      fc.property(fc.array(lines, { minLength: 1, maxLength: 5 }), (all) => {
        const frames = all.map(frameOf);
        expect(shown(...frames)).toEqual(shown(frames.at(-1)!));
      }),
      { numRuns: 500 },
    );
  });

  test("a frame shows its text", () => {
    const cells = shown(frameOf([[span("ab", "strong"), span("日")], [], [span("x")]]));
    expect(cells[0]!.slice(0, 5)).toEqual(["a|1", "b|1", "日|", "", " |"]);
    expect(cells[2]![0]).toBe("x|");
  });

  test("nothing is written where nothing changed", () => {
    const frame = frameOf([[span("same")]]);
    expect(paint(frame, frameOf([[span("same")]]), theme)).toBe("");
  });

  test("one changed figure in a full screen costs its cell and a move", () => {
    const screen = (figure: string) =>
      Frame.of(
        Array.from({ length: 50 }, (_, row) => [span(`${row === 20 ? figure : "7"} ${"x".repeat(190)}`)]),
        200,
        50,
      );
    expect(Buffer.byteLength(paint(screen("1"), screen("2"), theme))).toBeLessThan(30);
  });

  test("another size is painted whole", () => {
    const narrow = Frame.of([[span("a")]], 10, 2);
    expect(paint(narrow, frameOf([[span("a")]]), theme)).toBe(paint(null, frameOf([[span("a")]]), theme));
  });

  test("escapes in text reach no terminal", () => {
    const cells = shown(frameOf([[span("a\u001b]0;x\u0007\u202eb")]]));
    expect(cells[0]!.slice(0, 10).join("")).toBe("a|\ufffd|]|0|;|x|\ufffd|\ufffd|b| |");
  });
});
