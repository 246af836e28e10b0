// OctetWindow: the part of an input that is in memory, for every format: one buffer that is used again; what is not done with stays in it.
import { FRAME_LIMITS } from "./frame-source.ts";

/** Where octets come from: a file, a pipe, a decompressor, tshark. */
export interface OctetInput {
  /** Ends, or throws, at the end. Its pieces, of any length, are copied before the next one is asked for. */
  readonly octets: AsyncIterator<Uint8Array, unknown, void>;
  /** Octets done and in all, of the file as it lies on the disk; null where that is not known. */
  progress(): { readonly done: number; readonly total: number } | null;
  /** Makes `octets` end soon. */
  close(): Promise<void>;
}

/** What every format's reader takes: `new PdmlFrames(input, names, options)`, and EkFrames, JsonFrames the same. */
export interface FrameReaderOptions {
  /** The input in sentences for people: a file's name, or "standard input". */
  readonly source: string;
  /** Whether frames get labels (PDML's `showname`). */
  readonly labels?: boolean | undefined;
  /** Names that somebody asks for: frames need no other fields. PDML's reader does not look into the values of others. */
  readonly wanted?: readonly string[] | undefined;
  /** Lower limits, for tests. */
  readonly limits?: { readonly octets: number; readonly value: number } | undefined;
}

/** Beyond this the window slides, unless one frame is longer: what is read next should be in the processor's cache. */
const SOFT_OCTETS = 768 * 1024;
/** Behind the limit there is room for a piece, and for the zeros. */
const PIECE_OCTETS = 256 * 1024;
/** Behind the end there are so many octets that are not part of the input; the first one is the sentinel. */
const SLACK = 16;
const NONE = new Uint8Array(0);

export class OctetWindow {
  /** Never another array. Pages that are never written cost no memory. */
  readonly octets: Uint8Array<ArrayBuffer>;
  readonly view: DataView<ArrayBuffer>;
  /** What is needed still begins here: its reader moves it on. */
  start = 0;
  /** What has been read ends here; octets[end] is the sentinel. */
  end = 0;
  /** Octets that may be held. */
  readonly most: number;
  /** Where octets[0] lies in the (decompressed) input. */
  base = 0;
  readonly #soft: number;
  readonly #source: AsyncIterator<Uint8Array, unknown, void>;
  readonly #sentinel: number;
  #piece: Uint8Array = NONE;

  /** The sentinel is an octet at which the reader's loops end. */
  constructor(source: AsyncIterator<Uint8Array, unknown, void>, most: number = FRAME_LIMITS.octets, sentinel = 0) {
    this.#source = source;
    this.#sentinel = sentinel;
    this.most = most;
    this.#soft = Math.min(SOFT_OCTETS, most + PIECE_OCTETS);
    const buffer = new ArrayBuffer(most + PIECE_OCTETS + SLACK);
    this.octets = new Uint8Array(buffer);
    this.view = new DataView(buffer);
    this.octets[0] = sentinel;
  }

  /** True where more octets are needed than may be: `start` must move on before anything is read. */
  get full(): boolean {
    return this.end - this.start > this.most;
  }

  /**
   * Reads on: octets behind `end`. Answers how far everything moved towards the front (positions become smaller by it), or
   * null at the end of the input. Rejects with what the input throws. Not to be called while it is `full`.
   */
  async more(): Promise<number | null> {
    while (this.#piece.length === 0) {
      const next = await this.#source.next();
      if (next.done === true) return null;
      this.#piece = next.value;
    }
    const moved = this.#makeRoom();
    const room = Math.min(PIECE_OCTETS, this.octets.length - SLACK - this.end);
    const taken = this.#piece.length <= room ? this.#piece : this.#piece.subarray(0, room);
    this.octets.set(taken, this.end);
    this.end += taken.length;
    this.octets[this.end] = this.#sentinel;
    this.#piece = this.#piece.subarray(taken.length);
    return moved;
  }

  #makeRoom(): number {
    const moved = this.start;
    const held = this.end - moved;
    if (moved === 0 || (this.end + Math.min(this.#piece.length, PIECE_OCTETS) <= this.#soft && held > 0)) return 0;
    // A frame longer than half the window would be moved for every piece.
    const room = this.octets.length - SLACK - this.end;
    if (held > this.#soft / 2 && room >= Math.min(this.#piece.length, PIECE_OCTETS)) return 0;
    this.octets.copyWithin(0, moved, this.end);
    this.start = 0;
    this.end = held;
    this.base += moved;
    return moved;
  }

  /** Lets go of the input where it has not ended by itself. */
  async release(): Promise<void> {
    await this.#source.return?.().catch(() => undefined);
  }
}
