// Keys, text, mouse and answers as terminals send them, in pieces of any size.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputDecoder, type TerminalInput } from "./input-decoder.ts";

function decode(text: string, ...more: readonly string[]): TerminalInput[] {
  const decoder = new InputDecoder();
  return [text, ...more].flatMap((piece) => decoder.feed(Buffer.from(piece)));
}

/** Inputs as short words. */
function words(inputs: readonly TerminalInput[]): string {
  return inputs
    .map((input) => {
      if (input.kind === "key") return input.key;
      if (input.kind === "mouse") return `${input.button}@${input.column},${input.row}`;
      if (input.kind === "paste") return `paste(${input.text})`;
      return input.kind === "background" ? input.background : "attributes";
    })
    .join(" ");
}

describe("what terminals send", () => {
  test.each([
    ["letters", "aB?", "a B ?"],
    ["text", "é日👍", "é 日 👍"],
    ["arrows", "\u001b[A\u001b[B\u001b[C\u001b[D", "up down right left"],
    ["arrows in application mode", "\u001bOA\u001bOD", "up left"],
    ["arrows with Shift and Control", "\u001b[1;2A\u001b[1;5C", "up right"],
    [
      "pages and ends",
      "\u001b[5~\u001b[6~\u001b[H\u001b[F\u001b[1~\u001b[4~\u001b[7~\u001b[8~",
      "pageUp pageDown home end home end home end",
    ],
    ["editing", "\u007f\b\u001b[3~\r\n\t\u001b[Z", "backspace backspace delete enter enter tab backTab"],
    ["control", "\u0003\u001a\f", "^c ^z ^l"],
    [
      "the wheel and a click",
      "\u001b[<64;5;7M\u001b[<65;5;7M\u001b[<0;1;1M\u001b[<0;1;1m",
      "wheelUp@4,6 wheelDown@4,6 left@0,0",
    ],
    ["a paste with keys in it", "\u001b[200~a\u001b[Aq\u001b[201~x", "paste(a\u001b[Aq) x"],
    ["a dark background", "\u001b]11;rgb:0000/1111/2222\u001b\\", "dark"],
    ["a light background, BEL", "\u001b]11;rgb:ff/ff/e0\u0007", "light"],
    ["who I am", "\u001b[?62;22c", "attributes"],
    ["focus, cursor reports and unknown keys", "\u001b[I\u001b[12;4R\u001b[99~a", "a"],
    ["Escape twice", "\u001b\u001b[A", "escape up"],
  ])("%s", (_, text, expected) => {
    expect(words(decode(text))).toBe(expected);
  });

  test("a lone Escape waits for what may follow", () => {
    const decoder = new InputDecoder();
    expect(decoder.feed(Buffer.from("\u001b"))).toEqual([]);
    expect(decoder.unfinished).toBe(true);
    expect(words(decoder.flush())).toBe("escape");
    expect(decoder.unfinished).toBe(false);
  });

  test("a sequence that never ends is dropped", () => {
    const decoder = new InputDecoder();
    decoder.feed(Buffer.from("\u001b[12"));
    expect(decoder.flush()).toEqual([]);
    expect(words(decoder.feed(Buffer.from("q")))).toBe("q");
    expect(decode(`\u001b]${"x".repeat(1000)}`).length).toBeGreaterThan(0);
  });

  test("in pieces as in one", () => {
    const text = "a\u001b[A日\u001b[<64;5;7M\u001b[200~pa\u001b[201~\u001b]11;rgb:ff/ff/ff\u001b\\\u001bOBz";
    const octets = Buffer.from(text);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(octets.length), { maxLength: 12 }), (cuts) => {
        const decoder = new InputDecoder();
        const places = [0, ...cuts.sort((a, b) => a - b), octets.length];
        const inputs = places.slice(1).flatMap((to, i) => decoder.feed(octets.subarray(places[i], to)));
        expect(inputs).toEqual(decode(text));
      }),
    );
  });

  test("any octets give inputs and no throw, and it is well afterwards", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const decoder = new InputDecoder();
        decoder.feed(octets);
        decoder.flush();
        decoder.feed(Buffer.from("\u001b[201~\u001b\\"));
        decoder.flush();
        expect(words(decoder.feed(Buffer.from("q"))).endsWith("q")).toBe(true);
      }),
    );
  });
});
