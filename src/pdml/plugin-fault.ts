// What a plug-in threw, in words: its kind, its message on one line, and the line of the module where it came from.
import { seenText } from "../core/cell-text.ts";

const MOST_CHARACTERS = 300;
/** The first place in a file that a stack names; Node's own modules have no such ending. */
const PLACE = /[^/\s()]+\.[cm]?[jt]s:\d+(?::\d+)?/;

export function faultText(error: unknown): string {
  if (!(error instanceof Error)) return shortText(String(error));
  const kind = error.name === "Error" || error.name === "UsageError" ? "" : `${error.name}: `;
  return shortText(`${kind}${error.message || "an error without a message"}`);
}

/** The same, with its place in the module. */
export function placedFault(error: unknown): string {
  const place = error instanceof Error ? PLACE.exec(error.stack ?? "")?.[0] : undefined;
  return place === undefined ? faultText(error) : `${faultText(error)} (${place})`;
}

function shortText(text: string): string {
  const line = seenText(text.replace(/\s+/g, " ").trim());
  return line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}...` : line;
}
