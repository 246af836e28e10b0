// Values of XML in place: references, white space, octets that are no text.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isXmlCharacter } from "./xml-characters.ts";
import { CUT_REFERENCE, NO_REFERENCE, readReference, replacedOctets, resolveValue } from "./xml-values.ts";

function resolve(octets: Buffer): { text: string; replaced: number } {
  const window = Buffer.concat([Buffer.from("<"), octets, Buffer.from("&amp;")]);
  const to = resolveValue(window, 1, 1 + octets.length);
  expect(window.subarray(1 + octets.length).toString()).toBe("&amp;");
  return { text: window.subarray(1, to).toString("latin1"), replaced: replacedOctets };
}

function text(value: string): string {
  return Buffer.from(resolve(Buffer.from(value)).text, "latin1").toString();
}

describe("a value of XML", () => {
  it("resolves the five entities and characters by number", () => {
    expect(text("a&lt;b&gt;c&amp;d&quot;e&apos;f")).toBe("a<b>c&d\"e'f");
    expect(text("&#65;&#x42;&#x00043;&#233;&#x20ac;&#x1F600;")).toBe("ABC\u00e9\u20ac\u{1f600}");
    expect(text("&amp;lt; is not resolved twice")).toBe("&lt; is not resolved twice");
    expect(text("&#9;&#10;")).toBe("\t\n");
  });

  it("has blanks for white space, one for CR LF", () => {
    expect(text("a\tb\nc\rd\r\ne\r\r\n")).toBe("a b c d e  ");
  });

  it.each([
    ["an octet alone", [0x80], 1],
    ["a cut character", [0xe2, 0x82], 2],
    ["a longer form than needed", [0xc0, 0xaf], 2],
    ["a longer form of three", [0xe0, 0x9f, 0xbf], 3],
    ["a longer form of four", [0xf0, 0x8f, 0xbf, 0xbf], 4],
    ["a surrogate", [0xed, 0xa0, 0x80], 3],
    ["a character beyond Unicode", [0xf4, 0x90, 0x80, 0x80], 4],
    ["a control character", [0x01], 1],
    ["zero", [0x00], 1],
  ])("replaces %s", (_, octets, count) => {
    const { text, replaced } = resolve(Buffer.from([0x61, ...octets, 0x62]));
    expect(text).toBe(`a${"?".repeat(count)}b`);
    expect(replaced).toBe(count);
  });

  it("is what it was, where it is UTF-8, also character by number", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0x20, max: 0x10ffff }).filter(isXmlCharacter), { maxLength: 50 }),
        (codes) => {
          const plain = String.fromCodePoint(...codes).replaceAll("&", "");
          expect(text(plain)).toBe(plain);
          expect(text(codes.map((code) => `&#${code};`).join(""))).toBe(String.fromCodePoint(...codes));
        },
      ),
    );
  });

  it("is text as any decoder of UTF-8 has it, whatever the octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const found = Buffer.from(
          resolve(Buffer.from(octets.map((octet) => octet || 1).filter((octet) => octet !== 0x26))).text,
          "latin1",
        );
        expect(Buffer.compare(Buffer.from(found.toString("utf8")), found)).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a reference", () => {
  const read = (value: string) => readReference(Buffer.from(value), 0, value.length);

  it.each([
    "&b;",
    "&;",
    "&&",
    "& ",
    "&#;",
    "&#x;",
    "&#0;",
    "&#8;",
    "&#xD800;",
    "&#xFFFE;",
    "&#x110000;",
    "&#12a;",
    "&#X41;",
    "&Lt;",
    "&ampx;",
  ])("%s is none", (value) => {
    expect(read(`${value} and more of the text`)).toBe(NO_REFERENCE);
  });

  it.each(["&", "&a", "&amp", "&#", "&#x1F60"])("%s may become one", (value) => {
    expect(read(value)).toBe(CUT_REFERENCE);
  });

  it("does not wait for ever", () => {
    expect(read(`&${"a".repeat(100)}`)).toBe(NO_REFERENCE);
  });
});
