// What XML has beside elements: declaration, comments, CDATA, processing instructions. Document types are refused, so that no entity is ever expanded.
import { NAME_START } from "./xml-characters.ts";

const COMMENT = "<!--";
const CDATA = "<![CDATA[";
const DOCTYPE = "<!DOCTYPE";
const DECLARATION =
  /^<\?xml\s+version\s*=\s*(["'])1\.[0-9]+\1(\s+encoding\s*=\s*(["'])([A-Za-z][A-Za-z0-9._-]*)\3)?(\s+standalone\s*=\s*(["'])(yes|no)\6)?\s*\?>$/;
const LONGEST_DECLARATION = 200;

/** Where the markup that begins with `<!` or `<?` ends, `depth` elements being open; null = not among these octets; a sentence where it must not be. */
export function readMarkup(octets: Uint8Array, at: number, end: number, depth: number): number | string | null {
  const head = latin1(octets, at, Math.min(end, at + DOCTYPE.length));
  if (head.startsWith(COMMENT)) return readComment(octets, at + COMMENT.length, end);
  if (head.startsWith("<?")) return readInstruction(octets, at, end, depth);
  if (head === CDATA) {
    if (depth === 0) return "expected CDATA in an element only";
    return behind(octets, at + CDATA.length, end, "]]>");
  }
  if (head === DOCTYPE) {
    return "expected PDML, which has no document type, found <!DOCTYPE (refused, as it could declare entities)";
  }
  const begun = [COMMENT, CDATA, DOCTYPE].some((word) => word.startsWith(head));
  return begun && at + head.length === end ? null : "expected a tag behind <";
}

function readComment(octets: Uint8Array, from: number, end: number): number | string | null {
  const to = find(octets, from, end, "--");
  if (to < 0 || to + 2 >= end) return null;
  return octets[to + 2] === 0x3e ? to + 3 : "expected no -- in a comment";
}

function readInstruction(octets: Uint8Array, at: number, end: number, depth: number): number | string | null {
  if (at + 2 < end && NAME_START[octets[at + 2]!] === 0) return "expected a name behind <?";
  const to = behind(octets, at + 2, end, "?>");
  if (to === null) return null;
  const head = latin1(octets, at, Math.min(to, at + LONGEST_DECLARATION));
  if (!/^<\?xml[\s?]/i.test(head)) return to;
  // Documents one behind the other (cat a.pdml b.pdml) have a declaration each.
  if (depth > 0) return "expected the XML declaration at the beginning";
  const encoding = DECLARATION.exec(head);
  if (encoding === null) return 'expected an XML declaration as <?xml version="1.0" encoding="utf-8"?>';
  if (!/^(utf-?8|us-ascii|ascii)$/i.test(encoding[4] ?? "utf-8")) {
    return `expected UTF-8, found ${encoding[4]}; convert it: iconv -f ${encoding[4]} -t utf-8`;
  }
  return to;
}

function behind(octets: Uint8Array, from: number, end: number, text: string): number | null {
  const at = find(octets, from, end, text);
  return at < 0 ? null : at + text.length;
}

/** Where a text is among octets from .. end; -1 = nowhere. */
export function find(octets: Uint8Array, from: number, end: number, text: string): number {
  const at = Buffer.from(octets.buffer, octets.byteOffset, end).indexOf(text, from, "latin1");
  return at;
}

function latin1(octets: Uint8Array, from: number, to: number): string {
  return Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString("latin1");
}
