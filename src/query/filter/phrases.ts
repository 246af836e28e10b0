// A tree of words: every phrase that a term may begin with, and what it is about.

export interface Phrase<S> {
  /** What the words so far are, if they can stand alone. */
  readonly subject: S | null;
  /** One line for completion. */
  readonly about: string;
  readonly next: ReadonlyMap<string, Phrase<S>>;
}

interface GrowingPhrase<S> {
  subject: S | null;
  about: string;
  readonly next: Map<string, GrowingPhrase<S>>;
}

export class PhraseTree<S> {
  readonly #root: GrowingPhrase<S> = { subject: null, about: "", next: new Map() };

  get root(): Phrase<S> {
    return this.#root;
  }

  /** What came first is meant. Words are divided by blanks; case does not matter. */
  add(words: string, subject: S, about: string): void {
    let phrase = this.#root;
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
}
