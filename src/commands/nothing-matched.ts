// What a person is told when nothing matched: of which times his stores have flows at all.
import type { FlowChoice } from "../query/index.ts";
import { spanText, ZoneClock } from "../report/index.ts";
import { readCatalog } from "../store/index.ts";
import { type QuerySources, spansIn } from "./query-sources.ts";

const BILLION = 1_000_000_000n;

/** "the store has flows from ... to ..."; null where no time was asked for, or no store. By the names of files: no flow is read. */
export function heldTimes({ store }: QuerySources, { time, zone }: FlowChoice): string | null {
  if ((time.from === null && time.to === null) || store.length === 0) return null;
  const word = store.length === 1 ? "the store has" : "the stores have";
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const folder of store) {
    for (const [begin, end] of spansIn(readCatalog(folder))) {
      from = Math.min(from, begin);
      to = Math.max(to, end);
    }
  }
  if (from > to) return `${word} no flows`;
  return `${word} flows from ${spanText(new ZoneClock(zone), BigInt(from) * BILLION, BigInt(to) * BILLION)}`;
}
