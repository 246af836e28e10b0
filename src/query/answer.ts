// One question about groups or a series -> a Table.
import type { Table } from "../core/table.ts";
import type { Engine, FlowFiles } from "../store/index.ts";
import { answerGroups } from "./answer-groups.ts";
import { answerPercentile } from "./answer-percentile.ts";
import { answerSeries } from "./answer-series.ts";
import { chosenFlows } from "./chosen-flows.ts";
import type { FlowChoice, GroupQuestion } from "./question.ts";
import type { KnownSpans } from "./series-time.ts";

/** `known`: the spans that the store has data of; null = cannot be told (files). */
export function answer(
  engine: Engine,
  files: FlowFiles,
  choice: FlowChoice,
  question: GroupQuestion,
  known: KnownSpans = null,
): Promise<Table> {
  const flows = chosenFlows(files, choice);
  const { bucket } = question;
  if (bucket === null) return answerGroups(engine, flows, choice, question);
  const series = { ...question, bucket };
  if (question.percentile !== null) return answerPercentile(engine, flows, choice, series, known);
  return answerSeries(engine, flows, choice, series, known);
}
