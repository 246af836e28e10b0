// Where plug-ins write: the writer of the run, which hands it over, and waits where the reader is slow.
import { safeJson } from "../core/safe-json.ts";
import type { ByteWriter } from "../report/index.ts";
import type { PluginOutput } from "./observer.ts";

const encoder = new TextEncoder();

/** Whoever else writes on the same writer: all stands in the order in which it was written. */
export class PluginText implements PluginOutput {
  readonly #out: ByteWriter;

  constructor(out: ByteWriter) {
    this.#out = out;
  }

  write(text: string): void {
    const out = this.#out;
    // Of one UTF-16 unit come three octets at the most.
    out.reserve(text.length * 3);
    out.length += encoder.encodeInto(text, out.bytes.subarray(out.length)).written;
  }

  json(value: unknown): void {
    this.write(`${safeJson(value)}\n`);
  }
}
