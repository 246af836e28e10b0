// Flows one by one as the object of docs/table.schema.json, piece by piece: no list is too long for it.

import { PRINTED_WORDS } from "../core/element-words.ts";
import type { Field } from "../core/fields.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { ColumnType } from "../core/table.ts";
import type { ByteWriter } from "./byte-writer.ts";
import type { FlowLayout } from "./flow-layout.ts";
import { RecordLayout } from "./record-layout.ts";
import { TABLE_SHAPE } from "./table-json.ts";
import { jsonText } from "./table-values.ts";
import { isoTime } from "./zone-time.ts";

/** What the object says beside its rows. */
export interface ListHead {
  readonly title: string;
  readonly from: bigint | null;
  readonly to: bigint | null;
  readonly sortedBy: string | null;
  readonly notes: readonly string[];
}

const COMMA = 44;
const NEWLINE = 10;

export class ListTableLayout implements FlowLayout {
  private readonly records: RecordLayout;
  private readonly head: string;
  private readonly notes: readonly string[];
  private first = true;

  constructor(fields: readonly Field[], { title, from, to, sortedBy, notes }: ListHead) {
    this.records = new RecordLayout(fields, "json", "");
    this.notes = notes;
    const time = (ns: bigint | null) => (ns === null ? "null" : `"${isoTime(ns, false)}"`);
    this.head = [
      `{"flowgauge":"${TABLE_SHAPE}"`,
      `"shape":"list"`,
      `"title":${jsonText(title)}`,
      `"from":${time(from)}`,
      `"to":${time(to)}`,
      `"bucketSeconds":null`,
      `"sortedBy":${sortedBy === null ? "null" : jsonText(sortedBy)}`,
      `"columns":[\n${fields.map(columnText).join(",\n")}\n]`,
      `"rows":[`,
    ].join(",");
  }

  header(out: ByteWriter): void {
    out.ascii(this.head);
  }

  bind(batch: FlowBatch): void {
    this.records.bind(batch);
  }

  octets(row: number): number {
    return this.records.octets(row) + 2;
  }

  record(out: ByteWriter, row: number): void {
    if (!this.first) out.octet(COMMA);
    this.first = false;
    out.octet(NEWLINE);
    this.records.record(out, row);
  }

  footer(out: ByteWriter): void {
    const rest = `${this.first ? "" : "\n"}],"total":null,"others":null,"othersRows":[],"known":null,"notes":[${this.notes.map(jsonText).join(",")}]}`;
    out.ascii(rest);
    out.reserve(1);
    out.octet(NEWLINE);
  }
}

function columnText(field: Field): string {
  const unit = field.unit === null ? "null" : `"${field.unit}"`;
  return `{"name":"${field.name}","title":${jsonText(field.title)},"type":"${typeOf(field)}","unit":${unit},"role":"key"}`;
}

/** How the values of a field are meant. */
function typeOf(field: Field): ColumnType {
  if (field.kind === "other") return "other";
  if (field.kind === "time") return "time";
  return field.kind === "address" || field.kind === "mac" || PRINTED_WORDS[field.print] !== undefined
    ? "text"
    : "integer";
}
