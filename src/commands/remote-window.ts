// Which rows a stream of pictures is asked for: more than the screen shows, so that scrolling needs no other stream.

export interface RowWindow {
  readonly from: number;
  readonly rows: number;
}

/** What a server gives in one picture. */
export const MOST_ROWS = 200;
const LEAST = 60;
const SPARE = 20;
const STEP = 20;

export function covers(all: RowWindow, { from, rows }: RowWindow): boolean {
  return from >= all.from && from + Math.min(rows, MOST_ROWS) <= all.from + all.rows;
}

/** Room on both sides, in steps: the same window for many places. */
export function coveringWindow({ from, rows }: RowWindow): RowWindow {
  const shown = Math.min(rows, MOST_ROWS);
  const wanted = Math.min(MOST_ROWS, Math.max(LEAST, Math.ceil((shown + SPARE) / STEP) * STEP));
  if (from + shown <= wanted) return { from: 0, rows: wanted };
  return { from: Math.max(0, from - Math.floor((wanted - shown) / 2)), rows: wanted };
}
