// Where a tracker's Layers come from: decoded here, or in a worker thread beside it. Both look the same from outside.
import type { Ledger } from "../core/ledger.ts";
import { BLOCK_PACKETS, type CaptureCounts, type PacketBlock, type PacketSource } from "../core/packet-block.ts";
import { type DecodeOptions, Decoder, LayersBlock } from "../decode/index.ts";
import { DnsWatch, type NameSink } from "./dns-watch.ts";
import type { KeyMaker } from "./key-maker.ts";
import { LinkTypeCheck } from "./link-type-check.ts";

export interface LayersSource {
  /** The next rows with their keys made, valid until the next call; null at the end. */
  next(): Promise<LayersBlock | null>;
  /** Writes what decoding has counted so far (all but `tracked` and the tracker's own remarks) into a ledger. */
  book(ledger: Ledger): void;
  readonly counts: CaptureCounts;
  readonly problems: readonly Error[];
  progress(): { done: number; total: number } | null;
  close(): Promise<void>;
}

/** Decoding in this thread: for pipes and interfaces, and for files too small to share. */
export class InlineLayers implements LayersSource {
  private readonly source: PacketSource;
  private readonly blocks: AsyncIterator<PacketBlock>;
  private readonly decoder: Decoder;
  private readonly keys: KeyMaker;
  private readonly linkTypes: LinkTypeCheck;
  private readonly layers = new LayersBlock(BLOCK_PACKETS);

  private readonly dns: DnsWatch | null;

  /** `names` hears what DNS in the packets says. */
  constructor(source: PacketSource, decode: DecodeOptions, keys: KeyMaker, names?: NameSink) {
    this.dns = names === undefined ? null : new DnsWatch(names);
    this.source = source;
    this.blocks = source[Symbol.asyncIterator]();
    this.decoder = new Decoder(decode);
    this.keys = keys;
    this.linkTypes = new LinkTypeCheck(source.name);
  }

  async next(): Promise<LayersBlock | null> {
    const { done, value } = await this.blocks.next();
    if (done === true) return null;
    this.linkTypes.check(value);
    this.decoder.decode(value, this.layers);
    this.dns?.look(value, this.layers);
    this.keys.prepare(this.layers);
    return this.layers;
  }

  book(ledger: Ledger): void {
    this.decoder.book(ledger);
    ledger.remarks.fragmentsWithoutFirst += this.keys.fragments.takeWithoutFirst();
  }

  get counts(): CaptureCounts {
    return this.source.counts;
  }

  get problems(): readonly Error[] {
    return [...this.source.problems, ...this.linkTypes.problems];
  }

  progress(): { done: number; total: number } | null {
    return this.source.progress();
  }

  close(): Promise<void> {
    return this.source.close();
  }
}
