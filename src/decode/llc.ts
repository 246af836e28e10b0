// Logical link control (IEEE 802.2) and its Subnetwork Access Protocol (IEEE 802, RFC 1042).
import type { Frame } from "./frame.ts";
import { OUTCOME, STEP } from "./step.ts";

/** DSAP 1 | SSAP 1 | control 1 or 2 [| OUI 3 | type 2]. 802.3 frames may carry padding: IP's own length counts. */
export function llc(f: Frame): number {
  if (f.plainEthernet) return OUTCOME.nonIp;
  const o = f.offset;
  if (f.end - o < 3) return OUTCOME.truncated;
  const { view } = f;
  const dsap = view.getUint8(o);
  f.etherType = dsap;
  if ((view.getUint8(o + 2) & 3) !== 3) return OUTCOME.nonIp; // only unnumbered frames carry datagrams
  if (dsap === 0x06) {
    f.offset = o + 3;
    return STEP.ipv4;
  }
  if (dsap !== 0xaa) return OUTCOME.nonIp;
  if (f.end - o < 8) return OUTCOME.truncated;
  const oui = (view.getUint16(o + 3) << 8) | view.getUint8(o + 5);
  f.etherType = view.getUint16(o + 6);
  f.offset = o + 8;
  // RFC 1042's encapsulation, and 802.1H's for the types that bridges confused
  return oui === 0 || oui === 0x0000f8 ? STEP.etherType : OUTCOME.nonIp;
}
