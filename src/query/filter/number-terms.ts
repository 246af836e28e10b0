// Terms about numbers: a value, a comparison, a range or a list, of words or numbers; flags; forwarding status.
import type { FieldName } from "../../core/elements.ts";
import { FORWARDING, type NamedValues } from "./named-values.ts";
import { joinRanges, parseRange, parseWhole } from "./numbers.ts";
import { node, type ParseContext } from "./parse-context.ts";
import { quantity, type Subject } from "./subjects.ts";
import { acceptComparison, acceptList, joined, readList, spanSince, valueWord } from "./term-operators.ts";
import { acceptTextMatch, textNode } from "./text-terms.ts";
import type { TokenReader } from "./token-reader.ts";
import type { Comparison, FilterNode, Quantity, Span } from "./tree.ts";

type Range = readonly [least: bigint, most: bigint];
type NumberSubject = Extract<Subject, { kind: "numbers" }>;

export function numberTerm(context: ParseContext, subject: NumberSubject, from: number): FilterNode {
  const { reader } = context;
  const match = subject.form === "mac" ? acceptTextMatch(reader) : null;
  if (match !== null) {
    const span = spanSince(reader, from);
    const tests = subject.of.map(({ field }) => textNode({ kind: "mac", field }, match, span));
    return joined(tests, subject.join, false, span);
  }
  const comparison = acceptComparison(reader);
  if (comparison === null && acceptList(reader)) {
    const ranges = joinRanges(readList(context, ({ reader: inner }) => readRange(inner, subject)));
    const span = spanSince(reader, from);
    return only(
      subject,
      joined(
        subject.of.map((of) => node({ kind: "numbers", of, ranges, span })),
        subject.join,
        false,
        span,
      ),
      span,
    );
  }
  const at = reader.token.span;
  const [least, most] = readRange(reader, subject);
  const span = spanSince(reader, from);
  const is = comparison ?? "=";
  if (least !== most) {
    if (is !== "=" && is !== "!=")
      reader.refuse(`expected one value behind ${is}, found a range; say = or in [...].`, at);
    const ranges = Object.freeze([Object.freeze([least, most] as const)]);
    return only(
      subject,
      joined(
        subject.of.map((of) => node({ kind: "numbers", of, ranges, span })),
        subject.join,
        is === "!=",
        span,
      ),
      span,
    );
  }
  // "not one of them is" rather than "one of them is not".
  const negated = is === "!=" && subject.of.length > 1;
  const tests = subject.of.map((of) => comparisonTest(subject, of, negated ? "=" : is, least, span));
  return only(subject, joined(tests, subject.join, negated, span), span);
}

function comparisonTest({ form }: NumberSubject, of: Quantity, is: Comparison, value: bigint, span: Span): FilterNode {
  const test = node({ kind: "number", of, is, value, span } as const);
  // 0 says that there is no label: it is not below any.
  if (form !== "label" || (is !== "<" && is !== "<=")) return test;
  const there = node({ kind: "number", of, is: ">", value: 0n, span } as const);
  return node({ kind: "and", terms: Object.freeze([there, test]), span });
}

function only({ only: test }: NumberSubject, term: FilterNode, span: Span): FilterNode {
  return test === null ? term : node({ kind: "and", terms: Object.freeze([node({ ...test, span }), term]), span });
}

/** One value, or `a-b`. */
function readRange(reader: TokenReader, subject: NumberSubject): Range {
  const { values, form, most } = subject;
  const label = form === "mac" ? "a MAC address such as 00:11:22:33:44:55" : values.label;
  const parse = (text: string) => (form === "mac" ? parseMac(text) : named(values, text));
  reader.note({
    label,
    kind: values.kind,
    words: () => [...values.words].map(([word, number]) => [word, String(number)]),
  });
  const word = valueWord(reader);
  if (word === null) return reader.fail();
  const single = parse(word);
  const range = single === null ? (form === "mac" ? null : parseRange(word, parse)) : ([single, single] as const);
  if (range === null) return reader.fail();
  if (range[0] > range[1])
    reader.refuse(`expected the smaller end of the range first, found ${word}.`, reader.token.span);
  if (range[1] > most) reader.refuse(`expected ${most} at the most, found ${word}.`, reader.token.span);
  reader.advance();
  // A label lies in its column as one more.
  return form === "label" ? [range[0] + 1n, range[1] + 1n] : range;
}

