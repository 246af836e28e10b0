// Made frames through a FlowRun, and what it printed.
import { Writable } from "node:stream";
import { FlowRun, type FlowRunOptions, type FlowRunSummary } from "../src/pdml/flow-run.ts";
import type { FlowTableOptions } from "../src/pdml/flow-table.ts";
import type { FrameSource } from "../src/pdml/frame-source.ts";
import type { ObjectForm } from "../src/pdml/object-form.ts";
import { JsonForm } from "../src/pdml/object-json.ts";
import { ByteWriter, PIECE_OCTETS, TextOutput } from "../src/report/index.ts";

export const PLAIN_TABLE: FlowTableOptions = {
  key: ["k"],
  idleSeconds: 180,
  maxLength: 200,
  distinct: false,
  framesApart: false,
  labels: false,
  memory: 1024 ** 3,
};

export interface Printed {
  readonly text: string;
  readonly summary: FlowRunSummary;
}

export async function runFrames(
  source: FrameSource,
  table: Partial<FlowTableOptions> = {},
  options: Partial<FlowRunOptions> & { readonly form?: ObjectForm } = {},
): Promise<Printed> {
  const pieces: Buffer[] = [];
  const sink = new Writable({
    write(piece: Buffer, _, done) {
      pieces.push(Buffer.from(piece));
      setImmediate(done);
    },
  });
  const forms = [options.form ?? new JsonForm(false)];
  const output = { writer: new ByteWriter(PIECE_OCTETS), stream: new TextOutput(sink), forms };
  const run = new FlowRun(source, { table: { ...PLAIN_TABLE, ...table }, output, ...options });
  await run.run();
  return { text: Buffer.concat(pieces).toString(), summary: run.summary() };
}

/** The objects of JSON lines. */
export function objectsOf(text: string): unknown[] {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
