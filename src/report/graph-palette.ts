// Colours of series that people tell apart with every kind of colour vision (Okabe and Ito's set), for paper, dark screens, terminals.

export interface SeriesColour {
  readonly light: string;
  readonly dark: string;
  /** Foreground of a terminal with the 16 colours of its theme (ECMA-48 SGR). */
  readonly sgr: number;
}

const COLOURS: readonly SeriesColour[] = [
  { light: "#0072b2", dark: "#4ba3dd", sgr: 34 },
  { light: "#e69f00", dark: "#e69f00", sgr: 33 },
  { light: "#009e73", dark: "#1fbf92", sgr: 32 },
  { light: "#cc79a7", dark: "#d98fba", sgr: 35 },
  { light: "#56b4e9", dark: "#8accf2", sgr: 36 },
  { light: "#d55e00", dark: "#f0772a", sgr: 31 },
  { light: "#b8a800", dark: "#f0e442", sgr: 93 },
];
const OTHERS: SeriesColour = { light: "#8a8a8a", dark: "#8f8f8f", sgr: 90 };

export const COLOUR_COUNT = COLOURS.length;

/** From the seventh series on the colours come again: `round` says how often, so that a pattern can tell them apart. */
export function colourOf(place: number, others: boolean): { readonly colour: SeriesColour; readonly round: number } {
  if (others) return { colour: OTHERS, round: 0 };
  return { colour: COLOURS[place % COLOUR_COUNT]!, round: Math.floor(place / COLOUR_COUNT) };
}

/** none; base = the 16 colours of the terminal's theme; true = 24 bits. */
export type ColourDepth = "none" | "base" | "true";

/** SGR parameters for a series in the foreground, or in the background; empty without colours. */
export function sgrOf(place: number, others: boolean, depth: ColourDepth, background = false): string {
  if (depth === "none") return "";
  const { colour } = colourOf(place, others);
  if (depth === "base") return String(colour.sgr + (background ? 10 : 0));
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.dark.slice(at, at + 2), 16));
  return `${background ? 48 : 38};2;${channels.join(";")}`;
}
