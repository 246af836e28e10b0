// NumberSums: of each group how many numbers a field had, their sum, ends, mean and spread, in columns.
import type { Frame } from "./frame.ts";
import { NO_FIELD, type PickedFields } from "./picked-fields.ts";
import { numberAt } from "./value-number.ts";

/** Numbers of one group, or of several together. */
export interface NumberSummary {
  count: number;
  sum: number;
  min: number;
  max: number;
  mean: number;
  /** The squares of the distances from the mean. */
  squares: number;
}

export class NumberSums {
  /** Values that were no numbers. */
  notNumbers = 0;
  readonly #slot: number;
  readonly #label: boolean;
  #count = new Float64Array(0);
  #sum = new Float64Array(0);
  #min = new Float64Array(0);
  #max = new Float64Array(0);
  #mean = new Float64Array(0);
  #squares = new Float64Array(0);

  constructor(slot: number, label: boolean) {
    this.#slot = slot;
    this.#label = label;
  }

  grow(groups: number): void {
    this.#count = wider(this.#count, groups);
    this.#sum = wider(this.#sum, groups);
    this.#min = wider(this.#min, groups);
    this.#max = wider(this.#max, groups);
    this.#mean = wider(this.#mean, groups);
    this.#squares = wider(this.#squares, groups);
  }

  /** All values of the frame. `again`: it was added to another group before. */
  add(group: number, frame: Frame, { first, next }: PickedFields, again: boolean): void {
    const from = this.#label ? frame.labelFrom : frame.valueFrom;
    const to = this.#label ? frame.labelTo : frame.valueTo;
    for (let field = first[this.#slot]!; field !== NO_FIELD; field = next[field]!) {
      if (from[field] === to[field]) continue;
      const value = numberAt(frame.octets, from[field]!, to[field]!);
      if (!Number.isNaN(value)) this.#addNumber(group, value);
      else if (!again) this.notNumbers++;
    }
  }

  #addNumber(group: number, value: number): void {
    const count = this.#count[group]! + 1;
    this.#count[group] = count;
    this.#sum[group]! += value;
    if (count === 1 || value < this.#min[group]!) this.#min[group] = value;
    if (count === 1 || value > this.#max[group]!) this.#max[group] = value;
    // Welford's way, which does not lose what is small beside large means.
    const distance = value - this.#mean[group]!;
    const mean = this.#mean[group]! + distance / count;
    this.#mean[group] = mean;
    this.#squares[group]! += distance * (value - mean);
  }

  merged(groups: ArrayLike<number>): NumberSummary {
    const all: NumberSummary = { count: 0, sum: 0, min: Infinity, max: -Infinity, mean: 0, squares: 0 };
    for (let i = 0; i < groups.length; i++) {
      const group = groups[i]!;
      const count = this.#count[group]!;
      if (count === 0) continue;
      const together = all.count + count;
      const distance = this.#mean[group]! - all.mean;
      all.squares += this.#squares[group]! + (distance * distance * all.count * count) / together;
      all.mean += (distance * count) / together;
      all.count = together;
      all.sum += this.#sum[group]!;
      all.min = Math.min(all.min, this.#min[group]!);
      all.max = Math.max(all.max, this.#max[group]!);
    }
    return all;
  }
}

export function wider(old: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const made = new Float64Array(length);
  made.set(old);
  return made;
}
