// MPLS label stacks (RFC 3032) and what lies under them (RFC 4385: the first nibble tells).
import type { Frame } from "./frame.ts";
import { L } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

/** Labels of a stack at the most; real ones have fewer than ten. */
const MAX_LABELS = 32;

/** label 20, class 3, bottom of stack 1, TTL 8 bits: repeated until the bottom. */
export function mpls(f: Frame): number {
  const { view, rows, base } = f;
  let o = f.offset;
  for (let labels = 0; labels < MAX_LABELS; labels++) {
    if (f.end - o < 4) return OUTCOME.truncated;
    const entry = view.getUint32(o);
    if (rows[base + L.mpls] === 0) rows[base + L.mpls] = (entry >>> 12) + 1;
    o += 4;
    if ((entry & 0x100) !== 0) {
      f.offset = o;
      return underLabels(f, o);
    }
  }
  return OUTCOME.tooDeep;
}

function underLabels(f: Frame, o: number): number {
  if (o >= f.end) return OUTCOME.truncated;
  switch (f.view.getUint8(o) >>> 4) {
    case 4:
      return STEP.ipv4;
    case 6:
      return STEP.ipv6;
    default:
      return OUTCOME.nonIp;
  }
}
