// Flows as XML, laid out as Python's dict2xml has it: one element <flow> a flow, or a frame where frames stay apart.
import type { ByteWriter } from "../report/index.ts";
import type { FieldTree } from "./field-tree.ts";
import { xmlName } from "./field-tree.ts";
import { isLabelSlot } from "./flow-logs.ts";
import type { FlowValues } from "./flow-values.ts";
import { copy } from "./json-values.ts";
import type { ObjectForm } from "./object-form.ts";
import type { Entry, Nested } from "./object-merge.ts";
import { characterOctets, controlAt, MAY_BE_CONTROL } from "./text-controls.ts";

const INDENT = "  ";
/** What an octet is written as. Controls that XML cannot say (JSON can) become `?`, those that a terminal would obey references. */
const ENTITIES: readonly (Uint8Array | undefined)[] = (() => {
  const list: (Uint8Array | undefined)[] = new Array(256).fill(undefined);
  for (let code = 0; code < 0x20; code++) if (code !== 9 && code !== 10) list[code] = new TextEncoder().encode("?");
  for (const [character, entity] of [
    ["&", "&amp;"],
    ["<", "&lt;"],
    [">", "&gt;"],
    ["\r", "&#13;"],
    ["\x7f", "&#127;"],
  ] as const) {
    list[character.charCodeAt(0)] = new TextEncoder().encode(entity);
  }
  return list;
})();

/** The same for texts. */
const SPECIAL = /[&<>\p{Cc}\p{Cf}]/gu;
const ENTITY_OF: ReadonlyMap<string, string> = new Map([
  ["\t", "\t"],
  ["\n", "\n"],
  ...ENTITIES.flatMap((entity, code): [string, string][] =>
    entity === undefined ? [] : [[String.fromCharCode(code), new TextDecoder().decode(entity)]],
  ),
]);

export class XmlForm implements ObjectForm {
  readonly sorted = true;
  readonly #zero: boolean;
  #indent = "";

  /** `zero`: behind each flow a zero, as `-0` asks. */
  constructor(zero: boolean) {
    this.#zero = zero;
  }

  beginFlow(): void {}

  endFlow(out: ByteWriter): void {
    out.ascii(this.#zero ? "\n\0" : "\n");
  }

  betweenFrames(out: ByteWriter): void {
    out.ascii("\n");
  }

  beginObject(out: ByteWriter): void {
    this.#indent = INDENT;
    out.ascii("<flow>\n");
  }

  endObject(out: ByteWriter): void {
    out.ascii("</flow>");
  }

  openNode(out: ByteWriter, tree: FieldTree, node: number): void {
    text(out, `${this.#indent}<${tree.xml(node)}>\n`);
    this.#indent += INDENT;
  }

  closeNode(out: ByteWriter, tree: FieldTree, node: number): void {
    this.#indent = this.#indent.slice(INDENT.length);
    text(out, `${this.#indent}</${tree.xml(node)}>\n`);
  }

  list(out: ByteWriter, values: FlowValues, slot: number, from: number, full: number): number {
    const name = isLabelSlot(slot) ? "show" : "raw";
    const before = `${this.#indent}<${name}>`;
    const after = `</${name}>\n`;
    const end = values.end(slot);
    let entry = from;
    for (; entry < end && (entry === from || out.length < full); entry++) {
      values.read(entry);
      out.ascii(before);
      writeXmlText(out, values.octets, values.from, values.to);
      out.ascii(after);
    }
    return entry;
  }

  readonly leaf = (octets: Uint8Array, from: number, to: number): string =>
    Buffer.from(octets.buffer, octets.byteOffset + from, to - from).toString();

  merged(out: ByteWriter, object: Nested<string>): void {
    text(out, `<flow>\n${xmlOf(object, INDENT)}</flow>`);
  }
}

/** What has no meaning of its own is copied. */
function writeXmlText(out: ByteWriter, octets: Uint8Array, from: number, to: number): void {
  let copied = from;
  for (let at = from; at < to; at++) {
    const octet = octets[at]!;
    const entity = ENTITIES[octet];
    const code = MAY_BE_CONTROL[octet] === 0 ? 0 : controlAt(octets, at, to);
    if (entity === undefined && code === 0) continue;
    copy(out, octets, copied, at);
    if (entity !== undefined) copy(out, entity, 0, entity.length);
    else out.ascii(`&#${code};`);
    at += characterOctets(octet) - 1;
    copied = at + 1;
  }
  copy(out, octets, copied, to);
}

function text(out: ByteWriter, words: string): void {
  const octets = Buffer.from(words);
  out.reserve(octets.length);
  out.bytes.set(octets, out.length);
  out.length += octets.length;
}

function xmlOf(object: Nested<string>, indent: string): string {
  const parts = Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1));
  return parts
    .flatMap(([part, below]) =>
      (Array.isArray(below) ? below : [below]).map((entry) => xmlElement(part, entry, indent)),
    )
    .join("");
}

function xmlElement(part: string, entry: Entry<string>, indent: string): string {
  const name = xmlName(part);
  if (typeof entry !== "string") {
    return `${indent}<${name}>\n${xmlOf(entry, indent + INDENT)}${indent}</${name}>\n`;
  }
  const escaped = entry.replace(SPECIAL, (one) => ENTITY_OF.get(one) ?? `&#${one.codePointAt(0)};`);
  return `${indent}<${name}>${escaped}</${name}>\n`;
}
