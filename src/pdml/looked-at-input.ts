// LookedAtInput: an input whose first octets can be looked at before they are read.

import type { OctetInput } from "./octet-window.ts";
import { FORMAT_OCTETS, firstLetter } from "./recognise-frames.ts";

/** White space at the beginning that is passed over in the search for what comes. */
const MOST_SPACE = 65_536;

export class LookedAtInput implements OctetInput {
  readonly octets: AsyncGenerator<Uint8Array, void, void>;
  readonly #input: OctetInput;
  #first: Uint8Array = new Uint8Array(0);

  constructor(input: OctetInput) {
    this.#input = input;
    this.octets = this.#read();
  }

  /** The first octets: so many that their format shows, or all there are. */
  async first(): Promise<Uint8Array> {
    while (this.#first.length - firstLetter(this.#first) < FORMAT_OCTETS && this.#first.length < MOST_SPACE) {
      const next = await this.#input.octets.next();
      if (next.done === true) break;
      this.#first = Buffer.concat([this.#first, next.value]);
    }
    return this.#first;
  }

  async *#read(): AsyncGenerator<Uint8Array, void, void> {
    try {
      if (this.#first.length > 0) yield this.#first;
      this.#first = new Uint8Array(0);
      for (;;) {
        const next = await this.#input.octets.next();
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await this.#input.octets.return?.();
    }
  }

  progress(): { readonly done: number; readonly total: number } | null {
    return this.#input.progress();
  }

  async close(): Promise<void> {
    await this.#input.close();
  }
}
