// Whole numbers as people write them: 80, 0x1f, 10K, 1.5M, 2GiB, 1000-2000.

/** K, M, G and T are powers of 1000, as in nfdump; Ki, Mi, Gi and Ti of 1024. */
const SCALES: Readonly<Record<string, bigint>> = {
  "": 1n,
  k: 1000n,
  m: 1_000_000n,
  g: 1_000_000_000n,
  t: 1_000_000_000_000n,
  ki: 1024n,
  mi: 1_048_576n,
  gi: 1_073_741_824n,
  ti: 1_099_511_627_776n,
};

export const MOST_U64 = 0xffff_ffff_ffff_ffffn;

/** null where it is no whole number of 64 bits at the most. */
export function parseWhole(text: string): bigint | null {
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return BigInt(text);
  const [, whole = "", fraction = "", scale = ""] = /^(\d{1,20})(?:\.(\d{1,12}))?([kmgt]?i?)b?$/i.exec(text) ?? [];
  const factor = SCALES[scale.toLowerCase()];
  if (whole === "" || factor === undefined) return null;
  const power = 10n ** BigInt(fraction.length);
  const scaled = BigInt(whole + fraction) * factor;
  if (scaled % power !== 0n) return null;
  const value = scaled / power;
  return value > MOST_U64 ? null : value;
}

/** The two ends of a range `a-b`, each read by `parse`; null where it is none. */
export function parseRange(text: string, parse: (part: string) => bigint | null): readonly [bigint, bigint] | null {
  const dash = text.indexOf("-", 1);
  if (dash < 0) return null;
  const [least, most] = [parse(text.slice(0, dash)), parse(text.slice(dash + 1))];
  return least === null || most === null ? null : [least, most];
}

type Range = readonly [least: bigint, most: bigint];

/** The same numbers as ranges in rising order that do not touch. */
export function joinRanges(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  const joined: [bigint, bigint][] = [];
  for (const [least, most] of sorted) {
    const last = joined.at(-1);
    if (last === undefined || least > last[1] + 1n) joined.push([least, most]);
    else if (most > last[1]) last[1] = most;
  }
  return Object.freeze(joined.map((range) => Object.freeze(range)));
}

/** The numbers from `least` to `most` that are in none of the (joined) ranges. */
export function exceptRanges(ranges: readonly Range[], least: bigint, most: bigint): readonly Range[] {
  const rest: Range[] = [];
  let from = least;
  for (const [first, last] of ranges) {
    if (first > from) rest.push([from, first - 1n < most ? first - 1n : most]);
    if (last + 1n > from) from = last + 1n;
    if (from > most) return rest;
  }
  rest.push([from, most]);
  return rest;
}
