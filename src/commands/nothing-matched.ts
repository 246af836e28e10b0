// What a person is told when nothing matched: of which times his stores have flows at all.
import { type FlowChoice, heldSpan } from "../query/index.ts";
import { heldTimesText } from "../report/index.ts";
import type { QuerySources } from "./query-sources.ts";

/** "the store has flows from ... to ..."; null where no time was asked for, or no store. By the names of files: no flow is read. */
export function heldTimes({ store }: QuerySources, { time, zone }: FlowChoice): string | null {
  if ((time.from === null && time.to === null) || store.length === 0) return null;
  return heldTimesText(heldSpan(store), store.length, zone);
}
