// PlainTag: start tags exactly as tshark writes them, which nearly all are. This is where the time goes.
import { NO_NAME } from "./field-names.ts";
import type { NameForecast } from "./name-forecast.ts";
import type { OctetWindow } from "./octet-window.ts";
import { firstOctet, lessThanIn, markupIn, markupOrOddIn } from "./octet-words.ts";
import { FIELD, PROTO, type TagParts } from "./pdml-tag-parts.ts";

const [GREATER_THAN, SLASH, QUOTE, BLANK, LINE_END, ZERO, NINE] = [0x3e, 0x2f, 0x22, 0x20, 0x0a, 0x30, 0x39] as const;
const LETTER_F = 0x66;
const THREE = 0xffffff;
const TWO = 0xffff;
const [FIEL, D_NA, PROT, O_NA, ME_QUOTED] = [word("fiel"), word("d na"), word("prot"), word("o na"), word('me="')];
const [_SHO, WNAM, E_QUOTED, W_QUOTED] = [word(" sho"), word("wnam"), word('e="'), word('w="')];
const [_HID, E_Y, ES_QUOTE] = [word(" hid"), word('e="y'), word('es"')];
const [_SIZ, _POS, QUOTED] = [word(" siz"), word(" pos"), word('="')];
const [_VAL, UE_QUOTED, _UNM, ASKE, DVAL] = [word(" val"), word('ue="'), word(" unm"), word("aske"), word("dval")];

/** What `read` answers for a tag that StartTag has to read. */
export const NOT_PLAIN = 0;

/**
 * No branch does anything else than to answer NOT_PLAIN where something is otherwise: so the optimized code stays as it is, whatever
 * the input says. What stands behind the window's end fits none of the words, as the sentinel is in none.
 */
export class PlainTag {
  readonly #window: OctetWindow;
  readonly #forecast: NameForecast;
  readonly #parts: TagParts;
  readonly #labels: boolean;
  readonly #wanted: Uint8Array | null;

  /** `wanted`: 1 for each id of a name that somebody asks for; null = all. Of others nothing is noted but the id. */
  constructor(
    window: OctetWindow,
    forecast: NameForecast,
    parts: TagParts,
    { labels, wanted }: { readonly labels: boolean; readonly wanted: Uint8Array | null },
  ) {
    this.#window = window;
    this.#forecast = forecast;
    this.#parts = parts;
    this.#labels = labels;
    this.#wanted = wanted;
  }

