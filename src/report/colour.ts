// Colours of a terminal (ECMA-48 SGR, the 16 of every theme). They never say anything that the words do not.
import { AsciiText } from "./ascii-text.ts";

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, blue: 34 } as const;
export type Style = keyof typeof STYLES;

/** The text in a style, or as it is. */
export function styled(text: string, style: Style | null, colour: boolean): string {
  return colour && style !== null ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;
}

export function styledText(text: string, style: Style | null, colour: boolean): AsciiText {
  return new AsciiText(styled(text, style, colour));
}
