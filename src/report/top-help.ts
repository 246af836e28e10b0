// Help of the live screen: every key, in as many columns as the width allows.
import { fitCells, padCells } from "../core/cell-text.ts";
import { type Line, span } from "../terminal/index.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["Up Down j k", "choose a row"],
  ["PgUp PgDn g G", "page, first, last row"],
  ["Enter", "details of the row"],
  ["Esc", "close, choose nothing"],
  ["/", "filter; Tab completes"],
  ["\\", "no filter"],
  ["f", "the flows that this row is made of"],
  ["1 2 3 4 5 6", "flows, hosts, pairs, ports, protocols, exporters"],
  ["7 8 9", "interfaces, AS numbers, your own --by"],
  ["< >", "sort by the column to the left, right"],
  ["R T F M", "sort by rate, 10 s, 40 s, peak (most)"],
  ["B P O I", "sort by bytes, packets, sent (out), received (in)"],
  ["A D L S K", "sort by age, idle, flows, state, key"],
  ["r", "reverse the order"],
  ["u", "bits, bytes or packets per second"],
  ["n N", "host names, service names on and off"],
  ["t", "flows that have ended on and off"],
  ["Space o p", "freeze, go on"],
  ["Left Right", "back and forth in the last 15 minutes"],
  ["Home End", "the oldest picture, now (while in the past)"],
  ["+ -", "refresh more seldom, more often"],
  ["[ ]", "fewer, more rows"],
  ["w", "write what is shown as CSV or NDJSON"],
  ["y", "the command line that shows this"],
  ["^L", "paint the screen anew"],
  ["^Z", "stop; the shell's fg goes on"],
  ["? h F1", "this help"],
  ["q ^C", "quit"],
];
const MARKS = "Marks at the left: > chosen, + new, - idle, x ended. Totals count every packet since the start.";
const KEY_WIDTH = 14;
const COLUMN = 56;

/** Lines of the help, none wider than the width. */
export function helpLines(width: number, ascii: boolean): Line[] {
  const columns = Math.max(1, Math.floor(width / COLUMN));
  const rows = Math.ceil(KEYS.length / columns);
  const wide = Math.floor(width / columns);
  const keyWidth = Math.min(KEY_WIDTH, Math.max(4, Math.floor(width / 3)));
  const room = Math.max(1, wide - keyWidth - 2);
  const keyed = (keys: string, about: string): Line => [
    span(` ${padCells(fitCells(keys, keyWidth, ascii), keyWidth, false)} `, "key"),
    span(padCells(fitCells(about, room, ascii), room, false)),
  ];
  // In one column what is too long goes on below.
  const lines =
    columns === 1
      ? KEYS.flatMap(([keys, about]) => wrapped(about, room + 1).map((text, i) => keyed(i === 0 ? keys : "", text)))
      : Array.from({ length: rows }, (_, row) =>
          Array.from({ length: columns }, (_, column) => KEYS[column * rows + row]).flatMap((entry) =>
            entry === undefined ? [] : keyed(...entry),
          ),
        );
  return [...lines, [], ...wrapped(MARKS, width - 1).map((text) => [span(` ${text}`, "faint")])];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines.length - 1;
    if (lines[last] !== "" && lines[last]!.length + word.length >= width) lines.push(word);
    else lines[last] += `${lines[last] === "" ? "" : " "}${word}`;
  }
  return lines.map((line) => line.slice(0, Math.max(0, width)));
}
