// A picture of character cells for a terminal: each has a character and colours; rows come out as lines of text.

export class CellGrid {
  readonly width: number;
  readonly height: number;
  private readonly characters: string[];
  private readonly styles: string[];

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.characters = new Array<string>(width * height).fill(" ");
    this.styles = new Array<string>(width * height).fill("");
  }

  /** `style`: SGR parameters ("34;47"), empty for none. Row 0 is on top. What is outside is not drawn. */
  set(column: number, row: number, character: string, style = ""): void {
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return;
    this.characters[row * this.width + column] = character;
    this.styles[row * this.width + column] = style;
  }

  at(column: number, row: number): string {
    return this.characters[row * this.width + column] ?? " ";
  }

  /** Characters of one cell each from a place on. */
  write(column: number, row: number, text: string, style = ""): void {
    for (const [i, character] of [...text].entries()) this.set(column + i, row, character, style);
  }

  line(row: number): string {
    let text = "";
    let style = "";
    for (let column = 0; column < this.width; column++) {
      const next = this.styles[row * this.width + column]!;
      if (next !== style) text += next === "" ? "\u001b[0m" : `\u001b[${style === "" ? "" : "0;"}${next}m`;
      style = next;
      text += this.characters[row * this.width + column]!;
    }
    return style === "" ? text.trimEnd() : `${text}\u001b[0m`;
  }
}
