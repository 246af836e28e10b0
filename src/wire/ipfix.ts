// IPFIX (RFC 7011): 16 octets of header, then sets.
import { type Message, readU16, readU32 } from "../core/message.ts";
import type { ExportClock } from "./export-clock.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { SetReader } from "./set-reader.ts";

/** version, length, export time, sequence of data records, observation domain. */
export const IPFIX_HEADER = 16;

export function readIpfix(message: Message, context: ReaderContext, clock: ExportClock, sets: SetReader): void {
  const { bytes, start, end } = message;
  const short = end - start < IPFIX_HEADER;
  const source = context.sources.find(message, short ? 0 : readU32(bytes, start + 12), 10);
  if (source === null) return;
  const { page } = source;
  if (short) {
    page.refused.tooShort++;
    return;
  }
  const length = readU16(bytes, start + 2);
  if (length < IPFIX_HEADER || length > end - start) page.refused.lengthContradicts++;
  else if (length < end - start) page.remarks.countDiffers++;
  const last = length < IPFIX_HEADER ? start : Math.min(end, start + length);
  const seconds = readU32(bytes, start + 4);
  clock.setIpfix(message, source, seconds);
  sets.read(message, source, 10, start + IPFIX_HEADER, last, seconds, 0);
  const sequence = readU32(bytes, start + 8);
  if (sets.uncounted || length > end - start) source.sequence.checkOpen(page, sequence, 0);
  else source.sequence.check(page, sequence, sets.dataRecords, 0, sets.optionsRecords);
}
