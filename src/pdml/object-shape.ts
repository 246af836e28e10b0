// ObjectShape: the nested object that a flow's fields make, as a list of steps for a printer.
import type { FieldTree } from "./field-tree.ts";
import { idOfSlot, isLabelSlot } from "./flow-logs.ts";
import type { FlowValues } from "./flow-values.ts";

/** A step is 4 times its number and its kind. Nodes open and close; lists are the values of a slot. */
export const OPEN = 0;
export const CLOSE = 1;
export const LIST = 2;

const FIRST = 1024;

export class ObjectShape {
  /** The steps: `steps` up to `length`. The root's own opening and closing are not among them. */
  steps = new Int32Array(FIRST);
  length = 0;
  readonly #tree: FieldTree;
  readonly #sorted: boolean;
  #run = 0;
  /** Of each node: in which run it was last seen; its slots, 0 = none; its nodes below, in the order of their coming. */
  #seen = new Int32Array(FIRST);
  #values = new Int32Array(FIRST);
  #labels = new Int32Array(FIRST);
  #first = new Int32Array(FIRST);
  #last = new Int32Array(FIRST);
  #next = new Int32Array(FIRST);

  /** `sorted`: by name, as dict2xml has it; else in the order of their coming. */
  constructor(tree: FieldTree, sorted: boolean) {
    this.#tree = tree;
    this.#sorted = sorted;
  }

  /** False where values stand where another name has an object: then it takes pdml2flow's way of merging. */
  take(values: FlowValues): boolean {
    const tree = this.#tree;
    tree.update();
    this.length = 0;
    this.#run++;
    if (tree.part.length > this.#seen.length) this.#growNodes(tree.part.length);
    this.#touch(0);
    const { slots, size } = values;
    for (let i = 0; i < size; i++) {
      const slot = slots[i]!;
      const id = idOfSlot(slot);
      const clashes = tree.clashes[id]!;
      if (clashes?.some((clash) => values.has(clash))) return false;
      const node = tree.node[id]!;
      this.#touch(node);
      if (isLabelSlot(slot)) this.#labels[node] = slot;
      else this.#values[node] = slot;
    }
    if (this.#sorted) this.#listSorted(0);
    else this.#list(0);
    return true;
  }

  #touch(node: number): void {
    if (this.#seen[node] === this.#run) return;
    this.#seen[node] = this.#run;
    this.#values[node] = 0;
    this.#labels[node] = 0;
    this.#first[node] = 0;
    if (node === 0) return;
    this.#next[node] = 0;
    const above = this.#tree.above[node]!;
    this.#touch(above);
    if (this.#first[above] === 0) this.#first[above] = node;
    else this.#next[this.#last[above]!] = node;
    this.#last[above] = node;
  }

  #list(node: number): void {
    if (this.#values[node] !== 0) this.#step(this.#values[node]!, LIST);
    if (this.#labels[node] !== 0) this.#step(this.#labels[node]!, LIST);
    for (let below = this.#first[node]!; below !== 0; below = this.#next[below]!) {
      this.#step(below, OPEN);
      this.#list(below);
      this.#step(below, CLOSE);
    }
  }

  #listSorted(node: number): void {
    const entries: [string, number, typeof LIST | typeof OPEN][] = [];
    if (this.#values[node] !== 0) entries.push(["raw", this.#values[node]!, LIST]);
    if (this.#labels[node] !== 0) entries.push(["show", this.#labels[node]!, LIST]);
    for (let below = this.#first[node]!; below !== 0; below = this.#next[below]!) {
      entries.push([this.#tree.part[below]!, below, OPEN]);
    }
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, number, kind] of entries) {
      this.#step(number, kind);
      if (kind === LIST) continue;
      this.#listSorted(number);
      this.#step(number, CLOSE);
    }
  }

  #step(number: number, kind: number): void {
    if (this.length === this.steps.length) {
      const steps = new Int32Array(2 * this.length);
      steps.set(this.steps);
      this.steps = steps;
    }
    this.steps[this.length++] = number * 4 + kind;
  }

  #growNodes(least: number): void {
    const length = Math.max(least, 2 * this.#seen.length);
    const grown = (old: Int32Array) => {
      const numbers = new Int32Array(length);
      numbers.set(old);
      return numbers;
    };
    this.#seen = grown(this.#seen);
    this.#values = grown(this.#values);
    this.#labels = grown(this.#labels);
    this.#first = grown(this.#first);
    this.#last = grown(this.#last);
    this.#next = grown(this.#next);
  }
}
