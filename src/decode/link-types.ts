// Which header a capture's link type starts with (LINKTYPE_ values, https://www.tcpdump.org/linktypes.html).
import { OUTCOME, STEP } from "./step.ts";

const FIRST_STEP: ReadonlyMap<number, number> = new Map([
  [0, STEP.loopback], // NULL
  [1, STEP.ethernet],
  [9, STEP.pppHdlc],
  [12, STEP.ip], // DLT_RAW as written on some systems
  [14, STEP.ip],
  [50, STEP.pppHdlc],
  [51, STEP.pppoe],
  [101, STEP.ip], // RAW
  [104, STEP.ciscoHdlc],
  [105, STEP.ieee80211],
  [107, STEP.frameRelay],
  [108, STEP.loopback], // LOOP
  [113, STEP.linuxCooked],
  [119, STEP.prism],
  [127, STEP.radiotap],
  [129, STEP.arcnet], // ARCNET_LINUX
  [219, STEP.mpls],
  [228, STEP.ipv4],
  [229, STEP.ipv6],
  [239, STEP.nflog],
  [258, STEP.pktap],
  [276, STEP.linuxCooked2],
]);

/** The first step for a link type, or `unknownLinkType`. */
export function firstStep(linkType: number): number {
  return FIRST_STEP.get(linkType) ?? OUTCOME.unknownLinkType;
}

/** False where packets of this link type are counted as `unknownLinkType`. */
export function decodesLinkType(linkType: number): boolean {
  return FIRST_STEP.has(linkType);
}
