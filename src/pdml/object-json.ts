// Flows as JSON: one object (or array of frames) a line.
import { safeJson } from "../core/safe-json.ts";
import { AsciiText, ByteWriter } from "../report/index.ts";
import type { FieldTree } from "./field-tree.ts";
import { isLabelSlot } from "./flow-logs.ts";
import type { FlowValues } from "./flow-values.ts";
import { writeJsonList } from "./json-list.ts";
import { copy, writeJsonText, writeJsonValue } from "./json-values.ts";
import type { ObjectForm } from "./object-form.ts";
import type { Entry, Nested } from "./object-merge.ts";

const RAW = new AsciiText('"raw":[');
const SHOW = new AsciiText('"show":[');
const COMMA = 44;
const OPENING = 123;
const CLOSING = 125;
const LIST_OPENING = 91;
const LIST_CLOSING = 93;
const NEWLINE = 10;

export class JsonForm implements ObjectForm {
  readonly sorted = false;
  readonly #zero: boolean;
  /** Nothing stands in the object yet. */
  #first = true;
  readonly #leaf = new ByteWriter(1024);

  /** `zero`: behind each line a zero, as `-0` asks. */
  constructor(zero: boolean) {
    this.#zero = zero;
  }

  beginFlow(out: ByteWriter, apart: boolean): void {
    out.reserve(8);
    if (apart) out.octet(LIST_OPENING);
  }

  endFlow(out: ByteWriter, apart: boolean): void {
    out.reserve(8);
    if (apart) out.octet(LIST_CLOSING);
    out.octet(NEWLINE);
    if (this.#zero) out.octet(0);
  }

  betweenFrames(out: ByteWriter): void {
    out.reserve(1);
    out.octet(COMMA);
  }

  beginObject(out: ByteWriter): void {
    this.#first = true;
    out.reserve(1);
    out.octet(OPENING);
  }

  endObject(out: ByteWriter): void {
    out.reserve(1);
    out.octet(CLOSING);
  }

  openNode(out: ByteWriter, tree: FieldTree, node: number): void {
    this.#comma(out);
    this.#first = true;
    const json = tree.json[node]!;
    if (json instanceof AsciiText) {
      out.reserve(json.length + 8);
      out.text(json);
    } else copy(out, json, 0, json.length);
  }

  closeNode(out: ByteWriter): void {
    this.#first = false;
    out.reserve(1);
    out.octet(CLOSING);
  }

  list(out: ByteWriter, values: FlowValues, slot: number, from: number, full: number): number {
    out.reserve(16);
    if (from === values.first(slot)) {
      this.#comma(out);
      out.text(isLabelSlot(slot) ? SHOW : RAW);
    }
    const next = writeJsonList(out, values, slot, from, full);
    if (next === values.end(slot)) {
      out.reserve(1);
      out.octet(LIST_CLOSING);
    }
    return next;
  }

  /** Between what stands beside each other. */
  #comma(out: ByteWriter): void {
    out.reserve(1);
    if (!this.#first) out.octet(COMMA);
    this.#first = false;
  }

  readonly leaf = (octets: Uint8Array, from: number, to: number, label: boolean): string => {
    const out = this.#leaf;
    out.length = 0;
    if (label) writeJsonText(out, octets, from, to);
    else writeJsonValue(out, octets, from, to);
    return Buffer.from(out.bytes.buffer, 0, out.length).toString();
  };

  merged(out: ByteWriter, object: Nested<string>): void {
    const octets = new TextEncoder().encode(jsonOf(object));
    out.reserve(octets.length);
    out.bytes.set(octets, out.length);
    out.length += octets.length;
  }
}

/** Leaves are JSON already. */
function jsonOf(value: Nested<string> | Entry<string>[] | string): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(",")}]`;
  return `{${Object.entries(value)
    .map(([part, below]) => `${safeJson(part)}:${jsonOf(below)}`)
    .join(",")}}`;
}
