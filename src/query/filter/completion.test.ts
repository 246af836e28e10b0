// What may come next: from the parser, wherever the cursor is.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyFilter } from "../../../test/filter-flows.ts";
import { completeFilter, parseFilter } from "../index.ts";

const NAMED = { named: new Map([["web", "port 80"]]), localNetworks: ["10.0.0.0/8"], zone: "UTC" };
const words = (text: string, offset?: number) =>
  completeFilter(text, offset, NAMED).options.map((option) => option.text);

describe("words", () => {
  test.each([
    ["", ["not", "(", "$web", "src", "dstPort", "any", "srcAddr"]],
    ["s", ["src", "srcAddr", "srcPort", "start"]],
    ["src ", ["ip", "port", "net", "as", "inside", "mac"]],
    ["src p", ["port"]],
    ["proto ", ["tcp", "udp", "icmp"]],
    ["proto = i", ["icmp", "igmp"]],
    ["dst port in [80, ht", ["http", "https"]],
    ["tcp ", ["and", "or"]],
    ["tcp and ", ["not", "(", "$web"]],
    ["(tcp ", ["and", "or", ")"]],
    ["tcp and $", ["$web"]],
    ["first ", ["seen"]],
    ["bgp ", ["next"]],
    ["weekday ", ["mon", "sun"]],
    ["other.applicationName ", ["contains", "matches"]],
    ["other.applicationName starts ", ["with"]],
  ])("%s|", (text, expected) => {
    expect(words(text)).toEqual(expect.arrayContaining(expected));
  });

  test("in the middle: what stands behind the cursor does not matter", () => {
    const completions = completeFilter("dst po 80 and tcp", 6, NAMED);
    expect(completions).toMatchObject({ from: 4, to: 6 });
    expect(completions.options.map(({ text }) => text)).toEqual(["port"]);
  });

  test("nothing behind a fault, in a text or in a pattern", () => {
    expect(words("port 80 nonsense x")).toEqual([]);
    expect(words("other.x = 'ab")).toEqual([]);
    expect(words("other.x matches /a")).toEqual([]);
  });

  test("what cannot be listed is named", () => {
    expect(completeFilter("bytes > ").expected).toEqual(["a number"]);
  });
});

test("every word of a filter is among what may stand there, or is a value of what cannot be listed", () => {
  fc.assert(
    fc.property(anyFilter, (text) => {
      parseFilter(text, NAMED);
      for (const { index, 0: word } of text.matchAll(/[A-Za-z]{2,}/g)) {
        const before = text.slice(0, index);
        // Within texts, patterns and other words there is nothing to complete.
        if (/["/]/.test(before) || /[^\s(]$/.test(before)) continue;
        const { options, expected } = completeFilter(text, index + word.length, NAMED);
        if (expected.some((label) => /^a|letters/.test(label) && !label.startsWith("a term"))) continue;
        const known = options.map((option) => option.text.toLowerCase());
        const whole = /^[^\s()[\],=<>!"]+/.exec(text.slice(index))![0].toLowerCase();
        const aliases = /^(eq|gt|lt|ge|le|ne)$/;
        if (!aliases.test(whole))
          expect([text, known.some((option) => whole.startsWith(option))]).toEqual([text, true]);
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});
