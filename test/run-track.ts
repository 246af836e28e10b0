// `flowgauge track` inside the test's own process: the options, the flows' text, the summary. (test/cli runs the real program.)
import { Writable } from "node:stream";
import { trackPlan } from "../src/commands/index.ts";
import { createFlowPrinter, FlowStream, type TrackSummary } from "../src/index.ts";

export async function runTrack(
  sources: readonly string[],
  args: readonly string[],
): Promise<{ stdout: string; summary: TrackSummary }> {
  const { stream: options, printer } = await trackPlan([...sources, ...args]);
  const stream = await FlowStream.open(sources, options);
  const chunks: Buffer[] = [];
  const destination = new Writable({
    write(chunk, _, done) {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const sink = createFlowPrinter(printer!, destination);
  for await (const batch of stream) await sink.write(batch);
  await sink.end();
  return { stdout: Buffer.concat(chunks).toString(), summary: stream.summary() };
}
