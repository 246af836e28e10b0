// What BGP routers say of a packet's path (sFlow v5 section 5.3, extended_gateway; RFC 3176 section 4, versions 2 and 4).
import type { XdrCursor } from "./xdr-cursor.ts";

export interface GatewayPath {
  readonly source: number;
  /** The last AS of the path; 0 = the router's own. */
  readonly destination: number;
  /** Values without a column, by name. */
  readonly texts: readonly (readonly [name: string, value: string])[];
}

/** How the path lies: segments (v4, v5), or one plain list of numbers and neither communities nor preference (v2). */
export type PathShape = "segments" | "list";

/** AS numbers, and communities, that are written out; a path that is real has far fewer. */
const MOST_NUMBERS = 128;

/** router's AS 4 | source AS 4 | source's peer AS 4 | path | communities | local preference 4. null where it is not all there. */
export function readPath(cursor: XdrCursor, shape: PathShape): GatewayPath | null {
  const own = cursor.u32();
  const source = cursor.u32();
  const sourcePeer = cursor.u32();
  const path = new PathText();
  const segments = shape === "list" ? 1 : cursor.u32();
  // Each segment takes eight octets at the least: a count that lies ends with the record.
  for (let i = 0; i < segments && cursor.whole; i++) {
    const set = shape === "segments" && cursor.u32() === 1;
    path.segment(cursor, set);
  }
  let communities = "";
  let preference = 0;
  if (shape === "segments") {
    communities = readCommunities(cursor);
    preference = cursor.u32();
  }
  if (!cursor.whole) return null;
  const texts: [string, string][] = [
    ["routerAs", String(own)],
    ["bgpPrevAdjacentAsNumber", String(sourcePeer)],
    ["bgpNextAdjacentAsNumber", String(path.first)],
    ["dstAsPath", path.text],
    ["bgpCommunities", communities],
  ];
  if (shape === "segments") texts.push(["bgpLocalPreference", String(preference)]);
  return { source, destination: path.last, texts: texts.filter(([, value]) => value !== "" && value !== "0") };
}

/** A path as BGP tools write it: `8218 29605 {11111,22222} 203361`. */
class PathText {
  text = "";
  first = 0;
  last = 0;
  private numbers = 0;

  /** count 4 | AS numbers of 4 */
  segment(cursor: XdrCursor, set: boolean): void {
    const count = cursor.u32();
    let part = "";
    for (let i = 0; i < count && cursor.whole; i++) {
      const as = cursor.u32();
      if (!cursor.whole) return;
      if (this.numbers === 0) this.first = as;
      this.last = as;
      if (this.numbers++ < MOST_NUMBERS) part += `${part === "" ? "" : set ? "," : " "}${as}`;
    }
    if (part === "") return;
    this.text += `${this.text === "" ? "" : " "}${set ? `{${part}}` : part}`;
  }
}

/** count 4 | communities of 4, written as RFC 1997 has them. */
function readCommunities(cursor: XdrCursor): string {
  const count = cursor.u32();
  let text = "";
  for (let i = 0; i < count && cursor.whole; i++) {
    const community = cursor.u32();
    if (cursor.whole && i < MOST_NUMBERS) text += `${text === "" ? "" : " "}${community >>> 16}:${community & 0xffff}`;
  }
  return text;
}
