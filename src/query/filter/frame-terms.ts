// Terms about frames (PDML): the field's name or words of flows, then a comparison, a list, a way to match, or nothing: it is there.

import { readNetworks } from "./address-terms.ts";
import { otherAddresses, parseNetwork } from "./addresses.ts";
import { type FrameSubject, type FrameValues, readFrameSubject } from "./frame-vocabulary.ts";
import { FLAG_LETTERS, flagWords } from "./number-terms.ts";
import { joinRanges, parseWhole } from "./numbers.ts";
import type { FrameFields } from "./options.ts";
import { node, type ParseContext } from "./parse-context.ts";
import { acceptComparison, acceptList, joined, readList, spanSince, valueWord } from "./term-operators.ts";
import { acceptTextMatch, isValue, readText } from "./text-terms.ts";
import { readTime } from "./time-terms.ts";
import type { Comparison, FilterNode, NumberRanges, Span, ValueTest } from "./tree.ts";

type Fields = Extract<FrameSubject, { kind: "fields" }>;

export function frameTerm(context: ParseContext, { names = () => [] }: FrameFields, from: number): FilterNode {
  const { reader } = context;
  const subject = readFrameSubject(reader, names);
  if (subject.kind === "any") return node({ kind: "any", span: spanSince(reader, from) });
  if (subject.kind === "local") return localTerm(context, subject, from);
  const match = acceptTextMatch(reader);
  if (match !== null) return tested(subject, [{ kind: "text", match }], spanSince(reader, from));
  const is = acceptComparison(reader);
  if (is === null && acceptList(reader)) {
    const tests = readList(context, (inner) => readEqual(inner, subject)).flat();
    return tested(subject, withoutDoubles(tests), spanSince(reader, from));
  }
  if (is === null && !(isValue(reader) && takesValue(subject))) {
    if (subject.alone === null) readEqual(context, subject);
    else return presence(subject.alone, spanSince(reader, from));
  }
  const tests =
    is === null || is === "=" || is === "!=" ? readEqual(context, subject) : readOrdered(context, subject, is);
  const span = spanSince(reader, from);
  return is === "!=" ? unequal(subject, tests, span) : tested(subject, tests, span);
}

/** A value without `=` stands behind words and fields; behind a protocol it is a forgotten `and`. */
function takesValue({ ends, values }: Fields): boolean {
  return values.kind !== "any" || ends[0]![0]!.includes(".");
}

function presence(fields: readonly string[], span: Span): FilterNode {
  return node({ kind: "frame", fields: Object.freeze([...fields]), tests: null, span });
}

function tested({ ends, join }: Fields, tests: readonly ValueTest[], span: Span): FilterNode {
  const frozen = Object.freeze(tests.map((test) => Object.freeze(test)));
  const nodes = (join === "or" ? [ends.flat()] : ends).map((fields) =>
    node({ kind: "frame", fields: Object.freeze([...fields]), tests: frozen, span } as const),
  );
  return joined(nodes, join, false, span);
}

/** It is there, and none of its values is that. */
function unequal(subject: Fields, tests: readonly ValueTest[], span: Span): FilterNode {
  const there = presence(subject.ends.flat(), span);
  const equal = node({ kind: "not", term: tested(subject, tests, span), span });
  return node({ kind: "and", terms: Object.freeze([there, equal]), span });
}

function localTerm(context: ParseContext, subject: Extract<FrameSubject, { kind: "local" }>, from: number): FilterNode {
  const span = spanSince(context.reader, from);
  const inside = context.localNetworks(span);
  const ranges = subject.inside ? inside : otherAddresses(inside);
  const tests = Object.freeze([addressTest(ranges)]);
  return node({ kind: "frame", fields: Object.freeze([...subject.fields]), tests, span });
}

function addressTest(ranges: NumberRanges): ValueTest {
  return Object.freeze({ kind: "address", ranges: joinRanges(ranges) });
}

/** All networks of a list as one test. */
function withoutDoubles(tests: readonly ValueTest[]): readonly ValueTest[] {
  const ranges = tests.flatMap((test) => (test.kind === "address" ? test.ranges : []));
  if (ranges.length === 0) return tests;
  return [addressTest(ranges), ...tests.filter(({ kind }) => kind !== "address")];
}

const ANY_VALUE = "a value: a number, an address or network, a text in quotes";

/** What a value equals: the tests of which one must be true. */
function readEqual(context: ParseContext, { values, ends }: Fields): readonly ValueTest[] {
  const { reader } = context;
  switch (values.kind) {
    case "addresses":
      return [addressTest(readNetworks(context))];
    case "macs":
      return [readOctets(context)];
    case "flags":
      return [readFlags(context)];
    case "time":
      return [{ kind: "time", is: "=", nanoseconds: readTime(context) ?? reader.fail() }];
    case "numbers":
      return [readNumber(context, values)];
    case "any": {
      const { kind, text } = reader.token;
      reader.noteLabel(ANY_VALUE);
      if (kind === "text") return [equalText(readText(reader))];
      if (kind === "word" && !reader.sees("and", "or", "not")) {
        const tests = meanings(text);
        if (isTime(ends)) {
          const nanoseconds = readTime(context);
          if (nanoseconds !== null) return [...tests, { kind: "time", is: "=", nanoseconds }];
        }
        reader.advance();
        return tests;
      }
      return reader.fail();
    }
  }
}

