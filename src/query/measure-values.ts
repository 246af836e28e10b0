// From what the engine summed up to the values of measures.
import type { Value } from "../core/table.ts";
import { type Answered, knownTime, readInteger } from "./key-values.ts";
import type { Aggregate, Measure } from "./measures.ts";

/** The aggregates of one row: integers are bigint; times are ns; null = none. */
export type Sums = readonly (bigint | number | null)[];

export function readSums(aggregates: readonly Aggregate[], answered: readonly Answered[], from: number): Sums {
  return aggregates.map(({ type }, i) => {
    const value = answered[from + i] as string | number | null;
    if (value === null || value === undefined) return null;
    if (type === "real") return Number(value);
    return type === "time" ? knownTime(value) : BigInt(value);
  });
}

/** What is left of a whole when parts are taken from it; null for what does not add up (least values, distinct ones). */
export function rest(aggregates: readonly Aggregate[], whole: Sums, parts: readonly Sums[]): Sums {
  return aggregates.map(({ additive }, i) => {
    const start = whole[i];
    if (!additive || start === null || start === undefined) return null;
    if (typeof start === "number") return parts.reduce((left, part) => left - Number(part[i] ?? 0), start);
    return parts.reduce((left, part) => left - BigInt(part[i] ?? 0), start);
  });
}

export class MeasureValues {
  private readonly measures: readonly Measure[];
  private readonly places: ReadonlyMap<string, number>;
  private readonly whole: Sums;

  /** `whole` are the sums that shares are shares of. */
  constructor(measures: readonly Measure[], aggregates: readonly Aggregate[], whole: Sums) {
    this.measures = measures;
    this.places = new Map(aggregates.map(({ name }, i) => [name, i]));
    this.whole = whole;
  }

  /** `seconds`: the length of the bucket; null = from the first packet to the last. */
  of(sums: Sums, seconds: number | null): Value[] {
    const at = (name: string) => sums[this.places.get(name) ?? -1] ?? null;
    const duration = durationOf(at("first"), at("last"));
    return this.measures.map(({ form }) => {
      switch (form.kind) {
        case "duration":
          return duration;
        case "percent":
          return share(at(form.of.name), this.whole[this.places.get(form.of.name)!] ?? null);
        case "ratio": {
          const per = form.per === null ? (seconds ?? duration) : at(form.per.name);
          const top = at(form.of.name);
          return per === null || top === null || Number(per) === 0 ? null : (form.factor * Number(top)) / Number(per);
        }
        default:
          return plainValue(form.of, at(form.of.name));
      }
    });
  }
}

function plainValue({ type }: Aggregate, value: bigint | number | null): Value {
  if (value === null || type === "time") return value;
  if (type === "real") return Number.isNaN(value) ? null : Number(value);
  return readInteger(String(value));
}

function durationOf(first: bigint | number | null, last: bigint | number | null): number | null {
  return first === null || last === null ? null : Number(BigInt(last) - BigInt(first)) / 1e9;
}

function share(part: bigint | number | null, whole: bigint | number | null): number | null {
  return part === null || whole === null || Number(whole) === 0 ? null : (100 * Number(part)) / Number(whole);
}
