// TransformPull: a node:zlib decompressor driven by hand, so that all it gives before an error is kept.
import type { Transform } from "node:stream";

export class TransformPull {
  readonly #transform: Transform;
  #given: Uint8Array[] = [];
  #fault: Error | null = null;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(transform: Transform) {
    this.#transform = transform;
    transform.on("data", (octets: Uint8Array) => this.#given.push(octets));
    transform.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    transform.on("error", (error) => {
      this.#fault = error;
      this.#wake();
    });
  }

  /** What came out of octets put in before; empties the list. */
  given(): Uint8Array[] {
    const given = this.#given;
    this.#given = [];
    return given;
  }

  /** The first error, as soon as there is one. */
  get fault(): Error | null {
    return this.#fault;
  }

  /** Resolves when the octets are used up, or are refused. The octets must stay as they are until then. */
  feed(octets: Uint8Array): Promise<void> {
    if (this.#ended || this.#fault !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#transform.write(octets, () => resolve());
    });
  }

  /** Says that all octets were fed, and waits for the last ones to come out. */
  finish(): Promise<void> {
    if (this.#ended || this.#fault !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#transform.end();
    });
  }

  stop(): void {
    this.#transform.destroy();
  }
}
