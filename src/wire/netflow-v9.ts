// NetFlow v9 (RFC 3954): 20 octets of header, then sets.
import { type Message, readU16, readU32 } from "../core/message.ts";
import type { ExportClock } from "./export-clock.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { SetReader } from "./set-reader.ts";

/** version, count of records, sysUpTime, seconds, sequence of messages, source id. */
export const V9_HEADER = 20;

export function readNetflowV9(message: Message, context: ReaderContext, clock: ExportClock, sets: SetReader): void {
  const { bytes, start, end } = message;
  const short = end - start < V9_HEADER;
  const source = context.sources.find(message, short ? 0 : readU32(bytes, start + 16), 9);
  if (source === null) return;
  const { page } = source;
  if (short) {
    page.refused.tooShort++;
    return;
  }
  const sysUpTime = readU32(bytes, start + 4);
  const seconds = readU32(bytes, start + 8);
  const perMessage = page.messages > 1 ? page.records / (page.messages - 1) : 0;
  source.sequence.check(page, readU32(bytes, start + 12), 1, perMessage);
  clock.set(message, source, seconds, 0, sysUpTime);
  sets.read(message, source, 9, start + V9_HEADER, end, seconds, sysUpTime);
  if (!sets.uncounted && sets.counted !== readU16(bytes, start + 2)) page.remarks.countDiffers++;
}
