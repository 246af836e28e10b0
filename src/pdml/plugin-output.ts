// Where plug-ins write: their texts in large pieces on a stream, whose back-pressure the run awaits.
import { safeJson } from "../core/safe-json.ts";
import { ByteWriter, PIECE_OCTETS, type TextOutput } from "../report/index.ts";
import type { PluginOutput } from "./observer.ts";

const encoder = new TextEncoder();

export class PluginText implements PluginOutput {
  readonly #output: TextOutput;
  readonly #out: ByteWriter;

  /** Who else writes on the same output gives its writer: then all stands in the order in which it was written. */
  constructor(output: TextOutput, out = new ByteWriter(PIECE_OCTETS)) {
    this.#output = output;
    this.#out = out;
  }

  write(text: string): void {
    const out = this.#out;
    // Of one UTF-16 unit come three octets at the most.
    out.reserve(text.length * 3);
    out.length += encoder.encodeInto(text, out.bytes.subarray(out.length)).written;
    if (out.length >= PIECE_OCTETS) this.#output.send(out);
  }

  json(value: unknown): void {
    this.write(`${safeJson(value)}\n`);
  }

  /** Hands over what was written. Undefined where there is room for more, else resolves when there is. */
  flush(): Promise<void> | undefined {
    this.#output.send(this.#out);
    return this.#output.room();
  }
}
