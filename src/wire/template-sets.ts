// Sets of templates and options templates, of NetFlow v9 (RFC 3954 sections 5.2 and 6.1) and IPFIX (RFC 7011 section 3.4).
import type { Refused } from "../core/collect-ledger.ts";
import { describeField, type LearnedNames, numbered, Template } from "./template.ts";

/** What a set of templates holds: a template, a withdrawal, or why nothing more of it can be read. */
export interface TemplateVisitor {
  template(template: Template): void;
  /** "templates" and "options": all of them. */
  withdrawal(id: number | "templates" | "options"): void;
  refused(reason: Refused): void;
}

/** Number of the first template of data; the ones below are sets of templates. */
const FIRST_ID = 256;
const ENTERPRISE = 0x8000;
/** Fields of length 0 in a template: with more of them few octets would make many values. */
const MOST_EMPTY = 16;

interface RawField {
  readonly id: number;
  readonly pen: number;
  readonly length: number;
  readonly scope: boolean;
}

/** Reads the definitions between `at` and `end`. */
export function readTemplates(
  view: DataView,
  at: number,
  end: number,
  format: 9 | 10,
  options: boolean,
  learned: LearnedNames,
  mostFields: number,
  visitor: TemplateVisitor,
): void {
  let from = at;
  while (end - from >= 4) {
    const id = view.getUint16(from);
    const count = view.getUint16(from + 2);
    // Octets left over are padding (of zeros).
    if (id === 0 && count === 0) return;
    if (format === 10 && count === 0) {
      if (id >= FIRST_ID) visitor.withdrawal(id);
      else visitor.withdrawal(id === 3 ? "options" : "templates");
      from += 4;
      continue;
    }
    if (id < FIRST_ID) {
      visitor.refused("templateId");
      return;
    }
    const head = options ? 6 : 4;
    if (end - from < head) {
      visitor.refused("templateLength");
      return;
    }
    const [fields, scopes] = options ? optionsCounts(view, from, format) : [count, 0];
    if (fields < 1 || fields > mostFields || scopes > fields || (options && format === 10 && scopes === 0)) {
      visitor.refused("templateFields");
      return;
    }
    const specifiers = new Specifiers(view, from + head, end, format, fields, scopes);
    if (specifiers.next < 0) {
      visitor.refused("templateLength");
      return;
    }
    const described = specifiers.fields.map(({ id: element, pen, length, scope }) => ({
      id: element,
      pen,
      length,
      ...describeField(element, pen, format, scope, learned),
    }));
    // A v9 options template without a scope is one of options all the same.
    const template = new Template(id, numbered(described), options ? Math.max(scopes, 1) : 0);
    if (template.octets === 0 || template.fields.filter(({ length }) => length === 0).length > MOST_EMPTY) {
      visitor.refused("templateFields");
      return;
    }
    visitor.template(template);
    from = specifiers.next;
  }
}

/** Fields in all and fields of scope: IPFIX counts them, NetFlow v9 says their octets. */
function optionsCounts(view: DataView, at: number, format: 9 | 10): readonly [number, number] {
  const a = view.getUint16(at + 2);
  const b = view.getUint16(at + 4);
  if (format === 10) return [a, b];
  return [Math.floor(a / 4) + Math.floor(b / 4), Math.floor(a / 4)];
}

class Specifiers {
  readonly fields: RawField[] = [];
  /** Where the next template begins; -1 = this one is cut. */
  readonly next: number;

  constructor(view: DataView, at: number, end: number, format: 9 | 10, count: number, scopes: number) {
    let from = at;
    for (let place = 0; place < count; place++) {
      if (end - from < 4) {
        this.next = -1;
        return;
      }
      const word = view.getUint16(from);
      const length = view.getUint16(from + 2);
      const enterprise = format === 10 && (word & ENTERPRISE) !== 0;
      from += 4;
      if (enterprise && end - from < 4) {
        this.next = -1;
        return;
      }
      const pen = enterprise ? view.getUint32(from) : 0;
      if (enterprise) from += 4;
      this.fields.push({ id: enterprise ? word & 0x7fff : word, pen, length, scope: place < scopes });
    }
    this.next = from;
  }
}
