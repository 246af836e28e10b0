// One face for all sources of the live screen: a table that they fill, and what they have to say.
import type { TrackSummary } from "../core/ledger.ts";
import type { TopTable } from "../core/top-view.ts";
import type { HostNames, LiveOptions, LiveStatus, LiveTable } from "../live/index.ts";
import type { FlowStreamOptions, KeyPlan, TrackWords } from "../track/index.ts";
import type { ReceiveSettings } from "./collect-plan.ts";

export interface TopFeed<Table extends TopTable = LiveTable> {
  readonly table: Table;
  /** Settles at the end of the input, or when it is closed; rejects where it cannot go on. */
  readonly ended: Promise<void>;
  /** The input is read as fast as it goes: one picture of all of it is what is wanted. */
  readonly whole: boolean;
  /** What could not be read, so far. */
  problems(): readonly Error[];
  close(): Promise<void>;
}

/** What a feed is made of. */
export interface FeedPlan {
  readonly sources: readonly string[];
  readonly open: NonNullable<FlowStreamOptions["open"]>;
  readonly decode: NonNullable<FlowStreamOptions["decode"]>;
  readonly track: TrackWords;
  readonly key: KeyPlan;
  readonly biflow: boolean;
  /** Files: times as fast; Infinity = as fast as it goes. */
  readonly speed: number;
  readonly history: boolean;
  /** A store: the seconds before now with which the picture begins. */
  readonly sinceSeconds: number;
  readonly names: HostNames;
  readonly tls: Pick<ReceiveSettings, "tlsCert" | "tlsKey" | "tlsCa">;
  readonly signal: AbortSignal;
  readonly table: (options: Partial<LiveOptions>, parts: TableParts) => LiveTable;
}

export interface TableParts {
  readonly status: () => LiveStatus;
  readonly names: HostNames;
  readonly aliasOf?: (exporter: string) => string | null;
}

/** Fields of a key that a row has anyway. */
const COMMON: ReadonlySet<string> = new Set([
  "srcAddr",
  "dstAddr",
  "srcPort",
  "dstPort",
  "proto",
  "ipVersion",
  "etherType",
]);

/** Trackers tell each second what the flows with packets have come to. */
export function eventOptions({ key, biflow }: FeedPlan): Partial<LiveOptions> {
  return { events: true, biflow, key: key.fields.filter((name) => !COMMON.has(name)) };
}

/** Of a tracker whose flows are shown. Live ones have rows, so there are no more of them than rows. */
export function streamOptions(plan: FeedPlan, most: number): FlowStreamOptions {
  const { open, decode, track, names } = plan;
  return {
    open,
    decode,
    track: {
      ...track,
      maxFlows: Math.min(track.maxFlows ?? most, most),
      startEvents: true,
      updateSeconds: 1,
      updateSilent: false,
    },
    names: (address, name, seconds) => names.learn(address, name, seconds),
  };
}

export type Lost = LiveStatus["lost"][number];

/** Only what there is of it. */
export function lostOf(...all: readonly (readonly [string, number, Lost["unit"]])[]): readonly Lost[] {
  return all.flatMap(([reason, count, unit]) => (count > 0 ? [{ reason, count, unit }] : []));
}

/** What trackers left out: `lost` is missing in the picture, `apart` is no flow. */
export function untracked(
  streams: readonly { summary(): TrackSummary }[],
): Required<Pick<LiveStatus, "lost" | "apart">> {
  const sum = { kernel: 0, interface: 0, nonIp: 0, other: 0 };
  for (const stream of streams) {
    const { ledger, kernelDrops, interfaceDrops } = stream.summary();
    sum.kernel += kernelDrops ?? 0;
    sum.interface += interfaceDrops ?? 0;
    for (const [name, { packets }] of Object.entries(ledger.untracked)) {
      if (name === "nonIp") sum.nonIp += packets;
      else sum.other += packets;
    }
  }
  return {
    lost: lostOf(
      ["dropped by the kernel", sum.kernel, "packets"],
      ["dropped by the interface", sum.interface, "packets"],
      ["not decoded", sum.other, "packets"],
    ),
    apart: lostOf(["without IP (--non-ip counts them)", sum.nonIp, "packets"]),
  };
}
