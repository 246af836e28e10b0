// OtherFields: what a record says beyond the columns of a batch, by name: ClickHouse's Map(String, String) as columns.

/** Octets of one value at the most; longer ones are cut by who adds them. */
export const MOST_VALUE_OCTETS = 4096;

/** Different names that are kept; what comes after them is called `OVERFLOW_NAME` (a hostile exporter can invent names). */
const MOST_NAMES = 16_384;
const OVERFLOW_NAME = "otherNames";

const names: string[] = [];
const numbers = new Map<string, number>();

/** The number of a name, the same in every batch of this thread. */
export function nameNumber(name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  const kept = names.length < MOST_NAMES - 1 ? name : OVERFLOW_NAME;
  const number = numbers.get(kept) ?? names.push(kept) - 1;
  numbers.set(kept, number);
  return number;
}

/** The name of a number. */
export function nameOf(number: number): string {
  return names[number] ?? OVERFLOW_NAME;
}

/**
 * Entries (name, text) of a batch's rows. Entry i is called `nameOf(names[i])`, its value is the UTF-8 text
 * `text[valueEnds[i - 1] .. valueEnds[i]]`. Row r has the entries from `first(r)` to `end(r)`. Rows are given in rising order;
 * rows without entries need no call.
 */
export class OtherFields {
  count = 0;
  names: Uint32Array = new Uint32Array(64);
  valueEnds: Uint32Array = new Uint32Array(64);
  text: Uint8Array = new Uint8Array(1024);
  private readonly ends: Uint32Array;
  /** Rows whose end is written. */
  private rows = 0;

  constructor(capacity: number) {
    this.ends = new Uint32Array(capacity);
  }

  clear(): void {
    this.count = 0;
    this.rows = 0;
  }

  /** Becomes the same as another one, which has no more rows than this one's capacity. */
  copyFrom(other: OtherFields): void {
    this.count = 0;
    this.room(other.octets);
    if (this.names.length < other.count) {
      this.names = new Uint32Array(other.names.length);
      this.valueEnds = new Uint32Array(other.valueEnds.length);
    }
    this.text.set(other.text.subarray(0, other.octets));
    this.names.set(other.names.subarray(0, other.count));
    this.valueEnds.set(other.valueEnds.subarray(0, other.count));
    this.ends.set(other.ends.subarray(0, other.rows));
    this.count = other.count;
    this.rows = other.rows;
  }

  /** Keeps the entries of the rows (of so many) whose mark is not 0; they become rows 0, 1, 2 ... */
  keep(marks: Uint8Array, rows: number): void {
    const { names, valueEnds, text, ends } = this;
    let [kept, entries, octets, entry, from] = [0, 0, 0, 0, 0];
    for (let row = 0; row < rows; row++) {
      // Read before it is written over: rows only move to the front.
      const end = this.end(row);
      for (; entry < end; entry++) {
        const valueEnd = valueEnds[entry]!;
        if (marks[row] !== 0) {
          text.copyWithin(octets, from, valueEnd);
          octets += valueEnd - from;
          names[entries] = names[entry]!;
          valueEnds[entries++] = octets;
        }
        from = valueEnd;
      }
      if (marks[row] !== 0) ends[kept++] = entries;
    }
    this.count = entries;
    this.rows = kept;
  }

  /** Octets of all values. */
  get octets(): number {
    return this.count === 0 ? 0 : this.valueEnds[this.count - 1]!;
  }

  first(row: number): number {
    return row === 0 ? 0 : this.end(row - 1);
  }

  end(row: number): number {
    return row < this.rows ? this.ends[row]! : this.count;
  }

  /** Where the text of the next value begins in `text`, with room for so many octets. Write it there, then `add`. */
  room(octets: number): number {
    const start = this.count === 0 ? 0 : this.valueEnds[this.count - 1]!;
    if (start + octets > this.text.length) {
      const grown = new Uint8Array(Math.max(start + octets, this.text.length * 2));
      grown.set(this.text.subarray(0, start));
      this.text = grown;
    }
    return start;
  }

  /** An entry of a row: the name's number and where the text that was written ends. */
  add(row: number, name: number, textEnd: number): void {
    const { count } = this;
    if (count === this.names.length) {
      this.names = doubled(this.names);
      this.valueEnds = doubled(this.valueEnds);
    }
    while (this.rows < row) this.ends[this.rows++] = count;
    this.names[count] = name;
    this.valueEnds[count] = textEnd;
    this.count = count + 1;
    this.ends[row] = this.count;
    if (this.rows === row) this.rows = row + 1;
  }

  /** An entry with a value as text. */
  addText(row: number, name: string, value: string): void {
    const at = this.room(3 * value.length);
    const { written } = encoder.encodeInto(value, this.text.subarray(at));
    this.add(row, nameNumber(name), at + written);
  }

  /** The entries of a row as an object. */
  read(row: number): Record<string, string> {
    const found: [string, string][] = [];
    for (let entry = this.first(row); entry < this.end(row); entry++) {
      const from = entry === 0 ? 0 : this.valueEnds[entry - 1]!;
      found.push([nameOf(this.names[entry]!), decoder.decode(this.text.subarray(from, this.valueEnds[entry]!))]);
    }
    // Entry by entry a name like __proto__ would be lost.
    return Object.fromEntries(found);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function doubled(words: Uint32Array): Uint32Array {
  const grown = new Uint32Array(words.length * 2);
  grown.set(words);
  return grown;
}
