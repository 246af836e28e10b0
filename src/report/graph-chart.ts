// What a picture of a Table shows, whatever draws it: series over buckets of time, or parts of a whole, in one unit.
import type { ColumnUnit } from "../core/table.ts";

/** One line or layer of a picture. */
export interface Series {
  /** As people read it; nothing in it does anything. */
  readonly name: string;
  /** Everything that has no series of its own. */
  readonly others: boolean;
  /** One a bucket, in the chart's unit; NaN = not known. A breakdown has one value. */
  readonly values: Float64Array;
  /** Over the buckets that are known. */
  readonly figures: Figures;
}

export interface Figures {
  readonly most: number;
  readonly mean: number;
  readonly least: number;
  /** Nearest rank: 95 % of the buckets have as much or less. */
  readonly percentile95: number;
  /** What was counted, in the unit of `amountUnit` of the chart; NaN where that makes no sense. */
  readonly amount: number;
}

interface ChartHead {
  readonly title: string;
  /** Time, zone, length of the buckets. */
  readonly subtitle: string;
  readonly unit: ColumnUnit;
  /** What stands beside the axis: "Bits/s". */
  readonly unitName: string;
  readonly notes: readonly string[];
  readonly zone: string;
  /** Ranked, the largest first; others last. */
  readonly series: readonly Series[];
  readonly amountUnit: ColumnUnit;
}

export interface TimeChart extends ChartHead {
  readonly kind: "time";
  /** Beginnings of the buckets and the end of the last one: milliseconds since 1970 UTC. */
  readonly edges: Float64Array;
  /** All series together; null where they do not add up (distinct values, mean values). */
  readonly sum: Series | null;
  /** True where it is known of which times there is data. */
  readonly coverage: boolean;
}

export interface Breakdown extends ChartHead {
  readonly kind: "groups";
  /** What all groups and the others are together; NaN where they do not add up. */
  readonly whole: number;
}

export type Chart = TimeChart | Breakdown;

/** Figures of values over time. `weights` are seconds of the buckets, for the mean. */
export function figuresOf(values: Float64Array, weights: Float64Array, amount: number): Figures {
  const known: number[] = [];
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) continue;
    known.push(values[i]!);
    sum += values[i]! * weights[i]!;
    weight += weights[i]!;
  }
  known.sort((a, b) => a - b);
  return {
    most: known.at(-1) ?? Number.NaN,
    least: known[0] ?? Number.NaN,
    mean: weight > 0 ? sum / weight : Number.NaN,
    percentile95: known[Math.ceil(0.95 * known.length) - 1] ?? Number.NaN,
    amount,
  };
}

/** Values of a chart in `count` columns: the mean of what is known of the buckets in each, NaN where nothing is. */
export function columnsOf({ edges }: TimeChart, values: Float64Array, count: number): Float64Array {
  const from = edges[0]!;
  const width = (edges.at(-1)! - from) / count;
  const columns = new Float64Array(count).fill(Number.NaN);
  let bucket = 0;
  for (let column = 0; column < count; column++) {
    const start = from + column * width;
    const end = start + width;
    while (bucket < values.length - 1 && edges[bucket + 1]! <= start + width * 1e-9) bucket++;
    let sum = 0;
    let weight = 0;
    for (let i = bucket; i < values.length && edges[i]! < end - width * 1e-9; i++) {
      if (Number.isNaN(values[i]!)) continue;
      const share = Math.min(end, edges[i + 1]!) - Math.max(start, edges[i]!);
      sum += values[i]! * share;
      weight += share;
    }
    if (weight > 0) columns[column] = sum / weight;
  }
  return columns;
}
