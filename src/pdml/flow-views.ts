// What observers see of a frame and of a flow: one object of each, moved from one to the next.
import type { FieldNames } from "./field-names.ts";
import { FlowLogs, idOfSlot, isLabelSlot, LogCursor, valueSlot } from "./flow-logs.ts";
import type { FlowTable, FlowTableOptions } from "./flow-table.ts";
import { FlowValues } from "./flow-values.ts";
import type { Frame } from "./frame.ts";
import { ObjectMerge } from "./object-merge.ts";
import type { FrameView, PdmlFlowView, PdmlObject, PdmlValue } from "./observer.ts";
import { convertedValue } from "./value-words.ts";

const NONE: readonly string[] = [];

export class FrameOfRun implements FrameView {
  time = Number.NaN;
  #frame!: Frame;
  #ofNames = new Map<number, number[]>();
  readonly #names: FieldNames;
  readonly #options: FlowTableOptions;
  /** Where `toObject` writes. */
  #logs: FlowLogs | null = null;

  constructor(names: FieldNames, options: FlowTableOptions) {
    this.#names = names;
    this.#options = options;
  }

  show(frame: Frame, time: number): this {
    this.#frame = frame;
    if (this.#ofNames.size > 0) this.#ofNames = new Map();
    this.time = time;
    return this;
  }

  get number(): number {
    return this.#frame.number;
  }

  fields(): readonly string[] {
    return [...this.#fieldsOfNames().keys()].map((id) => this.#names.text(id));
  }

  values(field: string): readonly string[] {
    const { name, fields, octets, valueFrom, valueTo } = this.#frame;
    const id = this.#names.idOf(field);
    const values: string[] = [];
    const take = (i: number) => void values.push(textOf(octets, valueFrom[i]!, valueTo[i]!));
    if (this.#ofNames.size > 0) this.#ofNames.get(id)?.forEach(take);
    else for (let i = 0; i < fields; i++) if (name[i] === id && valueTo[i]! > valueFrom[i]!) take(i);
    return values;
  }

  /** Of each name that has values: which fields they are. Whoever wants all names would else look at all fields for each. */
  #fieldsOfNames(): ReadonlyMap<number, readonly number[]> {
    const { name, fields, valueFrom, valueTo } = this.#frame;
    const ofNames = this.#ofNames;
    if (ofNames.size > 0) return ofNames;
    for (let i = 0; i < fields; i++) {
      if (valueTo[i] === valueFrom[i]) continue;
      const known = ofNames.get(name[i]!);
      if (known === undefined) ofNames.set(name[i]!, [i]);
      else known.push(i);
    }
    return ofNames;
  }

  toObject(): PdmlObject {
    const { maxLength, labels, distinct } = this.#options;
    this.#logs ??= new FlowLogs({ maxLength, labels, distinct: null });
    const logs = this.#logs;
    logs.begin(0, new Uint8Array(0), 0, this.#frame);
    logs.addFrame(0, this.#frame, true);
    const cursor = new LogCursor(logs);
    cursor.start(0);
    const object = new ObjectMerge(this.#names, leafOf, distinct).merged(cursor) as PdmlObject;
    logs.release(0);
    return object;
  }
}

export class FlowOfRun implements PdmlFlowView {
  endReason: PdmlFlowView["endReason"] = null;
  #flow = 0;
  readonly #names: FieldNames;
  readonly #table: FlowTable;
  readonly #values: FlowValues;
  /** Which flow, and how many of its frames, `#values` is of. */
  #taken = 0;
  #takenFrames = 0;

  constructor(names: FieldNames, table: FlowTable) {
    this.#names = names;
    this.#table = table;
    this.#values = new FlowValues(table.logs);
  }

  show(flow: number, endReason: PdmlFlowView["endReason"]): this {
    this.#flow = flow;
    this.endReason = endReason;
    return this;
  }

  get id(): number {
    return this.#table.serial[this.#flow]!;
  }

  get keyFields(): readonly string[] {
    return this.#table.options.key;
  }

  get key(): readonly (readonly string[])[] {
    return this.#table.key.values(this.#table.logs.key(this.#flow));
  }

  get frames(): number {
    return this.#table.frames[this.#flow]!;
  }

  get start(): number {
    return this.#table.oldest[this.#flow]!;
  }

  get end(): number {
    return this.#table.newest[this.#flow]!;
  }

  fields(): readonly string[] {
    const { slots, size } = this.#sorted();
    const names: string[] = [];
    for (let i = 0; i < size; i++) if (!isLabelSlot(slots[i]!)) names.push(this.#names.text(idOfSlot(slots[i]!)));
    return names;
  }

  values(field: string): readonly string[] {
    const slot = valueSlot(this.#names.idOf(field));
    const sorted = this.#sorted();
    if (!sorted.has(slot)) return NONE;
    const values: string[] = [];
    for (let entry = sorted.first(slot); entry < sorted.end(slot); entry++) {
      sorted.read(entry);
      values.push(textOf(sorted.octets, sorted.from, sorted.to));
    }
    return values;
  }

  toObject(): PdmlObject | PdmlObject[] {
    const { logs, options } = this.#table;
    const cursor = new LogCursor(logs);
    cursor.start(this.#flow);
    const merge = new ObjectMerge(this.#names, leafOf, options.distinct);
    return (options.framesApart ? merge.apart(cursor) : merge.merged(cursor)) as PdmlObject | PdmlObject[];
  }

  #sorted(): FlowValues {
    if (this.#taken !== this.id || this.#takenFrames !== this.frames) {
      this.#taken = this.id;
      this.#takenFrames = this.frames;
      this.#values.take(this.#flow);
    }
    return this.#values;
  }
}

function textOf(octets: Uint8Array, from: number, to: number): string {
  return Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString();
}

function leafOf(octets: Uint8Array, from: number, to: number, label: boolean): PdmlValue {
  const text = textOf(octets, from, to);
  return label ? text : convertedValue(text);
}
