// Values of keys as terms of the filter language: what a click narrows to.
import type { ApiValue } from "../../src/serve/api.ts";

/** null where a value cannot be said as a term. */
export function termOf(field: string, value: ApiValue): string | null {
  if (value === null || typeof value === "object" || value === "") return null;
  const [base = "", ...lengths] = field.split("/");
  if (lengths.length > 0 || base === "srcNet" || base === "dstNet") {
    const end = /^src/.test(base) ? "src " : /^dst/.test(base) ? "dst " : "";
    return `${end}net ${value}`;
  }
  if (base === "addr") return `host ${value}`;
  if (base === "service" || base === "side") return null;
  if (base.startsWith("other.")) return `${base} = ${quoted(String(value))}`;
  return `${base} = ${value}`;
}

/** All keys of a row together; null where one of them cannot be said. */
export function termOfKey(fields: readonly string[], key: readonly ApiValue[]): string | null {
  const terms = key.map((value, place) => termOf(fields[place]!, value));
  return terms.length === 0 || terms.some((term) => term === null) ? null : terms.join(" and ");
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
