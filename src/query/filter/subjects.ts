// What a term of a filter is about: the words before it are gone, its value is still to be read.
import type { FieldName } from "../../core/elements.ts";
import { type NamedValues, namedValues } from "./named-values.ts";
import type { Derived, FilterTest, Quantity } from "./tree.ts";

/** How tests of several fields become one: one of them is true, or all. */
export type Join = "or" | "and";

export type Subject =
  | {
      readonly kind: "numbers";
      readonly of: readonly Quantity[];
      readonly join: Join;
      readonly values: NamedValues;
      readonly most: bigint;
      /** How the number as people write it lies in the column. */
      readonly form: "plain" | "label" | "mac";
      /** What must be true, too. */
      readonly only: FilterTest | null;
    }
  | { readonly kind: "addresses"; readonly fields: readonly FieldName[]; readonly join: Join }
  | { readonly kind: "flags"; readonly field: FieldName }
  | { readonly kind: "forwarding" }
  | { readonly kind: "time"; readonly field: FieldName }
  | { readonly kind: "derived"; readonly of: Derived }
  | { readonly kind: "fixed"; readonly test: FilterTest }
  | { readonly kind: "local"; readonly fields: readonly FieldName[]; readonly inside: boolean }
  | { readonly kind: "clock" | "weekday" }
  | { readonly kind: "other"; readonly name: string }
  | { readonly kind: "refused"; readonly sentence: string };

export interface Bits {
  readonly shift: number;
  readonly mask: number;
}

export function quantity(field: FieldName, bits: Bits | null = null): Quantity {
  const least = field === "flows" ? 1 : 0;
  return Object.freeze({ field, shift: bits?.shift ?? 0, mask: bits?.mask ?? null, least });
}

export interface NumberRest {
  readonly join?: Join;
  readonly bits?: Bits;
  readonly form?: "label" | "mac";
  readonly only?: FilterTest;
  readonly values?: NamedValues;
}

const MOST_OF_KIND = {
  u8: 0xffn,
  u16: 0xffffn,
  u32: 0xffff_ffffn,
  u64: 0xffff_ffff_ffff_ffffn,
  mac: 0xffff_ffff_ffffn,
};

export function numberSubject(
  kind: keyof typeof MOST_OF_KIND,
  fields: readonly FieldName[],
  rest: NumberRest = {},
): Subject {
  return {
    kind: "numbers",
    of: fields.map((field) => quantity(field, rest.bits)),
    join: rest.join ?? "or",
    values: rest.values ?? namedValues(fields[0]!),
    most: rest.bits === undefined ? MOST_OF_KIND[kind] : BigInt(rest.bits.mask),
    form: rest.form ?? "plain",
    only: rest.only ?? null,
  };
}
