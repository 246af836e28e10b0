// Tests of a filter on one value of a field: as a number, a time, an address, octets or a text, whatever it may be.
import { textTest, type ValueTest } from "../query/index.ts";
import { NOT_THERE, OctetTable } from "./octet-table.ts";
import { AddressRanges } from "./value-address.ts";
import { hexDigit, numberAt, SplitTime, wholeAt } from "./value-number.ts";

/** octets from .. to are the value. */
export type ValuePredicate = (octets: Uint8Array, from: number, to: number) => boolean;

type TestOf<K extends ValueTest["kind"]> = Extract<ValueTest, { kind: K }>;

/** True where one of the tests is. Lists of any length cost one search. */
export function valuePredicate(tests: readonly ValueTest[]): ValuePredicate {
  const of = <K extends ValueTest["kind"]>(kind: K) => tests.filter((test): test is TestOf<K> => test.kind === kind);
  const numbers = of("number");
  const equal = numbers.filter(({ is }) => is === "=");
  const texts = of("text");
  const words = texts.flatMap(({ match }) => (match.kind === "equals" ? [match.text] : []));
  const found: ValuePredicate[] = [
    ...(words.length === 0 ? [] : [oneOfTexts(words)]),
    ...(equal.length + of("range").length === 0 ? [] : [oneOfNumbers(equal, of("range"))]),
    ...numbers.filter(({ is }) => is !== "=").map(compared),
    ...of("time").map(timed),
    ...of("bits").map(({ mask, value }) => bits(mask, value)),
    ...of("address").map(({ ranges }) => inRanges(new AddressRanges(ranges))),
    ...(of("octets").length === 0 ? [] : [oneOfOctets(of("octets").map(({ digits }) => digits))]),
    ...texts.filter(({ match }) => match.kind !== "equals").map(({ match }) => textTest(match)),
  ];
  const [first, ...rest] = found;
  if (first !== undefined && rest.length === 0) return first;
  return (octets, from, to) => {
    for (const test of found) if (test(octets, from, to)) return true;
    return false;
  };
}

function tableOf(texts: readonly string[]): OctetTable {
  const table = new OctetTable(texts.length);
  for (const text of texts) {
    const octets = Buffer.from(text);
    table.take(octets, 0, octets.length);
  }
  return table;
}

function oneOfTexts(words: readonly string[]): ValuePredicate {
  if (words.length === 1) return textTest({ kind: "equals", text: words[0]! });
  const table = tableOf(words);
  return (octets, from, to) => table.find(octets, from, to) !== NOT_THERE;
}

/** From here on several whole numbers are one double. */
const INEXACT = 2 ** 53;

function oneOfNumbers(equal: readonly TestOf<"number">[], ranges: readonly TestOf<"range">[]): ValuePredicate {
  const sorted = [...equal.map(({ value }) => [value, value]), ...ranges.map(({ least, most }) => [least, most])].sort(
    ([a], [b]) => a! - b!,
  );
  const lows = Float64Array.from(sorted, ([low]) => low!);
  // The highest one so far: ranges may lie within one another.
  let most = Number.NEGATIVE_INFINITY;
  const highs = Float64Array.from(sorted, ([, high]) => {
    most = Math.max(most, high!);
    return most;
  });
  const long = new Set(
    equal.flatMap(({ whole, value }) => (Math.abs(value) >= INEXACT && whole !== null ? [whole] : [])),
  );
  return (octets, from, to) => {
    const value = numberAt(octets, from, to);
    let first = 0;
    for (let last = lows.length; first < last; ) {
      const middle = (first + last) >>> 1;
      if (lows[middle]! <= value) first = middle + 1;
      else last = middle;
    }
    if (first === 0 || !(highs[first - 1]! >= value)) return false;
    if (Math.abs(value) < INEXACT || long.size === 0) return true;
    const whole = wholeAt(octets, from, to);
    return whole !== null && long.has(whole);
  };
}

/** `number` and, where both are too large for doubles, `whole`. */
function compared({ is, value, whole }: TestOf<"number">): ValuePredicate {
  const test = comparison(is);
  return (octets, from, to) => {
    const found = numberAt(octets, from, to);
    if (whole === null || Math.abs(found) < INEXACT || found !== value) return test(found - value);
    const exact = wholeAt(octets, from, to) ?? whole;
    return test(exact < whole ? -1 : exact > whole ? 1 : 0);
  };
}

/** Of the sign of a difference; NaN is none of them. */
function comparison(is: TestOf<"number">["is"]): (difference: number) => boolean {
  switch (is) {
    case "=":
      return (difference) => difference === 0;
    case "!=":
      return (difference) => difference < 0 || difference > 0;
    case "<":
      return (difference) => difference < 0;
    case "<=":
      return (difference) => difference <= 0;
    case ">":
      return (difference) => difference > 0;
    case ">=":
      return (difference) => difference >= 0;
  }
}

const BILLION = 1_000_000_000n;

function timed({ is, nanoseconds }: TestOf<"time">): ValuePredicate {
  const [seconds, rest] = [Number(nanoseconds / BILLION), Number(nanoseconds % BILLION)];
  const test = comparison(is);
  const time = new SplitTime();
  return (octets, from, to) =>
    time.read(octets, from, to) && test(time.seconds === seconds ? time.nanoseconds - rest : time.seconds - seconds);
}

function bits(mask: number, value: number): ValuePredicate {
  return (octets, from, to) => {
    const found = numberAt(octets, from, to);
    return found >= 0 && (found & mask) === value;
  };
}

function inRanges(ranges: AddressRanges): ValuePredicate {
  return (octets, from, to) => ranges.hold(octets, from, to);
}

const [COLON, MINUS, POINT] = [58, 45, 46];

/** Digits whatever stands between them: 00:11:22, 00-11-22, 001122. */
function oneOfOctets(rows: readonly string[]): ValuePredicate {
  const table = tableOf(rows);
  const longest = Math.max(...rows.map((digits) => digits.length));
  const scratch = new Uint8Array(longest);
  return (octets, from, to) => {
    let length = 0;
    for (let at = from; at < to; at++) {
      const octet = octets[at]!;
      if (octet === COLON || octet === MINUS || octet === POINT) continue;
      if (length === longest || hexDigit(octet) < 0) return false;
      scratch[length++] = octet > 64 ? octet | 32 : octet;
    }
    return table.find(scratch, 0, length) !== NOT_THERE;
  };
}
