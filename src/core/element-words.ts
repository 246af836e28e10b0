// Numbers that read as words: the values of event, endReason and samplingSource.
import type { Print } from "./element-row.ts";

/** flowEndReason (IE 136). */
export const END_REASON = { none: 0, idle: 1, active: 2, end: 3, forced: 4, resources: 5 } as const;
export type EndReason = (typeof END_REASON)[keyof typeof END_REASON];

/** firewallEvent (IE 233). A tracker gives start, end and update. */
export const FLOW_EVENT = { none: 0, start: 1, end: 2, denied: 3, alert: 4, update: 5 } as const;
export type FlowEvent = (typeof FLOW_EVENT)[keyof typeof FLOW_EVENT];

/** Where a record's sampling rate comes from. */
export const SAMPLING_SOURCE = { none: 0, configured: 1, record: 2, options: 3, header: 4, sample: 5 } as const;

/** The words of each way to print that has some. What is 0, or has no word, reads as none. */
export const PRINTED_WORDS: { readonly [P in Print]?: Readonly<Record<string, number>> } = {
  event: FLOW_EVENT,
  endReason: END_REASON,
  samplingSource: SAMPLING_SOURCE,
};
