// Words that grow in place: the flow table's memory.
//
// A WebAssembly.Memory is used as nothing but memory: it starts at a page border, so that rows of 64 octets are cache lines (an
// ArrayBuffer of node starts 16 octets into one), and it grows without copying, so that there is never a second table
// beside the first. Pages that were never written take no memory.

interface PageMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: { Memory: new (size: { initial: number; maximum: number }) => PageMemory };

const PAGE_WORDS = 16_384;
const MAX_PAGES = 65_536;

export class GrowingWords {
  private readonly memory: PageMemory;
  /** All words there are; a new array after each growth. */
  words: Int32Array;

  constructor(words: number) {
    const initial = Math.max(1, Math.ceil(words / PAGE_WORDS));
    this.memory = new WebAssembly.Memory({ initial, maximum: MAX_PAGES });
    this.words = new Int32Array(this.memory.buffer);
  }

  /** Makes room for so many words in all; what is there stays. Throws RangeError beyond 4 GiB. */
  reserve(words: number): void {
    const pages = Math.ceil((words - this.words.length) / PAGE_WORDS);
    if (pages <= 0) return;
    this.memory.grow(pages);
    this.words = new Int32Array(this.memory.buffer);
  }
}
