// Seconds since 1970 in place of an ISO time: some versions of tshark write frame.time_epoch so in -T ek, PDML never does.

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:Z|[+-]00:?00)$/;
const LONGEST = 40;

/** Octets from .. to become seconds with nine digits behind the point, if they are such a time; answers where they end now. */
export function writeEpoch(octets: Uint8Array, from: number, to: number): number {
  // 2013-11-25T...: no number has a hyphen there.
  if (to - from < 19 || to - from > LONGEST || octets[from + 4] !== 0x2d) return to;
  const found = ISO.exec(Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString("latin1"));
  if (found === null) return to;
  const [, year, month, day, hour, minute, second, fraction = ""] = found;
  let whole =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
  let nanoseconds = Number(fraction.padEnd(9, "0"));
  const negative = whole < 0;
  if (negative && nanoseconds > 0) {
    whole++;
    nanoseconds = 1_000_000_000 - nanoseconds;
  }
  const text = `${negative ? "-" : ""}${Math.abs(whole)}.${String(nanoseconds).padStart(9, "0")}`;
  // From 19 octets of a time without a fraction 20 and more might come.
  if (text.length > to - from) return to;
  for (let at = 0; at < text.length; at++) octets[from + at] = text.charCodeAt(at);
  return from + text.length;
}
