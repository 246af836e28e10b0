// Colours of series that people tell apart with every kind of colour vision (Okabe and Ito's set), on light and on dark.

const LIGHT = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800"] as const;
const DARK = ["#4ba3dd", "#e69f00", "#1fbf92", "#d98fba", "#8accf2", "#f0772a", "#f0e442"] as const;
const OTHERS = { light: "#8a8a8a", dark: "#8f8f8f" } as const;

/** How lines of the second and third round are told from those of the first. */
const DASHES = ["solid", "dashed", "dotted"] as const;

export function seriesColour(place: number, others: boolean, dark: boolean): string {
  if (others) return dark ? OTHERS.dark : OTHERS.light;
  const colours = dark ? DARK : LIGHT;
  return colours[place % colours.length]!;
}

export function seriesDash(place: number, others: boolean): "solid" | "dashed" | "dotted" {
  return others ? "solid" : DASHES[Math.floor(place / LIGHT.length) % DASHES.length]!;
}

/** Whether colours have come again: a mark that is hollow then. */
export function isSecondRound(place: number, others: boolean): boolean {
  return !others && place >= LIGHT.length;
}
