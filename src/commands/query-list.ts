// Lists of flows: from the engine's stream to the printer of flow records.
import type { AnyFieldName } from "../core/fields.ts";
import {
  type AskedFiles,
  askFiles,
  type FlowChoice,
  fieldsOf,
  listFlows,
  listOf,
  listTitle,
  writeFlowsParquet,
} from "../query/index.ts";
import { createFlowPrinter, type FlowPrinter, type FlowPrinterOptions } from "../report/index.ts";
import type { Engine } from "../store/index.ts";
import type { QuerySettings } from "./query-plan.ts";
import { withSentences } from "./standard-streams.ts";

export interface ListRun {
  readonly engine: Engine;
  readonly asked: AskedFiles;
  readonly choice: FlowChoice;
  /** Where the records come from: which columns they have. */
  readonly from: "packets" | "both";
  /** What a reader must know; JSON holds it. */
  readonly notes: readonly string[];
}

/** Gives true where there was nothing to print. */
export async function printList(
  { engine, asked, choice, from, notes }: ListRun,
  settings: QuerySettings,
): Promise<boolean> {
  const question = listOf(settings);
  const fields = fieldsOf(settings) ?? undefined;
  if (settings.parquet !== undefined) {
    const path = settings.parquet;
    await askFiles(engine, asked, (files) => writeFlowsParquet(engine, files, choice, question, fields ?? null, path));
    return false;
  }
  const { from: begin, to } = choice.time;
  const head = { title: listTitle(question), from: begin, to, sortedBy: question.sort?.by ?? null, notes };
  const sink = listPrinter(settings, from, fields, head);
  const enough = new AbortController();
  let printed = false;
  const once = { ...asked, isFinal: () => printed };
  await askFiles(engine, once, async (files) => {
    for await (const batch of listFlows(engine, files, choice, question, fields ?? null, enough.signal)) {
      printed = true;
      await sink.write(batch);
      if (!sink.closed) continue;
      enough.abort();
      return;
    }
  });
  await sink.end();
  return !printed && question.limit !== 0;
}

/** Prints flows on standard output, as the options say. */
export function listPrinter(
  settings: QuerySettings,
  from: "packets" | "both",
  fields: readonly AnyFieldName[] | undefined,
  head: NonNullable<FlowPrinterOptions["head"]>,
): FlowPrinter {
  return withSentences(createFlowPrinter({ ...printerOptions(settings, from, fields), head }, process.stdout));
}

function printerOptions(
  { json, ndjson, csv, header }: QuerySettings,
  from: "packets" | "both",
  fields: readonly AnyFieldName[] | undefined,
): FlowPrinterOptions {
  const format = json ? "table" : ndjson ? "json" : csv ? "csv" : "line";
  const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined;
  return { format, from, header, colour, ...(fields === undefined ? {} : { fields }) };
}
