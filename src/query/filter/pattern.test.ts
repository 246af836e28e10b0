// Regular expressions: as JavaScript's own on what both know, in linear time, and what is not known is refused.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PatternFault, parsePattern } from "./pattern.ts";

const encoder = new TextEncoder();

function found(pattern: string, text: string, ignoreCase = false): boolean {
  const octets = encoder.encode(`<${text}>`);
  return parsePattern(pattern, ignoreCase)
    .automaton()
    .test(octets, 1, octets.length - 1);
}

const atom = fc.constantFrom("a", "b", "c", ".", "[ab]", "[^a]", "\\d", "\\W", "é", "→", "😀", "^", "$", "[a-c→-😀]");
const expression = fc.letrec<{ all: string }>((tie) => ({
  all: fc.oneof(
    { depthSize: "medium" },
    atom,
    fc.tuple(tie("all"), tie("all")).map(([a, b]) => a + b),
    fc.tuple(tie("all"), tie("all")).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie("all"), fc.constantFrom("*", "+", "?", "{2}", "{1,3}", "{0,}", "*?"))
      .map(([a, times]) => `(?:${a}x?)${times}`),
  ),
})).all;
const anyText = fc.string({ unit: fc.constantFrom("a", "b", "c", "x", "1", " ", "é", "→", "😀", "\n"), maxLength: 8 });

test("finds what JavaScript finds", () => {
  fc.assert(
    fc.property(expression, fc.array(anyText, { minLength: 1, maxLength: 6 }), (pattern, texts) => {
      const theirs = new RegExp(pattern, "us");
      const ours = parsePattern(pattern, false).automaton();
      for (const text of texts) {
        const octets = encoder.encode(text);
        expect([pattern, text, ours.test(octets, 0, octets.length)]).toEqual([pattern, text, theirs.test(text)]);
      }
    }),
    { seed: 8, numRuns: 1500 },
  );
});

test("the case of letters", () => {
  expect(found("wEb[x-z]", "WeBY", true)).toBe(true);
  expect(found("web", "WEB")).toBe(false);
});

test("expressions that take others for ever", () => {
  expect(found("(a*)*b", "a".repeat(4000))).toBe(false);
  expect(found("(a|aa)+$", `${"a".repeat(4000)}b`)).toBe(false);
  expect(found(".*.*.*.*=.*", "x".repeat(4000))).toBe(false);
  expect(found("(.?){100}b{100}", "a".repeat(4000))).toBe(false);
});

test("more states than are kept", () => {
  // Which of the last 12 characters were an a: 4,096 states.
  const ours = parsePattern("a.{12}c", false).automaton();
  const theirs = /a.{12}c/;
  let state = 1;
  let text = "";
  for (let i = 0; i < 20_000; i++) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    text += (state >> 16) & 1 ? "a" : "b";
  }
  for (const end of ["c", "bbc"]) {
    const octets = encoder.encode(text + end);
    expect(ours.test(octets, 0, octets.length)).toBe(theirs.test(text + end));
  }
});

describe("what is not known", () => {
  test.each([
    ["a(", 1],
    ["a)", 1],
    ["*a", 0],
    ["a{3,2}", 1],
    ["a{101}", 1],
    ["[a", 0],
    ["[b-a]", 1],
    ["\\b", 0],
    ["\\1", 0],
    ["\\p{L}", 0],
    ["(?=a)", 1],
    ["(?<n>a)", 1],
    ["[[:alpha:]]", 1],
    ["^*", 0],
    ["a\\", 1],
  ])("%s", (pattern, at) => {
    try {
      parsePattern(pattern, false);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PatternFault);
      expect((error as PatternFault).at).toBe(at);
    }
  });
});
