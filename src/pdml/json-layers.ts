// LayersReader: what stands in "layers" of a packet as tshark writes it as JSON, made into the fields of a Frame.
import { type EkNames, NOT_A_FIELD } from "./ek-names.ts";
import { writeEpoch } from "./epoch-time.ts";
import type { FieldNames } from "./field-names.ts";
import { emptyFrame, growFrame } from "./frame.ts";
import { FRAME_LIMITS, type FrameCounts } from "./frame-source.ts";
import { type JsonScanner, TOKEN } from "./json-scanner.ts";
import { tidyValue, untidyOctets } from "./value-text.ts";

const TREE = Buffer.from("_tree");
const RAW = Buffer.from("_raw");
const FILTERED = Buffer.from("filtered");
const TRUE = Buffer.from("1");
const FALSE = Buffer.from("0");
/** Protocols whose names have a dot. */
const TITLED = [Buffer.from("_ws.malformed"), Buffer.from("_ws.short"), Buffer.from("_ws.unreassembled")];
const DOT = 0x2e;
/** No name of a field has other octets: what has them is a line for people. */
const NAME_OCTETS = Uint8Array.from({ length: 256 }, (_, octet) =>
  Number(octet < 0x80 && /[A-Za-z0-9_.-]/.test(String.fromCharCode(octet))),
);

/**
 * Two ways to name fields. `-T json`: `"ip.src"`; fields within a field are in an object named `<field>_tree`, within a line for people in one
 * named by that line; `-x` adds `<name>_raw` with an array of hex and numbers. `-T ek`: EkNames tells; no fields in one another; `-x` adds a text
 * `<name>_raw` before each.
 */
export class LayersReader {
  readonly frame = emptyFrame();
  readonly #scanner: JsonScanner;
  readonly #names: FieldNames;
  readonly #counts: FrameCounts;
  readonly #longest: number;
  readonly #timeEpoch: number;
  /** null = names as `-T json` has them. */
  #ek: EkNames | null = null;
  /** How deep the scanner is inside of "layers" itself. */
  #depth = 0;
  /** Of each level from "layers" on: the name that the value here belongs to. */
  readonly #keyFrom = new Int32Array(FRAME_LIMITS.depth + 2);
  readonly #keyTo = new Int32Array(FRAME_LIMITS.depth + 2);
  /** The array of a name with `_raw`: how deep it is (0 = in none), the fields there were before; and whether it is one of `-x`. */
  #rawDepth = 0;
  #rawFields = 0;
  #passing = false;
  /** ek, `-x`: the name before this one, and the fields before it. */
  #hex = false;
  #beforeFrom = 0;
  #beforeTo = 0;
  #beforeFields = 0;

  constructor(scanner: JsonScanner, names: FieldNames, counts: FrameCounts, longest: number) {
    this.#scanner = scanner;
    this.#names = names;
    this.#counts = counts;
    this.#longest = longest;
    this.#timeEpoch = names.idOf("frame.time_epoch");
    this.frame.octets = scanner.bytes;
  }

  /** "layers" was opened. */
  begin(ek: EkNames | null): void {
    this.#ek = ek;
    this.#depth = this.#scanner.depth;
    this.#rawDepth = 0;
    this.#passing = false;
    this.#hex = false;
    this.#beforeFrom = this.#beforeTo = 0;
  }

  /** The octets were moved to the front by so many. */
  moved(by: number): void {
    const { fields, valueFrom, valueTo } = this.frame;
    for (let field = 0; field < fields; field++) {
      if (valueTo[field] === 0) continue;
      valueFrom[field]! -= by;
      valueTo[field]! -= by;
    }
    for (let level = 0; level < this.#keyFrom.length; level++) {
      this.#keyFrom[level]! -= by;
      this.#keyTo[level]! -= by;
    }
    this.#beforeFrom -= by;
    this.#beforeTo -= by;
  }

