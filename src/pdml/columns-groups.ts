// ColumnGroups: frames -> groups: by the values of fields, by flows, by buckets of time. Keys stay octets; nothing is allocated per frame.
import { ColumnMeasures } from "./column-measures.ts";
import { wider } from "./column-numbers.ts";
import { type ColumnsQuestion, questionFields } from "./columns-question.ts";
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";
import { FrameKey, TIME_FIELD } from "./frame-key.ts";
import { NOT_THERE, OctetTable } from "./octet-table.ts";
import { NO_FIELD, PickedFields } from "./picked-fields.ts";
import { SplitTime } from "./value-number.ts";

/** What there was no room for; all frames, where one may be in several groups. */
export const OVERFLOW = 0;
const ALL = 1;
export const FIRST_GROUP = 2;
const FIRST_ROOM = 1024;
/** Combinations of values of one frame. */
const MOST_COMBINATIONS = 4096;
/** The length of a part that is not there. */
const MISSING = 0xffff_ffff;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** frames = in groups + withoutKey + withoutTime. */
export interface GroupCounts {
  frames: number;
  /** Frames that have none of the key's fields. */
  withoutKey: number;
  /** Frames without a time, where it is needed. */
  withoutTime: number;
  /** Frames with more combinations of values than are taken. */
  manyCombinations: number;
}

export class ColumnGroups {
  readonly question: ColumnsQuestion;
  readonly measures: ColumnMeasures;
  readonly picked: PickedFields;
  readonly counts: GroupCounts = { frames: 0, withoutKey: 0, withoutTime: 0, manyCombinations: 0 };
  /** How many groups there are, the first two among them. */
  groups = FIRST_GROUP;
  /** Of each group its key, its bucket (number since 1970), and whether frames of it had what is asked for (`having`), as bits. */
  key = new Float64Array(0);
  bucket = new Float64Array(0);
  #having = new Float64Array(0);
  /** Of flows: the times of the oldest and newest frame in two parts, and as one double. */
  #start = new Float64Array(0);
  #startRest = new Float64Array(0);
  #end = new Float64Array(0);
  #endRest = new Float64Array(0);
  #newest = new Float64Array(0);
  /** Of each group: the last frame that was added. */
  #lastFrame = new Float64Array(0);
  #room = 0;
  readonly #keys: OctetTable;
  /** Of each key: its latest group. */
  #latest = new Float64Array(FIRST_ROOM);
  /** Groups by key and bucket. */
  readonly #cells: OctetTable;
  #groupOfCell = new Float64Array(FIRST_ROOM);
  readonly #slots: readonly number[];
  readonly #labels: readonly boolean[];
  readonly #havingSlots: readonly number[];
  readonly #timeSlot: number;
  readonly #flowKey: FrameKey | null;
  readonly #time = new SplitTime();
  #now = Number.NEGATIVE_INFINITY;
  /** The number of the last frame; and the first group that may be live: those before are of files that have ended. */
  #number = 0;
  #live = FIRST_GROUP;
  #bucket = Number.NaN;
  /** Buckets that a frame was seen in, whatever became of it. */
  readonly seen = new Set<number>();
  #combinations = 0;
  #scratch = new Uint8Array(256);
  #view = new DataView(this.#scratch.buffer);
  readonly #cell = new Uint8Array(12);
  readonly #cellView = new DataView(this.#cell.buffer);

  constructor(question: ColumnsQuestion, names: FieldNames) {
    this.question = question;
    this.picked = new PickedFields(names, questionFields(question));
    this.measures = new ColumnMeasures(question.measures, this.picked);
    this.#keys = new OctetTable(question.maxGroups);
    this.#cells = new OctetTable(question.maxGroups);
    this.#slots = question.keys.map(({ name }) => this.picked.slot(name));
    this.#labels = question.keys.map(({ label }) => label);
    this.#havingSlots = question.having.map((name) => this.picked.slot(name));
    this.#timeSlot = this.picked.slot(TIME_FIELD);
    const { keys, idleSeconds } = question;
    this.#flowKey =
      idleSeconds === null
        ? null
        : new FrameKey(
            names,
            keys.map(({ name }) => name),
          );
    this.#grow();
  }

