// Names and their numbers; more names than any capture has, and nobody can make them collide.
import { expect, test } from "vitest";
import { FieldNames, NO_NAME } from "./field-names.ts";

test("a name has one number, whoever brings it", () => {
  const names = new FieldNames();
  const octets = Buffer.from("x ip.src, ip.dst, größe");
  expect(names.idAt(octets, 2, 8)).toBe(0);
  expect(names.idOf("ip.dst")).toBe(1);
  expect(names.idAt(octets, 10, 16)).toBe(1);
  expect(names.idAt(octets, 18, octets.length)).toBe(2);
  expect(names.idOf("größe")).toBe(2);
  expect([0, 1, 2].map((id) => names.text(id))).toEqual(["ip.src", "ip.dst", "größe"]);
  octets.fill(0);
  expect(Buffer.from(names.octets(0)).toString()).toBe("ip.src");
  for (let i = 0; i < 20_000; i++) expect(names.idOf(`field.${i}`)).toBe(3 + i);
  for (let i = 0; i < 20_000; i += 7) expect(names.idOf(`field.${i}`)).toBe(3 + i);
  expect(names.size).toBe(20_003);
});

test.each([
  ["as tshark has them", (i: number) => `tcp.options.field_number_${i}`, 25_000, 40_000],
  ["as long as may be", (i: number) => `${i}`.padEnd(512, "x"), 25_000, 35_000],
  ["of nothing but dots", (i: number) => `${i}${".x".repeat(200)}`, 500, 750],
])("names without end (%s) stop being taken; those that are known still are", (_, name, least, most) => {
  const names = new FieldNames();
  let taken = 0;
  while (names.idOf(name(taken)) !== NO_NAME) taken++;
  expect(taken).toBeGreaterThan(least);
  expect(taken).toBeLessThan(most);
  expect(names.size).toBe(taken);
  expect(names.idOf(name(taken + 1))).toBe(NO_NAME);
  expect(names.idOf(name(5))).toBe(5);
});

test("less room where less is needed", () => {
  const names = new FieldNames(2000);
  expect(["a", "b", "c", "d"].map((name) => names.idOf(name))).toEqual([0, 1, 2, NO_NAME]);
});

test("a name longer than any field's is not taken", () => {
  const names = new FieldNames();
  expect(names.idOf("x".repeat(513))).toBe(NO_NAME);
  expect(names.size).toBe(0);
});