/** Only these have an order. */
function readOrdered(context: ParseContext, { values, ends }: Fields, is: Comparison): readonly ValueTest[] {
  const { reader } = context;
  if (values.kind === "addresses" || values.kind === "macs")
    return reader.refuse(`expected = or != before an address, found ${is}.`, reader.token.span);
  if (values.kind === "time" || isTime(ends)) {
    const nanoseconds = readTime(context);
    if (nanoseconds !== null) return [{ kind: "time", is, nanoseconds }];
    if (values.kind === "time") return reader.fail();
  }
  const { span } = reader.token;
  const test = readNumber(context, values.kind === "numbers" ? values : null);
  if (test.kind === "range")
    return reader.refuse(`expected one value behind ${is}, found a range; say = or in [...].`, span);
  return [{ ...test, is }];
}

/** Seconds since 1970. */
function isTime(ends: Fields["ends"]): boolean {
  return ends.every((fields) => fields.every((name) => name.endsWith("time_epoch")));
}

type NumberTest = Extract<ValueTest, { kind: "number" }>;

function readNumber(
  { reader }: ParseContext,
  values: Extract<FrameValues, { kind: "numbers" }> | null,
): NumberTest | Extract<ValueTest, { kind: "range" }> {
  const words = values?.named.words;
  reader.note({
    label: values?.named.label ?? "a number",
    kind: values?.named.kind ?? "value",
    words: () => [...(words ?? [])].map(([word, number]) => [word, String(number)]),
  });
  const word = valueWord(reader);
  if (word === null) return reader.fail();
  const named = words?.get(word.toLowerCase());
  const test = named === undefined ? (numberTest(word) ?? rangeTest(word)) : numberOf(BigInt(named));
  if (test === null) return reader.fail();
  if (test.kind === "range" && test.least > test.most)
    return reader.refuse(`expected the smaller end of the range first, found ${word}.`, reader.token.span);
  reader.advance();
  return test;
}

function readFlags({ reader }: ParseContext): ValueTest {
  reader.noteLabel(FLAG_LETTERS);
  const word = valueWord(reader);
  if (word === null) return reader.fail();
  const number = numberTest(word);
  const flags = number === null ? flagWords(word, false) : null;
  if (number === null && flags === null) return reader.fail();
  reader.advance();
  return number ?? { kind: "bits", value: flags![0], mask: flags![1] };
}

function readOctets({ reader }: ParseContext): ValueTest {
  reader.noteLabel("a MAC address such as 00:11:22:33:44:55");
  const word = valueWord(reader);
  const test = word === null ? null : octetsTest(word);
  if (test === null) return reader.fail();
  reader.advance();
  return test;
}

/** All that a bare word may mean, as nobody says what type a field has. */
function meanings(word: string): readonly ValueTest[] {
  const tests: ValueTest[] = [equalText(word)];
  const number = numberTest(word) ?? rangeTest(word) ?? truth(word);
  if (number !== null) tests.push(number);
  const networks = /[.:]/.test(word) || word.includes("/") ? parseNetwork(word) : null;
  if (networks !== null) tests.push(addressTest(networks));
  const octets = octetsTest(word);
  if (octets !== null) tests.push(octets);
  return tests;
}

function equalText(text: string): ValueTest {
  return { kind: "text", match: Object.freeze({ kind: "equals", text }) };
}

const DECIMAL = /^-?\d{1,40}(\.\d{1,40})?(e[+-]?\d{1,3})?$/i;

/** 80, 0x50, -3, 0.25, 1.5K; null where it is no number. */
function numberTest(word: string): NumberTest | null {
  const whole = parseWhole(word) ?? (/^-\d{1,20}$/.test(word) ? BigInt(word) : null);
  if (whole !== null) return numberOf(whole);
  return DECIMAL.test(word) ? { kind: "number", is: "=", value: Number(word), whole: null } : null;
}

function numberOf(whole: bigint): NumberTest {
  return { kind: "number", is: "=", value: Number(whole), whole };
}

/** `80-90` */
function rangeTest(word: string): Extract<ValueTest, { kind: "range" }> | null {
  const dash = word.indexOf("-", 1);
  if (dash < 0) return null;
  const [least, most] = [numberTest(word.slice(0, dash)), numberTest(word.slice(dash + 1))];
  return least === null || most === null ? null : { kind: "range", least: least.value, most: most.value };
}

function truth(word: string): NumberTest | null {
  const value = { true: 1n, false: 0n }[word.toLowerCase()];
  return value === undefined ? null : numberOf(value);
}

/** 00:11:22, 00-11-22, 0011.2233.4455; null where it is no row of octets. */
function octetsTest(word: string): ValueTest | null {
  if (!/^[0-9a-f]{2}([:-][0-9a-f]{2})+$|^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i.test(word)) return null;
  return { kind: "octets", digits: word.replace(/[:.-]/g, "").toLowerCase() };
}
