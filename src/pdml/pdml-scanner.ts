// PdmlScanner: one loop over the octets of PDML; it fills a frame, keeps XML's rules as far as they matter, and allocates nothing.
import { FieldNames, NO_NAME, sameOctets } from "./field-names.ts";
import { emptyFrame, type Frame, growFrame } from "./frame.ts";
import { FRAME_LIMITS, type FrameCounts } from "./frame-source.ts";
import type { OctetWindow } from "./octet-window.ts";
import { isSpace, KEPT_STOP, NAME_OCTET, NAME_START, PASSED_STOP, TEXT_STOP } from "./xml-characters.ts";
import { readMarkup } from "./xml-markup.ts";
import { CUT_REFERENCE, NO_REFERENCE, readReference, replacedOctets, resolveValue } from "./xml-values.ts";

/** How `scan` ended. */
export const SCANNED = { frame: 0, more: 1, fault: 2 } as const;
export type Scanned = (typeof SCANNED)[keyof typeof SCANNED];

const [LESS_THAN, GREATER_THAN, SLASH, EQUALS, QUOTE, APOSTROPHE, AMPERSAND] = [
  0x3c, 0x3e, 0x2f, 0x3d, 0x22, 0x27, 0x26,
] as const;
const BLANK = 0x20;
const LINE_END = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const NOT_PDML = "expected PDML (XML as tshark -T pdml writes it), found other text";
/** "name" and "show", read as little-endian numbers. */
const NAME = 0x656d616e;
const SHOW = 0x776f6873;

