// JsonFrames: frames of `tshark -T json` and `tshark -T ek`, one packet after another as the octets come.
import { EkNames } from "./ek-names.ts";
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";
import { FRAME_LIMITS, type FrameCounts, type FrameSource, noFrames } from "./frame-source.ts";
import { LayersReader } from "./json-layers.ts";
import { JsonScanner, TOKEN } from "./json-scanner.ts";
import { type FrameReaderOptions, type OctetInput, OctetWindow } from "./octet-window.ts";
import { readFault } from "./read-fault.ts";
import { type FieldTable, tsharkFields } from "./tshark-fields.ts";

const LAYERS = Buffer.from("layers");
const SOURCE = Buffer.from("_source");
const INDEX = Buffer.from("index");
/** More problems than these nobody reads. */
const MOST_PROBLEMS = 8;
const MOST_FIELDS = FRAME_LIMITS.fields;
const NEWLINE = 0x0a;
const BRACE = 0x7b;

export interface JsonFramesOptions extends FrameReaderOptions {
  /** Where the names of ek are known from: tshark's own list unless said otherwise. null = none. */
  readonly fieldTable?: () => Promise<FieldTable | null>;
}

/**
 * A list of packets, `[{"_source": {"layers": {...}}}, ...]`, or packets one behind the other, one a line as `-T ek` has them
 * (`{"index": ...}` lines are passed over). What is damaged ends a list; behind a damaged line the next one is read.
 */
export class JsonFrames implements FrameSource {
  readonly names: FieldNames;
  readonly counts: FrameCounts = noFrames();
  readonly #problems: string[] = [];
  readonly #input: OctetInput;
  readonly #options: JsonFramesOptions;
  readonly #window: OctetWindow;
  readonly #scanner: JsonScanner;
  readonly #layers: LayersReader;
  #over = false;
  /** Packets stand in an array. */
  #list = false;
  /** How deep the scanner is inside of the packet; 0 = in none. */
  #packet = 0;
  #packetAt = 0;
  /** Inside of "layers". */
  #inLayers = false;
  #hadLayers = false;
  #isIndex = false;
  /** The last name that stood in the packet, or in its "_source": what is opened next has it. */
  #key: "layers" | "_source" | "" = "";
  #inSource = false;
  /** The packet is longer than the limit: read to its end, not kept. */
  #dropping = false;
  /** Behind a fault: the next line that begins with a brace is looked for. */
  #lost = false;
  #ek: EkNames | null = null;
  #wantsNames = false;

  constructor(input: OctetInput, names: FieldNames, options: JsonFramesOptions) {
    this.#input = input;
    this.names = names;
    this.#options = options;
    this.#window = new OctetWindow(input.octets, options.limits?.octets);
    this.#scanner = new JsonScanner(this.#window.octets);
    this.#layers = new LayersReader(this.#scanner, names, this.counts, options.limits?.value ?? FRAME_LIMITS.value);
  }

  get problems(): readonly string[] {
    return this.#problems;
  }

  progress(): { readonly done: number; readonly total: number } | null {
    return this.#input.progress();
  }

  async close(): Promise<void> {
    this.#over = true;
    await this.#input.close();
    await this.#window.release();
  }

