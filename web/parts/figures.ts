// Figures as people read them: in the reader's own number format, with SI prefixes.

const PREFIXES = ["", "k", "M", "G", "T", "P", "E"] as const;
const whole = new Intl.NumberFormat();

const UNITS: Readonly<Record<string, string>> = {
  octets: "B",
  packets: "pkt",
  flows: "flows",
  "bits/s": "bit/s",
  "packets/s": "pkt/s",
  "flows/s": "flows/s",
  "octets/packet": "B/pkt",
  percent: "%",
  seconds: "s",
};

export function unitText(unit: string | null): string {
  return unit === null ? "" : (UNITS[unit] ?? unit);
}

/** "12.3 Mbit/s"; null = not known. */
export function figure(value: number | null, unit: string | null): string {
  if (value === null || !Number.isFinite(value)) return "-";
  const name = unitText(unit);
  if (unit === "percent") return `${fixed(value, 1)} %`;
  const steps = Math.abs(value) < 1000 ? 0 : Math.min(PREFIXES.length - 1, Math.floor(Math.log10(Math.abs(value)) / 3));
  const scaled = value / 1000 ** steps;
  const digits =
    steps === 0 && Number.isInteger(value) ? 0 : Math.abs(scaled) < 10 ? 2 : Math.abs(scaled) < 100 ? 1 : 0;
  const short = unit === "packets" || unit === "flows" ? "" : name;
  return `${fixed(scaled, digits)} ${PREFIXES[steps]}${short}`.trim();
}

/** Every digit, with the reader's separators. */
export function wholeFigure(value: number | null): string {
  return value === null ? "-" : whole.format(value);
}

function fixed(value: number, digits: number): string {
  return new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(
    value,
  );
}

/** "3 d 4 h", "12 min", "45 s". */
export function spanText(seconds: number): string {
  const parts: string[] = [];
  let left = Math.round(seconds);
  for (const [name, length] of [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ] as const) {
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}
