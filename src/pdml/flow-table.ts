// FlowTable: which flow a frame belongs to, and which flows are over: rows in columns, found by the hash of their keys.
import { DistinctValues } from "./distinct-values.ts";
import type { FieldNames } from "./field-names.ts";
import { FlowLogs } from "./flow-logs.ts";
import type { Frame } from "./frame.ts";
import { FrameKey } from "./frame-key.ts";
import { IdleHeap } from "./idle-heap.ts";

export interface FlowTableOptions {
  /** The fields whose values make a flow. */
  readonly key: readonly string[];
  /** Seconds of silence after which a flow is over; 0 = each frame is a flow, Infinity = flows end with the input. */
  readonly idleSeconds: number;
  /** Characters of a value; longer ones become "Data too long". */
  readonly maxLength: number;
  /** `-c`: each distinct value once. */
  readonly distinct: boolean;
  /** `-a`: the frames of a flow stay apart. */
  readonly framesApart: boolean;
  /** `-s`: labels (PDML's `showname`) are kept, too. */
  readonly labels: boolean;
  /** Octets that all flows may hold. */
  readonly memory: number;
}

/** Of a frame that has none of the key's fields. */
const NO_FLOW = -1;

/** What the system gives beside what flows hold: blocks of many sizes, half-empty buffers. */
const SLACK_OCTETS = 128 * 1024 * 1024;
/** What a flow costs beside its values: columns, its place in the heap and among the hashes. */
const FLOW_OCTETS = 128;
const FIRST_FLOWS = 256;
const FIRST_SLOTS = 1024;

/**
 * One frame at a time: `time`, then `ended` until it gives -1 (release each), then `find`, `add`, and `overdue` until it
 * gives -1. A flow is the number of its row, which is used again when it is released.
 */
export class FlowTable {
  readonly options: FlowTableOptions;
  readonly logs: FlowLogs;
  readonly key: FrameKey;
  /** Live flows; and the most there were at a time. */
  size = 0;
  most = 0;
  /** Flows that began so far. */
  begun = 0;
  /** Of each flow: which one it is, from 1; the times of its oldest and newest frame; its frames. */
  serial = new Float64Array(FIRST_FLOWS);
  oldest = new Float64Array(FIRST_FLOWS);
  newest = new Float64Array(FIRST_FLOWS);
  frames = new Float64Array(FIRST_FLOWS);
  /** Whether the flow that `add` gave last is new. */
  isNew = false;
  #hash = new Int32Array(FIRST_FLOWS);
  #rows = 0;
  readonly #freeRows: number[] = [];
  /** Open addressing over the hashes of keys: row + 1, 0 = free. */
  #slots = new Int32Array(FIRST_SLOTS);
  readonly #heap = new IdleHeap();
  readonly #distinct: DistinctValues | null;
  /** The number of the last frame. */
  number = 0;
  /** The newest time of all frames, and that of the last one. */
  #now = Number.NEGATIVE_INFINITY;
  #time = 0;
  /** Flows that are over, in the order in which they began, and how many of them were given. */
  readonly #over: number[] = [];
  #given = 0;

