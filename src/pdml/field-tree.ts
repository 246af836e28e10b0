// FieldTree: the nesting of field names by their dots, with the texts that printers need of each, made once.
import { safeJson } from "../core/safe-json.ts";
import { AsciiText } from "../report/index.ts";
import type { FieldNames } from "./field-names.ts";
import { valueSlot } from "./flow-logs.ts";

const encoder = new TextEncoder();
const PLAIN = /^[ -~]*$/;

/** A node is a number: the root is 0, the others are part of names: of ip.src there is `ip`, and `src` below it. */
export class FieldTree {
  readonly labels: boolean;
  /** Of each node: its last part, the node above it, the beginning of its object as JSON has it (`"src":{`). */
  readonly part: string[] = [""];
  readonly above: number[] = [0];
  readonly json: (AsciiText | Uint8Array)[] = [new Uint8Array(0)];
  /** Of each name by its id: its node. */
  readonly node: number[] = [];
  /**
   * Of each name: slots whose values would stand where the name has an object, as it has a part `raw` or `show` inside: those of
   * `tcp` for `tcp.raw.x`. Null for nearly all names.
   */
  readonly clashes: (readonly number[] | null)[] = [];
  readonly #names: FieldNames;
  readonly #xml: (string | undefined)[] = [];
  readonly #byPath = new Map<string, number>();

  constructor(names: FieldNames, labels: boolean) {
    this.#names = names;
    this.labels = labels;
  }

  /** Takes in the names that came since it was last called. */
  update(): void {
    for (let id = this.node.length; id < this.#names.size; id++) this.#add(this.#names.text(id));
  }

  /** A part as an XML name. */
  xml(node: number): string {
    this.#xml[node] ??= xmlName(this.part[node]!);
    return this.#xml[node];
  }

  #add(name: string): void {
    let node = 0;
    let clashes: number[] | null = null;
    for (let from = 0, to = 0; to < name.length; from = to + 1) {
      to = name.indexOf(".", from);
      if (to < 0) to = name.length;
      const part = name.slice(from, to);
      if (from > 0 && (part === "raw" || (part === "show" && this.labels))) {
        const clash = valueSlot(this.#names.idOf(name.slice(0, from - 1)));
        clashes ??= [];
        clashes.push(part === "raw" ? clash : clash + 1);
      }
      node = this.#below(node, name.slice(0, to), part);
    }
    this.node.push(node);
    this.clashes.push(clashes);
  }

  #below(above: number, path: string, part: string): number {
    const known = this.#byPath.get(path);
    if (known !== undefined) return known;
    const node = this.part.length;
    this.#byPath.set(path, node);
    this.part.push(part);
    this.above.push(above);
    const json = `${safeJson(part)}:{`;
    this.json.push(PLAIN.test(json) ? new AsciiText(json) : encoder.encode(json));
    return node;
  }
}

/** First and last of the code points that an XML name may begin with, and of those that it may have behind. */
const NAME_START: readonly (readonly [number, number])[] = [
  [0x3a, 0x3a],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
  [0xc0, 0xd6],
  [0xd8, 0xf6],
  [0xf8, 0x2ff],
  [0x370, 0x37d],
  [0x37f, 0x1fff],
  [0x200c, 0x200d],
  [0x2070, 0x218f],
  [0x2c00, 0x2fef],
  [0x3001, 0xd7ff],
  [0xf900, 0xfdcf],
  [0xfdf0, 0xfffd],
];
const NAME_PART: typeof NAME_START = [
  [0x2d, 0x2e],
  [0x30, 0x39],
  [0xb7, 0xb7],
  [0x300, 0x36f],
  [0x203f, 0x2040],
];

function isIn(ranges: typeof NAME_START, code: number): boolean {
  return ranges.some(([first, last]) => code >= first && code <= last);
}

/** A name as dict2xml makes it: no digit at its start, nothing that XML does not take. */
export function xmlName(part: string): string {
  const name = /^xml/i.test(part) ? `_${part}` : part;
  const codes = Array.from(name, (character) => character.codePointAt(0)!);
  const taken = codes.map((code) =>
    isIn(NAME_START, code) || isIn(NAME_PART, code) ? String.fromCodePoint(code) : "_",
  );
  return `${codes.length > 0 && isIn(NAME_START, codes[0]!) ? "" : "_"}${taken.join("")}`;
}
