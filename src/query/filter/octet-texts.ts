// Tests of texts that lie in octets (UTF-8): equal, contains, starts, ends, matches.
import type { TextMatch } from "./tree.ts";

export type TextTest = (octets: Uint8Array, from: number, to: number) => boolean;

/** One for each run: a regular expression's automaton has memory of its own. */
export function textTest(match: TextMatch): TextTest {
  if (match.kind === "matches") {
    const automaton = match.pattern.automaton();
    return (octets, from, to) => automaton.test(octets, from, to);
  }
  const text = new TextEncoder().encode(match.text);
  switch (match.kind) {
    case "equals":
      return (octets, from, to) => to - from === text.length && isAt(octets, from, text);
    case "starts":
      return (octets, from, to) => to - from >= text.length && isAt(octets, from, text);
    case "ends":
      return (octets, from, to) => to - from >= text.length && isAt(octets, to - text.length, text);
    case "contains":
      return containing(text);
  }
}

function isAt(octets: Uint8Array, at: number, text: Uint8Array): boolean {
  for (let i = 0; i < text.length; i++) if (octets[at + i] !== text[i]) return false;
  return true;
}

/** Knuth, Morris and Pratt: each octet is looked at a few times at the most. */
function containing(text: Uint8Array): TextTest {
  const back = new Int32Array(text.length + 1);
  for (let i = 1, length = 0; i < text.length; ) {
    if (text[i] === text[length]) back[++i] = ++length;
    else if (length > 0) length = back[length]!;
    else back[++i] = 0;
  }
  return (octets, from, to) => {
    if (text.length === 0) return true;
    for (let at = from, found = 0; at < to; at++) {
      while (found > 0 && octets[at] !== text[found]) found = back[found]!;
      if (octets[at] === text[found] && ++found === text.length) return true;
    }
    return false;
  };
}
