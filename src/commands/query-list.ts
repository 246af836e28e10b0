// Lists of flows: from the engine's stream to the printer of flow records.
import { UsageError } from "../core/errors.ts";
import { type AnyFieldName, FIELDS, findField, OTHER } from "../core/fields.ts";
import { quoteWithHint } from "../core/suggestion.ts";
import {
  type AskedFiles,
  askFiles,
  type FlowChoice,
  type ListQuestion,
  listFlows,
  parseMeasure,
  writeFlowsParquet,
} from "../query/index.ts";
import { createFlowPrinter, type FlowPrinterOptions, type ListHead } from "../report/index.ts";
import type { Engine } from "../store/index.ts";
import { fieldList, whole } from "./option-values.ts";
import { type QuerySettings, splitSort } from "./query-plan.ts";
import { withSentences } from "./standard-streams.ts";

/** What measures are called that a single flow has under another name. */
const OF_ONE_FLOW: Readonly<Record<string, AnyFieldName>> = {
  first: "start",
  last: "end",
  forwardBytes: "bytes",
  forwardPackets: "packets",
};
const RATES = ["duration", "bps", "pps", "bpp"] as const;

export function listOf({ sort, limit }: QuerySettings): ListQuestion {
  return {
    sort: sortOf(sort),
    limit: limit === undefined ? null : whole(limit, "--limit", 0, Number.MAX_SAFE_INTEGER),
  };
}

function sortOf(text: string | undefined): ListQuestion["sort"] {
  const { by, descending } = splitSort(text);
  if (by === null) return { by: "start", descending: false };
  if (by === "none") return null;
  const rate = RATES.find((name) => name === by.toLowerCase());
  if (rate !== undefined) return { by: rate, descending: descending ?? true };
  const field = findField(by)?.name ?? fieldOfMeasure(by);
  if (field !== undefined && field !== OTHER.name) {
    const counter = FIELDS.find(({ name }) => name === field)?.unit !== null;
    return { by: field as AnyFieldName, descending: descending ?? counter };
  }
  const names = [...FIELDS.map(({ name }) => name), ...RATES, "none"];
  throw new UsageError(`--sort: expected a field, duration, bps, pps, bpp or none, found ${quoteWithHint(by, names)}.`);
}

/** nfdump's words for what is counted: ibytes, obytes, tstart ... */
function fieldOfMeasure(word: string): string | undefined {
  try {
    const { name } = parseMeasure(word);
    return OF_ONE_FLOW[name] ?? FIELDS.find((field) => field.name === name)?.name;
  } catch {
    return undefined;
  }
}

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
  const fields = settings.fields === undefined ? undefined : fieldList(settings.fields, "both");
  if (settings.parquet !== undefined) {
    const path = settings.parquet;
    await askFiles(engine, asked, (files) => writeFlowsParquet(engine, files, choice, question, fields ?? null, path));
    return false;
  }
  const head = headOf(choice, question, notes);
  const printer = { ...printerOptions(settings, from, fields), head };
  const sink = withSentences(createFlowPrinter(printer, process.stdout));
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

/** What JSON says of a list beside its rows. */
function headOf({ time }: FlowChoice, { sort, limit }: ListQuestion, notes: readonly string[]): ListHead {
  const order = sort === null ? "" : ` by ${sort.by}${sort.descending ? ", descending" : ""}`;
  const title = `${limit === null ? "" : `${limit} `}flows${order}`;
  return { title, from: time.from, to: time.to, sortedBy: sort?.by ?? null, notes };
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
