// Every phrase that a term may begin with, as a tree of words: nfdump's, then every field of the one table by all its names.
import { ELEMENTS, type Element, type FieldName } from "../../core/elements.ts";
import { NFDUMP_PHRASES } from "./nfdump-phrases.ts";
import { type Phrase, PhraseTree } from "./phrases.ts";
import { numberSubject, type Subject } from "./subjects.ts";

const tree = new PhraseTree<Subject>();

/** The subject of a field by its own name. */
export function fieldSubject({ name, kind, print }: Element): Subject {
  const field = name as FieldName;
  if (print === "tcpFlags") return { kind: "flags", field };
  if (field === "forwardingStatus") return { kind: "forwarding" };
  if (kind === "address") return { kind: "addresses", fields: [field], join: "or" };
  if (kind === "time") return { kind: "time", field };
  if (print === "label") return numberSubject("u32", [field], { form: "label" });
  return numberSubject(kind, [field], kind === "mac" ? { form: "mac" } : {});
}

for (const { words, subject, about } of NFDUMP_PHRASES) tree.add(words, subject, about);
for (const element of ELEMENTS as readonly Element[]) {
  const subject = fieldSubject(element);
  const { name, iana, words, carriers, about } = element;
  for (const word of [name, ...words, ...(iana === null ? [] : [iana]), ...carriers]) tree.add(word, subject, about);
}

export const VOCABULARY: Phrase<Subject> = tree.root;

/** Words that begin a term and are worth to be offered: not each of IANA's names. */
export const FIRST_WORDS: readonly string[] = [
  ...new Set([...NFDUMP_PHRASES.map(({ words }) => words.split(" ")[0]!), ...ELEMENTS.map(({ name }) => name)]),
];
