// The tree of a filter: what the parser makes, and predicates and SQL are made of. Words, aliases, scales and names are gone in it.
import type { FieldName } from "../../core/elements.ts";
import type { Pattern } from "./pattern.ts";

/** Characters `from` .. `to` (not included) of the filter's text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** A whole number that every record has: a column of numbers or of MACs, or some bits of it: `(value >>> shift) & mask`. */
export interface Quantity {
  readonly field: FieldName;
  readonly shift: number;
  /** null = all bits. */
  readonly mask: number | null;
  /** Smaller values count as this one (`flows`, where 0 says that it is one). */
  readonly least: number;
}

/** Whole numbers computed of several columns. `duration` is ns; rates are rounded down, 0 where the duration is; bpp is bytes per packet. */
export type Derived = "duration" | "pps" | "bps" | "bpp";

/** Inclusive, in rising order, not touching one another. */
export type NumberRanges = readonly (readonly [least: bigint, most: bigint])[];

/** What a text is taken from: an entry of `other`, or an address or MAC as it is printed (none = ""). */
export type TextSubject =
  | { readonly kind: "other"; readonly name: string }
  | { readonly kind: "address" | "mac"; readonly field: FieldName };

export type TextMatch =
  | { readonly kind: "equals" | "contains" | "starts" | "ends"; readonly text: string }
  | { readonly kind: "matches"; readonly pattern: Pattern };

/** A test of one value of a frame's field (PDML), which is a text that may be meant as a number, a time, an address or octets. */
export type ValueTest =
  /** `whole`: the same with every digit, where it is a whole number. */
  | { readonly kind: "number"; readonly is: Comparison; readonly value: number; readonly whole: bigint | null }
  | { readonly kind: "range"; readonly least: number; readonly most: number }
  | { readonly kind: "time"; readonly is: Comparison; readonly nanoseconds: bigint }
  | { readonly kind: "bits"; readonly mask: number; readonly value: number }
  | { readonly kind: "address"; readonly ranges: NumberRanges }
  /** Hexadecimal digits without what stands between them: a MAC address, a row of octets. */
  | { readonly kind: "octets"; readonly digits: string }
  | { readonly kind: "text"; readonly match: TextMatch };

/** Every test is true or false: what is not known matches no comparison. `frame` is in filters of frames only, and the only one there. */
export type FilterTest =
  /** One of the fields is there; with tests: one of its values passes one of them. */
  | { readonly kind: "frame"; readonly fields: readonly string[]; readonly tests: readonly ValueTest[] | null }
  | { readonly kind: "any" }
  | { readonly kind: "number"; readonly of: Quantity; readonly is: Comparison; readonly value: bigint }
  | { readonly kind: "numbers"; readonly of: Quantity; readonly ranges: NumberRanges }
  | { readonly kind: "derived"; readonly of: Derived; readonly is: Comparison; readonly value: number }
  | { readonly kind: "bits"; readonly field: FieldName; readonly mask: number; readonly value: number }
  | { readonly kind: "addresses"; readonly field: FieldName; readonly ranges: NumberRanges }
  | { readonly kind: "time"; readonly field: FieldName; readonly is: Comparison; readonly nanoseconds: bigint }
  /** Seconds since midnight of `start` in the zone; `from` > `to` goes over midnight, `to` is not included. */
  | { readonly kind: "clock"; readonly from: number; readonly to: number; readonly zone: string }
  /** Days of `start` in the zone, 1 = Monday .. 7 = Sunday. */
  | { readonly kind: "weekday"; readonly days: readonly number[]; readonly zone: string }
  | { readonly kind: "present"; readonly name: string }
  | { readonly kind: "text"; readonly of: TextSubject; readonly match: TextMatch };

export type FilterNode = (
  | FilterTest
  | { readonly kind: "and" | "or"; readonly terms: readonly FilterNode[] }
  | { readonly kind: "not"; readonly term: FilterNode }
) & { readonly span: Span };

/** What a person asked for. Frozen; it may be compiled any number of times. */
export interface Filter {
  /** As it was given. */
  readonly text: string;
  readonly root: FilterNode;
}
