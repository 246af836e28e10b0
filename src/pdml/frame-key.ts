// FrameKey: what a frame says of its time and of the key's fields, as octets that are equal where the keys are.
import { createHash, randomInt } from "node:crypto";
import type { FieldNames } from "./field-names.ts";
import type { Frame } from "./frame.ts";
import { numberAt } from "./value-number.ts";

/** pdml2flow's own. */
export const PDML2FLOW_KEY: readonly string[] = [
  "vlan.id",
  "ip.src",
  "ip.dst",
  "ipv6.src",
  "ipv6.dst",
  "udp.stream",
  "tcp.stream",
];

/** The same with the ports: protocols without streams have them, too, and streams are numbered anew in every capture. */
export const DEFAULT_KEY: readonly string[] = [
  ...PDML2FLOW_KEY,
  ...["tcp", "udp", "sctp", "dccp"].flatMap((name) => [`${name}.srcport`, `${name}.dstport`]),
];

export const TIME_FIELD = "frame.time_epoch";

/** A longer key (an attack) is known by its digest. */
const MOST_KEY_OCTETS = 262_144;
const DIGEST = 0xff;
/** Nobody can know which keys have one hash. */
const SEED = randomInt(2 ** 32);

export class FrameKey {
  /** The key of the frame that was taken last: `octets` up to `length`, and the hash of them. */
  octets = new Uint8Array(1024);
  length = 0;
  hash = 0;
  readonly fields: readonly string[];
  /** Of each part of the key, whether any frame had it. */
  readonly #seen: Uint8Array;
  readonly #timeId: number;
  /** Of each name: which part of the key it is, from 1; 0 = none. Shorter than there are names. */
  readonly #partOf: Int32Array;
  readonly #parts: number;
  /** Of each of `fields` its part: one that is named twice has one part. */
  readonly #partOfField: readonly number[];
  #matched = new Int32Array(64);

  constructor(names: FieldNames, fields: readonly string[]) {
    this.fields = fields;
    this.#timeId = names.idOf(TIME_FIELD);
    const ids = [...new Set(fields)].map((field) => names.idOf(field));
    this.#parts = ids.length;
    this.#seen = new Uint8Array(ids.length);
    this.#partOf = new Int32Array(Math.max(0, ...ids) + 1);
    for (const [part, id] of ids.entries()) this.#partOf[id] = part + 1;
    this.#partOfField = fields.map((field) => this.#partOf[names.idOf(field)]! - 1);
  }

  /** The frame's time in seconds; NaN where it has none, or one longer than so many characters. */
  time(frame: Frame, maxLength: number): number {
    const { name, fields, valueFrom, valueTo } = frame;
    const timeId = this.#timeId;
    for (let i = 0; i < fields; i++) {
      if (name[i] !== timeId) continue;
      const from = valueFrom[i]!;
      const to = valueTo[i]!;
      if (to === from) continue;
      const seconds = to - from > maxLength ? Number.NaN : numberAt(frame.octets, from, to);
      return Number.isFinite(seconds) ? seconds : Number.NaN;
    }
    return Number.NaN;
  }

  /** Makes the key of a frame; false where it has none of its fields. */
  take(frame: Frame): boolean {
    const { name, fields, valueFrom, valueTo } = frame;
    const partOf = this.#partOf;
    const { length } = partOf;
    let matched = 0;
    for (let i = 0; i < fields; i++) {
      const id = name[i]!;
      if (id >= length || partOf[id] === 0 || valueFrom[i] === valueTo[i]) continue;
      if (matched === this.#matched.length) this.#growMatched();
      this.#matched[matched++] = i;
    }
    if (matched === 0) return false;
    this.length = 0;
    for (let part = 1; part <= this.#parts; part++) {
      for (let m = 0; m < matched; m++) {
        const i = this.#matched[m]!;
        if (partOf[name[i]!] !== part) continue;
        this.#addValue(frame.octets, valueFrom[i]!, valueTo[i]!);
        this.#seen[part - 1] = 1;
      }
      this.#addLength(0);
    }
    if (this.length > MOST_KEY_OCTETS) this.#digest();
    this.hash = hashOf(this.octets, 0, this.length);
    return true;
  }

  /** The fields that no frame had so far. */
  get unseen(): readonly string[] {
    return this.fields.filter((_, at) => this.#seen[this.#partOfField[at]!] === 0);
  }

  /** The values of a key's octets, for each field of `fields`. */
  values(octets: Uint8Array): string[][] {
    const parts: string[][] = Array.from({ length: this.#parts }, () => []);
    if (octets[0] !== DIGEST) {
      let at = 0;
      for (const part of parts) {
        for (;;) {
          let length = octets[at]!;
          if (length < 0x80) at++;
          else {
            length = ((length & 0x3f) << 16) | (octets[at + 1]! << 8) | octets[at + 2]!;
            at += 3;
          }
          if (length === 0) break;
          part.push(new TextDecoder().decode(octets.subarray(at, at + length)));
          at += length;
        }
      }
    }
    return this.#partOfField.map((part) => parts[part]!);
  }

  #addValue(from: Uint8Array, start: number, end: number): void {
    this.#addLength(end - start);
    const length = this.length + end - start;
    if (length > this.octets.length) this.#grow(length);
    const { octets } = this;
    if (end - start > 256) octets.set(from.subarray(start, end), this.length);
    else for (let at = this.length, source = start; source < end; ) octets[at++] = from[source++]!;
    this.length = length;
  }

  /** Below 128 one octet, else three of which the first is 0x80 to 0xbf: never the mark of a digest. */
  #addLength(length: number): void {
    if (this.length + 3 > this.octets.length) this.#grow(this.length + 3);
    if (length < 0x80) {
      this.octets[this.length++] = length;
      return;
    }
    this.octets[this.length++] = 0x80 | (length >>> 16);
    this.octets[this.length++] = (length >>> 8) & 0xff;
    this.octets[this.length++] = length & 0xff;
  }

  #digest(): void {
    const digest = createHash("sha256").update(this.octets.subarray(0, this.length)).digest();
    this.octets[0] = DIGEST;
    this.octets.set(digest, 1);
    this.length = 1 + digest.length;
  }

  #grow(least: number): void {
    const octets = new Uint8Array(Math.max(2 * this.octets.length, least));
    octets.set(this.octets);
    this.octets = octets;
  }

  #growMatched(): void {
    const matched = new Int32Array(2 * this.#matched.length);
    matched.set(this.#matched);
    this.#matched = matched;
  }
}

export function hashOf(octets: Uint8Array, from: number, to: number): number {
  let hash = SEED;
  for (let at = from; at < to; at++) hash = Math.imul(hash ^ octets[at]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
