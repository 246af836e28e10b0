// PdmlScanner: one loop over the octets of PDML; it fills a frame, keeps XML's rules as far as they matter, and allocates nothing.
import { FieldNames, NO_NAME } from "./field-names.ts";
import { emptyFrame, type Frame, growFrame } from "./frame.ts";
import { FRAME_LIMITS, type FrameCounts } from "./frame-source.ts";
import { NameForecast } from "./name-forecast.ts";
import type { OctetWindow } from "./octet-window.ts";
import { NOT_PLAIN, PlainTag } from "./pdml-plain-tag.ts";
import { StartTag, UNKNOWN_ENTITY } from "./pdml-start-tag.ts";
import { FIELD, PACKET, TagParts } from "./pdml-tag-parts.ts";
import { isSpace, NAME_OCTET, NAME_START, TEXT_STOP } from "./xml-characters.ts";
import { readMarkup } from "./xml-markup.ts";
import { CUT_REFERENCE, NO_REFERENCE, readReference, replacedOctets, resolveValue } from "./xml-values.ts";

/** How `scan` ended. */
export const SCANNED = { frame: 0, more: 1, fault: 2 } as const;
export type Scanned = (typeof SCANNED)[keyof typeof SCANNED];

const [LESS_THAN, GREATER_THAN, SLASH, AMPERSAND, BRACKET, BLANK, LINE_END] = [
  0x3c, 0x3e, 0x2f, 0x26, 0x5d, 0x20, 0x0a,
] as const;
/** What must stand behind the window's end: values, names and text all stop there. */
export const SENTINEL = LESS_THAN;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const END_FIELD = Buffer.from("</field>");
const [END_FIEL, LD_CLOSED] = [END_FIELD.readInt32LE(0), END_FIELD.readInt32LE(4)] as const;
const NOT_PDML = "expected PDML (XML as tshark -T pdml writes it), found other text";

/** PDML has five elements. What has no room is not compared with its end tag. */
const TAGS_COST = 1024 * 1024;
const DEPTH = FRAME_LIMITS.depth;
/** Markup shorter than this is begun again with each piece that comes; longer one only when it has doubled. */
const SHORT_MARKUP = 4096;
/** `packetDepth` behind <packet/>. */
const EMPTY_PACKET = -1;

export class PdmlScanner {
  readonly frame: Frame = emptyFrame();
  /** Elements that are open. */
  depth = 0;
  /** The depth of the packet that is open; 0 = none. */
  packetDepth = 0;
  /** Where it goes on: a position in the window. */
  at = 0;
  /** Scanning again is of no use before there are so many octets. */
  need = 0;
  /** What is wrong, and where, after a fault. */
  fault = "";
  /** An element was seen. */
  begun = false;
  readonly #window: OctetWindow;
  readonly #names: FieldNames;
  readonly #counts: FrameCounts;
  readonly #longest: number;
  /** Names of the open elements, for their end tags. */
  readonly #tags = new FieldNames(TAGS_COST);
  readonly #open = new Int32Array(DEPTH + 1);
  readonly #parts = new TagParts();
  readonly #plain: PlainTag;
  readonly #tag: StartTag;
  readonly #wanted: Uint8Array | null;
  readonly #forecast: NameForecast;
  /** The name of the field before; NO_NAME at the beginning of a frame. */
  #last = NO_NAME;

  constructor(
    window: OctetWindow,
    names: FieldNames,
    counts: FrameCounts,
    { labels, value, wanted }: { labels: boolean; value: number; wanted: readonly string[] | null },
  ) {
    this.#window = window;
    this.#names = names;
    this.#counts = counts;
    this.#longest = value;
    this.#wanted = wanted === null ? null : wantedIds(names, wanted);
    this.frame.octets = window.octets;
    this.#forecast = new NameForecast(names);
    this.#tag = new StartTag(window, this.#forecast, this.#tags, labels, this.#parts);
    this.#plain = new PlainTag(window, this.#forecast, this.#parts, { labels, wanted: this.#wanted });
  }

  /** Positions became smaller. */
  moved(by: number): void {
    if (by === 0) return;
    this.at -= by;
    this.need -= by;
    const { frame } = this;
    for (const column of [frame.valueFrom, frame.valueTo, frame.labelFrom, frame.labelTo]) {
      for (let field = 0; field < frame.fields; field++) column[field] = column[field]! - by;
    }
  }

