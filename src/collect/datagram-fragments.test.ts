// Fragments that lie: whatever lengths and places they say, a datagram comes out whole or not at all.
import { describe, expect, it } from "vitest";
import { DatagramFragments } from "./datagram-fragments.ts";

const octets = Uint8Array.from({ length: 64 }, (_, i) => i);

describe("fragments", () => {
  it("in any order make the datagram", () => {
    const fragments = new DatagramFragments();
    expect(fragments.take("a", octets, 32, 48, 16, false)).toBe(null);
    expect(fragments.take("a", octets, 16, 32, 0, true)).toEqual(octets.subarray(16, 48));
    expect(fragments.incomplete).toBe(0);
  });

  it.each([
    ["that end before they begin", 40, 30, 800],
    ["that are empty", 40, 40, 800],
    ["beyond the largest datagram", 0, 64, 65_528],
  ])("%s are given up", (_, start, end, offset) => {
    const fragments = new DatagramFragments();
    expect(fragments.take("a", octets, start, end, offset, true)).toBe(null);
    expect(fragments.incomplete).toBe(1);
  });
});
