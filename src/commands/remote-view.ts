// A picture of live traffic as a remote serve tells it (top/1): read, checked, and without what does something to a terminal.
import { seenText } from "../core/cell-text.ts";
import { TOP_GROUPS, TOP_SORTS, TOP_STATES, type TopQuestion, type TopView } from "../core/top-view.ts";

/** What a value is to be; a list of words = one of them; `null` in it = or nothing. */
type Shape = "number" | "text" | "flag" | "any" | Words | ListOf | Members;
interface Words {
  readonly words: readonly (string | null)[];
}
interface ListOf {
  readonly list: Shape;
}
interface Members {
  readonly members: Readonly<Record<string, Shape | { readonly maybe: Shape }>>;
}

const members = (of: Members["members"]): Members => ({ members: of });
const RATE = members({ bytes: "number", packets: "number" });
const SUMS = members({ bytes: "number", packets: "number", flows: "number" });
const RATES = { rate: RATE, rate10: RATE, rate40: RATE, peak: RATE };
const LEFT_OUT: ListOf = {
  list: members({ reason: "text", count: "number", unit: { words: ["packets", "records"] } }),
};
const KEY = members({ field: "text", title: "text", value: "any", text: "text", name: { maybe: "text" } });
const NUMBERS = [
  ...(["id", "first", "last", "age", "idle", "flows", "liveFlows", "packetsOut", "packetsIn"] as const),
  ...(["bytesOut", "bytesIn", "share", "shareOfBytes"] as const),
];
const ROW = members({
  ...Object.fromEntries(NUMBERS.map((name) => [name, "number" as const])),
  ...RATES,
  key: { list: KEY },
  state: { words: TOP_STATES },
  stateText: { maybe: "text" },
  spark: { list: "number" },
});
const COLUMN = members({
  name: { words: ["key", "spark", "share", ...TOP_SORTS] },
  part: { maybe: "number" },
  title: "text",
  sort: { words: [null, ...TOP_SORTS] },
});
const HEADER = members({
  at: "number",
  since: "number",
  totals: SUMS,
  liveFlows: "number",
  ...RATES,
  lost: LEFT_OUT,
  apart: LEFT_OUT,
  link: members({ bytes: { list: "number" }, packets: { list: "number" } }),
  ended: "flag",
});
const VIEW = members({
  flowgauge: { words: ["top/1"] },
  header: HEADER,
  group: { words: TOP_GROUPS },
  by: { list: "text" },
  sort: { words: TOP_SORTS },
  reverse: "flag",
  columns: { list: COLUMN },
  rows: { list: ROW },
  from: "number",
  matching: "number",
  all: "number",
  others: { maybe: SUMS },
  filter: "text",
  notes: { list: "text" },
});

/** Throws an Error whose message says what was expected where, and what was found. */
export function readTopView(text: string, source: string): TopView {
  const value = JSON.parse(text, (_name, one: unknown) => (typeof one === "string" ? seenText(one) : one)) as unknown;
  check(value, VIEW, "picture");
  const view = value as TopView;
  return { ...view, header: { ...view.header, sources: [source] }, past: null, history: [] };
}

/** Before there is a picture. */
export function noView(question: TopQuestion, source: string): TopView {
  const none = { bytes: 0, packets: 0 };
  const at = Date.now();
  return {
    header: {
      ...{ sources: [source], at, since: at, totals: { ...none, flows: 0 }, liveFlows: 0, ended: false },
      ...{ rate: none, rate10: none, rate40: none, peak: none },
      ...{ lost: [], apart: [], link: { bytes: [], packets: [] } },
    },
    ...{ group: question.group, by: question.by ?? [], sort: question.sort, reverse: question.reverse === true },
    ...{ columns: [], rows: [], from: 0, matching: 0, all: 0, others: null, filter: question.filter ?? "" },
    ...{ past: null, history: [], notes: [] },
  };
}

function check(value: unknown, shape: Shape, where: string): void {
  if (shape === "any") return;
  if (shape === "number" || shape === "text" || shape === "flag") {
    const type = { number: "number", text: "string", flag: "boolean" }[shape];
    if (typeof value !== type) throw wrong(where, `a ${shape}`, value);
  } else if ("words" in shape) {
    if (!shape.words.includes(value as string | null)) throw wrong(where, "a known word", value);
  } else if ("list" in shape) {
    if (!Array.isArray(value)) throw wrong(where, "a list", value);
    for (const [i, one] of value.entries()) check(one, shape.list, `${where}[${i}]`);
  } else {
    if (typeof value !== "object" || value === null) throw wrong(where, "an object", value);
    for (const [name, of] of Object.entries(shape.members)) {
      const member = (value as Readonly<Record<string, unknown>>)[name];
      if (typeof of === "object" && "maybe" in of) {
        if (member !== null) check(member, of.maybe, `${where}.${name}`);
      } else check(member, of, `${where}.${name}`);
    }
  }
}

function wrong(where: string, what: string, found: unknown): Error {
  const text = found === undefined ? "none" : JSON.stringify(found).slice(0, 60);
  return new Error(`${where}: expected ${what}, found ${text}`);
}