  constructor(names: FieldNames, options: FlowTableOptions) {
    this.options = options;
    this.key = new FrameKey(names, options.key);
    this.#distinct = options.distinct ? new DistinctValues(() => this.logs) : null;
    this.logs = new FlowLogs({ maxLength: options.maxLength, labels: options.labels, distinct: this.#distinct });
  }

  /** Takes the time of a frame, by which other flows may be over; false where it has none. */
  takeTime(frame: Frame): boolean {
    const time = this.key.time(frame, this.options.maxLength);
    if (Number.isNaN(time)) return false;
    this.#time = time;
    // Another file begins, and is older: its flows are judged by its own time.
    if (frame.number <= this.number && time < this.#now - this.options.idleSeconds) {
      this.endAll();
      this.#now = time;
    }
    this.number = frame.number;
    if (time > this.#now) this.#now = time;
    const limit = this.#now - this.options.idleSeconds;
    if (this.#heap.firstTime <= limit) this.#expire(limit);
    return true;
  }

  /** The time that was taken last. */
  get time(): number {
    return this.#time;
  }

  /** The next flow that is over; -1 = there is none. */
  nextOver(): number {
    if (this.#given < this.#over.length) return this.#over[this.#given++]!;
    if (this.#given > 0) {
      this.#over.length = 0;
      this.#given = 0;
    }
    return -1;
  }

  #expire(limit: number): void {
    const heap = this.#heap;
    while (heap.firstTime <= limit) {
      const flow = heap.first;
      const newest = this.newest[flow]!;
      if (newest > limit) heap.moveFirst(newest);
      else {
        heap.removeFirst();
        this.#over.push(flow);
      }
    }
    this.#inOrder();
  }

  /** All flows are over. */
  endAll(): void {
    for (; this.#heap.size > 0; this.#heap.removeFirst()) this.#over.push(this.#heap.first);
    this.#inOrder();
  }

  #inOrder(): void {
    if (this.#over.length > 1) this.#over.sort((a, b) => this.serial[a]! - this.serial[b]!);
  }

  /** The flow of a frame whose time was taken, a new one where there is none yet; NO_FLOW where it has none of the key's fields. */
  find(frame: Frame): number {
    const { key } = this;
    if (!key.take(frame)) return NO_FLOW;
    const mask = this.#slots.length - 1;
    let slot = key.hash & mask;
    for (; ; slot = (slot + 1) & mask) {
      const flow = this.#slots[slot]! - 1;
      if (flow < 0) break;
      if (this.#hash[flow] === key.hash && this.logs.hasKey(flow, key.octets, key.length)) {
        this.isNew = false;
        return flow;
      }
    }
    this.isNew = true;
    return this.#begin(frame, slot);
  }

  #begin(frame: Frame, slot: number): number {
    const flow = this.#freeRows.pop() ?? this.#rows++;
    if (flow >= this.serial.length) this.#growRows();
    this.serial[flow] = ++this.begun;
    this.oldest[flow] = this.#time;
    this.newest[flow] = this.#time;
    this.frames[flow] = 0;
    this.#hash[flow] = this.key.hash;
    this.logs.begin(flow, this.key.octets, this.key.length, frame);
    this.#heap.add(flow, this.#time);
    this.#slots[slot] = flow + 1;
    this.size++;
    if (this.size > this.most) this.most = this.size;
    if (this.size * 2 > this.#slots.length) this.#growSlots();
    return flow;
  }

  /** A frame becomes part of the flow that `find` gave. */
  add(flow: number, frame: Frame): void {
    const time = this.#time;
    if (time < this.oldest[flow]!) this.oldest[flow] = time;
    if (time > this.newest[flow]!) this.newest[flow] = time;
    this.frames[flow] = this.frames[flow]! + 1;
    const { framesApart, distinct } = this.options;
    this.#distinct?.expect(frame.fields);
    this.logs.addFrame(flow, frame, framesApart || !distinct);
    // Of frames that stay apart each one has its own values.
    if (framesApart) this.#distinct?.forget(flow);
    // Whatever comes next, it is over.
    if (this.options.idleSeconds === 0) this.endAll();
  }

  /** Where flows hold more than they may: the one that has been silent the longest is over now; -1 = they do not. */
  nextTooMuch(): number {
    const { memory } = this.options;
    const { arena } = this.logs;
    const held = arena.held + (this.#distinct?.held ?? 0) + this.size * FLOW_OCTETS;
    if (held <= memory && arena.taken <= 1.25 * memory + SLACK_OCTETS) return -1;
    const heap = this.#heap;
    for (; heap.size > 0; heap.moveFirst(this.newest[heap.first]!)) {
      const flow = heap.first;
      if (heap.firstTime < this.newest[flow]!) continue;
      heap.removeFirst();
      return flow;
    }
    return -1;
  }

  /** A flow that was over is done with. */
  release(flow: number): void {
    this.#distinct?.forget(flow);
    this.logs.release(flow);
    this.#unlink(flow);
    this.#freeRows.push(flow);
    this.size--;
  }

  #unlink(flow: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let gap = this.#hash[flow]! & mask;
    while (slots[gap] !== flow + 1) gap = (gap + 1) & mask;
    // What follows moves up, where its own place is not behind the gap: no marks of removed ones are needed.
    for (let slot = (gap + 1) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const home = this.#hash[slots[slot]! - 1]! & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      slots[gap] = slots[slot]!;
      gap = slot;
    }
    slots[gap] = 0;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(4 * old.length);
    const mask = this.#slots.length - 1;
    for (const entry of old) {
      if (entry === 0) continue;
      let slot = this.#hash[entry - 1]! & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry;
    }
  }

  #growRows(): void {
    const length = 2 * this.serial.length;
    const grown = (old: Float64Array) => {
      const numbers = new Float64Array(length);
      numbers.set(old);
      return numbers;
    };
    this.serial = grown(this.serial);
    this.oldest = grown(this.oldest);
    this.newest = grown(this.newest);
    this.frames = grown(this.frames);
    const hash = new Int32Array(length);
    hash.set(this.#hash);
    this.#hash = hash;
  }
}
