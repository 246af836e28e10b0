// The command line that answers a question of the API, for a POSIX shell. Whoever copies it gets the same tables.
import { withoutNames } from "../query/index.ts";
import { defaultStore } from "../store/index.ts";
import { type AskedQuestion, limitOf } from "./asked-question.ts";

/** `store`: the folder that is asked, absolute. */
export function commandLine(asked: AskedQuestion, store: string): string {
  const { utc, zone } = asked.words;
  const inZone = zone === undefined || utc === true ? [] : [`TZ=${zone}`];
  return [...inZone, "flowgauge", "query", ...queryArguments(asked, store)].map(shellWord).join(" ");
}

/** What stands behind `flowgauge query`, not quoted. */
export function queryArguments({ words, format, named, local }: AskedQuestion, store: string): readonly string[] {
  const { filter = "", by = [], biflow } = words;
  const isDefault = process.env.FLOWGAUGE_STORE === undefined && store === defaultStore();
  const list = by.length === 0 && [words.measures, words.sum, words.distinct].every((word) => word === undefined);
  const limit = list ? limitOf(words, format) : null;
  return [
    ...(isDefault ? [] : [`store:${store}`]),
    ...(filter.trim() === "" ? [] : [withoutNames(filter, new Map(named))]),
    ...option("--from", words.from),
    ...option("--to", words.to),
    ...option("--within", words.within),
    ...by.flatMap((fields) => option("--by", fields)),
    ...option("--top", words.top),
    ...option("--sort", words.sort),
    ...option("--measures", words.measures),
    ...option("--sum", words.sum),
    ...option("--distinct", words.distinct),
    ...option("--percentile", words.percentile),
    ...option("--spread", words.spread),
    ...option("--limit", limit ?? undefined),
    ...option("--fields", words.fields),
    ...option("--after", words.after),
    ...option("--local", local ?? undefined),
    ...flag("--dedup", words.dedup),
    ...flag("--scale", words.scale),
    ...flag("--utc", words.utc),
    // Last: alone it would take a word behind it for its own.
    ...(typeof biflow === "string" ? [`--biflow=${biflow}`] : flag("--biflow", biflow)),
  ];
}

function option(name: string, value: string | number | undefined): readonly string[] {
  if (value === undefined) return [];
  const text = String(value);
  // What begins with a dash is no other option.
  return text.startsWith("-") ? [`${name}=${text}`] : [name, text];
}

function flag(name: string, value: boolean | undefined): readonly string[] {
  return value === true ? [name] : [];
}

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** As a shell takes it for one word. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