  /** Goes on behind octets that nobody looked at. */
  passTo(at: number): void {
    this.at = at;
    this.need = at + 1;
  }

  /** The open packet is given up: as if its end tag had been read. */
  leavePacket(): void {
    this.depth = this.packetDepth - 1;
    this.packetDepth = 0;
    this.frame.fields = 0;
  }

  /** Goes on to the end of the next frame, or of the octets that are there. */
  scan(): Scanned {
    const octets = this.#window.octets;
    let at = this.at;
    for (;;) {
      let octet = octets[at]!;
      while (octet === BLANK || octet === LINE_END) octet = octets[++at]!;
      if (octet !== LESS_THAN || at >= this.#window.end) {
        at = this.#text(at);
        if (at < 0) return this.#stopped();
        continue;
      }
      octet = octets[at + 1]!;
      if (octet === SLASH) {
        const ended = this.packetDepth;
        at = this.#endTag(at);
        if (at < 0) return this.#stopped();
        if (ended !== 0 && this.packetDepth === 0) return this.#given(at);
      } else if (NAME_START[octet] === 1) {
        const depth = this.depth;
        at = this.#startTag(at);
        if (at < 0) return this.#stopped();
        if (this.packetDepth === EMPTY_PACKET) {
          // An element without content, <packet/>.
          this.packetDepth = 0;
          this.depth = depth;
          return this.#given(at);
        }
      } else {
        at = this.#otherMarkup(at);
        if (at < 0) return this.#stopped();
      }
    }
  }

