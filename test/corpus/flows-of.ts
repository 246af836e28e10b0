// The flows of one capture of the corpus as objects, one for each key.
import { FlowStream, type FlowStreamOptions, NO_TIMEOUTS, parseKey, type TrackSummary } from "../../src/index.ts";
import { type FlowRecord, readRecords } from "../track-packets.ts";

export async function flowsOf(
  path: string,
  biflow: boolean,
  options: FlowStreamOptions = {},
): Promise<{ records: FlowRecord[]; summary: TrackSummary }> {
  const key = { plan: parseKey("5tuple"), biflow, icmp: "typeCode" } as const;
  const stream = await FlowStream.open([path], { ...options, track: { key, timeouts: NO_TIMEOUTS, ...options.track } });
  const records: FlowRecord[] = [];
  for await (const batch of stream) records.push(...readRecords(batch));
  return { records, summary: stream.summary() };
}
