// Sentences over several lines: broken at spaces, as people read them.

/** Lines of at most `width` characters where words allow it; those after the first begin with `hang` spaces. 0 = one line. */
export function wrappedLines(text: string, width: number, hang: number): string[] {
  if (width <= hang || text.length <= width) return [text];
  const lines: string[] = [];
  let line = "";
  // What stands before the first word, spaces included, belongs to it.
  for (const word of text.match(/^ *\S+(?: {2,}\S+)?|\S+/g) ?? []) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > width && line.trim() !== "") {
      lines.push(line);
      line = " ".repeat(hang) + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
