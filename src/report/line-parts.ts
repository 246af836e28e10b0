// Which parts of a line are shown on a terminal that is too narrow for all of them.

/** What can be left out of a line. */
export interface LineParts {
  readonly date: boolean;
  readonly milliseconds: boolean;
  readonly duration: boolean;
  readonly flags: boolean;
  readonly packets: boolean;
  readonly reverse: boolean;
  readonly interfaces: boolean;
  /** The exporter; of records of packets the reason why they ended. */
  readonly last: boolean;
}

export const FULL_LINE: LineParts = {
  date: true,
  milliseconds: true,
  duration: true,
  flags: true,
  packets: true,
  reverse: true,
  interfaces: true,
  last: true,
};

/** Columns of the terminal that each takes, the space beside it included. */
const WIDTHS: Record<keyof LineParts, number> = {
  date: 11,
  milliseconds: 4,
  duration: 9,
  flags: 9,
  packets: 6,
  reverse: 14,
  interfaces: 10,
  last: 16,
};
/** Time of day 8, protocol, two ends of IPv4 and the arrow, octets. */
const LEAST = 8 + 8 + 21 + 5 + 21 + 8;
const EVENT = 7;

/** What goes first. Few exporters send biflows; what track makes are biflows. */
const ORDER = {
  exported: ["interfaces", "reverse", "date", "flags", "duration", "last", "milliseconds", "packets"],
  packets: ["date", "last", "flags", "duration", "milliseconds", "reverse", "packets"],
} as const;

/** What fits a terminal of so many columns. */
export function fittingLine(width: number, event: boolean, exported: boolean): LineParts {
  const parts = { ...FULL_LINE, interfaces: exported };
  const taken = () =>
    (Object.keys(WIDTHS) as (keyof LineParts)[]).reduce(
      (sum, name) => sum + (parts[name] ? WIDTHS[name] : 0),
      LEAST + (event ? EVENT : 0),
    );
  for (const name of ORDER[exported ? "exported" : "packets"]) {
    if (taken() <= width) break;
    parts[name] = false;
  }
  return parts;
}
