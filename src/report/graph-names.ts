// Names of series: the keys of a group as one text.
import type { Table, Value } from "../core/table.ts";
import { cellsOf } from "./table-cells.ts";
import { ZoneClock } from "./zone-time.ts";

const makers = new WeakMap<Table, (row: readonly Value[], without: number) => string>();

/** `192.0.2.0/24 TCP`; without keys `all`. `without`: the place of the bucket's time. */
export function seriesName(table: Table, row: readonly Value[], without = -1): string {
  let maker = makers.get(table);
  if (maker === undefined) {
    const clock = new ZoneClock(table.zone);
    const texts = table.columns.map((column, place) =>
      column.role === "key" ? cellsOf(table, place, { clock, raw: false }) : null,
    );
    maker = (values, left) => {
      const words = texts.flatMap((text, place) => (text === null || place === left ? [] : [text(values[place]!)]));
      return words.length === 0 ? "all" : words.join(" ");
    };
    makers.set(table, maker);
  }
  return maker(row, without);
}
