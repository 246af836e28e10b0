// Every phrase that a term may begin with, as a tree of words: nfdump's, then every field of the one table by all its names.
import { ELEMENTS, type Element, type FieldName } from "../../core/elements.ts";
import { NFDUMP_PHRASES } from "./nfdump-phrases.ts";
import { numberSubject, type Subject } from "./subjects.ts";

export interface Phrase {
  /** What the words so far are, if they can stand alone. */
  readonly subject: Subject | null;
  /** One line for completion. */
  readonly about: string;
  readonly next: ReadonlyMap<string, Phrase>;
}

interface GrowingPhrase {
  subject: Subject | null;
  about: string;
  readonly next: Map<string, GrowingPhrase>;
}

const root: GrowingPhrase = { subject: null, about: "", next: new Map() };

/** What came first is meant: nfdump's words go before the table's. */
function add(words: string, subject: Subject, about: string): void {
  let phrase = root;
  for (const word of words.toLowerCase().split(" ")) {
    let next = phrase.next.get(word);
    if (next === undefined) {
      next = { subject: null, about: "", next: new Map() };
      phrase.next.set(word, next);
    }
    phrase = next;
  }
  if (phrase.subject !== null) return;
  phrase.subject = subject;
  phrase.about = about;
}

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

for (const { words, subject, about } of NFDUMP_PHRASES) add(words, subject, about);
for (const element of ELEMENTS as readonly Element[]) {
  const subject = fieldSubject(element);
  const { name, iana, words, carriers, about } = element;
  for (const word of [name, ...words, ...(iana === null ? [] : [iana]), ...carriers]) add(word, subject, about);
}

export const VOCABULARY: Phrase = root;

/** Words that begin a term and are worth to be offered: not each of IANA's names. */
export const FIRST_WORDS: readonly string[] = [
  ...new Set([...NFDUMP_PHRASES.map(({ words }) => words.split(" ")[0]!), ...ELEMENTS.map(({ name }) => name)]),
];
