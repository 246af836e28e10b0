// Small pictures of live traffic in the cells of a terminal: a line's spark, a share's bar, the whole link's rate. With ASCII forms.

/** No whole block: lines of one row do not grow into those of the row above. */
const LEVELS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇"];
const ASCII_LEVELS = [" ", "_", ".", "-", "=", "+", "*", "#"];
const TALLEST = LEVELS.length - 1;
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
const BRAILLE = 0x2800;
/** Dots of a braille cell from the foot up: left, right. */
const DOTS = [
  [0x40, 0x80],
  [0x04, 0x20],
  [0x02, 0x10],
  [0x01, 0x08],
] as const;

/** The values in `width` cells, oldest at the left; each cell is the mean of its values. Anything above 0 is seen. */
export function sparkText(values: readonly number[], width: number, ascii: boolean): string {
  const levels = ascii ? ASCII_LEVELS : LEVELS;
  const cells = Array.from({ length: width }, (_, cell) => {
    const from = Math.floor((cell * values.length) / width);
    const to = Math.max(from + 1, Math.floor(((cell + 1) * values.length) / width));
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i] ?? 0;
    return sum / (to - from);
  });
  const most = Math.max(...cells);
  return cells.map((value) => levels[value > 0 ? Math.max(1, Math.round((value / most) * TALLEST)) : 0]).join("");
}

/** A bar of 0..1 of the width, exact to an eighth of a cell. */
export function shareBar(share: number, width: number, ascii: boolean): string {
  if (!(share > 0) || width <= 0) return "";
  const filled = Math.min(1, share) * width;
  if (ascii) return "#".repeat(Math.max(1, Math.round(filled)));
  const eighths = Math.max(1, Math.round(filled * 8));
  return "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!;
}

/** How many values a graph of so many cells shows. */
export function graphValues(width: number, ascii: boolean): number {
  return ascii ? width : 2 * width;
}

/** Rows from the top; the newest value stands at the right. Filled from the foot up to each value, `most` is the height. */
export function areaGraph(
  values: readonly number[],
  width: number,
  height: number,
  most: number,
  ascii: boolean,
): string[] {
  const shown = values.slice(-graphValues(width, ascii));
  const steps = height * (ascii ? 2 : DOTS.length);
  const missing = graphValues(width, ascii) - shown.length;
  /** How high the value at a place is, in dots; -1 = there is none. */
  const heightAt = (place: number) => {
    if (place < missing) return -1;
    const value = shown[place - missing]!;
    return value > 0 ? Math.max(1, Math.round((Math.min(value, most) / most) * steps)) : 0;
  };
  return Array.from({ length: height }, (_, row) => {
    const foot = (height - 1 - row) * (ascii ? 2 : DOTS.length);
    let text = "";
    for (let cell = 0; cell < width; cell++) {
      text += ascii
        ? asciiCell(heightAt(cell) - foot)
        : brailleCell(heightAt(2 * cell) - foot, heightAt(2 * cell + 1) - foot);
    }
    return text;
  });
}

function asciiCell(dots: number): string {
  return dots <= 0 ? " " : dots === 1 ? "." : ":";
}

function brailleCell(left: number, right: number): string {
  let dots = 0;
  for (const [level, [leftDot, rightDot]] of DOTS.entries()) {
    if (left > level) dots |= leftDot;
    if (right > level) dots |= rightDot;
  }
  return dots === 0 ? " " : String.fromCharCode(BRAILLE + dots);
}

/** 1, 2 or 5 times a power of ten, not less than the value: scales that do not change all the time. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 2, 5]) if (value <= step * power * (1 + 1e-9)) return step * power;
  return 10 * power;
}
