// A list of fields with commas, as people write it behind --fields.
import type { Element } from "./elements.ts";
import { UsageError } from "./errors.ts";
import { type AnyFieldName, fieldsFrom, findField } from "./fields.ts";
import { quoteWithHint } from "./suggestion.ts";

/** The fields of a list, of those that records of this origin have. Throws a UsageError. */
export function fieldList(text: string, from: Element["from"]): AnyFieldName[] {
  return text.split(",").map((word) => fieldName(word.trim(), from));
}

function fieldName(word: string, from: Element["from"]): AnyFieldName {
  const name = findField(word)?.name as AnyFieldName | undefined;
  if (name !== undefined) return name;
  const names = fieldsFrom(from).map((field) => field.name);
  throw new UsageError(`--fields: expected fields of ${names.join(", ")}; found ${quoteWithHint(word, names)}.`);
}