  #given(at: number): Scanned {
    this.at = at;
    this.need = at;
    return SCANNED.frame;
  }

  #stopped(): Scanned {
    return this.fault === "" ? SCANNED.more : SCANNED.fault;
  }

  /** Markup that begins at `tag` is not whole. */
  #cut(tag: number): number {
    const { end } = this.#window;
    this.at = tag;
    this.need = end - tag < SHORT_MARKUP ? end + 1 : tag + 2 * (end - tag);
    return -1;
  }

  /** At `at` is what must not be there; or the end of what has been read. */
  #odd(tag: number, at: number, fault: string): number {
    if (at >= this.#window.end) return this.#cut(tag);
    this.at = at;
    this.fault = fault;
    return -1;
  }

  #startTag(tag: number): number {
    const parts = this.#parts;
    let at: number = this.packetDepth > 0 ? this.#plain.read(tag, this.#last) : NOT_PLAIN;
    if (at === NOT_PLAIN) {
      const reader = this.#tag;
      at = reader.read(tag, this.#last);
      if (at < 0) return this.#odd(tag, reader.oddAt, reader.odd);
    }
    const { element, empty } = parts;
    this.begun = true;
    if (this.packetDepth > 0) {
      if (parts.name < parts.nameTo && element !== PACKET) {
        if (this.depth - this.packetDepth >= DEPTH) this.#counts.deepFields++;
        else {
          if (!parts.plain) {
            parts.nameTo = this.#resolve(parts.name, parts.nameTo);
            parts.valueTo = this.#resolve(parts.value, parts.valueTo);
            parts.labelTo = this.#resolve(parts.label, parts.labelTo);
          }
          this.#field(parts);
        }
      } else if (parts.id !== NO_NAME) this.#last = parts.id;
    } else if (element === PACKET) {
      const { frame } = this;
      frame.fields = 0;
      frame.offset = this.#window.base + tag;
      this.#window.start = tag;
      this.#last = NO_NAME;
      this.packetDepth = empty ? EMPTY_PACKET : this.depth + 1;
    }
    if (empty) return at;
    const depth = this.depth++;
    if (depth < DEPTH) this.#open[depth] = element;
    return at;
  }

  #resolve(from: number, to: number): number {
    if (from === to) return to;
    const resolved = resolveValue(this.#window.octets, from, to);
    this.#counts.badText += replacedOctets;
    return resolved;
  }

  #field(tag: TagParts): void {
    const { frame } = this;
    const field = frame.fields;
    let { id } = tag;
    if (id === NO_NAME) {
      id = this.#names.idAt(frame.octets, tag.name, tag.nameTo);
      if (id === NO_NAME) {
        this.#counts.manyNames++;
        return;
      }
      this.#forecast.learn(this.#last, id);
    }
    this.#last = id;
    const wanted = this.#wanted;
    if (wanted !== null && (id >= wanted.length || wanted[id] === 0)) return;
    if (field === frame.name.length) growFrame(frame);
    frame.name[field] = id;
    frame.valueFrom[field] = tag.value;
    frame.valueTo[field] = this.#short(tag.value, tag.valueTo);
    frame.labelFrom[field] = tag.label;
    frame.labelTo[field] = this.#short(tag.label, tag.labelTo);
    frame.fields = field + 1;
  }

  /** Where a value ends: at its beginning, if it is too long to be kept. */
  #short(from: number, to: number): number {
    if (to - from <= this.#longest) return to;
    this.#counts.longValues++;
    return from;
  }

  #endTag(tag: number): number {
    const { octets, view } = this.#window;
    const depth = this.depth - 1;
    if (view.getInt32(tag, true) === END_FIEL && view.getInt32(tag + 4, true) === LD_CLOSED) {
      // Nothing but a field ends before its packet.
      if (depth < DEPTH && depth >= this.packetDepth && this.#open[depth] === FIELD && this.packetDepth > 0) {
        this.depth = depth;
        return tag + 8;
      }
    }
    let at = tag + 2;
    while (NAME_OCTET[octets[at]!] === 1) at++;
    const tagEnd = at;
    while (isSpace(octets[at])) at++;
    if (octets[at] !== GREATER_THAN) return this.#odd(tag, at, "expected > at the end of an end tag");
    if (this.depth === 0) return this.#odd(tag, tag, "expected a start tag, found an end tag where nothing is open");
    if (depth < DEPTH) {
      const expected = this.#open[depth]!;
      const id = this.#tags.idAt(octets, tag + 2, tagEnd);
      if (id !== expected) {
        const found = expected === NO_NAME ? "another one" : `</${this.#tags.text(expected)}>`;
        return this.#odd(tag, tag, `expected ${found}, found the end tag of another element`);
      }
    }
    if (this.packetDepth === this.depth) this.packetDepth = 0;
    this.depth = depth;
    return at + 1;
  }

  /** Text between elements: nobody asks for it, but it must be some. */
  #text(from: number): number {
    const window = this.#window;
    const { octets } = window;
    let at = from;
    if (this.depth === 0) {
      while (isSpace(octets[at])) at++;
      if (octets[at] === LESS_THAN && at < window.end) return at;
      if (window.base + at === 0 && octets[at] === BYTE_ORDER_MARK[0]) return this.#byteOrderMark(at);
      return at >= window.end ? this.#textEnds(at) : this.#odd(at, at, NOT_PDML);
    }
    for (;;) {
      while (TEXT_STOP[octets[at]!] === 0) at++;
      const octet = octets[at]!;
      if (at >= window.end) return this.#textEnds(at);
      if (octet === LESS_THAN) return at;
      if (octet === AMPERSAND) {
        const code = readReference(octets, at, window.end);
        if (code === CUT_REFERENCE) return this.#cut(at);
        if (code === NO_REFERENCE) return this.#odd(at, at, UNKNOWN_ENTITY);
      } else if (octet === BRACKET && (octets[at + 1] === BRACKET || at + 1 >= window.end)) {
        if (at + 2 >= window.end) return this.#cut(at);
        if (octets[at + 2] === GREATER_THAN) return this.#odd(at, at, "expected no ]]> in text");
      }
      at++;
    }
  }

  #byteOrderMark(at: number): number {
    const window = this.#window;
    for (const octet of BYTE_ORDER_MARK) {
      if (window.octets[at] !== octet) return this.#odd(0, at, NOT_PDML);
      at++;
    }
    return at;
  }

  #textEnds(at: number): number {
    this.at = at;
    this.need = at + 1;
    return -1;
  }

  /** Comments, CDATA and the like. */
  #otherMarkup(tag: number): number {
    const { octets, end } = this.#window;
    const read = readMarkup(octets, tag, end, this.depth);
    if (typeof read === "string") return this.#odd(tag, tag, read);
    return read === null ? this.#cut(tag) : read;
  }
}

function wantedIds(names: FieldNames, wanted: readonly string[]): Uint8Array {
  const ids = wanted.map((name) => names.idOf(name));
  const table = new Uint8Array(1 + Math.max(-1, ...ids));
  for (const id of ids) if (id !== NO_NAME) table[id] = 1;
  return table;
}
