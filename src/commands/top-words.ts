// What is shown, said in other words: the command line that shows it, the filter of a row.
import type { TopKey, TopQuestion, TopRow } from "../core/top-view.ts";
import type { TopUnit } from "../report/index.ts";
import { TOP_VIEWS } from "./top-plan.ts";

const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word as a shell takes it. */
function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The name of what a question groups by. */
export function viewNameOf({ group, by = [] }: Pick<TopQuestion, "group" | "by">): string {
  if (group !== "by") return group;
  return TOP_VIEWS.find((view) => view.group === "by" && view.by.join() === by.join())?.name ?? by.join(",");
}

/** `flowgauge top iface:eth0 --by hosts 'dst port 443'` */
export function commandLine(
  sources: readonly string[],
  question: TopQuestion,
  unit: TopUnit,
  filterWords: readonly string[] = [],
): string {
  const { sort, reverse, names, services, ended, filter = "" } = question;
  const name = viewNameOf(question);
  const words = [
    ...["flowgauge", "top", ...sources.map(quoted)],
    ...(filter === "" ? [] : [quoted(filter), ...filterWords.map(quoted)]),
    ...(name === "flows" ? [] : ["--by", quoted(name)]),
    ...(sort === "rate" ? [] : ["--sort", sort]),
    ...(reverse === true ? ["--reverse"] : []),
    ...(unit === "bits" ? [] : ["--units", unit]),
    ...(names === false ? ["--no-names"] : []),
    ...(services === false ? ["--no-services"] : []),
    ...(ended === false ? ["--no-ended"] : []),
  ];
  return words.join(" ");
}

/** The filter of the flows that a row is made of; null where its key says nothing that a filter can. */
export function filterOfRow({ key }: TopRow): string | null {
  const terms = key.flatMap((part) => {
    const term = termOf(part);
    return term === null ? [] : [term];
  });
  return terms.length === 0 ? null : terms.join(" and ");
}

/** Either direction: the flow is seen from both ends. */
function termOf({ field, value, text }: TopKey): string | null {
  if (text === "" || text === "-") return null;
  if (field.includes("/")) return `net ${value}`;
  switch (field) {
    case "addr":
    case "srcAddr":
    case "dstAddr":
      return `ip ${value}`;
    case "port":
    case "as":
    case "if":
    case "mac":
      return `${field} ${value}`;
    case "srcPort":
    case "dstPort":
      return null;
    case "proto":
      return `proto ${value}`;
    default:
      return `${field} ${value}`;
  }
}
