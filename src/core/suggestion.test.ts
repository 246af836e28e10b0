// Which word is meant.
import { expect, test } from "vitest";
import { nearest } from "./suggestion.ts";

const KNOWN = ["srcAddr", "dstAddr", "srcPort", "proto", "bytes"];

test.each([
  ["srcAdr", "srcAddr"],
  ["SRCADDR", "srcAddr"],
  ["dstadd", "dstAddr"],
  ["protocl", "proto"],
  ["byte", "bytes"],
  ["rpoto", "proto"],
  ["nonsense", undefined],
  ["", undefined],
])("%s: %s", (word, meant) => {
  expect(nearest(word, KNOWN)).toBe(meant);
});
