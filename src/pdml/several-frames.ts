// SeveralFrames: one input after the other as one source; what each of them is shows when its first octets are there.
import { openOctets } from "../capture/index.ts";
import { SourceError, UsageError } from "../core/errors.ts";
import type { Frame } from "./frame.ts";
import { type FrameCounts, type FrameSource, noFrames } from "./frame-source.ts";
import { JsonFrames } from "./json-frames.ts";
import { LookedAtInput } from "./looked-at-input.ts";
import type { FrameReaderOptions, OctetInput } from "./octet-window.ts";
import type { OpenFramesOptions } from "./open-frames.ts";
import { PdmlFrames } from "./pdml-frames.ts";
import { asSourceError } from "./read-fault.ts";
import { recogniseFrames } from "./recognise-frames.ts";
import { isInterface } from "./tshark.ts";

const EXPECTED = "PDML or JSON of tshark, or a capture";

export class SeveralFrames implements FrameSource {
  readonly names: OpenFramesOptions["names"];
  readonly #sources: readonly string[];
  readonly #options: OpenFramesOptions;
  /** Which source is next. */
  #at = 0;
  #input: LookedAtInput | null = null;
  #reader: FrameSource | null = null;
  /** Of the sources that are done. */
  readonly #counts = noFrames();
  readonly #problems: string[] = [];
  /** Called off: what the reader still does is not looked at. */
  #off = false;
  #callOff: (read: boolean) => void = () => undefined;

  constructor(sources: readonly string[], options: OpenFramesOptions) {
    this.names = options.names;
    this.#sources = sources;
    this.#options = options;
    const { signal } = options;
    if (signal?.aborted) this.#end();
    signal?.addEventListener("abort", () => this.#end(), { once: true });
  }

  get counts(): FrameCounts {
    const sum = { ...this.#counts };
    if (this.#reader !== null && !this.#off) add(sum, this.#reader.counts);
    return sum;
  }

  get problems(): readonly string[] {
    return this.#reader === null || this.#off ? this.#problems : [...this.#problems, ...this.#reader.problems];
  }

  next(): Frame | null {
    return this.#reader === null || this.#off ? null : this.#reader.next();
  }

  more(): Promise<boolean> {
    if (this.#off) return Promise.resolve(false);
    return new Promise((resolve, reject) => {
      this.#callOff = resolve;
      this.#more().then(resolve, reject);
    });
  }

  /** Opens the next source; what is wrong with it is answered, and among the problems. */
  async openNext(): Promise<SourceError | null> {
    const source = this.#sources[this.#at++];
    if (source === undefined) return null;
    try {
      this.#input = new LookedAtInput(await this.#open(source));
      return null;
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const failed = asSourceError(source, error);
      this.#problems.push(failed.message);
      return failed;
    }
  }

  #open(source: string): Promise<OctetInput> {
    const { openCapture } = this.#options;
    if (openCapture !== undefined && isInterface(source)) return openCapture(source, null);
    return openOctets(source, EXPECTED);
  }

  /** Only of one source: how long the others are is not known. */
  progress(): { readonly done: number; readonly total: number } | null {
    return this.#sources.length === 1 ? (this.#input?.progress() ?? null) : null;
  }

  async close(): Promise<void> {
    this.#end();
    await (this.#reader ?? this.#input)?.close();
  }

  async #more(): Promise<boolean> {
    if (this.#reader !== null) {
      if (await this.#reader.more()) return true;
      if (this.#off) return false;
      await this.#done(this.#reader);
    }
    while (!this.#off && this.#input === null && this.#at < this.#sources.length) await this.openNext();
    if (this.#off || this.#input === null) return false;
    await this.#recognise(this.#input, this.#sources[this.#at - 1]!);
    return !this.#off;
  }

  async #recognise(input: LookedAtInput, name: string): Promise<void> {
    const source = name === "-" ? "standard input" : name;
    try {
      const format = recogniseFrames(await input.first());
      if (this.#off) return;
      if (typeof format !== "string") throw new SourceError({ source }, format.sentence);
      const { labels, wanted } = this.#options;
      const options = { source, labels, wanted };
      if (format === "capture") this.#reader = this.#read("pdml", await this.#capture(input, name), options);
      else this.#reader = this.#read(format, input, options);
    } catch (error) {
      this.#input = null;
      if (error instanceof UsageError) {
        await input.close();
        throw error;
      }
      this.#problems.push(asSourceError(source, error).message);
      await input.close();
    }
  }

  #read(format: "pdml" | "json", octets: OctetInput, options: FrameReaderOptions): FrameSource {
    return format === "pdml"
      ? new PdmlFrames(octets, this.names, options)
      : new JsonFrames(octets, this.names, options);
  }

  /** tshark reads a file itself; what came from standard input is handed to it. */
  async #capture(input: LookedAtInput, name: string): Promise<OctetInput> {
    const { openCapture } = this.#options;
    if (openCapture === undefined) {
      const advice = `tshark -r ${name} -T pdml | flowgauge pdml flows`;
      throw new SourceError(
        { source: name },
        `expected PDML or JSON of tshark, found a capture; make PDML of it: ${advice}`,
      );
    }
    if (name === "-") return openCapture(name, input);
    const opened = await openCapture(name, null);
    await input.close();
    return opened;
  }

  async #done(reader: FrameSource): Promise<void> {
    add(this.#counts, reader.counts);
    this.#problems.push(...reader.problems);
    this.#reader = null;
    this.#input = null;
    await reader.close();
  }

  #end(): void {
    if (this.#off) return;
    const reader = this.#reader;
    if (reader !== null) {
      add(this.#counts, reader.counts);
      this.#problems.push(...reader.problems);
    }
    this.#off = true;
    this.#callOff(false);
  }
}

function add(sum: FrameCounts, more: FrameCounts): void {
  for (const name of Object.keys(sum) as (keyof FrameCounts)[]) sum[name] += more[name];
}