const PACKET = "packet";
const DEPTH = FRAME_LIMITS.depth;
/** More fields in one frame than tshark makes of 64 MB. */
export const MOST_FIELDS = 1_000_000;
/** Markup shorter than this is begun again with each piece that comes; longer one only when it has doubled. */
const SHORT_MARKUP = 4096;
const kept = KEPT_STOP;
const passed = PASSED_STOP;

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
  readonly #labels: boolean;
  readonly #longest: number;
  /** Names of the open elements, for their end tags. */
  readonly #tags = new FieldNames();
  readonly #open = new Int32Array(DEPTH + 1);
  readonly #packet = this.#tags.idOf(PACKET);
  /** Of each field name + 1 (0: the frame's beginning): the name that followed it last time. */
  #next = new Int32Array(1024);

  constructor(
    window: OctetWindow,
    names: FieldNames,
    counts: FrameCounts,
    options: { labels: boolean; value: number },
  ) {
    this.#window = window;
    this.#names = names;
    this.#counts = counts;
    this.#labels = options.labels;
    this.#longest = options.value;
    this.frame.octets = window.octets;
    this.#next.fill(NO_NAME);
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
      if (octet !== LESS_THAN) {
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
        if (this.packetDepth < 0) {
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
    const window = this.#window;
    const { octets, view } = window;
    const { frame } = this;
    let at = tag + 2;
    while (NAME_OCTET[octets[at]!] === 1) at++;
    const tagEnd = at;
    let name = 0;
    let nameTo = 0;
    let value = 0;
    let valueTo = 0;
    let label = 0;
    let labelTo = 0;
    let plain = true;
    for (;;) {
      const before = at;
      let octet = octets[at]!;
      while (octet === BLANK || isSpace(octet)) octet = octets[++at]!;
      if (octet === GREATER_THAN || octet === SLASH) break;
      if (before === at || NAME_START[octet] === 0) {
        return this.#odd(tag, at, `expected an attribute or the end of the tag`);
      }
      const from = at;
      do at++;
      while (NAME_OCTET[octets[at]!] === 1);
      const length = at - from;
      while (isSpace(octets[at])) at++;
      if (octets[at] !== EQUALS) return this.#odd(tag, at, "expected = behind the name of an attribute");
      at++;
      while (isSpace(octets[at])) at++;
      const quote = octets[at]!;
      if (quote !== QUOTE && quote !== APOSTROPHE)
        return this.#odd(tag, at, "expected the quoted value of an attribute");
      at++;
      // Which one: 1 name, 2 show, 3 showname, 0 any other.
      let which = 0;
      if (length === 4) {
        const word = view.getInt32(from, true);
        which = word === NAME ? 1 : word === SHOW ? 2 : 0;
      } else if (length === 8 && view.getInt32(from, true) === SHOW && view.getInt32(from + 4, true) === NAME)
        which = 3;
      const begin = at;
      const stops = which === 0 || (which === 3 && !this.#labels) ? passed : kept;
      for (;;) {
        while (stops[octets[at]!] === 0) at++;
        octet = octets[at]!;
        if (octet === quote) break;
        if (octet === LESS_THAN) return this.#odd(tag, at, "expected no < in the value of an attribute");
        if (octet === AMPERSAND) {
          plain = false;
          const code = readReference(octets, at, window.end);
          if (code === CUT_REFERENCE) return this.#cut(tag);
          if (code === NO_REFERENCE) return this.#odd(tag, at, "expected one of XML's own entities (none is expanded)");
        } else if (octet !== QUOTE && octet !== APOSTROPHE) {
          if (at >= window.end) return this.#cut(tag);
          plain = false;
        }
        at++;
      }
      if (which === 1) {
        if (name !== 0) return this.#odd(tag, from, "expected the attribute name once");
        name = begin;
        nameTo = at;
      } else if (which === 2) {
        if (value !== 0) return this.#odd(tag, from, "expected the attribute show once");
        value = begin;
        valueTo = at;
      } else if (which === 3) {
        if (label !== 0) return this.#odd(tag, from, "expected the attribute showname once");
        label = begin;
        labelTo = at;
      }
      at++;
    }
    const empty = octets[at] === SLASH;
    if (empty && octets[++at] !== GREATER_THAN) return this.#odd(tag, at, "expected > behind /");
    at++;
    this.begun = true;
    if (this.packetDepth > 0) {
      if (name < nameTo && !this.#isPacket(tag + 1, tagEnd)) {
        if (this.depth - this.packetDepth >= DEPTH) this.#counts.deepFields++;
        else {
          if (!this.#labels) label = labelTo = 0;
          if (!plain) {
            nameTo = this.#resolve(name, nameTo);
            valueTo = this.#resolve(value, valueTo);
            labelTo = this.#resolve(label, labelTo);
          }
          this.#field(name, nameTo, value, valueTo, label, labelTo);
        }
      }
      if (empty) return at;
    } else if (this.#isPacket(tag + 1, tagEnd)) {
      window.start = tag;
      frame.fields = 0;
      frame.offset = window.base + tag;
      this.packetDepth = empty ? -1 : this.depth + 1;
    }
    if (empty) return at;
    const depth = this.depth++;
    if (depth < DEPTH) this.#open[depth] = this.#tags.idAt(octets, tag + 1, tagEnd);
    return at;
  }

  #isPacket(from: number, to: number): boolean {
    return to - from === PACKET.length && this.#tags.idAt(this.#window.octets, from, to) === this.#packet;
  }

  #resolve(from: number, to: number): number {
    if (from === to) return to;
    const resolved = resolveValue(this.#window.octets, from, to);
    this.#counts.badText += replacedOctets;
    return resolved;
  }

  #field(name: number, nameTo: number, value: number, valueTo: number, label: number, labelTo: number): void {
    const { frame } = this;
    const { octets } = frame;
    const field = frame.fields;
    const last = field === 0 ? 0 : frame.name[field - 1]! + 1;
    let id = this.#next[last]!;
    if (id === NO_NAME || !sameOctets(this.#names.octets(id), octets, name, nameTo)) {
      id = this.#names.idAt(octets, name, nameTo);
      if (id === NO_NAME) {
        this.#counts.manyNames++;
        return;
      }
      if (id + 1 >= this.#next.length) this.#widen(id + 1);
      this.#next[last] = id;
    }
    if (field === frame.name.length) growFrame(frame);
    frame.name[field] = id;
    if (valueTo - value > this.#longest) {
      this.#counts.longValues++;
      valueTo = value;
    }
    if (labelTo - label > this.#longest) {
      this.#counts.longValues++;
      labelTo = label;
    }
    frame.valueFrom[field] = value;
    frame.valueTo[field] = valueTo;
    frame.labelFrom[field] = label;
    frame.labelTo[field] = labelTo;
    frame.fields = field + 1;
  }

  #widen(least: number): void {
    const wider = new Int32Array(2 * least).fill(NO_NAME);
    wider.set(this.#next);
    this.#next = wider;
  }

  #endTag(tag: number): number {
    const { octets } = this.#window;
    let at = tag + 2;
    while (NAME_OCTET[octets[at]!] === 1) at++;
    const tagEnd = at;
    while (isSpace(octets[at])) at++;
    if (octets[at] !== GREATER_THAN) return this.#odd(tag, at, "expected > at the end of an end tag");
    if (this.depth === 0) return this.#odd(tag, tag, "expected a start tag, found an end tag where nothing is open");
    const depth = this.depth - 1;
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
      if (octets[at] === LESS_THAN) return at;
      if (window.base + at === 0 && octets[at] === BYTE_ORDER_MARK[0]) return this.#byteOrderMark(at);
      return at >= window.end ? this.#textEnds(at) : this.#odd(at, at, NOT_PDML);
    }
    for (;;) {
      while (TEXT_STOP[octets[at]!] === 0) at++;
      const octet = octets[at]!;
      if (octet === LESS_THAN) return at;
      if (at >= window.end) return this.#textEnds(at);
      if (octet === AMPERSAND) {
        const code = readReference(octets, at, window.end);
        if (code === CUT_REFERENCE) return this.#cut(at);
        if (code === NO_REFERENCE) return this.#odd(at, at, "expected one of XML's own entities (none is expanded)");
      } else if (octet === 0x5d && octets[at + 1] === 0x5d) {
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