  add(frame: Frame): void {
    const { counts, picked } = this;
    counts.frames++;
    picked.pick(frame);
    if (this.#timeSlot >= 0 && !this.#takeTime(frame)) {
      counts.withoutTime++;
      return;
    }
    if (this.#flowKey !== null) {
      this.#addToFlow(frame, this.#flowKey);
      return;
    }
    if (this.#slots.length > 0 && !this.#hasKey(frame)) {
      counts.withoutKey++;
      return;
    }
    if (!this.question.each) {
      this.#addTo(this.#groupOf(this.#firstValues(frame)), frame, false);
      return;
    }
    this.#addTo(ALL, frame, false);
    this.#combinations = 0;
    this.#addEach(frame, 0, 0);
    if (this.#combinations > MOST_COMBINATIONS) counts.manyCombinations++;
  }

  #takeTime({ octets, valueFrom, valueTo }: Frame): boolean {
    const field = this.picked.first[this.#timeSlot]!;
    if (field === NO_FIELD || !this.#time.read(octets, valueFrom[field]!, valueTo[field]!)) return false;
    const { bucketSeconds } = this.question;
    if (bucketSeconds === null) return true;
    const bucket = Math.floor(this.#time.seconds / bucketSeconds);
    if (bucket !== this.#bucket && this.seen.size < this.question.maxGroups) this.seen.add(bucket);
    this.#bucket = bucket;
    return true;
  }

  #hasKey({ valueFrom, valueTo }: Frame): boolean {
    const { first, next } = this.picked;
    for (const slot of this.#slots) {
      for (let field = first[slot]!; field !== NO_FIELD; field = next[field]!)
        if (valueFrom[field] !== valueTo[field]) return true;
    }
    return false;
  }

  /** The key of a frame's first values, in the scratch; gives its length. */
  #firstValues(frame: Frame): number {
    let length = 0;
    for (let part = 0; part < this.#slots.length; part++) {
      length = this.#addPart(length, frame, this.#firstField(frame, part), part);
    }
    return length;
  }

  #firstField(frame: Frame, part: number): number {
    const { first, next } = this.picked;
    let field = first[this.#slots[part]!]!;
    while (field !== NO_FIELD && frame.valueFrom[field] === frame.valueTo[field]) field = next[field]!;
    return field;
  }

  #addPart(at: number, frame: Frame, field: number, part: number): number {
    if (field === NO_FIELD) {
      this.#need(at + 4);
      this.#view.setUint32(at, MISSING);
      return at + 4;
    }
    const label = this.#labels[part]!;
    const from = (label ? frame.labelFrom : frame.valueFrom)[field]!;
    const length = (label ? frame.labelTo : frame.valueTo)[field]! - from;
    this.#need(at + 4 + length);
    this.#view.setUint32(at, length);
    const { octets } = frame;
    const scratch = this.#scratch;
    for (let i = 0; i < length; i++) scratch[at + 4 + i] = octets[from + i]!;
    return at + 4 + length;
  }

  #need(length: number): void {
    if (length <= this.#scratch.length) return;
    const scratch = new Uint8Array(2 * length);
    scratch.set(this.#scratch);
    this.#scratch = scratch;
    this.#view = new DataView(scratch.buffer);
  }

  /** A group for each combination of values, once. */
  #addEach(frame: Frame, part: number, length: number): void {
    if (part === this.#slots.length) {
      if (++this.#combinations > MOST_COMBINATIONS) return;
      const group = this.#groupOf(length);
      if (this.#lastFrame[group] !== this.counts.frames) this.#addTo(group, frame, true);
      this.#lastFrame[group] = this.counts.frames;
      return;
    }
    const { next } = this.picked;
    const first = this.#firstField(frame, part);
    if (first === NO_FIELD) this.#addEach(frame, part + 1, this.#addPart(length, frame, NO_FIELD, part));
    for (let field = first; field !== NO_FIELD && this.#combinations <= MOST_COMBINATIONS; field = next[field]!) {
      if (frame.valueFrom[field] === frame.valueTo[field]) continue;
      this.#addEach(frame, part + 1, this.#addPart(length, frame, field, part));
    }
  }

  /** The group of the key in the scratch, and of the bucket. */
  #groupOf(length: number): number {
    const key = this.#keys.take(this.#scratch, 0, length);
    if (key === NOT_THERE) return OVERFLOW;
    if (key >= this.#latest.length) this.#latest = wider(this.#latest, 2 * key);
    const latest = this.#latest[key]!;
    if (latest !== 0 && (this.question.bucketSeconds === null || this.bucket[latest] === this.#bucket)) return latest;
    const group = this.question.bucketSeconds === null ? this.#newGroup(key) : this.#groupOfBucket(key);
    if (group !== OVERFLOW) this.#latest[key] = group;
    return group;
  }

  #groupOfBucket(key: number): number {
    this.#cellView.setUint32(0, key);
    this.#cellView.setFloat64(4, this.#bucket);
    const known = this.#cells.size;
    const cell = this.#cells.take(this.#cell, 0, this.#cell.length);
    if (cell === NOT_THERE) return OVERFLOW;
    if (cell < known) return this.#groupOfCell[cell]!;
    if (cell >= this.#groupOfCell.length) this.#groupOfCell = wider(this.#groupOfCell, 2 * cell);
    const group = this.#newGroup(key);
    this.#groupOfCell[cell] = group;
    return group;
  }

  #addToFlow(frame: Frame, flowKey: FrameKey): void {
    const time = flowKey.time(frame, NO_LIMIT);
    // Another file begins, and is older: its flows are judged by its own time.
    if (frame.number <= this.#number && time < this.#now - this.question.idleSeconds!) {
      this.#live = this.groups;
      this.#now = time;
    }
    this.#number = frame.number;
    if (time > this.#now) this.#now = time;
    if (!flowKey.take(frame)) {
      this.counts.withoutKey++;
      return;
    }
    const key = this.#keys.take(flowKey.octets, 0, flowKey.length);
    if (key === NOT_THERE) {
      this.#addTo(OVERFLOW, frame, false);
      return;
    }
    if (key >= this.#latest.length) this.#latest = wider(this.#latest, 2 * key);
    let group = this.#latest[key]!;
    if (group < this.#live || this.#newest[group]! <= this.#now - this.question.idleSeconds!) {
      group = this.#newGroup(key);
      this.#latest[key] = group;
      this.#newest[group] = time;
    } else if (time > this.#newest[group]!) this.#newest[group] = time;
    this.#addTo(group, frame, false);
  }

  #newGroup(key: number): number {
    if (this.groups - FIRST_GROUP >= this.question.maxGroups) return OVERFLOW;
    const group = this.groups++;
    if (group >= this.#room) this.#grow();
    this.key[group] = key;
    this.bucket[group] = this.#bucket;
    return group;
  }

  #grow(): void {
    const room = Math.max(FIRST_ROOM, 2 * this.#room);
    this.#room = room;
    this.measures.grow(room);
    this.key = wider(this.key, room);
    this.bucket = wider(this.bucket, room);
    this.#having = wider(this.#having, room);
    this.#lastFrame = wider(this.#lastFrame, room);
    if (this.question.idleSeconds === null) return;
    this.#start = wider(this.#start, room);
    this.#startRest = wider(this.#startRest, room);
    this.#end = wider(this.#end, room);
    this.#endRest = wider(this.#endRest, room);
    this.#newest = wider(this.#newest, room);
  }

  #addTo(group: number, frame: Frame, again: boolean): void {
    const { first } = this.picked;
    const isFirst = this.measures.frames(group) === 0;
    this.measures.add(group, frame, again);
    for (const [i, slot] of this.#havingSlots.entries())
      if (first[slot] !== NO_FIELD) this.#having[group] = this.#having[group]! | (1 << i);
    if (this.question.idleSeconds === null) return;
    const { seconds, nanoseconds } = this.#time;
    if (isFirst || before(seconds, nanoseconds, this.#start[group]!, this.#startRest[group]!)) {
      this.#start[group] = seconds;
      this.#startRest[group] = nanoseconds;
    }
    if (isFirst || before(this.#end[group]!, this.#endRest[group]!, seconds, nanoseconds)) {
      this.#end[group] = seconds;
      this.#endRest[group] = nanoseconds;
    }
  }

  /** True where frames of a group had all that is asked for. */
  has(group: number): boolean {
    return this.#having[group] === 2 ** this.#havingSlots.length - 1;
  }

  /** Of a group by flows: nanoseconds since 1970. */
  start(group: number): bigint {
    return BigInt(this.#start[group]!) * 1_000_000_000n + BigInt(this.#startRest[group]!);
  }

  end(group: number): bigint {
    return BigInt(this.#end[group]!) * 1_000_000_000n + BigInt(this.#endRest[group]!);
  }

  /** Groups that everything together is made of. */
  whole(): readonly number[] {
    if (this.question.each) return [ALL];
    return [OVERFLOW, ...Array.from({ length: this.groups - FIRST_GROUP }, (_, i) => FIRST_GROUP + i)];
  }

  /** The values of a key, null where a field is not there; several of a flow are joined by commas. */
  keyValues(key: number): (string | null)[] {
    const octets = this.#keys.octets.subarray(this.#keys.from(key), this.#keys.to(key));
    if (this.#flowKey !== null)
      return this.#flowKey.values(octets).map((values) => (values.length === 0 ? null : values.join(",")));
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    let at = 0;
    return this.#slots.map(() => {
      const length = view.getUint32(at);
      at += 4;
      if (length === MISSING) return null;
      at += length;
      return Buffer.from(octets.buffer, octets.byteOffset + at - length, length).toString();
    });
  }
}

function before(seconds: number, rest: number, otherSeconds: number, otherRest: number): boolean {
  return seconds < otherSeconds || (seconds === otherSeconds && rest < otherRest);
}
