// The box at the pointer: made of elements, as names that came from the network must stay texts.

export interface TooltipRow {
  readonly name: string;
  readonly colour: string | null;
  readonly text: string;
}

export function tooltipBox(title: string, small: string, rows: readonly TooltipRow[]): HTMLElement {
  const box = document.createElement("div");
  box.className = "tip";
  box.append(element("strong", title), element("small", small));
  const table = document.createElement("table");
  for (const { name, colour, text } of rows) {
    const line = document.createElement("tr");
    const mark = element("td", "");
    if (colour !== null) {
      const dot = element("span", "");
      dot.className = "dot";
      dot.style.background = colour;
      mark.append(dot);
    }
    line.append(mark, element("td", name), element("td", text));
    table.append(line);
  }
  box.append(table);
  return box;
}

function element(name: string, text: string): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