  /** Reads the tag at `tag` (its `<`), behind a field with the name `last`; answers where it ends, or NOT_PLAIN. */
  read(tag: number, last: number): number {
    const { octets, view } = this.#window;
    const begin = view.getInt32(tag + 1, true);
    if (begin === FIEL) {
      if (view.getInt32(tag + 5, true) !== D_NA) return NOT_PLAIN;
    } else if (begin !== PROT || view.getInt32(tag + 5, true) !== O_NA) return NOT_PLAIN;
    if (view.getInt32(tag + 9, true) !== ME_QUOTED) return NOT_PLAIN;
    const name = tag + 13;
    let nameTo = name;
    const id = this.#forecast.test(view, name, last);
    if (id !== NO_NAME) {
      const wanted = this.#wanted;
      nameTo += this.#forecast.length(id);
      if (wanted !== null && (id >= wanted.length || wanted[id] === 0)) return this.#skip(tag, nameTo, id);
    } else {
      nameTo = this.#kept(name);
      if (nameTo === NOT_PLAIN) return NOT_PLAIN;
    }
    let at = nameTo + 1;
    let label = 0;
    let labelTo = 0;
    if (view.getInt32(at, true) === _SHO && view.getInt32(at + 4, true) === WNAM) {
      if ((view.getInt32(at + 8, true) & THREE) !== E_QUOTED) return NOT_PLAIN;
      label = at + 11;
      at = this.#labels ? this.#kept(label) : this.#passed(label);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      if (this.#labels) labelTo = at;
      else label = 0;
      at++;
    }
    let next = view.getInt32(at, true);
    if (next === _HID) {
      if (view.getInt32(at + 4, true) !== E_Y || (view.getInt32(at + 8, true) & THREE) !== ES_QUOTE) return NOT_PLAIN;
      at += 11;
      next = view.getInt32(at, true);
    }
    if (next === _SIZ) {
      if ((view.getInt32(at + 4, true) & THREE) !== E_QUOTED) return NOT_PLAIN;
      at += 7;
      while (octets[at]! >= ZERO && octets[at]! <= NINE) at++;
      if (octets[at++] !== QUOTE) return NOT_PLAIN;
      next = view.getInt32(at, true);
    }
    if (next === _POS) {
      if ((view.getInt32(at + 4, true) & TWO) !== QUOTED) return NOT_PLAIN;
      at += 6;
      while (octets[at]! >= ZERO && octets[at]! <= NINE) at++;
      if (octets[at++] !== QUOTE) return NOT_PLAIN;
      next = view.getInt32(at, true);
    }
    let value = 0;
    let valueTo = 0;
    if (next === _SHO) {
      if ((view.getInt32(at + 4, true) & THREE) !== W_QUOTED) return NOT_PLAIN;
      value = at + 7;
      valueTo = this.#kept(value);
      if (valueTo === NOT_PLAIN) return NOT_PLAIN;
      at = valueTo + 1;
      next = view.getInt32(at, true);
    }
    if (next === _VAL) {
      if (view.getInt32(at + 4, true) !== UE_QUOTED) return NOT_PLAIN;
      at = this.#passed(at + 8);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      at++;
      next = view.getInt32(at, true);
    }
    if (next === _UNM) {
      if (view.getInt32(at + 4, true) !== ASKE || view.getInt32(at + 8, true) !== DVAL) return NOT_PLAIN;
      if (view.getInt32(at + 12, true) !== UE_QUOTED) return NOT_PLAIN;
      at = this.#passed(at + 16);
      if (at === NOT_PLAIN) return NOT_PLAIN;
      at++;
    }
    const empty = octets[at] === SLASH;
    if (empty) at++;
    if (octets[at] !== GREATER_THAN) return NOT_PLAIN;
    const parts = this.#parts;
    parts.element = begin === FIEL ? FIELD : PROTO;
    parts.empty = empty;
    parts.id = id;
    parts.name = name;
    parts.nameTo = nameTo;
    parts.value = value;
    parts.valueTo = valueTo;
    parts.label = label;
    parts.labelTo = labelTo;
    parts.plain = true;
    return at + 1;
  }

  /** The end of a tag of which nothing is wanted: where the next one begins, with white space between; values are not looked into. */
  #skip(tag: number, from: number, id: number): number {
    const { octets, view, end } = this.#window;
    let at = from;
    let bits = lessThanIn(view.getInt32(at, true));
    while (bits === 0) {
      at += 4;
      bits = lessThanIn(view.getInt32(at, true));
    }
    at += firstOctet(bits);
    if (at >= end) return NOT_PLAIN;
    let behind = at;
    while (octets[behind - 1] === BLANK || octets[behind - 1] === LINE_END) behind--;
    if (octets[behind - 1] !== GREATER_THAN) return NOT_PLAIN;
    const parts = this.#parts;
    parts.element = octets[tag + 1] === LETTER_F ? FIELD : PROTO;
    parts.empty = octets[behind - 2] === SLASH;
    parts.id = id;
    parts.name = 0;
    parts.nameTo = 0;
    return at;
  }

  /** The end of a value that is kept; NOT_PLAIN where it has to be looked at. */
  #kept(from: number): number {
    const { octets, view } = this.#window;
    let at = from;
    let bits = markupOrOddIn(view.getInt32(at, true));
    while (bits === 0) {
      at += 4;
      bits = markupOrOddIn(view.getInt32(at, true));
    }
    at += firstOctet(bits);
    return octets[at] === QUOTE ? at : NOT_PLAIN;
  }

  /** The end of a value that nobody asked for. */
  #passed(from: number): number {
    const { octets, view } = this.#window;
    let at = from;
    let bits = markupIn(view.getInt32(at, true));
    while (bits === 0) {
      at += 4;
      bits = markupIn(view.getInt32(at, true));
    }
    at += firstOctet(bits);
    return octets[at] === QUOTE ? at : NOT_PLAIN;
  }
}

function word(text: string): number {
  return Buffer.from(text.padEnd(4, "\0")).readInt32LE();
}
