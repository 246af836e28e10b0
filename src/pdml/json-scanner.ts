// JsonScanner: JSON as tokens, straight from octets that come bit by bit. Nothing is copied: a token is a place in the octets, escapes resolved in place.
import { readNumber, readWord, resolveEscapes } from "./json-texts.ts";

/** What `next` found. Texts lie in `bytes` at from .. to. */
export const TOKEN = {
  /** The octets end within a token or before it: give more of them, or say that there are none (`final`). */
  more: 0,
  object: 1,
  objectEnd: 2,
  array: 3,
  arrayEnd: 4,
  key: 5,
  string: 6,
  number: 7,
  true: 8,
  false: 9,
  null: 10,
  /** The end of the input, outside of every value. */
  end: 11,
  /** What is no JSON; `fault` says what was expected. It stays so. */
  fault: 12,
} as const;

/** What may come next. */
const VALUE = 0;
const VALUE_OR_END = 1;
const KEY = 2;
const KEY_OR_END = 3;
const COLON = 4;
const COMMA_OR_END = 5;
const TOP = 6;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Of each octet in a string: 1 = the loop stops here. The 0 behind the window's end is one of them. */
const STOPS = Uint8Array.from({ length: 256 }, (_, octet) =>
  Number(octet < 0x20 || octet >= 0x80 || octet === QUOTE || octet === BACKSLASH),
);
const EXPECTED = ["a value", 'a value or "]"', "a name in quotes", 'a name in quotes or "}"', '":"', "", "a value"];
/** The longest number or word that is looked at. */
const LONGEST_WORD = 4096;

/** Reads a sequence of JSON values, whatever stands between them is space. Duplicate names are given as they come. */
export class JsonScanner {
  /** There is a 0 behind the end. */
  readonly bytes: Uint8Array;
  /** Where the next token is looked for; what lies before it is not looked at again. */
  at = 0;
  /** Octets there are; the caller moves it as more come. */
  end = 0;
  /** No more will come. */
  final = false;
  from = 0;
  to = 0;
  /** Of a text: nothing in it but ASCII without control characters. */
  plain = true;
  fault = "";
  /** Arrays and objects that are open. */
  depth = 0;
  /** A bit for each open one: 1 = object. */
  #kinds = new Uint32Array(8);
  #inObject = false;
  #state = TOP;
  /** How far the string that begins at `at` was looked through; 0 = not yet. */
  #looked = 0;
  #escaped = false;
  #plain = true;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The octets were moved to the front by so many. */
  moved(by: number): void {
    this.at -= by;
    if (this.#looked > 0) this.#looked -= by;
  }

  next(): number {
    const { bytes, end } = this;
    let at = this.at;
    for (; at < end; at++) {
      const octet = bytes[at]!;
      if (octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09) continue;
      // A comma is followed by something: it is a token of its own for nobody.
      if (octet === 0x2c && this.#state === COMMA_OR_END) {
        this.#state = this.#inObject ? KEY : VALUE;
        continue;
      }
      if (octet === 0x3a && this.#state === COLON) {
        this.#state = VALUE;
        continue;
      }
      this.at = at;
      return this.#token(octet);
    }
    this.at = at;
    if (!this.final) return TOKEN.more;
    return this.#state === TOP ? TOKEN.end : this.#fail(`${this.#expected()}, found the end of the input`);
  }

  /** Forgets what is open, and goes on with the next value at `at`. */
  restart(at: number): void {
    this.at = at;
    this.depth = 0;
    this.#state = TOP;
    this.#inObject = false;
    this.#looked = 0;
    this.#escaped = false;
    this.#plain = true;
    this.fault = "";
  }

  /** The octets of the string at `at` that were looked through, where its end has not come yet; 0 elsewhere. */
  get unfinished(): number {
    return this.#looked > 0 ? this.#looked - this.at : 0;
  }

  /** Forgets what was looked through of the string at `at`, but its quote. Returns how many octets are now free before `at`. */
  dropUnfinished(): number {
    const from = this.at;
    const keep = this.#looked - 1;
    this.bytes[keep] = QUOTE;
    this.at = keep;
    return keep - from;
  }

  #token(octet: number): number {
    const state = this.#state;
    if (octet === QUOTE) {
      if (state === KEY || state === KEY_OR_END) return this.#string(TOKEN.key, COLON);
      if (state !== COLON && state !== COMMA_OR_END) return this.#string(TOKEN.string, this.#after());
    } else if (octet === 0x7d) {
      if (this.#inObject && (state === COMMA_OR_END || state === KEY_OR_END)) return this.#close(TOKEN.objectEnd);
    } else if (octet === 0x5d) {
      if (!this.#inObject && (state === COMMA_OR_END || state === VALUE_OR_END)) return this.#close(TOKEN.arrayEnd);
    } else if (state === VALUE || state === VALUE_OR_END || state === TOP) {
      if (octet === 0x7b) return this.#open(TOKEN.object, KEY_OR_END);
      if (octet === 0x5b) return this.#open(TOKEN.array, VALUE_OR_END);
      return this.#word(octet);
    }
    return this.#fail(`${this.#expected()}, found ${spell(octet)}`);
  }

  #after(): number {
    return this.depth === 0 ? TOP : COMMA_OR_END;
  }

  #open(token: number, state: number): number {
    const depth = this.depth++;
    if (depth >> 5 === this.#kinds.length) {
      const wider = new Uint32Array(this.#kinds.length * 2);
      wider.set(this.#kinds);
      this.#kinds = wider;
    }
    const isObject = token === TOKEN.object;
    const bit = 1 << (depth & 31);
    if (isObject) this.#kinds[depth >> 5]! |= bit;
    else this.#kinds[depth >> 5]! &= ~bit;
    this.#inObject = isObject;
    this.#state = state;
    this.from = this.at++;
    this.to = this.at;
    return token;
  }

  #close(token: number): number {
    const above = --this.depth - 1;
    this.#inObject = above >= 0 && (this.#kinds[above >> 5]! & (1 << (above & 31))) !== 0;
    this.#state = this.#after();
    this.from = this.at++;
    this.to = this.at;
    return token;
  }

  #string(token: number, after: number): number {
    const { bytes, end } = this;
    let at = this.#looked > 0 ? this.#looked : this.at + 1;
    for (;;) {
      while (STOPS[bytes[at]!] === 0) at++;
      if (at >= end) break;
      const octet = bytes[at]!;
      if (octet >= 0x80) {
        this.#plain = false;
        at++;
        continue;
      }
      if (octet === QUOTE) {
        this.from = this.at + 1;
        this.to = at;
        if (this.#escaped) {
          this.to = resolveEscapes(bytes, this.from, at);
          if (this.to < 0) return this.#fail("an escape in a text to be one of JSON's, found another");
        }
        this.plain = this.#plain && !this.#escaped;
        this.at = at + 1;
        this.#state = after;
        this.#looked = 0;
        this.#escaped = false;
        this.#plain = true;
        return token;
      }
      if (octet !== BACKSLASH) {
        this.at = at;
        return this.#fail(`the end of a text in quotes, found ${spell(octet)}`);
      }
      // What it stands before is looked at when the text is whole.
      if (at + 1 >= end) break;
      this.#escaped = true;
      at += 2;
    }
    this.#looked = at;
    return this.final ? this.#fail("the end of a text in quotes, found the end of the input") : TOKEN.more;
  }

