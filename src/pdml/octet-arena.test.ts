// OctetArena: blocks never overlap, and what flows gave back is there for others.
import fc from "fast-check";
import { expect, test } from "vitest";
import { MOST_BLOCK_OCTETS, OctetArena } from "./octet-arena.ts";

const octetsAt = (arena: OctetArena, address: number) => arena.octets[address >>> OctetArena.bits]!;

test("blocks that live at the same time share no octet", () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: MOST_BLOCK_OCTETS }));
  fc.assert(
    fc.property(fc.array(fc.tuple(size, fc.nat({ max: 3 }), fc.nat()), { maxLength: 60 }), (steps) => {
      const arena = new OctetArena();
      const live: { address: number; size: number; mark: number }[] = [];
      let held = 0;
      for (const [step, [octets, kind, which]] of steps.entries()) {
        if (kind === 0 && live.length > 0) {
          const [gone] = live.splice(which % live.length, 1);
          arena.release(gone!.address);
          held -= gone!.size;
        } else {
          const address = arena.allocate(octets);
          const block = OctetArena.blockOctets(octets);
          const mark = (step % 255) + 1;
          expect(address).toBeGreaterThan(0);
          const from = address & OctetArena.mask;
          octetsAt(arena, address).fill(mark, from, from + block);
          live.push({ address, size: block, mark });
          held += block;
        }
        expect(arena.held).toBe(held);
      }
      for (const { address, size: block, mark } of live) {
        const from = address & OctetArena.mask;
        const octets = octetsAt(arena, address).subarray(from, from + block);
        expect(octets.length).toBe(block);
        expect(octets.every((octet) => octet === mark)).toBe(true);
      }
    }),
    { numRuns: 60 },
  );
});

test("what was given back is used again, by blocks of any size", () => {
  const arena = new OctetArena();
  for (const octets of [500, 100_000, 3000, 1_000_000]) {
    const blocks = Array.from({ length: Math.floor(40_000_000 / octets) }, () => arena.allocate(octets));
    for (const address of blocks) arena.release(address);
    expect(arena.held).toBe(0);
  }
  // One slab of each size, and the spare ones.
  expect(arena.taken).toBeLessThanOrEqual((4 + 4) * MOST_BLOCK_OCTETS);
});

test("no block is larger than a slab", () => {
  const arena = new OctetArena();
  expect(arena.allocate(MOST_BLOCK_OCTETS)).toBeGreaterThan(0);
  expect(arena.allocate(MOST_BLOCK_OCTETS + 1)).toBe(0);
});