  next(): Frame | null {
    const scanner = this.#scanner;
    while (!this.#over && !this.#wantsNames) {
      if (this.#lost && !this.#findLine()) return null;
      const token = scanner.next();
      if (token === TOKEN.more) return null;
      if (token === TOKEN.fault) this.#fault(scanner.fault);
      else if (token === TOKEN.end) this.#over = true;
      else if (this.#packet === 0) this.#between(token);
      else if (this.#inLayers && this.#takeField(token)) continue;
      else if (this.#inPacket(token)) return this.#layers.frame;
    }
    return null;
  }

  /** True while the token belongs to "layers". */
  #takeField(token: number): boolean {
    this.#inLayers = this.#dropping ? this.#scanner.depth > this.#packet : this.#layers.take(token);
    if (this.#layers.frame.fields > MOST_FIELDS) this.#drop();
    return this.#inLayers;
  }

  /** The packet is read to its end, and not kept. */
  #drop(): void {
    this.#dropping = true;
    this.#layers.frame.fields = 0;
  }

  #between(token: number): void {
    const scanner = this.#scanner;
    if (token === TOKEN.array && scanner.depth === 1) this.#list = true;
    else if (token === TOKEN.arrayEnd) this.#list = false;
    else if (token === TOKEN.object) {
      this.#packet = scanner.depth;
      this.#packetAt = scanner.from;
      this.#hadLayers = this.#isIndex = this.#inSource = this.#dropping = false;
      this.#key = "";
      this.#layers.frame.fields = 0;
      this.#layers.frame.number = this.counts.frames + 1;
      this.#layers.frame.offset = this.#window.base + scanner.from;
    } else this.#fault("expected a packet as tshark writes it, an object, found another value");
  }

  /** What a packet holds beside its layers; true at its end, where it is a frame. */
  #inPacket(token: number): boolean {
    const scanner = this.#scanner;
    const inside = scanner.depth - this.#packet;
    if (inside < 0) return this.#endPacket();
    if (token === TOKEN.key) {
      if (inside === 0) {
        this.#key = this.#isText(LAYERS) ? "layers" : this.#isText(SOURCE) ? "_source" : "";
        this.#isIndex ||= this.#isText(INDEX);
        this.#inSource = false;
      } else if (inside === 1 && this.#inSource) this.#key = this.#isText(LAYERS) ? "layers" : "";
      return false;
    }
    if (token === TOKEN.object) {
      if (this.#key === "_source" && inside === 1) this.#inSource = true;
      else if (this.#key === "layers" && inside === (this.#inSource ? 2 : 1)) this.#beginLayers();
    }
    this.#key = "";
    return false;
  }

  #beginLayers(): void {
    this.#inLayers = true;
    this.#hadLayers = true;
    if (this.#inSource) this.#layers.begin(null);
    else if (this.#ek !== null) this.#layers.begin(this.#ek);
    // What the names mean is asked once; `more` waits for it.
    else this.#wantsNames = true;
  }

  #endPacket(): boolean {
    this.#packet = 0;
    this.#inLayers = false;
    if (this.#isIndex && !this.#hadLayers) return false;
    this.counts.frames++;
    if (this.#dropping || this.#scanner.at - this.#packetAt > this.#window.most) {
      this.counts.tooLarge++;
      return false;
    }
    if (!this.#hadLayers) {
      this.counts.malformed++;
      const sentence =
        'expected a packet with its "layers", found an object without; make it with tshark -T json or -T ek';
      this.#tell(this.#window.base + this.#packetAt, sentence, this.counts.frames);
      return false;
    }
    this.counts.given++;
    return true;
  }

  #isText(text: Uint8Array): boolean {
    const { bytes, from, to } = this.#scanner;
    if (to - from !== text.length) return false;
    for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text[at]) return false;
    return true;
  }

  /** The input is not JSON here, or no packet. */
  #fault(sentence: string): void {
    const scanner = this.#scanner;
    const frame = this.counts.frames + 1;
    if (this.#packet > 0 && !this.#isIndex) {
      this.counts.frames++;
      this.counts.malformed++;
    }
    const cut = scanner.final && scanner.at + scanner.unfinished >= scanner.end;
    const goesOn = !cut && !this.#list;
    const then = goesOn ? "read on from the next line" : "the frames before are given";
    this.#tell(this.#window.base + scanner.at, `${sentence}; ${cut ? "it was cut short, " : ""}${then}`, frame);
    this.#packet = 0;
    this.#inLayers = false;
    this.#dropping = false;
    if (goesOn) this.#lost = true;
    else this.#over = true;
  }

  #tell(offset: number, sentence: string, frame: number): void {
    if (this.#problems.length < MOST_PROBLEMS) {
      this.#problems.push(`${this.#options.source}, octet ${offset}, frame ${frame}: ${sentence}`);
    }
  }

  /** Goes on behind a fault: from the next line that begins with a brace. False where there is none in what was read. */
  #findLine(): boolean {
    const scanner = this.#scanner;
    const { octets } = this.#window;
    for (let at = scanner.at; ; at++) {
      at = octets.indexOf(NEWLINE, at);
      if (at < 0 || at + 1 >= scanner.end) {
        // A line end may be the last octet that was read.
        scanner.restart(at < 0 || at >= scanner.end ? scanner.end : at);
        if (scanner.final) this.#over = true;
        return false;
      }
      if (octets[at + 1] !== BRACE) continue;
      scanner.restart(at + 1);
      this.#lost = false;
      return true;
    }
  }

  async more(): Promise<boolean> {
    if (this.#wantsNames) {
      this.#ek = new EkNames(this.names, await (this.#options.fieldTable ?? tsharkFields)());
      this.#layers.begin(this.#ek);
      this.#wantsNames = false;
      return true;
    }
    const scanner = this.#scanner;
    if (this.#over || scanner.final) return false;
    this.#letGo();
    try {
      const before = this.#window.end;
      const moved = await this.#window.more();
      if (moved === null) scanner.final = true;
      else this.#moved(moved, this.#window.end - (before - moved));
      return true;
    } catch (error) {
      // What was read is whole as far as it goes: only the frame that it ends in is lost.
      const frame = this.counts.frames + 1;
      if (this.#packet > 0) {
        this.counts.frames++;
        this.counts.malformed++;
      }
      this.#tell(this.#window.base + this.#window.end, readFault(error), frame);
      this.#over = true;
      return false;
    }
  }

  /** A byte order mark at the beginning. */
  #passMark(): void {
    const { octets, end } = this.#window;
    if (end >= 3 && octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf) this.#scanner.at = 3;
  }

  /** Octets that are not needed any more make room. */
  #letGo(): void {
    const window = this.#window;
    const scanner = this.#scanner;
    window.start = this.#packet > 0 && !this.#dropping ? this.#packetAt : scanner.at;
    if (!window.full) return;
    if (this.#packet > 0) this.#drop();
    // It may be one text that is so long.
    if (scanner.unfinished > 0) scanner.dropUnfinished();
    window.start = scanner.at;
  }

  #moved(by: number, octets: number): void {
    const scanner = this.#scanner;
    this.counts.octets += octets;
    scanner.end = this.#window.end;
    if (this.#window.base + scanner.at === 0) this.#passMark();
    if (by === 0) return;
    scanner.moved(by);
    this.#packetAt -= by;
    if (this.#packet > 0 && !this.#dropping) this.#layers.moved(by);
  }
}
