// JsonScanner against JSON.parse: the same values from what is JSON, a fault where that throws, however the octets come.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonScanner, TOKEN } from "./json-scanner.ts";

const RUNS = 2000;

/** One value out of the scanner, names and their values as a list (a name may come twice); the octets come in pieces of these lengths. */
function scan(text: string, pieces: readonly number[] = []): unknown {
  const octets = Buffer.from(text);
  const bytes = new Uint8Array(octets.length + 1);
  const scanner = new JsonScanner(bytes);
  let piece = 0;
  const take = (): number => {
    for (;;) {
      const token = scanner.next();
      if (token === TOKEN.fault) throw new Error(scanner.fault);
      if (token !== TOKEN.more) return token;
      if (scanner.end === octets.length) scanner.final = true;
      else {
        const length = pieces[piece++ % pieces.length] ?? octets.length;
        bytes.set(octets.subarray(scanner.end, scanner.end + length), scanner.end);
        scanner.end = Math.min(octets.length, scanner.end + length);
        bytes[scanner.end] = 0;
      }
    }
  };
  const text_ = () => Buffer.from(bytes.subarray(scanner.from, scanner.to)).toString();
  const value = (token: number): unknown => {
    if (token === TOKEN.string) return text_();
    if (token === TOKEN.number) return Number(text_());
    if (token === TOKEN.true) return true;
    if (token === TOKEN.false) return false;
    if (token === TOKEN.null) return null;
    const list: unknown[] = [];
    if (token === TOKEN.array) {
      for (let next = take(); next !== TOKEN.arrayEnd; next = take()) list.push(value(next));
      return list;
    }
    if (token !== TOKEN.object) throw new Error(`expected a value, found token ${token}`);
    for (let next = take(); next !== TOKEN.objectEnd; next = take()) {
      expect(next).toBe(TOKEN.key);
      const name = text_();
      list.push([name, value(take())]);
    }
    return { names: list };
  };
  const found = value(take());
  if (take() !== TOKEN.end) throw new Error("expected the end, found another value");
  return found;
}

/** What JSON.parse gives, in the same shape. Halves of surrogate pairs are U+FFFD, as in every UTF-8. */
function parse(text: string): unknown {
  const shaped = (value: unknown): unknown => {
    if (typeof value === "string") return Buffer.from(value).toString();
    if (Array.isArray(value)) return value.map(shaped);
    if (value === null || typeof value !== "object") return value;
    return { names: Object.entries(value).map(([name, inner]) => [Buffer.from(name).toString(), shaped(inner)]) };
  };
  return shaped(JSON.parse(text));
}

const pieces = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const escaped = fc
  .array(
    fc.constantFrom(
      "\\u0041",
      "\\ud83d\\ude00",
      "\\ud83d",
      "\\udc00",
      "\\n",
      '\\"',
      "\\\\",
      "\\/",
      "é",
      "😀",
      "x",
      "\\u00e9",
      "\\b",
    ),
  )
  .map((parts) => `["${parts.join("")}"]`);

describe("JsonScanner", () => {
  test("gives what JSON.parse gives, in pieces of any length", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ noUnicodeString: false }),
        fc.constantFrom(undefined, 2, "\t"),
        pieces,
        (value, indent, lengths) => {
          const text = JSON.stringify(value, null, indent);
          // Keys that are numbers move to the front in an object of JavaScript: the text is compared with what was parsed of it.
          expect(JSON.stringify(sorted(scan(text, lengths)))).toBe(JSON.stringify(sorted(parse(text))));
        },
      ),
      { numRuns: RUNS, seed: 6 },
    );
  });

  test("resolves escapes as JSON.parse does", () => {
    fc.assert(
      fc.property(escaped, pieces, (text, lengths) => {
        expect(scan(text, lengths)).toEqual(parse(text));
      }),
      { numRuns: RUNS, seed: 6 },
    );
  });

  test("refuses what JSON.parse refuses", () => {
    const letters = fc.constantFrom(..."{}[]\",:\\ \n\tu0123456789abcdeftrn-+.E'\u0001");
    let refused = 0;
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.nat(3),
        fc.array(letters, { maxLength: 3 }),
        pieces,
        (value, place, gone, put, lengths) => {
          const text = JSON.stringify(value);
          const at = place % (text.length + 1);
          const damaged = text.slice(0, at) + put.join("") + text.slice(at + gone);
          // Half a character is no UTF-8.
          if (Buffer.from(damaged).toString() !== damaged) return;
          let expected: unknown;
          try {
            expected = parse(damaged);
          } catch {
            refused++;
            expect(() => scan(damaged, lengths)).toThrow("expected");
            return;
          }
          expect(JSON.stringify(sorted(scan(damaged, lengths)))).toBe(JSON.stringify(sorted(expected)));
        },
      ),
      { numRuns: RUNS * 2, seed: 6 },
    );
    expect(refused).toBeGreaterThan(RUNS / 2);
  });

  test("gives a name that comes twice twice, in its place", () => {
    expect(scan('{"a": "1", "b": {"a": "2"}, "a": "3"}')).toEqual({
      names: [
        ["a", "1"],
        ["b", { names: [["a", "2"]] }],
        ["a", "3"],
      ],
    });
  });

  test("says what was expected, and what is there", () => {
    for (const [text, sentence] of [
      ['{"a" 1}', 'expected ":", found "1"'],
      ["[1 2]", 'expected "," or "]", found "2"'],
      ["[1,]", 'expected a value, found "]"'],
      ['{"a":1,}', 'expected a name in quotes, found "}"'],
      ['["\\x"]', "expected an escape in a text to be one of JSON's, found another"],
      ['["a\nb"]', "expected the end of a text in quotes, found octet 0x0a"],
      ["[", 'expected a value or "]", found the end of the input'],
      ['["abc', "expected the end of a text in quotes, found the end of the input"],
      ["01", 'expected a value, found "0"'],
      ["nul", 'expected a value, found "n"'],
    ] as const) {
      expect(() => scan(text, [2])).toThrow(sentence);
    }
  });

  test("goes a million levels deep without a stack", () => {
    const bytes = new Uint8Array(1_000_001).fill(0x5b, 0, 1_000_000);
    const scanner = new JsonScanner(bytes);
    scanner.end = 1_000_000;
    while (scanner.next() === TOKEN.array);
    expect(scanner.depth).toBe(1_000_000);
  });
});

/** Objects' names in an order of their own; the last one of a name is what JSON.parse keeps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const names = new Map((value as { names: [string, unknown][] }).names.map(([name, inner]) => [name, sorted(inner)]));
  return { names: [...names].sort(([a], [b]) => (a < b ? -1 : 1)) };
}
