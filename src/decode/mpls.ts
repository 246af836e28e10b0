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
    case 0:
      return pseudowire(f, o);
    default:
      return OUTCOME.nonIp;
  }
}

/**
 * An Ethernet pseudowire with its control word (RFC 4448), or without one and a destination that begins with a zero nibble.
 * Nothing says which: but a source address is never a group's, so one that is shows that a control word stands before it.
 */
function pseudowire(f: Frame, o: number): number {
  if (f.end - o < 18) return OUTCOME.nonIp;
  if ((f.view.getUint8(o + 6) & 1) === 1) f.offset = o + 4;
  return STEP.ethernet;
}
