// Numbers for people: thousands separators and SI units, the same in every locale.

const SPAN = 1000;
const PREFIXES = ["", "k", "M", "G", "T", "P", "E"];

/** `1,234,567` */
export function withSeparators(value: number): string {
  return String(Math.round(value)).replace(/(?<=\d)(?=(?:\d{3})+$)/g, ",");
}

/** `6.04 GB`, `999 B`: three digits and the unit with its SI prefix. */
export function withUnit(value: number, unit: string): string {
  let scaled = Math.abs(value);
  let place = 0;
  // 999.5 would be shown as 1000.
  while (scaled >= (place === 0 ? SPAN : SPAN - 0.5) && place < PREFIXES.length - 1) {
    scaled /= SPAN;
    place++;
  }
  const digits = place === 0 && Number.isInteger(scaled) ? 0 : scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return `${value < 0 ? "-" : ""}${scaled.toFixed(digits)} ${PREFIXES[place]}${unit}`;
}

/** `1 packet`, `2,000 packets` */
export function counted(value: number, noun: string): string {
  return `${withSeparators(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `0.123 s`, `75.3 s`, `2 h 5 min` */
export function withTime(seconds: number): string {
  if (seconds < 600) return `${seconds.toFixed(seconds < 10 ? 3 : 1)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${withSeparators(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

const LENGTHS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
] as const;

/** `5 min`, `1 d 12 h`, `90.5 s`: a length of time by its two largest units. */
export function withLength(seconds: number): string {
  const words: string[] = [];
  let rest = seconds;
  for (const [length, unit] of LENGTHS) {
    const count = Math.floor(rest / length);
    if (count > 0) words.push(`${count} ${unit}`);
    rest -= count * length;
  }
  if (words.length < 2 && (rest > 0 || words.length === 0)) words.push(`${Number(rest.toPrecision(6))} s`);
  return words.slice(0, 2).join(" ");
}
