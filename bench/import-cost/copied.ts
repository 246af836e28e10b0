// The hot loop with the imported constants copied into this module's own.
import * as constants from "./constants.ts";

const MULTIPLIER = constants.MULTIPLIER;
const MASK = constants.MASK;
const OFFSETS = constants.OFFSETS;

export function spinCopied(iterations: number): number {
  let sum = 0;
  for (let i = 0; i < iterations; i++) sum = (sum + (Math.imul(i, MULTIPLIER) & MASK) + OFFSETS[i & 3]!) | 0;
  return sum;
}
