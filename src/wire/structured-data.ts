// Structured data (RFC 6313): lists inside a field, as JSON text: ["a","b"] or [{"name":"value"}]. The semantic octet is left out.

import type { AbstractType } from "../core/information-elements.ts";
import { MOST_VALUE_OCTETS } from "../core/other-fields.ts";
import type { ReaderContext } from "./reader-context.ts";
import type { Source } from "./sources.ts";
import { describeField, VARIABLE } from "./template.ts";
import { textRoom, writeValue } from "./value-text.ts";

const decoder = new TextDecoder();
const STRUCTURED: ReadonlySet<string> = new Set(["basicList", "subTemplateList", "subTemplateMultiList"]);

/** Why a list cannot be read any further. */
class Unreadable {
  readonly reason: "cut" | "tooDeep" | "listsTooLong";
  constructor(reason: "cut" | "tooDeep" | "listsTooLong") {
    this.reason = reason;
  }
}

/** The text of a list; null where it is cut, too deep, too long or of a template that is not known: then it is kept as octets. */
export function structuredText(
  context: ReaderContext,
  source: Source,
  type: AbstractType,
  bytes: Uint8Array,
  at: number,
  octets: number,
): string | null {
  const list = new ListReader(bytes, source, context);
  const text = list.read(type, at, at + octets, 1);
  if (typeof text === "string") return text;
  if (text.reason !== "cut") source.page.remarks[text.reason]++;
  return null;
}

type Read = string | Unreadable;

class ListReader {
  private readonly bytes: Uint8Array;
  private readonly source: Source;
  private readonly deepest: number;
  private readonly lists: ReaderContext["lists"];
  /** Characters of text that may still be made. */
  private room = MOST_VALUE_OCTETS;

  constructor(bytes: Uint8Array, source: Source, { limits, lists }: ReaderContext) {
    this.bytes = bytes;
    this.source = source;
    this.deepest = limits.structuredDepth;
    this.lists = lists;
  }

  read(type: AbstractType, at: number, end: number, depth: number): Read {
    if (depth > this.deepest) return new Unreadable("tooDeep");
    if (type === "basicList") return this.basicList(at, end, depth);
    if (type === "subTemplateList") {
      if (end - at < 3) return new Unreadable("cut");
      return this.records(this.short(at + 1), at + 3, end, depth);
    }
    return this.multiList(at, end, depth);
  }

  /** Section 4.5.1: semantic, field specifier, values. */
  private basicList(at: number, end: number, depth: number): Read {
    if (end - at < 5) return new Unreadable("cut");
    const enterprise = (this.bytes[at + 1]! & 0x80) !== 0;
    const length = this.short(at + 3);
    let from = at + 5;
    let pen = 0;
    if (enterprise) {
      if (end - from < 4) return new Unreadable("cut");
      pen = this.short(from) * 65_536 + this.short(from + 2);
      from += 4;
    }
    const { type } = describeField(this.short(at + 1) & 0x7fff, pen, 10, false, this.source.exporter.names);
    const values: string[] = [];
    while (from < end) {
      const value = this.value(type, length, from, end, depth);
      if (value instanceof Unreadable) return value;
      values.push(value.text);
      if (value.next === from) break;
      from = value.next;
    }
    return `[${values.join(",")}]`;
  }

  /** Section 4.5.3: semantic, then blocks of template, length and records. */
  private multiList(at: number, end: number, depth: number): Read {
    const lists: string[] = [];
    let from = at + 1;
    while (end - from >= 4) {
      const length = this.short(from + 2);
      if (length < 4 || from + length > end) return new Unreadable("cut");
      const list = this.records(this.short(from), from + 4, from + length, depth);
      if (list instanceof Unreadable) return list;
      lists.push(list);
      from += length;
    }
    return `[${lists.join(",")}]`;
  }

  private records(template: number, at: number, end: number, depth: number): Read {
    const found = this.source.templates.get(template);
    if (found === undefined) return new Unreadable("cut");
    const records: string[] = [];
    let from = at;
    while (end - from >= found.octets) {
      const fields: string[] = [];
      for (const { name, type, length } of found.fields) {
        const value = this.value(type, length, from, end, depth);
        if (value instanceof Unreadable) return value;
        const label = JSON.stringify(name);
        this.room -= label.length + 1;
        fields.push(`${label}:${value.text}`);
        from = value.next;
      }
      records.push(`{${fields.join(",")}}`);
    }
    return `[${records.join(",")}]`;
  }

  private value(
    type: AbstractType,
    length: number,
    at: number,
    end: number,
    depth: number,
  ): { text: string; next: number } | Unreadable {
    if (this.room < 0 || this.lists.left-- <= 0) return new Unreadable("listsTooLong");
    let from = at;
    let octets = length;
    if (octets === VARIABLE) {
      if (from >= end) return new Unreadable("cut");
      octets = this.bytes[from++]!;
      if (octets === 255) {
        if (end - from < 2) return new Unreadable("cut");
        octets = this.short(from);
        from += 2;
      }
    }
    const next = from + octets;
    if (next > end) return new Unreadable("cut");
    const text = this.text(type, from, next, depth);
    if (text instanceof Unreadable) return text;
    this.room -= text.length + 1;
    return this.room < 0 ? new Unreadable("listsTooLong") : { text, next };
  }

  private text(type: AbstractType, at: number, end: number, depth: number): Read {
    if (STRUCTURED.has(type)) return this.read(type, at, end, depth + 1);
    if (textRoom(end - at) > 4 * MOST_VALUE_OCTETS) return new Unreadable("listsTooLong");
    const text = new Uint8Array(textRoom(end - at));
    return JSON.stringify(decoder.decode(text.subarray(0, writeValue(text, 0, type, this.bytes, at, end - at))));
  }

  private short(at: number): number {
    return (this.bytes[at]! << 8) | this.bytes[at + 1]!;
  }
}
