// The same frames read by saxes, a strict parser of XML: the oracle of our scanner.
import { SaxesParser } from "saxes";
import type { PlainField, PlainFrame } from "./read-frames.ts";

export interface SaxesFrames {
  readonly frames: readonly PlainFrame[];
  /** The first thing that saxes found wrong; null = a well-formed document. */
  readonly error: string | null;
}

/** pdml2flow's rule: in a packet, every element with a name that is not empty. A packet in a packet is no field. */
export function saxesFrames(text: string): SaxesFrames {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const frames: PlainFrame[] = [];
  let fields: PlainField[] = [];
  let depth = 0;
  let packet = 0;
  /** A packet that is closed: saxes says only behind it whether the end tag was the right one. */
  let closed: PlainField[] | null = null;
  const keep = () => {
    if (closed !== null) frames.push(closed);
    closed = null;
  };
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name: element, attributes }) => {
    keep();
    depth++;
    if (packet === 0 && element === "packet") {
      packet = depth;
      fields = [];
    } else if (packet > 0 && element !== "packet") {
      const { name = "", show = "", showname = "" } = attributes;
      if (name !== "") fields.push([name, show, showname]);
    }
  });
  parser.on("closetag", () => {
    keep();
    if (depth === packet) {
      closed = fields;
      packet = 0;
    }
    depth--;
  });
  try {
    parser.write(text).close();
    keep();
    return { frames, error: null };
  } catch (error) {
    return { frames, error: (error as Error).message };
  }
}

/**
 * What we let pass: XML of several documents (cat a.pdml b.pdml), an attribute twice where nobody asks for it, characters that XML
 * does not have (they become `?`), names and declarations that are not quite right, and what stands behind them.
 */
const LET_PASS = [
  "duplicate attribute",
  "documents may contain only one root",
  "disallowed character",
  "an XML declaration",
  "xml declaration",
];

/** What we refuse though it is XML: other encodings (saxes has its text decoded already) and document types. */
const REFUSED = ["expected UTF-8, found", "found <!DOCTYPE"];

/** The difference between what saxes and we read, in a sentence; null = none. */
export function difference(
  saxes: SaxesFrames,
  ours: { readonly frames: readonly PlainFrame[]; readonly problems: readonly string[] },
): string | null {
  if (ours.problems.some((problem) => REFUSED.some((words) => problem.includes(words)))) return null;
  const sound = saxes.error === null;
  for (const [at, frame] of saxes.frames.entries()) {
    const [theirs, found] = [JSON.stringify(frame), JSON.stringify(ours.frames[at])];
    if (theirs !== found) return `frame ${at + 1}: saxes read ${theirs}, we ${found}; ${ours.problems.join()}`;
  }
  if (sound && ours.frames.length > saxes.frames.length)
    return `${ours.frames.length} frames, ${saxes.frames.length} expected`;
  if (sound && ours.problems.length > 0) return `saxes finds nothing wrong, we: ${ours.problems.join()}`;
  if (sound || ours.problems.length > 0) return null;
  const lets = LET_PASS.some((words) => saxes.error?.toLowerCase().includes(words));
  return lets ? null : `saxes finds ${saxes.error}, we nothing`;
}