function named({ words }: NamedValues, text: string): bigint | null {
  const number = words.get(text.toLowerCase());
  return number === undefined ? parseWhole(text) : BigInt(number);
}

/** 00:11:22:33:44:55, with colons or dashes, or 0011.2233.4455. */
function parseMac(text: string): bigint | null {
  if (!/^[0-9a-f]{2}([:-]?[0-9a-f]{2}){5}$|^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(text)) return null;
  return BigInt(`0x${text.replace(/[:.-]/g, "")}`);
}

const FLAG_BITS: Readonly<Record<string, number>> = {
  F: 1,
  S: 2,
  R: 4,
  P: 8,
  A: 16,
  U: 32,
  E: 64,
  C: 128,
  N: 256,
  X: 63,
};
export const FLAG_LETTERS = "letters of FSRPAUECN such as SA, or S/SA, or a number";
const ALL_FLAGS = 0xfff;

/** `S`: all of these are set. `S/SA`: of S and A just S. `= S`: just S of all. A number is compared. */
export function flagsTerm({ reader }: ParseContext, field: FieldName, from: number): FilterNode {
  const comparison = acceptComparison(reader);
  reader.noteLabel(FLAG_LETTERS);
  const word = valueWord(reader);
  if (word === null) return reader.fail();
  const number = parseWhole(word);
  if (number !== null) {
    if (number > 0xffffn) reader.refuse(`expected 65535 at the most, found ${word}.`, reader.token.span);
    reader.advance();
    return node({
      kind: "number",
      of: quantity(field),
      is: comparison ?? "=",
      value: number,
      span: spanSince(reader, from),
    });
  }
  const [value, mask] = flagWords(word, comparison !== null) ?? reader.fail();
  if (comparison !== null && comparison !== "=" && comparison !== "!=")
    reader.refuse(`expected a number behind ${comparison}, found ${word}.`, reader.token.span);
  reader.advance();
  const span = spanSince(reader, from);
  const test = node({ kind: "bits", field, mask, value, span } as const);
  return comparison === "!=" ? node({ kind: "not", term: test, span }) : test;
}

/** `exact`: of all flags just these. */
export function flagWords(word: string, exact: boolean): readonly [value: number, mask: number] | null {
  const [letters = "", among, more] = word.split("/");
  const value = flagBits(letters);
  if (value === null || more !== undefined) return null;
  if (among === undefined) return [value, exact ? ALL_FLAGS : value];
  const mask = flagBits(among);
  // S/A would never be true.
  return mask === null || (value & ~mask) !== 0 ? null : [value, mask];
}

function flagBits(letters: string): number | null {
  let bits = 0;
  for (const letter of letters.toUpperCase()) bits |= FLAG_BITS[letter] ?? -1;
  return letters === "" || bits < 0 ? null : bits;
}

/** A word is of the status in the upper two bits; a number is of the whole octet, reason included (RFC 7270 section 4.12). */
export function forwardingTerm(context: ParseContext, from: number): FilterNode {
  const { reader } = context;
  const word = valueWord(reader)?.toLowerCase();
  const status = word === undefined ? undefined : FORWARDING.get(word);
  reader.note({
    label: "forwarded, dropped, consumed, unknown",
    kind: "value",
    words: () => [...FORWARDING.keys()].map((key) => [key, ""]),
  });
  if (status !== undefined) {
    reader.advance();
    const of = quantity("forwardingStatus", { shift: 6, mask: 3 });
    return node({ kind: "number", of, is: "=", value: BigInt(status), span: spanSince(reader, from) });
  }
  const values: NamedValues = { label: "a number", kind: "value", words: new Map() };
  const of = [quantity("forwardingStatus")];
  return numberTerm(context, { kind: "numbers", of, join: "or", values, most: 255n, form: "plain", only: null }, from);
}
