// Terms about addresses: an address, a network, a name of a host, a list of them; inside and outside of the local networks.
import type { FieldName } from "../../core/elements.ts";
import { ZERO_IS_ADDRESS } from "../../core/fields.ts";
import { otherAddresses, parseNetwork } from "./addresses.ts";
import { joinRanges } from "./numbers.ts";
import { node, type ParseContext } from "./parse-context.ts";
import { quantity, type Subject } from "./subjects.ts";
import { acceptEquality, acceptList, joined, readList, spanSince, valueWord } from "./term-operators.ts";
import { acceptTextMatch, textNode } from "./text-terms.ts";
import { shorten } from "./token-reader.ts";
import type { FilterNode, NumberRanges, Span } from "./tree.ts";

type Range = readonly [least: bigint, most: bigint];
const LABEL = "an address, a network such as 10.0.0.0/8, or a name";
const MASK = /^255\.[\d.]+$|^0\.0\.0\.0$/;
const HOST_NAME = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i;

export function addressTerm(
  context: ParseContext,
  subject: Extract<Subject, { kind: "addresses" }>,
  from: number,
): FilterNode {
  const { reader } = context;
  const { fields, join } = subject;
  const match = acceptTextMatch(reader);
  if (match !== null) {
    const span = spanSince(reader, from);
    return joined(
      fields.map((field) => textNode({ kind: "address", field }, match, span)),
      join,
      false,
      span,
    );
  }
  const comparison = acceptEquality(reader);
  const isList = comparison === null && acceptList(reader);
  const found = isList ? readList(context, readNetworks).flat() : [...readNetworks(context)];
  const span = spanSince(reader, from);
  const ranges = joinRanges(found);
  // `::` by itself is asked for; that a network has it in it is not.
  const zero = found.some(([least, most]) => least === 0n && most === 0n);
  const tests = fields.map((field) => addressNode(field, ranges, zero, span));
  return joined(tests, join, comparison === "!=", span);
}

/** All zero is no address in most records, and the address :: in those of IPv6. */
function addressNode(field: FieldName, ranges: NumberRanges, zero: boolean, span: Span): FilterNode {
  const holdsZero = ranges[0]?.[0] === 0n;
  if (!holdsZero) return node({ kind: "addresses", field, ranges: Object.freeze(ranges), span });
  const rest = ranges[0]![1] === 0n ? ranges.slice(1) : [[1n, ranges[0]![1]] as const, ...ranges.slice(1)];
  const terms: FilterNode[] =
    rest.length === 0 ? [] : [node({ kind: "addresses", field, ranges: Object.freeze(rest), span })];
  const unspecified = node({
    kind: "addresses",
    field,
    ranges: Object.freeze([Object.freeze([0n, 0n] as const)]),
    span,
  } as const);
  if (ZERO_IS_ADDRESS.has(field)) {
    const ipv6 = node({ kind: "number", of: quantity("ipVersion"), is: "=", value: 6n, span } as const);
    terms.push(node({ kind: "and", terms: Object.freeze([ipv6, unspecified]), span }));
  } else if (zero) terms.push(unspecified);
  return joined(terms, "or", false, span);
}

/** What one word, or a network and its mask, stands for. */
export function readNetworks(context: ParseContext): readonly Range[] {
  const { reader } = context;
  reader.noteLabel(LABEL);
  const word = valueWord(reader);
  if (word === null) return reader.fail();
  const next = reader.peek(1);
  if (next.kind === "word" && MASK.test(next.text) && /^[\d.]+$/.test(word)) {
    const masked = parseNetwork(word, next.text);
    if (masked !== null) {
      reader.advance();
      reader.advance();
      return masked;
    }
  }
  const ranges = parseNetwork(word) ?? hostAddresses(context, word);
  reader.advance();
  return ranges;
}

function hostAddresses({ reader, options }: ParseContext, word: string): readonly Range[] {
  // What looks like an address and is none is not looked up.
  if (!HOST_NAME.test(word) || /^[\d.]*$|\/|:/.test(word)) return reader.fail();
  // A word that is nearly one of ours is no host; who means one quotes it.
  if (reader.token.kind === "word" && !word.includes(".") && reader.suggestion() !== null) return reader.fail();
  if (options.resolve === undefined) {
    return reader.refuse(
      `expected an address or a network, found the name "${shorten(word)}"; names are not looked up here.`,
      reader.token.span,
    );
  }
  const ranges = (options.resolve(word) ?? []).flatMap((text) => parseNetwork(text) ?? []);
  if (ranges.length > 0) return ranges;
  return reader.refuse(`expected ${LABEL}, found "${shorten(word)}", which no host is called.`, reader.token.span);
}

export function localTerm(
  context: ParseContext,
  subject: Extract<Subject, { kind: "local" }>,
  from: number,
): FilterNode {
  const span = spanSince(context.reader, from);
  const inside = context.localNetworks(span);
  const ranges = subject.inside ? inside : otherAddresses(inside);
  return joined(
    subject.fields.map((field) => addressNode(field, ranges, false, span)),
    "or",
    false,
    span,
  );
}
