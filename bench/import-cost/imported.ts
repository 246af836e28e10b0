// The hot loop with constants used as they are imported.
import { MASK, MULTIPLIER, OFFSETS } from "./constants.ts";

export function spinImported(iterations: number): number {
  let sum = 0;
  for (let i = 0; i < iterations; i++) sum = (sum + (Math.imul(i, MULTIPLIER) & MASK) + OFFSETS[i & 3]!) | 0;
  return sum;
}
