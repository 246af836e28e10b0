// StartTag: reads one start tag of PDML, whatever XML allows in it, and notes where its name, show and showname stand.
import { type FieldNames, NO_NAME } from "./field-names.ts";
import type { NameForecast } from "./name-forecast.ts";
import type { OctetWindow } from "./octet-window.ts";
import { firstOctet, markupIn, markupOrOddIn } from "./octet-words.ts";
import { FIELD, PROTO, TAGS, type TagParts } from "./pdml-tag-parts.ts";
import { isSpace, NAME_OCTET, NAME_START } from "./xml-characters.ts";
import { CUT_REFERENCE, NO_REFERENCE, readReference } from "./xml-values.ts";

const [LESS_THAN, GREATER_THAN, SLASH, EQUALS, QUOTE, APOSTROPHE, AMPERSAND, BLANK] = [
  0x3c, 0x3e, 0x2f, 0x3d, 0x22, 0x27, 0x26, 0x20,
] as const;
const LETTER_E = 0x65;
const [NAME, SHOW, SIZE, POS, VALU] = ["name", "show", "size", "pos=", "valu"].map(word) as [
  number,
  number,
  number,
  number,
  number,
];
const [FIEL, D_NA, PROT, O_NA, ME_QUOTED] = ["fiel", "d na", "prot", "o na", 'me="'].map(word) as [
  number,
  number,
  number,
  number,
  number,
];

/** Which attribute it is; `OTHER` is not kept. */
const [OTHER, A_NAME, A_SHOW, A_SHOWNAME] = [0, 1, 2, 3] as const;

export class StartTag {
  /** What must not be there, and where; the window's end where the tag is not whole. */
  odd = "";
  oddAt = 0;
  readonly #window: OctetWindow;
  readonly #forecast: NameForecast;
  readonly #tags: FieldNames;
  readonly #labels: boolean;
  readonly #parts: TagParts;

  /** `parts`: where the tag's parts are noted. */
  constructor(window: OctetWindow, forecast: NameForecast, tags: FieldNames, labels: boolean, parts: TagParts) {
    this.#parts = parts;
    this.#window = window;
    this.#forecast = forecast;
    this.#tags = tags;
    this.#labels = labels;
    for (const tag of TAGS) tags.idOf(tag);
  }

