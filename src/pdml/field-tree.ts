// FieldTree: the nesting of field names by their dots, with the texts that printers need of each, made once.
import type { FieldNames } from "./field-names.ts";
import { valueSlot } from "./flow-logs.ts";

/** Of a name in two forms of output. */
export interface NodeText {
  /** `"src":` */
  readonly json: Uint8Array;
  /** `src` as an XML name. */
  readonly xml: string;
}

/** A node is a number: the root is 0, the others are part of names: of ip.src there is `ip`, and `src` below it. */
export class FieldTree {
  readonly labels: boolean;
  /** Of each node: its last part, the node above it, its texts. */
  readonly part: string[] = [""];
  readonly above: number[] = [0];
  readonly texts: (NodeText | null)[] = [null];
  /** Of each name by its id: its node. */
  readonly node: number[] = [];
  /**
   * Of each name: slots whose values would stand where the name has an object, as it has a part `raw` or `show` inside: those of
   * `tcp` for `tcp.raw.x`. Null for nearly all names.
   */
  readonly clashes: (readonly number[] | null)[] = [];
  readonly #names: FieldNames;
  readonly #byPath = new Map<string, number>();

  constructor(names: FieldNames, labels: boolean) {
    this.#names = names;
    this.labels = labels;
  }

  /** Takes in the names that came since it was last called. */
  update(): void {
    for (let id = this.node.length; id < this.#names.size; id++) this.#add(this.#names.text(id));
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
    this.texts.push({ json: new TextEncoder().encode(`${JSON.stringify(part)}:`), xml: xmlName(part) });
    return node;
  }
}

const NAME_START =
  /[:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd]/;
const NAME_PART = /[-.0-9\u00b7\u0300-\u036f\u203f\u2040]/;

/** A name as dict2xml makes it: no digit at its start, nothing that XML does not take. */
export function xmlName(part: string): string {
  const name = /^xml/i.test(part) ? `_${part}` : part;
  const start = NAME_START.test(name.slice(0, 1)) ? "" : "_";
  return start + [...name].map((one) => (NAME_START.test(one) || NAME_PART.test(one) ? one : "_")).join("");
}