  /** Takes what the scanner found; false once "layers" is closed. */
  take(token: number): boolean {
    const scanner = this.#scanner;
    const level = scanner.depth - this.#depth;
    if (level < 0) return false;
    if (this.#rawDepth > 0) this.#inRaw(token);
    if (this.#passing) return true;
    if (level > FRAME_LIMITS.depth) {
      if (token >= TOKEN.string) this.#counts.deepFields++;
      return true;
    }
    if (token === TOKEN.string) this.#value(level, scanner.from, scanner.to, !scanner.plain);
    else if (token === TOKEN.key) this.#key(level);
    else if (token === TOKEN.object) this.#object(level - 1);
    else if (token === TOKEN.array) this.#array(level);
    else if (token >= TOKEN.number) this.#word(level, token);
    return true;
  }

  #key(level: number): void {
    const { from, to } = this.#scanner;
    if (this.#hex) this.#dropHex(from, to);
    this.#keyFrom[level] = from;
    this.#keyTo[level] = to;
  }

  /** The name before was this one with `_raw`: what it gave are octets in hex. */
  #dropHex(from: number, to: number): void {
    const { bytes } = this.#scanner;
    const length = to - from;
    if (this.#beforeTo - this.#beforeFrom === length + RAW.length && this.#ends(this.#beforeTo, RAW)) {
      let same = 0;
      while (same < length && bytes[from + same] === bytes[this.#beforeFrom + same]) same++;
      if (same === length) this.frame.fields = this.#beforeFields;
    }
    this.#beforeFrom = from;
    this.#beforeTo = to;
    this.#beforeFields = this.frame.fields;
  }

  #array(level: number): void {
    const from = this.#keyFrom[level - 1]!;
    const to = this.#keyTo[level - 1]!;
    this.#keyFrom[level] = from;
    this.#keyTo[level] = to;
    if (this.#rawDepth > 0 || this.#ek !== null || !this.#ends(to, RAW)) return;
    this.#rawDepth = this.#scanner.depth;
    this.#rawFields = this.frame.fields;
  }

  /** In an array whose name has `_raw`: numbers, or arrays in it, tell that it is no field's. */
  #inRaw(token: number): void {
    if (this.#scanner.depth < this.#rawDepth) {
      this.#rawDepth = 0;
      this.#passing = false;
    } else if (token === TOKEN.number || (token === TOKEN.array && this.#scanner.depth > this.#rawDepth)) {
      this.frame.fields = this.#rawFields;
      this.#passing = true;
    }
  }

  /** An object is a protocol, a field without a value, what lies in a field, or what stands under a line for people. */
  #object(level: number): void {
    const to = this.#keyTo[level]!;
    if (this.#ek === null && this.#ends(to, TREE)) return;
    if (!this.#isName(this.#keyFrom[level]!, to, level, true)) return;
    this.#add(level, 0, 0);
  }

  #word(level: number, token: number): void {
    if (token === TOKEN.number) this.#value(level, this.#scanner.from, this.#scanner.to, false);
    else if (token === TOKEN.null) this.#value(level, 0, 0, false);
    else {
      // There is room for one octet where a word stood.
      const { bytes, from } = this.#scanner;
      bytes[from] = (token === TOKEN.true ? TRUE : FALSE)[0]!;
      this.#value(level, from, from + 1, false);
    }
  }

  #value(level: number, from: number, to: number, untidy: boolean): void {
    const keyFrom = this.#keyFrom[level]!;
    const keyTo = this.#keyTo[level]!;
    if (from === to) {
      if (!this.#isName(keyFrom, keyTo, level, false) || (this.#ek === null && this.#ends(keyTo, TREE))) return;
    } else if (level === 0 && this.#ek !== null && this.#ends(keyTo, RAW)) {
      this.#hex = true;
      return;
    }
    if (keyTo - keyFrom === FILTERED.length && this.#ends(keyTo, FILTERED)) return;
    if (to - from > this.#longest) {
      this.#counts.longValues++;
      return;
    }
    if (this.#ek === null && this.#isProtocol(keyFrom, keyTo, from)) this.#add(level, 0, 0);
    else if (!untidy) this.#add(level, from, to);
    else {
      const tidied = tidyValue(this.#scanner.bytes, from, to, this.#scanner.at);
      this.#counts.badText += untidyOctets;
      this.#add(level, from, tidied);
    }
  }

  #add(level: number, from: number, to: number): void {
    const { bytes } = this.#scanner;
    const keyFrom = this.#keyFrom[level]!;
    const keyTo = this.#keyTo[level]!;
    const ek = this.#ek;
    const id = ek === null ? this.#names.idAt(bytes, keyFrom, keyTo) : ek.idAt(bytes, keyFrom, keyTo);
    if (id < 0) {
      if (id !== NOT_A_FIELD) this.#counts.manyNames++;
      return;
    }
    const { frame } = this;
    const field = frame.fields;
    if (field === frame.name.length) growFrame(frame);
    frame.name[field] = id;
    frame.valueFrom[field] = from;
    frame.valueTo[field] = ek !== null && id === this.#timeEpoch ? writeEpoch(bytes, from, to) : to;
    frame.labelFrom[field] = 0;
    frame.labelTo[field] = 0;
    frame.fields = field + 1;
  }

  /** Not a line for people: names of fields have a dot; those of protocols, which are objects, have none, and no capitals. */
  #isName(from: number, to: number, level: number, object: boolean): boolean {
    const { bytes } = this.#scanner;
    let dotted = level === 0 || this.#ek !== null;
    let capitals = false;
    for (let at = from; at < to; at++) {
      const octet = bytes[at]!;
      if (NAME_OCTETS[octet] === 0) return false;
      if (octet === DOT) dotted = true;
      else if (octet >= 0x41 && octet <= 0x5a) capitals = true;
    }
    return (dotted || (object && !capitals)) && to > from;
  }

  /** A protocol of which there are no fields has its title where others have those: PDML has no value there. */
  #isProtocol(from: number, to: number, value: number): boolean {
    const { bytes } = this.#scanner;
    const first = bytes[value]!;
    if (first >= 0x30 && first <= 0x39) return false;
    for (const name of TITLED) if (to - from === name.length && this.#ends(to, name)) return true;
    for (let at = from; at < to; at++) if (bytes[at] === DOT) return false;
    return true;
  }

  #ends(to: number, text: Uint8Array): boolean {
    const { bytes } = this.#scanner;
    const from = to - text.length;
    for (let at = text.length - 1; at >= 0; at--) if (bytes[from + at] !== text[at]) return false;
    return true;
  }
}
