// Frames and flows of PDML as plain objects, and an output that keeps what is written: plug-ins alone, without a reader behind them.
import type { FrameView, PdmlFlowView, PluginOutput } from "../src/pdml/observer.ts";

type Fields = Readonly<Record<string, readonly string[]>>;

export function frameView(number: number, fields: Fields): FrameView {
  return {
    number,
    time: Number(fields["frame.time_epoch"]?.[0] ?? 0),
    fields: () => Object.keys(fields),
    values: (field) => fields[field] ?? [],
    toObject: () => ({}),
  };
}

export function flowView(id: number, fields: Fields, rest: Partial<PdmlFlowView> = {}): PdmlFlowView {
  return {
    id,
    keyFields: ["ip.src"],
    key: [fields["ip.src"] ?? []],
    frames: 1,
    start: 0,
    end: 0,
    endReason: "end",
    fields: () => Object.keys(fields),
    values: (field) => fields[field] ?? [],
    toObject: () => ({}),
    ...rest,
  };
}

export class KeptOutput implements PluginOutput {
  text = "";

  write(text: string): void {
    this.text += text;
  }

  json(value: unknown): void {
    this.write(`${JSON.stringify(value)}\n`);
  }

  /** What the lines say; every one must be JSON. */
  get objects(): Record<string, unknown>[] {
    return this.text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