  /** Reads the tag at `tag` (its `<`), behind a field with the name `last`; answers where it ends, negative = see `odd`. */
  read(tag: number, last: number): number {
    const { octets, view } = this.#window;
    let at = tag + 1;
    let element = NO_NAME;
    let id = NO_NAME;
    let [name, nameTo, value, valueTo, label, labelTo] = [0, 0, 0, 0, 0, 0];
    this.#parts.plain = true;
    // As tshark writes it: <field name="the one that came here last time"
    const begin = view.getInt32(at, true);
    if (
      (begin === FIEL && view.getInt32(at + 4, true) === D_NA) ||
      (begin === PROT && view.getInt32(at + 4, true) === O_NA)
    ) {
      element = begin === FIEL ? FIELD : PROTO;
      if (view.getInt32(at + 8, true) === ME_QUOTED) id = this.#forecast.test(view, at + 12, last);
      if (id === NO_NAME) at += 5;
      else {
        name = at + 12;
        nameTo = name + this.#forecast.length(id);
        at = nameTo + 1;
      }
    } else {
      while (NAME_OCTET[octets[at]!] === 1) at++;
      element = this.#tags.idAt(octets, tag + 1, at);
    }
    for (;;) {
      let octet = octets[at]!;
      if (octet === BLANK) {
        octet = octets[++at]!;
        while (isSpace(octet)) octet = octets[++at]!;
      } else if (isSpace(octet))
        do octet = octets[++at]!;
        while (isSpace(octet));
      else if (octet !== GREATER_THAN && octet !== SLASH)
        return this.#not("expected an attribute or the end of the tag", at);
      if (octet === GREATER_THAN || octet === SLASH) break;
      // The names that tshark uses are known at a glance, with their =" behind them.
      const from = at;
      const start = view.getInt32(at, true);
      let which: number = OTHER;
      if (start === SHOW) {
        which = A_SHOW;
        at += 4;
        if (view.getInt32(at, true) === NAME) {
          which = A_SHOWNAME;
          at += 4;
        }
      } else if (start === NAME) {
        which = A_NAME;
        at += 4;
      } else if (start === SIZE) at += 4;
      else if (start === POS) at += 3;
      else if (start === VALU && octets[at + 4] === LETTER_E) at += 5;
      if (octets[at] === EQUALS && octets[at + 1] === QUOTE) at++;
      else {
        if (NAME_START[octet] === 0) return this.#not("expected an attribute or the end of the tag", from);
        at = from + 1;
        while (NAME_OCTET[octets[at]!] === 1) at++;
        if (at - from !== (which === A_SHOWNAME ? 8 : 4)) which = OTHER;
        at = this.#toQuote(at);
        if (at < 0) return at;
      }
      const first = ++at;
      const kept = which === A_NAME || which === A_SHOW || (which === A_SHOWNAME && this.#labels);
      if (octets[at - 1] === APOSTROPHE) at = this.#toApostrophe(at);
      else if (kept) at = this.#kept(at);
      else at = this.#passed(at);
      if (at < 0) return at;
      if (which === A_SHOW) {
        if (value !== 0) return this.#not("expected the attribute show once", from);
        value = first;
        valueTo = at;
      } else if (which === A_NAME) {
        if (name !== 0) return this.#not("expected the attribute name once", from);
        name = first;
        nameTo = at;
      } else if (which === A_SHOWNAME && kept) {
        if (label !== 0) return this.#not("expected the attribute showname once", from);
        label = first;
        labelTo = at;
      }
      at++;
    }
    const empty = octets[at] === SLASH;
    if (empty && octets[++at] !== GREATER_THAN) return this.#not("expected > behind /", at);
    const parts = this.#parts;
    parts.element = element;
    parts.empty = empty;
    parts.id = id;
    parts.name = name;
    parts.nameTo = nameTo;
    parts.value = value;
    parts.valueTo = valueTo;
    parts.label = label;
    parts.labelTo = labelTo;
    return at + 1;
  }

  /** The end of a value in quotes that is kept. */
  #kept(from: number): number {
    const { octets, view } = this.#window;
    let at = from;
    for (;;) {
      let bits = markupOrOddIn(view.getInt32(at, true));
      while (bits === 0) {
        at += 4;
        bits = markupOrOddIn(view.getInt32(at, true));
      }
      at += firstOctet(bits);
      if (octets[at] === QUOTE) return at;
      this.#parts.plain = false;
      at = this.#within(at);
      if (at < 0) return at;
    }
  }

  /** The end of a value in quotes that nobody asked for. */
  #passed(from: number): number {
    const { octets, view } = this.#window;
    let at = from;
    for (;;) {
      let bits = markupIn(view.getInt32(at, true));
      while (bits === 0) {
        at += 4;
        bits = markupIn(view.getInt32(at, true));
      }
      at += firstOctet(bits);
      if (octets[at] === QUOTE) return at;
      at = this.#within(at);
      if (at < 0) return at;
    }
  }

  /** The end of a value in apostrophes, which tshark does not write. */
  #toApostrophe(from: number): number {
    const { octets } = this.#window;
    this.#parts.plain = false;
    let at = from;
    while (octets[at] !== APOSTROPHE) {
      at = this.#within(at);
      if (at < 0) break;
    }
    return at;
  }

  /** What stands between an attribute's name and its value's quote. */
  #toQuote(from: number): number {
    const { octets } = this.#window;
    let at = from;
    while (isSpace(octets[at])) at++;
    if (octets[at] !== EQUALS) return this.#not("expected = behind the name of an attribute", at);
    at++;
    while (isSpace(octets[at])) at++;
    if (octets[at] === QUOTE || octets[at] === APOSTROPHE) return at;
    return this.#not("expected the quoted value of an attribute", at);
  }

  /** At `at`, in a value, is what may be no part of it: where to go on. */
  #within(at: number): number {
    const { octets, end } = this.#window;
    const octet = octets[at];
    if (octet === LESS_THAN) return this.#not("expected no < in the value of an attribute", at);
    if (octet === AMPERSAND) {
      const code = readReference(octets, at, end);
      if (code === CUT_REFERENCE) return this.#not("", end);
      if (code === NO_REFERENCE) return this.#not(UNKNOWN_ENTITY, at);
    }
    return at + 1;
  }

  #not(sentence: string, at: number): number {
    this.odd = sentence;
    this.oddAt = at;
    return -1;
  }
}

export const UNKNOWN_ENTITY = "expected one of the entities that XML has by itself, found another; none is expanded";

function word(text: string): number {
  return Buffer.from(text).readInt32LE();
}
