// SVG as text: elements with escaped attributes and texts, whatever they hold (XML 1.0 section 2.2 allows few controls).
import { seenText } from "../core/cell-text.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

export function escapeXml(text: string): string {
  return seenText(text).replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; `inside` is XML already. What is undefined is left out. */
export function element(name: string, attributes: Attributes, inside = ""): string {
  let text = `<${name}`;
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined) text += ` ${attribute}="${typeof value === "number" ? pixels(value) : escapeXml(value)}"`;
  }
  return inside === "" ? `${text}/>` : `${text}>${inside}</${name}>`;
}

/** Two digits behind the point are finer than any screen. */
export function pixels(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly size?: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly class?: string;
  readonly bold?: boolean;
}

export function textElement(text: string, { x, y, size = 12, anchor, class: name = "text", bold }: TextPlace): string {
  const attributes = {
    x,
    y,
    class: name,
    "font-size": size,
    "text-anchor": anchor,
    "font-weight": bold ? 600 : undefined,
  };
  return element("text", attributes, escapeXml(text));
}

/** About as wide as a text is: fonts differ, these are DejaVu's digits. */
export function textPixels(cells: number, size = 12): number {
  return cells * size * 0.64;
}
