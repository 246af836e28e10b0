// ObjectForm: what a printer of flows calls, form by form: JSON, XML.
import type { ByteWriter } from "../report/index.ts";
import type { FieldTree } from "./field-tree.ts";
import type { FlowValues } from "./flow-values.ts";
import type { MakeLeaf, Nested } from "./object-merge.ts";

export interface ObjectForm {
  /** Whether the parts of a name come in alphabetical order, else in that of their coming. */
  readonly sorted: boolean;
  /** Around the objects of a flow; `apart`: they are its frames. */
  beginFlow(out: ByteWriter, apart: boolean): void;
  endFlow(out: ByteWriter, apart: boolean): void;
  betweenFrames(out: ByteWriter): void;
  /** Around one object. */
  beginObject(out: ByteWriter): void;
  endObject(out: ByteWriter): void;
  openNode(out: ByteWriter, tree: FieldTree, node: number): void;
  closeNode(out: ByteWriter, tree: FieldTree, node: number): void;
  /** The list of a slot: from its entry `from` on (`first`: the list begins), one at least, until the list ends or the writer is full. Answers which entry is next. */
  list(out: ByteWriter, values: FlowValues, slot: number, from: number, full: number): number;
  /** A leaf for `merged`, of a value or a label. */
  readonly leaf: MakeLeaf<string>;
  /** A whole object that was merged. */
  merged(out: ByteWriter, object: Nested<string>): void;
}