  #word(first: number): number {
    const { bytes, end } = this;
    const most = Math.min(end, this.at + LONGEST_WORD);
    let to = this.at;
    while (to < most && isWordOctet(bytes[to]!)) to++;
    // It may go on in what comes next.
    if (to === end && !this.final) return TOKEN.more;
    const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
    const token = isNumber ? (readNumber(bytes, this.at, to) ? TOKEN.number : -1) : readWord(bytes, this.at, to);
    if (token < 0) return this.#fail(`${this.#expected()}, found ${spell(first)}`);
    this.from = this.at;
    this.to = to;
    this.at = to;
    this.#state = this.#after();
    return token;
  }

  #expected(): string {
    if (this.#state !== COMMA_OR_END) return EXPECTED[this.#state]!;
    return this.#inObject ? '"," or "}"' : '"," or "]"';
  }

  #fail(sentence: string): number {
    this.fault = `expected ${sentence}`;
    return TOKEN.fault;
  }
}

function isWordOctet(octet: number): boolean {
  // Letters, digits, + - . : all that numbers and words are made of, and what makes wrong ones of them.
  return (
    (octet >= 0x30 && octet <= 0x39) ||
    (octet >= 0x61 && octet <= 0x7a) ||
    (octet >= 0x41 && octet <= 0x5a) ||
    octet === 0x2b ||
    octet === 0x2d ||
    octet === 0x2e
  );
}

function spell(octet: number): string {
  return octet > 0x20 && octet < 0x7f
    ? `"${String.fromCharCode(octet)}"`
    : `octet 0x${octet.toString(16).padStart(2, "0")}`;
}
