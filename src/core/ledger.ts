// The ledger: where every packet went. read = tracked + the sum of the untracked reasons, at any moment.

export interface Count {
  packets: number;
  /** Octets of whole frames, as they were on the wire. */
  bytes: number;
}

/** Why a packet that was read is in no flow. Each packet has one reason at the most. */
export const UNTRACKED = {
  nonIp: "frames that carry no IP; --non-ip makes flows of them",
  truncated: "the capture cut the packet before its addresses",
  malformed: "a header contradicts itself",
  tooDeep: "more headers inside one another than are followed",
  unknownLinkType: "a link type that is not decoded",
  empty: "no octets were captured",
} as const;
export type Untracked = keyof typeof UNTRACKED;

/** What is noted of packets that are tracked all the same. */
export const REMARKS = {
  portsMissing: "the capture cut the packet before its ports; they count as 0",
  tcpFlagsMissing: "the capture cut the packet before its TCP flags",
  fragments: "fragments of IP packets",
  fragmentsWithoutFirst: "later fragments whose first fragment was not seen; their ports count as 0",
  lengthContradicts: "the IP length says more than the frame can hold",
  outOfOrder: "packets older than the one before",
  withoutTime: "packets without a time",
  icmpErrorsAttached: "ICMP errors counted to the flow that caused them",
} as const;
export type Remark = keyof typeof REMARKS;

const UNTRACKED_NAMES = Object.keys(UNTRACKED) as Untracked[];
const REMARK_NAMES = Object.keys(REMARKS) as Remark[];

export class Ledger {
  readonly read: Count = { packets: 0, bytes: 0 };
  readonly tracked: Count = { packets: 0, bytes: 0 };
  readonly untracked: Record<Untracked, Count> = fromNames(UNTRACKED_NAMES, () => ({ packets: 0, bytes: 0 }));
  readonly remarks: Record<Remark, number> = fromNames(REMARK_NAMES, () => 0);

  /** Packets and octets that are read but neither tracked nor named: zero, or there is a fault in this program. */
  unexplained(): Count {
    const left = { packets: this.read.packets - this.tracked.packets, bytes: this.read.bytes - this.tracked.bytes };
    for (const name of UNTRACKED_NAMES) {
      left.packets -= this.untracked[name].packets;
      left.bytes -= this.untracked[name].bytes;
    }
    return left;
  }
}

function fromNames<N extends string, V>(names: readonly N[], value: () => V): Record<N, V> {
  return Object.fromEntries(names.map((name) => [name, value()])) as Record<N, V>;
}

/** Flows of a tracker's life, all of them 0 at the start. */
export interface FlowCounts {
  started: number;
  live: number;
  peakLive: number;
  /** Records given, by flowEndReason (IE 136). */
  ended: { idle: number; active: number; end: number; forced: number; resources: number };
}

/** All that a run can tell of itself at its end, or when asked. */
export interface TrackSummary {
  readonly ledger: Ledger;
  readonly flows: FlowCounts;
  readonly kernelDrops: number | null;
  readonly interfaceDrops: number | null;
  /** True while drops are counted, but will be told at the end of the capture only. */
  readonly dropsToldAtEnd?: boolean;
  readonly elapsedSeconds: number;
  readonly problems: readonly Error[];
}
