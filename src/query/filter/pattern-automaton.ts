// An automaton over octets for a regular expression: states are made when they are first needed, each octet is looked at once.
import { LAST_POINT, type PatternNode, type PointRange } from "./pattern-syntax.ts";

/** Octets `low` to `high` lead to `next`. */
interface Step {
  readonly low: number;
  readonly high: number;
  readonly next: number;
}

type Place =
  | Step
  | { readonly also: readonly number[] }
  | { readonly at: "start" | "end"; readonly next: number }
  | "found";

/** Places of an expression at the most; `.{100}` has a thousand. */
const MOST_PLACES = 8000;
/** States that are kept; then they are made anew. */
const MOST_STATES = 1000;
const UNKNOWN = -1;

interface State {
  /** Before the first octet. */
  readonly first: boolean;
  readonly places: readonly number[];
  readonly steps: readonly Step[];
  readonly found: boolean;
  readonly foundAtEnd: boolean;
  /** Number of the next state for each octet. */
  readonly next: Int16Array;
}

/** Where a pattern has too many places. */
export class TooLarge extends Error {
  override readonly name = "TooLarge";
}

export class Automaton {
  private readonly places: Place[] = [];
  private readonly begin: number;
  private states: State[] = [];
  private numbers = new Map<string, number>();

  constructor(node: PatternNode) {
    this.begin = this.build(node, this.add("found"));
  }

  /** True where the expression is found anywhere in the octets. */
  test(octets: Uint8Array, from: number, to: number): boolean {
    let state = this.states[this.firstState()]!;
    for (let at = from; at < to; at++) {
      if (state.found) return true;
      const octet = octets[at]!;
      let number = state.next[octet]!;
      if (number === UNKNOWN) number = this.step(state, octet);
      state = this.states[number]!;
    }
    return state.found || state.foundAtEnd;
  }

  private firstState(): number {
    return this.stateOf([this.begin], true);
  }

  private step(state: State, octet: number): number {
    const places = new Set([this.begin]);
    for (const { low, high, next } of state.steps) if (octet >= low && octet <= high) places.add(next);
    const number = this.stateOf(
      [...places].sort((a, b) => a - b),
      false,
    );
    // A state that was thrown away is not reached again.
    state.next[octet] = this.states.includes(state) ? number : UNKNOWN;
    return number;
  }

  private stateOf(places: readonly number[], first: boolean): number {
    const key = `${first}${places.join()}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.states.length >= MOST_STATES) {
      this.states = [];
      this.numbers = new Map();
    }
    const { steps, found } = this.reached(places, first, false);
    const foundAtEnd = this.reached(places, first, true).found;
    const number =
      this.states.push({ first, places, steps, found, foundAtEnd, next: new Int16Array(256).fill(UNKNOWN) }) - 1;
    this.numbers.set(key, number);
    return number;
  }

  /** What can be had from some places without an octet. */
  private reached(places: readonly number[], first: boolean, end: boolean): { steps: Step[]; found: boolean } {
    const steps: Step[] = [];
    let found = false;
    const seen = new Set(places);
    for (const number of seen) {
      const place = this.places[number]!;
      if (place === "found") found = true;
      else if ("low" in place) steps.push(place);
      else if ("also" in place) for (const other of place.also) seen.add(other);
      else if (place.at === "start" ? first : end) seen.add(place.next);
    }
    return { steps, found };
  }

  private add(place: Place): number {
    if (this.places.length >= MOST_PLACES) throw new TooLarge();
    return this.places.push(place) - 1;
  }

  /** The place where `node` begins if `next` comes behind it. */
  private build(node: PatternNode, next: number): number {
    switch (node.kind) {
      case "start":
      case "end":
        return this.add({ at: node.kind, next });
      case "set":
        return this.add({ also: node.ranges.flatMap((range) => this.buildRange(range, next)) });
      case "sequence":
        return node.parts.reduceRight((behind, part) => this.build(part, behind), next);
      case "choice":
        return this.add({ also: node.parts.map((part) => this.build(part, next)) });
      case "repeat":
        return this.buildRepeat(node, next);
    }
  }

  private buildRepeat({ part, least, most }: Extract<PatternNode, { kind: "repeat" }>, next: number): number {
    let behind = next;
    if (most === Number.POSITIVE_INFINITY) {
      const also: number[] = [next];
      const loop = this.add({ also });
      also.push(this.build(part, loop));
      behind = loop;
    } else {
      for (let i = least; i < most; i++) behind = this.add({ also: [next, this.build(part, behind)] });
    }
    for (let i = 0; i < least; i++) behind = this.build(part, behind);
    return behind;
  }

  private buildRange(range: PointRange, next: number): number[] {
    return octetRanges(range).map((sequence) =>
      sequence.reduceRight((behind, [low, high]) => this.add({ low, high, next: behind }), next),
    );
  }
}

type OctetRange = readonly [low: number, high: number];

/** Ends of code points whose UTF-8 takes one to four octets; what lies between is no character. */
const LENGTHS: readonly PointRange[] = [
  [0, 0x7f],
  [0x80, 0x7ff],
  [0x800, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, LAST_POINT],
];

/** A range of code points as sequences of ranges of UTF-8's octets (RFC 3629). */
function octetRanges([first, last]: PointRange): OctetRange[][] {
  return LENGTHS.flatMap(([low, high]) => {
    const [from, to] = [Math.max(first, low), Math.min(last, high)];
    return from > to ? [] : divided(utf8(from), utf8(to));
  });
}

/** Sequences of the same length from one text of octets to another. */
function divided(low: readonly number[], high: readonly number[]): OctetRange[][] {
  if (low.length === 1) return [[[low[0]!, high[0]!]]];
  const [lowTail, highTail] = [low.slice(1), high.slice(1)];
  const [bottom, top] = [lowTail.map(() => 0x80), lowTail.map(() => 0xbf)];
  const under = (octet: number, from: readonly number[], to: readonly number[]) =>
    divided(from, to).map((tail): OctetRange[] => [[octet, octet], ...tail]);
  if (low[0] === high[0]) return under(low[0]!, lowTail, highTail);
  const result: OctetRange[][] = [];
  let [from, to] = [low[0]!, high[0]!];
  if (lowTail.some((octet) => octet !== 0x80)) result.push(...under(from++, lowTail, top));
  const cut = highTail.some((octet) => octet !== 0xbf);
  if (cut) to--;
  if (from <= to) result.push(...divided(bottom, top).map((tail): OctetRange[] => [[from, to], ...tail]));
  if (cut) result.push(...under(to + 1, bottom, highTail));
  return result;
}

function utf8(point: number): number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), 0x80 | (point & 63)];
  if (point < 0x10000) return [0xe0 | (point >> 12), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
  return [0xf0 | (point >> 18), 0x80 | ((point >> 12) & 63), 0x80 | ((point >> 6) & 63), 0x80 | (point & 63)];
}
