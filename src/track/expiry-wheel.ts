// When to look at which flow again: a wheel of slots, a second each, with the flows linked through their rows.
//
// A flow is not moved when a packet comes, but when its slot comes up: then it is due, or it is linked again further on.
// So a packet costs nothing here, and a flow one visit for each idle timeout that it lives.
import { FLOW } from "./flow-row.ts";
import type { FlowTable } from "./flow-table.ts";

const { next: NEXT, previous: PREVIOUS } = FLOW;

/** A power of two. Flows that are due later than a turn of the wheel are visited once a turn. */
const SLOTS = 4096;

export class ExpiryWheel {
  private readonly heads = new Int32Array(SLOTS);
  private readonly table: FlowTable;

  constructor(table: FlowTable) {
    this.table = table;
  }

  /** Links a row into the slot of a second (any integer); `now` keeps it inside one turn. */
  link(row: number, second: number, now: number): void {
    const { words, stride } = this.table;
    const slot = Math.min(Math.max(second, now + 1), now + SLOTS - 1) & (SLOTS - 1);
    const head = this.heads[slot]!;
    const at = row * stride;
    words[at + NEXT] = head;
    words[at + PREVIOUS] = -(slot + 1);
    if (head !== 0) words[(head - 1) * stride + PREVIOUS] = row + 1;
    this.heads[slot] = row + 1;
  }

  unlink(row: number): void {
    const { words, stride } = this.table;
    const at = row * stride;
    const next = words[at + NEXT]!;
    const previous = words[at + PREVIOUS]!;
    if (previous === 0) return; // in no slot
    if (previous < 0) this.heads[-previous - 1] = next;
    else words[(previous - 1) * stride + NEXT] = next;
    if (next !== 0) words[(next - 1) * stride + PREVIOUS] = previous;
    words[at + PREVIOUS] = 0;
  }

  /** Takes all rows out of the slot of a second: the first of them + 1, or 0; `next` of each row leads on. */
  take(second: number): number {
    const slot = second & (SLOTS - 1);
    const head = this.heads[slot]!;
    this.heads[slot] = 0;
    return head;
  }

  /** Seconds of a turn: after a longer silence each slot has to be looked at only once. */
  static readonly turn = SLOTS;
}
