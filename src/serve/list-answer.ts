// Lists of flows: printed up to their limit, and where the next ones begin.
import { findField } from "../core/fields.ts";
import { NativeWriter } from "../files/index.ts";
import {
  type AskedFiles,
  askFiles,
  type FlowChoice,
  listFlows,
  listTitle,
  PlaceKeeper,
  placeFields,
  placeText,
} from "../query/index.ts";
import { createFlowPrinter, type FlowPrinterOptions, type FlowSink } from "../report/index.ts";
import type { Engine } from "../store/index.ts";
import type { AnswerOutput } from "./answer-output.ts";
import type { ListAsked } from "./asked-question.ts";
import type { Format } from "./parts.ts";

export interface ListRun {
  readonly engine: Engine;
  readonly asked: AskedFiles;
  readonly choice: FlowChoice;
  readonly list: ListAsked;
  readonly format: Format;
  /** What a reader must know; JSON holds it. */
  readonly notes: readonly string[];
}

export interface ListEnd {
  /** The word with which the list goes on; null = that was all. */
  readonly next: string | null;
  readonly printed: number;
}

/** Behind what is in `output` already. */
export async function printAskedList(run: ListRun, output: AnswerOutput): Promise<ListEnd> {
  const { engine, asked, choice, list } = run;
  const { sort, limit } = list.question;
  // One more than is shown tells whether there are more.
  const question = { ...list.question, limit: limit === null ? null : limit + 1 };
  const fields = list.fields === null ? null : [...list.fields, ...(sort === null ? [] : placeFields(sort))];
  const keeper = sort === null ? null : new PlaceKeeper(sort, list.question.after ?? null);
  let printed = 0;
  let more = false;
  const printer = run.format === "native" ? blocksOf(list, output) : createFlowPrinter(printerOptions(run), output);
  const once = { ...asked, isFinal: () => printed > 0 };
  await askFiles(engine, once, async (files) => {
    for await (const batch of listFlows(engine, files, choice, question, fields)) {
      const room = limit === null ? batch.rows : Math.min(batch.rows, limit - printed);
      more ||= room < batch.rows;
      batch.rows = room;
      keeper?.take(batch, room);
      printed += room;
      await printer.write(batch);
    }
  });
  await printer.end();
  const place = keeper?.last ?? null;
  return { next: more && sort !== null && place !== null ? placeText(place, sort) : null, printed };
}

/** For another flowgauge, which prints them itself. */
function blocksOf({ fields }: ListAsked, output: AnswerOutput): FlowSink {
  const columns = fields?.map(findField).filter((field) => field !== undefined);
  return new NativeWriter(output, columns === undefined ? {} : { fields: columns });
}

function printerOptions({ choice, list, format, notes }: ListRun): FlowPrinterOptions {
  const { from, to } = choice.time;
  const head = { title: listTitle(list.question), from, to, sortedBy: list.question.sort?.by ?? null, notes };
  const layout = format === "json" ? "table" : format === "csv" ? "csv" : "json";
  return { format: layout, from: "both", head, ...(list.fields === null ? {} : { fields: list.fields }) };
}
