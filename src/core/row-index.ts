// Which row of a table has a key, by the key's hash: open addressing, hash and row side by side, so that a look-up touches one line of the
// index and one row. Who owns the rows compares their keys: see `slots`.

/** Slots a row at the least. */
const SPARSE = 2;

export class RowIndex {
  /** Two words a slot: hash, row + 1 (0 for a free slot). The slots of a hash begin at `hash & mask` and go on to the first free one. */
  slots: Int32Array;
  /** Slots - 1; their number is a power of two. */
  mask: number;
  private rows = 0;

  /** `rows` is a power of two. */
  constructor(rows: number) {
    this.slots = new Int32Array(2 * SPARSE * rows);
    this.mask = SPARSE * rows - 1;
  }

  add(hash: number, row: number): void {
    if (++this.rows * SPARSE > this.mask + 1) this.grow();
    this.put(hash, row);
  }

  /** Takes out a row that is there. */
  remove(hash: number, row: number): void {
    const { slots, mask } = this;
    let hole = hash & mask;
    while (slots[2 * hole + 1] !== row + 1) hole = (hole + 1) & mask;
    // Those that were pushed past the hole move back, so that no look-up ends too early.
    for (let slot = (hole + 1) & mask; slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      const home = slots[2 * slot]! & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      slots[2 * hole] = slots[2 * slot]!;
      slots[2 * hole + 1] = slots[2 * slot + 1]!;
      hole = slot;
    }
    slots[2 * hole + 1] = 0;
    this.rows--;
  }

  private put(hash: number, row: number): void {
    const { slots, mask } = this;
    let slot = hash & mask;
    while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
    slots[2 * slot] = hash;
    slots[2 * slot + 1] = row + 1;
  }

  /** By four: old slots are read in order and lie in four orderly places of the new index, and fresh memory is what costs. */
  private grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 4);
    this.mask = this.mask * 4 + 3;
    for (let i = 0; i < old.length; i += 2) if (old[i + 1] !== 0) this.put(old[i]!, old[i + 1]! - 1);
  }
}
