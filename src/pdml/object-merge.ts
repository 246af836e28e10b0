// Objects the way pdml2flow makes them, value after value: for programs, and for flows whose fields stand in each other's place.
import type { FieldNames } from "./field-names.ts";
import { idOfSlot, isLabelSlot, type LogCursor } from "./flow-logs.ts";

/** Nested by the parts of names; lists hold leaves, and objects where a name stands in the place of another's values. */
export interface Nested<Leaf> {
  [part: string]: Nested<Leaf> | Entry<Leaf>[];
}
export type Entry<Leaf> = Leaf | Nested<Leaf>;

export type MakeLeaf<Leaf> = (octets: Uint8Array, from: number, to: number, label: boolean) => Leaf;

/** Reads a log of which the cursor stands before the first frame's mark, or its first entry where frames have none. */
export class ObjectMerge<Leaf extends string | number | boolean> {
  readonly #names: FieldNames;
  readonly #makeLeaf: MakeLeaf<Leaf>;
  readonly #distinct: boolean;

  constructor(names: FieldNames, makeLeaf: MakeLeaf<Leaf>, distinct: boolean) {
    this.#names = names;
    this.#makeLeaf = makeLeaf;
    this.#distinct = distinct;
  }

  /** All frames in one object. */
  merged(cursor: LogCursor): Nested<Leaf> {
    const all: Nested<Leaf> = {};
    for (const frame of this.#frames(cursor)) merge(all, frame);
    return this.#distinct ? (distinct(all) as Nested<Leaf>) : all;
  }

  /** One object a frame. */
  apart(cursor: LogCursor): Nested<Leaf>[] {
    const frames = [...this.#frames(cursor)];
    return this.#distinct ? frames.map((frame) => distinct(frame) as Nested<Leaf>) : frames;
  }

  *#frames(cursor: LogCursor): Generator<Nested<Leaf>> {
    let frame: Nested<Leaf> | null = null;
    let element: Nested<Leaf> | null = null;
    /** Of the element, as long as its label may follow. */
    let elementId = -1;
    while (cursor.next()) {
      if (cursor.slot === 0) {
        if (frame !== null) yield withElement(frame, element);
        frame = {};
        element = null;
        continue;
      }
      frame ??= {};
      const id = idOfSlot(cursor.slot);
      const label = isLabelSlot(cursor.slot);
      // A field's label comes right behind its value, and they are one element.
      if (!(label && element !== null && elementId === id)) {
        withElement(frame, element);
        element = {};
      }
      elementId = label ? -1 : id;
      const place = nest(element!, this.#names.text(id).split("."));
      set(place, label ? "show" : "raw", [this.#makeLeaf(cursor.octets, cursor.from, cursor.to, label)]);
    }
    if (frame !== null) yield withElement(frame, element);
  }
}

function withElement<Leaf>(frame: Nested<Leaf>, element: Nested<Leaf> | null): Nested<Leaf> {
  if (element !== null) merge(frame, element);
  return frame;
}

function nest<Leaf>(object: Nested<Leaf>, parts: readonly string[]): Nested<Leaf> {
  let place = object;
  for (const part of parts) {
    if (!Object.hasOwn(place, part)) set(place, part, {});
    place = place[part] as Nested<Leaf>;
  }
  return place;
}

/** Two objects become one; anything else becomes a list of both. */
function merge<Leaf>(into: Nested<Leaf>, other: Nested<Leaf>): void {
  for (const [part, theirs] of Object.entries(other)) {
    if (!Object.hasOwn(into, part)) {
      set(into, part, theirs);
      continue;
    }
    const ours = into[part]!;
    if (!Array.isArray(ours) && !Array.isArray(theirs)) merge(ours, theirs);
    else if (Array.isArray(ours)) for (const entry of Array.isArray(theirs) ? theirs : [theirs]) ours.push(entry);
    else set(into, part, [ours, ...(theirs as Entry<Leaf>[])]);
  }
}

/** Each distinct entry of a list once, in the order of their first coming. */
function distinct<Leaf>(value: Nested<Leaf> | Entry<Leaf>[] | Leaf): unknown {
  if (Array.isArray(value)) {
    const known = new Set<string>();
    return value
      .map((entry) => distinct(entry as Nested<Leaf>))
      .filter((entry) => {
        const text = JSON.stringify(entry);
        return !known.has(text) && known.add(text);
      });
  }
  if (typeof value !== "object" || value === null) return value;
  const copy: Nested<Leaf> = {};
  for (const [part, below] of Object.entries(value)) set(copy, part, distinct(below) as Nested<Leaf>);
  return copy;
}

/** Names are whatever the input says: none of them is the prototype. */
function set<Leaf>(object: Nested<Leaf>, part: string, value: Nested<Leaf> | Entry<Leaf>[]): void {
  if (part !== "__proto__") object[part] = value;
  else Object.defineProperty(object, part, { value, enumerable: true, configurable: true, writable: true });
}
