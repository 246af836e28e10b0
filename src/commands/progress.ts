// The line on the terminal that tells how a long run is getting on.
import type { CollectLedger } from "../core/collect-ledger.ts";
import { type CollectProgressState, createProgress } from "../report/index.ts";
import type { FlowStream } from "../track/index.ts";

const EVERY_MS = 200;

/** Draws until stopped; draws nothing where stderr is no terminal, or the flows themselves run over it. */
export function drawProgress(
  stream: FlowStream,
  terminal: NodeJS.WriteStream,
  flowsOnTerminal: boolean,
): { stop(): void } {
  if (terminal.isTTY !== true || flowsOnTerminal) return { stop() {} };
  const progress = createProgress(terminal);
  const timer = setInterval(() => {
    const { ledger, flows, kernelDrops } = stream.summary();
    progress.update({
      packets: ledger.read.packets,
      bytes: ledger.read.bytes,
      liveFlows: flows.live,
      kernelDrops,
      source: stream.progress(),
    });
  }, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      progress.end();
    },
  };
}

/** How far a collector is. */
export function progressState({ pages, messages, kernelDrops }: CollectLedger): CollectProgressState {
  let [records, lostRecords] = [0, 0];
  for (const page of pages) {
    records += page.records;
    lostRecords += page.lostRecords;
  }
  return { messages, records, lostRecords, kernelDrops: kernelDrops ?? 0, exporters: pages.length };
}
