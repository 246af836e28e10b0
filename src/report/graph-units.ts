// Which column of a Table is drawn, and in which unit: octets over the length of a bucket are bits/s.
import { UsageError } from "../core/errors.ts";
import { addsUp, type ColumnUnit, type Table } from "../core/table.ts";
import type { GraphUnit } from "./graph-words.ts";

export interface DrawnMeasure {
  /** Place of its column. */
  readonly place: number;
  readonly unit: ColumnUnit;
  readonly unitName: string;
  /** The value is multiplied by this... */
  readonly factor: number;
  /** ...and divided by the seconds of the bucket. */
  readonly perSecond: boolean;
  /** Unit of the column as it is, where its values add up. */
  readonly amountUnit: ColumnUnit;
}

const RATES: Readonly<Record<string, { column: string; unit: ColumnUnit; name: string; factor: number }>> = {
  bps: { column: "bytes", unit: "bits/s", name: "Bits/s", factor: 8 },
  pps: { column: "packets", unit: "packets/s", name: "Packets/s", factor: 1 },
  fps: { column: "flows", unit: "flows/s", name: "Flows/s", factor: 1 },
};

/** What a series is drawn in unless it is asked for: what it is sorted by, as a rate. */
const RATE_OF: Readonly<Record<string, GraphUnit>> = { bytes: "bps", packets: "pps", flows: "fps" };

export function drawnMeasure(table: Table, unit: GraphUnit | undefined): DrawnMeasure {
  const { shape, columns, sortedBy } = table;
  const sorted = columns.find(({ name, role }) => name === sortedBy && role === "measure");
  const name = unit ?? (shape === "series" ? (RATE_OF[sorted?.name ?? "bytes"] ?? sorted!.name) : sorted?.name);
  const rate = shape === "series" && name !== undefined ? RATES[name] : undefined;
  if (rate !== undefined) {
    const place = columns.findIndex((column) => column.name === rate.column && column.role === "measure");
    const amountUnit = columns[place]?.unit ?? null;
    if (place >= 0)
      return { place, unit: rate.unit, unitName: rate.name, factor: rate.factor, perSecond: true, amountUnit };
  }
  const asked = columns.findIndex((column) => column.name === name && column.role === "measure");
  const place = asked < 0 && unit === undefined ? columns.findIndex(({ role }) => role === "measure") : asked;
  const column = columns[place];
  if (column === undefined) {
    const names = columns.filter(({ role }) => role === "measure").map((one) => one.name);
    throw new UsageError(
      `--unit: expected a measure that the question has (${names.join(", ") || "none"}), found ${name ?? "none"}; ask for it with --measures.`,
    );
  }
  const amountUnit = addsUp(column) ? column.unit : null;
  return { place, unit: column.unit, unitName: column.title, factor: 1, perSecond: false, amountUnit };
}
