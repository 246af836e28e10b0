// Observers: a program's own functions that hear of flows as they begin, go on and end.

import { FLOW_EVENT } from "../core/elements.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { type FlowView, RecordCursor } from "../core/flow-record.ts";
import type { TrackSummary } from "../core/ledger.ts";
import type { FlowStream } from "./flow-stream.ts";

/** What is to be called; `flow` is one object that is used again, valid during the call only (`flow.toJSON` makes a copy). */
export interface FlowObserver {
  /** A flow began; its counters have its first packet. Needs the track option `startEvents`. */
  readonly onStart?: ((flow: FlowView) => void) | undefined;
  /** A flow goes on; its counters are those so far. Needs the track option `updateSeconds`. */
  readonly onUpdate?: ((flow: FlowView) => void) | undefined;
  /** A record is complete; `endReason` says why. After "active" the flow goes on in another record. */
  readonly onEnd?: ((flow: FlowView) => void) | undefined;
}

/**
 * Runs the stream to its end and calls the observer for each record, in order. Gives the summary. What a call throws ends
 * the reading and is thrown on; call `stream.close()`, or abort its signal, to end it in order.
 */
export async function observe(stream: FlowStream, observer: FlowObserver): Promise<TrackSummary> {
  const cursor = new RecordCursor();
  const byEvent: (keyof FlowObserver | undefined)[] = [];
  byEvent[FLOW_EVENT.start] = "onStart";
  byEvent[FLOW_EVENT.update] = "onUpdate";
  byEvent[FLOW_EVENT.end] = "onEnd";
  for await (const batch of stream) tell(batch);
  return stream.summary();

  function tell(batch: FlowBatch): void {
    const { event } = batch.columns;
    for (let row = 0; row < batch.rows; row++) {
      const call = byEvent[event[row]!];
      if (call !== undefined) observer[call]?.(cursor.at(batch, row));
    }
  }
}
