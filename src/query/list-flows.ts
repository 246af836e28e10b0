// Flows one by one, as batches: blocks of the engine's stream, read as any Native file is.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AnyFieldName } from "../core/fields.ts";
import type { FlowBatch } from "../core/flow-batch.ts";
import { readNative } from "../files/index.ts";
import type { Engine, FlowFiles } from "../store/index.ts";
import { chosenFlows } from "./chosen-flows.ts";
import { listSql } from "./list-sql.ts";
import type { FlowChoice, ListQuestion } from "./question.ts";

/** A batch is valid until the next one is asked for. Ends early at the signal. Throws EngineErrors. */
export async function* listFlows(
  engine: Engine,
  files: FlowFiles,
  choice: FlowChoice,
  question: ListQuestion,
  fields: readonly AnyFieldName[] | null,
  signal?: AbortSignal,
): AsyncGenerator<FlowBatch, void, void> {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-list-"));
  const path = join(folder, "block.native");
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  try {
    const asked = listSql(chosenFlows(files, choice), question, fields);
    for await (const blocks of engine.stream(asked, "Native", signal)) {
      if (blocks.length === 0) continue;
      writeFileSync(path, blocks);
      const reader = readNative(path);
      yield* reader;
      if (reader.problems.length > 0) throw reader.problems[0]!;
    }
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
}
