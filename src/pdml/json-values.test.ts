// Values as JSON: numbers as they stand, Python's other forms as Python reads them, texts that no terminal obeys.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "../report/index.ts";
import { writeJsonText, writeJsonValue } from "./json-values.ts";
import { convertedValue } from "./value-words.ts";

function json(text: string, write = writeJsonValue): string {
  const out = new ByteWriter(16);
  const octets = Buffer.from(`..${text}..`);
  write(out, octets, 2, octets.length - 2);
  return Buffer.from(out.bytes.buffer, 0, out.length).toString();
}

describe("a value", () => {
  test.each([
    ["0", "0"],
    ["-12", "-12"],
    ["1385400647.217572000", "1385400647.217572000"],
    ["123456789012345678901234567890", "123456789012345678901234567890"],
    ["1e5", "1e5"],
    ["-0.5E-7", "-0.5E-7"],
    // Python reads these as numbers, JSON does not have their form.
    ["007", "7"],
    ["+5", "5"],
    [".5", "0.5"],
    ["-.5", "-0.5"],
    ["1.", "1.0"],
    ["1.e3", "1.0e3"],
    ["1_000", "1000"],
    [" 12\t", "12"],
    ["00.50", "0.50"],
    ["-00", "-0"],
    ["True", "true"],
    ["False", "false"],
    // Neither does.
    ["", '""'],
    ["-", '"-"'],
    ["1.2.3", '"1.2.3"'],
    ["10.0.0.1", '"10.0.0.1"'],
    ["1__0", '"1__0"'],
    ["_1", '"_1"'],
    ["1e", '"1e"'],
    ["e5", '"e5"'],
    ["0x0800", '"0x0800"'],
    ["00:1f:5b:ff:51:cb", '"00:1f:5b:ff:51:cb"'],
    ["true", '"true"'],
    ["Trues", '"Trues"'],
    // Python's numbers, but JSON has none such.
    ["nan", '"nan"'],
    ["-inf", '"-inf"'],
    ["Infinity", '"Infinity"'],
  ])("%s is %s", (text, expected) => {
    expect(json(text)).toBe(expected);
    expect(convertedValue(text)).toEqual(JSON.parse(expected));
  });

  test("what steers a terminal is escaped", () => {
    expect(json('a"b\\c\n\u001b[2J\u007f\u0085é\u00a0')).toBe('"a\\"b\\\\c\\n\\u001b[2J\\u007f\\u0085é\u00a0"');
    expect(json("5", writeJsonText)).toBe('"5"');
  });

  test("any text comes back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const whole = Buffer.from(text).toString();
        expect(JSON.parse(json(whole, writeJsonText))).toBe(whole);
        expect(JSON.parse(json(whole))).toEqual(convertedValue(whole));
      }),
      { numRuns: 500 },
    );
  });
});
