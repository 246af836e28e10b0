// CaptureReader: octets in, PacketBlocks out, whatever the capture format. It does no input itself, so files, pipes and
// decompressors share it, and it never throws for bad octets: it stops and says why.
import { SourceError } from "../core/errors.ts";
import { type CaptureCounts, PacketBlock } from "../core/packet-block.ts";
import type { CaptureFormat, ObservedAt } from "./capture-format.ts";
import { ClassicPcap } from "./classic-pcap.ts";
import { OctetWindow } from "./octet-window.ts";
import { Pcapng } from "./pcapng.ts";
import { describeTwice, RECOGNISE_OCTETS, recognise } from "./recognise.ts";

export class CaptureReader {
  readonly name: string;
  readonly window: OctetWindow;
  readonly counts: CaptureCounts = { packets: 0, bytes: 0, kernelDrops: null, interfaceDrops: null };
  readonly problems: Error[] = [];
  /** True when nothing more will come. */
  finished = false;
  readonly #block = new PacketBlock();
  readonly #observed: ObservedAt | undefined;
  #format: CaptureFormat | null = null;

  constructor(name: string, window = new OctetWindow(), observed?: ObservedAt) {
    this.name = name;
    this.window = window;
    this.#observed = observed;
    this.#block.setBytes(window.bytes);
  }

  /** The name for sentences. */
  get spokenName(): string {
    return this.name === "-" ? "standard input" : this.name;
  }

  /** True as soon as the first octets said what format this is. */
  get recognised(): boolean {
    return this.#format !== null;
  }

  /** Finds out what the window holds, if enough of it is there. Offers a chance to fail before the first packet. */
  recognise(): void {
    if (!this.finished) this.#format ??= this.#recognise(RECOGNISE_OCTETS);
  }

  /** The next packets that lie whole in the window; null when it needs more octets, or has finished. */
  take(): PacketBlock | null {
    if (this.finished) return null;
    this.recognise();
    if (this.#format === null) return null;
    const block = this.#block;
    if (block.bytes !== this.window.bytes) block.setBytes(this.window.bytes);
    block.count = 0;
    const fault = this.#format.read(block, this.window);
    block.interfaces = this.#format.interfaces;
    block.firstPacket = this.counts.packets + 1;
    this.#count(block);
    if (fault !== null) this.#stop(fault.sentence, fault.ahead ?? 0, fault.inPacket);
    return block.count > 0 ? block : null;
  }

  #count(block: PacketBlock): void {
    const { originalLength, count } = block;
    let bytes = 0;
    for (let row = 0; row < count; row++) bytes += originalLength[row]!;
    this.counts.packets += count;
    this.counts.bytes += bytes;
  }

  #recognise(enough: number): CaptureFormat | null {
    const { start, end, bytes } = this.window;
    if (end - start < enough) return null;
    const found = recognise(bytes.subarray(start, Math.min(end, start + RECOGNISE_OCTETS)));
    if (found.kind === "pcap") return new ClassicPcap(found.pcap, this.#observed);
    if (found.kind === "pcapng") return new Pcapng(this.#observed);
    this.fail(
      new SourceError({ source: this.spokenName }, found.kind === "other" ? found.sentence : describeTwice(found.kind)),
    );
    return null;
  }

  /** The source has ended. What is left in the window is a cut record, unless `take` can still use it: call that first. */
  end(): void {
    if (this.finished) return;
    this.#format ??= this.#recognise(0);
    if (this.#format === null || this.finished) return;
    if (this.window.end > this.window.start) {
      const cut = this.#format.describeCut(this.window);
      this.#stop(cut.sentence, cut.ahead ?? 0, cut.inPacket);
    }
    this.#finish();
  }

  #stop(sentence: string, ahead: number, inPacket: boolean): void {
    const offset = this.window.position() + ahead;
    const place = { source: this.spokenName, offset, ...(inPacket ? { packet: this.counts.packets + 1 } : {}) };
    this.problems.push(new SourceError(place, sentence));
    this.#finish();
  }

  /** Ends with a problem of the input itself: a disk error, damaged compression, a capture program that died. */
  fail(error: Error): void {
    this.problems.push(error);
    this.#finish();
  }

  /** Ends without a problem: somebody closed the source. */
  stop(): void {
    this.#finish();
  }

  #finish(): void {
    this.finished = true;
    const drops = this.#format?.drops();
    this.counts.kernelDrops ??= drops?.kernel ?? null;
    this.counts.interfaceDrops ??= drops?.interface ?? null;
  }
}
