// What a person is told when nothing matched: of which times his stores have flows at all.
import { spanText, ZoneClock } from "./zone-time.ts";

/** "the store has flows from ... to ...". `held`: nanoseconds since 1970 UTC; null = there are none. */
export function heldTimesText(held: readonly [from: bigint, to: bigint] | null, stores: number, zone: string): string {
  const word = stores === 1 ? "the store has" : "the stores have";
  return held === null ? `${word} no flows` : `${word} flows from ${spanText(new ZoneClock(zone), ...held)}`;
}
