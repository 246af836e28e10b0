// PdmlFrames: frames out of tshark's PDML (-T pdml), whatever becomes of the input.
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";
import { FRAME_LIMITS, type FrameCounts, type FrameSource, noFrames } from "./frame-source.ts";
import { type FrameReaderOptions, type OctetInput, OctetWindow } from "./octet-window.ts";
import { PdmlScanner, SCANNED, SENTINEL } from "./pdml-scanner.ts";
import { readFault } from "./read-fault.ts";
import { find } from "./xml-markup.ts";

const PACKET_END = "</packet>";
const MOST_FIELDS = FRAME_LIMITS.fields;

export class PdmlFrames implements FrameSource {
  readonly names: FieldNames;
  readonly counts: FrameCounts = noFrames();
  readonly problems: string[] = [];
  readonly #input: OctetInput;
  readonly #window: OctetWindow;
  readonly #scanner: PdmlScanner;
  readonly #source: string;
  /** A frame that is too long is being passed over. */
  #passing = false;
  #ended = false;
  /** There is no more; what there is was to be scanned once more. */
  #last = false;
  #failure: string | null = null;

  constructor(input: OctetInput, names: FieldNames, options: FrameReaderOptions) {
    const limits = options.limits ?? FRAME_LIMITS;
    this.names = names;
    this.#input = input;
    this.#source = options.source;
    this.#window = new OctetWindow(input.octets, limits.octets, SENTINEL);
    this.#scanner = new PdmlScanner(this.#window, names, this.counts, {
      labels: options.labels ?? false,
      wanted: options.wanted ?? null,
      value: limits.value,
    });
  }

  next(): Frame | null {
    const scanner = this.#scanner;
    const window = this.#window;
    for (;;) {
      if (this.#passing && !this.#pass()) return null;
      if (this.#ended || (scanner.need > window.end && !window.full)) return null;
      const scanned = scanner.scan();
      if (scanned === SCANNED.frame) {
        this.counts.frames++;
        // Whatever pieces it came in.
        if (scanner.at - window.start > window.most || scanner.frame.fields > MOST_FIELDS) {
          this.counts.tooLarge++;
          continue;
        }
        this.counts.given++;
        scanner.frame.number = this.counts.frames;
        return scanner.frame;
      }
      if (scanned === SCANNED.fault) {
        this.#stop(scanner.at, scanner.fault);
        return null;
      }
      if (scanner.packetDepth === 0) window.start = scanner.at;
      if (!window.full && scanner.frame.fields <= MOST_FIELDS) return null;
      if (scanner.packetDepth === 0) {
        this.#stop(scanner.at, `expected markup of at most ${this.#window.most} octets`);
        return null;
      }
      this.#passing = true;
    }
  }

  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const window = this.#window;
    const scanner = this.#scanner;
    if (scanner.packetDepth === 0 || this.#passing) window.start = scanner.at;
    const before = window.base + window.end;
    let moved: number | null = null;
    try {
      moved = await window.more();
    } catch (error) {
      this.#failure = readFault(error);
    }
    if (moved === null) return this.#end();
    scanner.moved(moved);
    this.counts.octets += window.base + window.end - before;
    return true;
  }

  progress(): { readonly done: number; readonly total: number } | null {
    return this.#input.progress();
  }

  async close(): Promise<void> {
    this.#ended = true;
    await this.#input.close();
    await this.#window.release();
  }

  /** Looks for the end of a frame that is too long; true = found. */
  #pass(): boolean {
    const window = this.#window;
    const scanner = this.#scanner;
    const at = find(window.octets, scanner.at, window.end, PACKET_END);
    if (at < 0) {
      scanner.passTo(Math.max(scanner.at, window.end - PACKET_END.length + 1));
      return false;
    }
    scanner.passTo(at + PACKET_END.length);
    scanner.leavePacket();
    window.start = scanner.at;
    this.#passing = false;
    this.counts.frames++;
    this.counts.tooLarge++;
    return true;
  }

  /** True where something is left that was waiting for more octets than there are. */
  #end(): boolean {
    const scanner = this.#scanner;
    const { end } = this.#window;
    if (!this.#last && !this.#passing && scanner.at < end) {
      this.#last = true;
      scanner.need = scanner.at;
      return true;
    }
    if (this.#failure !== null) this.#stop(end, this.#failure);
    else if (scanner.depth > 0 || scanner.at < end) {
      this.#stop(end, "expected the rest of the PDML, found the end; the frames before are used");
    } else if (!scanner.begun) this.#stop(end, "expected PDML (tshark -T pdml writes it), found an empty input");
    this.#ended = true;
    return false;
  }

  #stop(at: number, sentence: string): void {
    this.#ended = true;
    const { counts } = this;
    this.problems.push(`${this.#source}, octet ${this.#window.base + at}, frame ${counts.frames + 1}: ${sentence}`);
    if (this.#scanner.packetDepth === 0) return;
    counts.frames++;
    if (this.#passing) counts.tooLarge++;
    else counts.malformed++;
  }
}
