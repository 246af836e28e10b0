// One row of a picture.
import type { TopHeader, TopKey, TopRow } from "../core/top-view.ts";
import { secondsOf } from "./rings.ts";
import { FLOAT, ROW, STRIDE } from "./row.ts";
import type { Rows } from "./row-table.ts";
import { ageOf, counterOf, firstOf, idleOf, lastOf, type Moment, ratesOf, stateOf } from "./row-values.ts";
import { stateText } from "./state-text.ts";

const SPARK_SECONDS = 60;

export function topRow(
  rows: Rows,
  row: number,
  moment: Moment,
  key: readonly TopKey[],
  header: TopHeader,
  isFlow: boolean,
): TopRow {
  const { words, floats } = rows;
  const at = row * STRIDE;
  const { now } = moment;
  const rate10 = ratesOf(rows, row, 10, moment);
  const bytesOut = counterOf(rows, row, "bytes", 0);
  const bytesIn = counterOf(rows, row, "bytes", 1);
  return {
    id: words[at + ROW.serial]! >>> 0,
    key,
    state: stateOf(rows, row, now),
    stateText: isFlow ? stateText(rows, row) : null,
    first: firstOf(rows, row),
    last: lastOf(rows, row),
    age: ageOf(rows, row, now),
    idle: idleOf(rows, row, now),
    flows: words[at + ROW.flows]!,
    liveFlows: words[at + ROW.liveFlows]!,
    rate: ratesOf(rows, row, 2, moment),
    rate10,
    rate40: ratesOf(rows, row, 40, moment),
    peak: { bytes: floats[at + FLOAT.peakBytes]!, packets: floats[at + FLOAT.peakPackets]! },
    packetsOut: counterOf(rows, row, "packets", 0),
    packetsIn: counterOf(rows, row, "packets", 1),
    bytesOut,
    bytesIn,
    share: part(rate10.bytes, header.rate10.bytes),
    shareOfBytes: part(bytesOut + bytesIn, header.totals.bytes),
    spark: secondsOf(words, floats, at, now, SPARK_SECONDS),
  };
}

function part(of: number, all: number): number {
  return all <= 0 ? 0 : Math.min(1, of / all);
}
