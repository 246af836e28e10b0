// ColumnMeasures: what is counted of each group, and the values that stand in a Table for a group or for several together.
import type { ColumnType, ColumnUnit, TableColumn, Value } from "../core/table.ts";
import { NumberSums, wider } from "./column-numbers.ts";
import { ValueCounts } from "./column-values.ts";
import type { ColumnField, ColumnMeasure, MeasureKind } from "./columns-question.ts";
import type { Frame } from "./frame.ts";
import type { PickedFields } from "./picked-fields.ts";

/** Different values of one field, and pairs of groups and values. */
const MOST_VALUES = 4_000_000;
const COUNTED: readonly MeasureKind[] = ["distinct", "values"];
const HELD: readonly MeasureKind[] = [...COUNTED, "first", "last"];
/** Fields that count octets, by the customs of tshark's names. */
const OCTETS = /(^|[._])(len|length|plen|caplen)$/;

export class ColumnMeasures {
  readonly #picked: PickedFields;
  readonly #numbers = new Map<string, NumberSums>();
  readonly #values = new Map<string, ValueCounts>();
  readonly #allNumbers: readonly NumberSums[];
  readonly #allValues: readonly ValueCounts[];
  #frames = new Float64Array(0);

  constructor(measures: readonly ColumnMeasure[], picked: PickedFields) {
    this.#picked = picked;
    for (const { kind, field } of measures) {
      if (field === null) continue;
      const slot = picked.slot(field.name);
      const { label, text } = field;
      if (!HELD.includes(kind)) {
        if (!this.#numbers.has(text)) this.#numbers.set(text, new NumberSums(slot, label));
      } else if (!this.#values.has(text)) {
        const counts = measures.some((one) => one.field?.text === text && COUNTED.includes(one.kind));
        this.#values.set(text, new ValueCounts({ slot, label, most: MOST_VALUES, counts }));
      }
    }
    this.#allNumbers = [...this.#numbers.values()];
    this.#allValues = [...this.#values.values()];
  }

  /** Room for groups 0 .. groups - 1. */
  grow(groups: number): void {
    this.#frames = wider(this.#frames, groups);
    for (const sums of this.#allNumbers) sums.grow(groups);
    for (const counts of this.#allValues) counts.grow(groups);
  }

  /** `again`: the frame is in another group, too. */
  add(group: number, frame: Frame, again: boolean): void {
    this.#frames[group]!++;
    for (const sums of this.#allNumbers) sums.add(group, frame, this.#picked, again);
    for (const counts of this.#allValues) counts.add(group, frame, this.#picked, again);
  }

  frames(group: number): number {
    return this.#frames[group]!;
  }

  /** Of the others and the total: there is no first, last or list of values of them. */
  sum(measure: ColumnMeasure, groups: ArrayLike<number>): Value {
    return ["first", "last", "values"].includes(measure.kind) ? null : this.value(measure, groups);
  }

  /** Of one row; several groups are the buckets of one key. */
  value(measure: ColumnMeasure, groups: ArrayLike<number>): Value {
    const { kind, field } = measure;
    if (kind === "count") {
      let frames = 0;
      for (let i = 0; i < groups.length; i++) frames += this.#frames[groups[i]!]!;
      return frames;
    }
    if (HELD.includes(kind)) return this.#held(kind, this.#values.get(field!.text)!, groups);
    const { count, sum, min, max, mean, squares } = this.#numbers.get(field!.text)!.merged(groups);
    if (count === 0) return kind === "sum" ? 0 : null;
    if (kind === "sum") return sum;
    if (kind === "min") return min;
    if (kind === "max") return max;
    return kind === "mean" ? mean : Math.sqrt(squares / count);
  }

  #held(kind: MeasureKind, counts: ValueCounts, groups: ArrayLike<number>): Value {
    if (kind === "distinct") return counts.distinct(groups);
    if (groups.length !== 1) return null;
    const group = groups[0]!;
    if (kind === "values") return counts.counts(group);
    return kind === "first" ? counts.firstOf(group) : counts.lastOf(group);
  }

  /** The column of a measure. Sums and ends are `integer` where all of them are whole numbers that a double holds exactly. */
  column(measure: ColumnMeasure, values: Iterable<Value>): TableColumn {
    const { name, kind, field } = measure;
    const title = kind === "count" ? "Frames" : name;
    return { name, title, type: typeOf(kind, values), unit: unitOf(kind, field), role: "measure", field: null };
  }

  /** What a reader must know. */
  notes(): string[] {
    const notes: string[] = [];
    for (const [name, { notNumbers }] of this.#numbers)
      if (notNumbers > 0) notes.push(`${notNumbers} values of ${name} are no numbers and not in its sums`);
    for (const [name, { lost }] of this.#values)
      if (lost > 0) notes.push(`${lost} values of ${name} are not counted: more than ${MOST_VALUES} different ones`);
    return notes;
  }
}

function typeOf(kind: MeasureKind, values: Iterable<Value>): ColumnType {
  switch (kind) {
    case "count":
    case "distinct":
      return "integer";
    case "first":
    case "last":
      return "text";
    case "values":
      return "counts";
    case "mean":
    case "deviation":
      return "real";
    default:
      for (const value of values) if (value !== null && !Number.isSafeInteger(value)) return "real";
      return "integer";
  }
}

function unitOf(kind: MeasureKind, field: ColumnField | null): ColumnUnit {
  if (kind === "count") return "packets";
  return kind === "sum" && OCTETS.test(field!.name) ? "octets" : null;
}
