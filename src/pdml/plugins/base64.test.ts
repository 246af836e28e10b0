// Texts in base64: found wherever they stand, and nothing that only looks like it.
import { expect, test } from "vitest";
import { flowView, KeptOutput } from "../../../test/pdml-views.ts";
import { plugin } from "./base64.ts";

function run(words: string[], fields: Record<string, readonly string[]>): Record<string, unknown>[] {
  const output = new KeptOutput();
  plugin(words, output).onFlowEnd?.(flowView(7, fields));
  return output.objects;
}

const texts = (value: string, ...words: string[]) => run(words, { a: [value] }).map(({ text }) => text);
const base64 = (text: string) => Buffer.from(text).toString("base64");

test("which flow, field, how often", () => {
  const basic = `Basic ${base64("alice:secret")}`;
  const fields = { "ip.src": ["10.0.0.1"], "http.authorization": [basic, "none", basic], "http.cookie": [basic] };
  const found = { flow: 7, key: { "ip.src": ["10.0.0.1"] }, base64: "YWxpY2U6c2VjcmV0", text: "alice:secret" };
  expect(run([], fields)).toEqual([
    { ...found, field: "http.authorization", times: 2 },
    { ...found, field: "http.cookie", times: 1 },
  ]);
});

test.each([
  ["a padded one", `x=${base64("user:pw")};`, ["user:pw"]],
  ["without padding", base64("user:pw").replace("==", ""), ["user:pw"]],
  ["the url alphabet", Buffer.from("Grüße?>? ünd").toString("base64url"), ["Grüße?>? ünd"]],
  [
    "both parts of a token",
    `${base64('{"alg":"HS256"}')}.${base64('{"sub":"1"}')}`,
    ['{"alg":"HS256"}', '{"sub":"1"}'],
  ],
  ["in a path", `/v1/${base64("hidden word")}/x`, ["hidden word"]],
  ["a text with line ends", base64("two\r\nlines\tx"), ["two\r\nlines\tx"]],
])("found: %s", (_, value, expected) => {
  expect(texts(value)).toEqual(expected);
});

test.each([
  ["words", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit GetHostByName"],
  ["numbers, addresses, hexadecimal", "1700000000.000000 2001:db8::aaaa:bbbb 0x0000ABCD 44444444 deadbeefdeadbeef"],
  ["octets that no text has", Buffer.from([0, 1, 2, 3, 250, 251, 252, 253, 254, 255]).toString("base64")],
  ["controls", base64("steer\u001b[31m")],
  ["directions", base64("abc\u202edef")],
  ["wrong padding", "YWxpY2U6c2VjcmV0=="],
  ["bits that no encoder leaves", "YWxpY2U6c2VjcmV="],
  ["both alphabets in one", "YWxp+2U6_2Vjc"],
  ["too short", "YWFh"],
])("left alone: %s", (_, value) => {
  expect(texts(value)).toEqual([]);
});

test("words: --min-length, --ascii, --most", () => {
  expect(texts("YWFh", "--min-length", "4")).toEqual(["aaa"]);
  expect(texts(base64("Grüße an alle"), "--ascii")).toEqual([]);
  const many = ["one of them", "two of them", "third one"].map(base64);
  expect(run(["--most", "2"], { a: many }).slice(-1)).toEqual([{ flow: 7, key: { "ip.src": [] }, beyondMost: 1 }]);
  expect(() => run(["--min-length", "0"], {})).toThrow('--min-length: expected a whole number from 4 on, found "0"');
});

test("a megabyte of what looks like it takes no longer than it must", () => {
  for (const piece of ["+", "_", "A", "a=", "+_", "Aa/"]) {
    const value = piece.repeat(1_000_000 / piece.length);
    expect(texts(value, "--most", "5").length).toBeLessThan(7);
  }
});
