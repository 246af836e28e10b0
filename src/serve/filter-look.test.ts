// A filter while it is typed: colours that cover its words, the place of a fault, completions.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FILTER_LIMITS } from "../query/index.ts";
import { FILTER_TOKEN_KINDS } from "./api.ts";
import { lookAtFilter } from "./filter-look.ts";

const named = new Map([
  ["web", "port in [80, 443]"],
  ["bad", "prot 6"],
]);
const options = {
  filter: { named, zone: "UTC", localNetworks: ["10.0.0.0/8"] },
  seenHosts: (part: string) => [{ text: "10.0.0.7", about: "printer" }].filter(({ text }) => text.startsWith(part)),
};
const colours = (text: string) =>
  lookAtFilter({ text }, options).tokens.map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`);

describe("colours", () => {
  test("by what a word is", () => {
    expect(colours('src ip 10.0.0.0/8 and bytes > 1.5K or $web or not other.x contains "a b" # the end')).toEqual([
      ...["field src", "field ip", "address 10.0.0.0/8", "operator and", "field bytes", "sign >", "number 1.5K"],
      ...["operator or", "name $web", "operator or", "operator not", "field other.x", "operator contains"],
      ...['text "a b"', "comment # the end"],
    ]);
    expect(colours("ip in [2001:db8::1, 10.0.0.1-10.0.0.9] and tcp")).toEqual([
      ...["field ip", "operator in", "sign [", "address 2001:db8::1", "sign ,", "address 10.0.0.1-10.0.0.9", "sign ]"],
      ...["operator and", "field tcp"],
    ]);
  });

  test("a text that is open goes to the end", () => {
    expect(colours('host "abc and')).toEqual(["field host", 'text "abc and']);
    expect(lookAtFilter({ text: 'host "abc and' }, options).fault).toMatchObject({ from: 5, to: 13 });
  });
});

describe("what is wrong", () => {
  test("the place, the sentence, the word that may be meant", () => {
    expect(lookAtFilter({ text: "tcp and dst porrt 80" }, options).fault).toEqual({
      from: 12,
      to: 17,
      message: expect.stringMatching(/^expected .*, found "porrt"/),
      suggestion: "port",
    });
    expect(lookAtFilter({ text: "tcp or $web" }, options).fault).toBeNull();
  });

  test("a named filter's own fault is shown at its name", () => {
    expect(lookAtFilter({ text: "tcp or $bad" }, options).fault).toMatchObject({ from: 7, to: 11 });
  });
});

test("completions: words, named filters, hosts that were seen", () => {
  const of = (text: string) => lookAtFilter({ text, at: text.length }, options).completions;
  expect(of("dst po")?.options.map(({ text }) => text)).toContain("port");
  expect(of("$w")).toMatchObject({ from: 0, to: 2, options: [{ text: "$web", kind: "filter" }] });
  expect(of("src ip 10.")?.options[0]).toEqual({ text: "10.0.0.7", kind: "host", about: "printer" });
  expect(of("src ip 9")?.options.map(({ kind }) => kind)).not.toContain("host");
  expect(lookAtFilter({ text: "tcp" }, options).completions).toBeNull();
});

test("whatever is typed: colours in order and apart, inside the text; nothing throws", () => {
  const part = fc.constantFrom(
    "src ip ",
    "10.0.0.1",
    "(",
    ")",
    "[",
    '"',
    "'",
    "/",
    "$web",
    "$",
    "#",
    "\n",
    "and ",
    "~",
    "\\",
    "@include x",
    "é\u202e😀",
  );
  const text = fc
    .array(fc.oneof(part, fc.string({ maxLength: 8, unit: "binary-ascii" })), { maxLength: 20 })
    .map((all) => all.join(""));
  fc.assert(
    fc.property(text, fc.nat(200), (typed, at) => {
      const { tokens, fault } = lookAtFilter({ text: typed, at }, options);
      let before = 0;
      for (const { from, to, kind } of tokens) {
        expect(from).toBeGreaterThanOrEqual(before);
        expect(to).toBeGreaterThan(from);
        expect(FILTER_TOKEN_KINDS).toContain(kind);
        before = to;
      }
      expect(before).toBeLessThanOrEqual(typed.length);
      if (fault !== null) expect(fault.to).toBeLessThanOrEqual(typed.length);
    }),
    { numRuns: 300, seed: 3 },
  );
});

test("long texts cost no more than they must", () => {
  const { tokens, fault } = lookAtFilter({ text: "(".repeat(100_000), at: 90_000 }, options);
  expect(tokens.length).toBe(FILTER_LIMITS.text);
  expect(fault).not.toBeNull();
});
