// ObjectPrinter: writes the object of a flow in one of the forms, in pieces where it is long.
import { type ByteWriter, PIECE_OCTETS } from "../report/index.ts";
import type { FieldNames } from "./field-names.ts";
import { FieldTree } from "./field-tree.ts";
import { LogCursor } from "./flow-logs.ts";
import type { FlowTable } from "./flow-table.ts";
import { FlowValues } from "./flow-values.ts";
import type { ObjectForm } from "./object-form.ts";
import { type Nested, ObjectMerge } from "./object-merge.ts";
import { CLOSE, LIST, ObjectShape, OPEN } from "./object-shape.ts";

export class ObjectPrinter {
  readonly #table: FlowTable;
  readonly #form: ObjectForm;
  readonly #tree: FieldTree;
  readonly #values: FlowValues;
  readonly #shape: ObjectShape;
  readonly #merge: ObjectMerge<string>;
  #flow = 0;
  /** What is to be written before the next step of the shape, and which step and which of its values are next. */
  #step = 0;
  #entry = -1;
  #frames = 0;
  #done = true;

  constructor(names: FieldNames, table: FlowTable, form: ObjectForm) {
    const { labels, distinct } = table.options;
    this.#table = table;
    this.#form = form;
    this.#tree = new FieldTree(names, labels);
    this.#values = new FlowValues(table.logs);
    this.#shape = new ObjectShape(this.#tree, form.sorted);
    this.#merge = new ObjectMerge(names, form.leaf, distinct);
  }

  /** Begins with a flow; `write` goes on with it. */
  begin(flow: number): void {
    this.#flow = flow;
    this.#frames = 0;
    this.#done = false;
    if (this.#table.options.framesApart) this.#values.takeFrames(flow);
  }

  /** True when the flow is done; false where the writer is full: empty it and call again. */
  write(out: ByteWriter): boolean {
    const form = this.#form;
    const apart = this.#table.options.framesApart;
    if (this.#frames === 0) {
      form.beginFlow(out, apart);
      if (!this.#beginObject(out)) this.#done = true;
    }
    while (!this.#done) {
      if (!this.#writeSteps(out)) return false;
      form.endObject(out);
      if (!apart || !this.#beginObject(out)) this.#done = true;
    }
    form.endFlow(out, apart);
    return true;
  }

  /** False where there is none, or it is written already. */
  #beginObject(out: ByteWriter): boolean {
    const apart = this.#table.options.framesApart;
    for (;;) {
      if (!apart) this.#values.take(this.#flow);
      else if (!this.#values.takeFrame()) return false;
      if (this.#frames++ > 0) this.#form.betweenFrames(out);
      if (this.#shape.take(this.#values)) {
        this.#step = 0;
        this.#entry = -1;
        this.#form.beginObject(out);
        return true;
      }
      this.#form.merged(out, this.#merged());
      if (!apart) return false;
    }
  }

  /** The slow way, for the few flows and frames that need it. */
  #merged(): Nested<string> {
    const cursor = new LogCursor(this.#table.logs);
    cursor.start(this.#flow);
    if (!this.#table.options.framesApart) return this.#merge.merged(cursor);
    return this.#merge.apart(cursor)[this.#frames - 1]!;
  }

  #writeSteps(out: ByteWriter): boolean {
    const form = this.#form;
    const { steps, length } = this.#shape;
    const values = this.#values;
    while (this.#step < length) {
      const step = steps[this.#step]!;
      const kind = step & 3;
      const number = step >> 2;
      if (kind === OPEN) form.openNode(out, this.#tree, number);
      else if (kind === CLOSE) form.closeNode(out, this.#tree, number);
      else if (kind === LIST) {
        if (out.length >= PIECE_OCTETS) return false;
        const from = this.#entry < 0 ? values.first(number) : this.#entry;
        const next = form.list(out, values, number, from, PIECE_OCTETS);
        if (next < values.end(number)) {
          this.#entry = next;
          return false;
        }
        this.#entry = -1;
      }
      this.#step++;
    }
    return true;
  }
}
