// Lists of `pdml columns`: a row a frame, its values as texts, as they come.
import type { Table, TableColumn, Value } from "../core/table.ts";
import type { ColumnsQuestion } from "./columns-question.ts";
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";
import { NO_FIELD, PickedFields } from "./picked-fields.ts";

/** Rows that one frame makes at the most, where each combination of values is one. */
const MOST_ROWS = 4096;

export class ColumnList {
  readonly picked: PickedFields;
  /** Frames that have none of the fields. */
  withoutKey = 0;
  /** Frames with more combinations of values than are taken. */
  manyCombinations = 0;
  readonly #question: ColumnsQuestion;
  readonly #slots: readonly number[];

  constructor(question: ColumnsQuestion, names: FieldNames) {
    this.#question = question;
    this.picked = new PickedFields(
      names,
      question.keys.map(({ name }) => name),
    );
    this.#slots = question.keys.map(({ name }) => this.picked.slot(name));
  }

  get columns(): readonly TableColumn[] {
    return this.#question.keys.map(({ text }) => ({
      name: text,
      title: text,
      type: "text",
      unit: null,
      role: "key",
      field: null,
    }));
  }

  /** Several values of a field are joined by commas, or make a row each. */
  rowsOf(frame: Frame): readonly (readonly Value[])[] {
    this.picked.pick(frame);
    const values = this.#slots.map((slot, i) => this.#values(frame, slot, this.#question.keys[i]!.label));
    if (values.every((list) => list.length === 0)) {
      this.withoutKey++;
      return [];
    }
    if (!this.#question.each) return [values.map((list) => (list.length === 0 ? null : list.join(",")))];
    let rows: (string | null)[][] = [[]];
    for (const list of values) {
      const cells = list.length === 0 ? [null] : list;
      if (rows.length * cells.length > MOST_ROWS) {
        this.manyCombinations++;
        return [values.map((all) => (all.length === 0 ? null : all.join(",")))];
      }
      rows = rows.flatMap((row) => cells.map((cell) => [...row, cell]));
    }
    return rows;
  }

  #values(frame: Frame, slot: number, label: boolean): string[] {
    const from = label ? frame.labelFrom : frame.valueFrom;
    const to = label ? frame.labelTo : frame.valueTo;
    const { first, next } = this.picked;
    const values: string[] = [];
    for (let field = first[slot]!; field !== NO_FIELD; field = next[field]!) {
      if (from[field]! < to[field]!)
        values.push(
          Buffer.from(
            frame.octets.buffer,
            frame.octets.byteOffset + from[field]!,
            to[field]! - from[field]!,
          ).toString(),
        );
    }
    return values;
  }

  /** The Table of some rows. */
  table(rows: Table["rows"], notes: readonly string[]): Table {
    const { keys, zone } = this.#question;
    return {
      shape: "list",
      title: `${keys.map(({ text }) => text).join(", ")} of frames`,
      columns: this.columns,
      rows,
      sortedBy: null,
      total: null,
      others: null,
      othersRows: [],
      bucketSeconds: null,
      from: null,
      to: null,
      known: null,
      zone,
      notes,
    };
  }

  notes(): string[] {
    const { withoutKey, manyCombinations } = this;
    const fields = this.#question.keys.map(({ text }) => text).join(", ");
    return [
      ...(withoutKey > 0 ? [`${withoutKey} frame${withoutKey === 1 ? "" : "s"} without ${fields} left out`] : []),
      ...(manyCombinations > 0
        ? [`${manyCombinations} frames with too many combinations of values are one row each`]
        : []),
    ];
  }
}
