// A question is answered: in the process of its own that has the engine. Tables as `flowgauge query --json` prints them, octet for octet.
import { join } from "node:path";
import type { SourceError } from "../core/errors.ts";
import { safeJson } from "../core/safe-json.ts";
import type { Table } from "../core/table.ts";
import {
  type AskedFiles,
  answer,
  askFiles,
  catalogTime,
  choiceNotes,
  engineSentence,
  type FlowChoice,
  type GroupQuestion,
  heldSpan,
  knownSpans,
  spansIn,
  timeAround,
  writeFlowsParquet,
  writeTableParquet,
} from "../query/index.ts";
import { heldTimesText, isoTime, loadGraphs, printTable } from "../report/index.ts";
import { type Engine, EngineError, type FlowFiles, readCatalog, takeLease } from "../store/index.ts";
import { AnswerOutput } from "./answer-output.ts";
import type { DownloadSaid } from "./api.ts";
import { type AskedQuestion, type ListAsked, type ReadQuestion, readQuestion } from "./asked-question.ts";
import { filesStamp } from "./files-stamp.ts";
import { ANSWER } from "./limits.ts";
import { type ListEnd, printAskedList } from "./list-answer.ts";
import { ServeError } from "./problems.ts";

export interface QuestionTask {
  readonly asked: AskedQuestion;
  /** Folder of the store, absolute. */
  readonly store: string;
  /** The command line that answers the same. */
  readonly command: string;
  readonly queuedSeconds: number;
}

/** What was answered: in memory or in a file, which is whose it is given to. */
export type Answered = ({ readonly octets: Uint8Array } | { readonly file: string; readonly size: number }) & {
  /** Of the files it is made of; null = not all of them could be read. */
  readonly stamp: string | null;
  /** Of a download. */
  readonly said: DownloadSaid | null;
};

let counter = 0;

export class QueryWork {
  private readonly engine: Engine;
  private readonly task: QuestionTask;
  private readonly question: ReadQuestion;
  private readonly output: AnswerOutput;
  private readonly path: string;
  private readonly problems = new Map<string, SourceError>();
  private files: FlowFiles = { native: [], parquet: [] };
  private spans: ReturnType<typeof spansIn> = [];
  private endLease = () => {};
  /** Which times there are flows of, where a list has none. */
  private held: string | null = null;

  /** `folder`: private, for what is too large to be handed over. Throws UsageErrors. */
  constructor(engine: Engine, task: QuestionTask, folder: string) {
    this.engine = engine;
    this.task = task;
    this.question = readQuestion(task.asked);
    this.path = join(folder, `answer-${counter++}`);
    this.output = new AnswerOutput(this.path, ANSWER);
  }

  /** Throws what cannot be, as sentences. */
  async run(): Promise<Answered> {
    try {
      const notes = await this.write();
      const stamp = this.problems.size === 0 ? filesStamp(this.files) : null;
      const { format } = this.task.asked;
      const said = format === "json" ? null : this.said(notes);
      if (format !== "parquet") return { ...this.output.whole(), stamp, said };
      return { file: this.path, size: 0, stamp, said };
    } catch (error) {
      this.output.reset();
      throw limitSentence(error);
    } finally {
      this.endLease();
    }
  }

  private said(notes: readonly string[]): DownloadSaid {
    const { from, to } = this.question.choice.time;
    const time = (ns: bigint | null) => (ns === null ? null : isoTime(ns, false));
    return { from: time(from), to: time(to), notes, problems: [...this.problems.keys()], held: this.held };
  }

  /** Gives what a reader must know of a download. */
  private async write(): Promise<readonly string[]> {
    const { question, output, task } = this;
    const { format } = task.asked;
    const began = performance.now();
    const notes = await askFiles(this.engine, this.asked(), (files) =>
      choiceNotes(this.engine, files, question.choice),
    );
    if (format !== "json") return this.writeOther(notes);
    output.text('{"tables":[');
    let next: string | null = null;
    for (const [i, grouping] of question.groupings.entries()) {
      if (i > 0) output.text(",");
      await printTable(await this.table(grouping, notes), { form: "json" }, output);
    }
    if (question.list !== null) next = (await this.list(question.list, notes)).next;
    const took = {
      queuedSeconds: task.queuedSeconds,
      seconds: Math.round(performance.now() - began) / 1000,
      files: this.files.native.length + this.files.parquet.length,
    };
    const problems = [...this.problems.keys()];
    output.text(`],${safeJson({ command: task.command, took, next, problems }).slice(1)}\n`);
    return notes;
  }

  private async writeOther(notes: readonly string[]): Promise<readonly string[]> {
    const { format } = this.task.asked;
    const { choice, groupings, list } = this.question;
    const [grouping] = groupings;
    if (grouping === undefined) {
      if (list === null) return notes;
      if (format !== "parquet") {
        const { printed } = await this.list(list, notes);
        if (printed === 0) [this.held = null] = this.heldTimes(choice);
        return notes;
      }
      await askFiles(this.engine, this.asked(), (files) =>
        writeFlowsParquet(this.engine, files, choice, list.question, list.fields, this.path),
      );
      return notes;
    }
    const table = await this.table(grouping, notes);
    switch (format) {
      case "parquet":
        await writeTableParquet(this.engine, table, this.path);
        break;
      case "svg":
        this.output.text((await loadGraphs()).graphSvg(table));
        break;
      case "png":
        this.output.write(await (await loadGraphs()).graphPng(table));
        break;
      case "ndjson":
      case "csv":
        await printTable(table, { form: format }, this.output);
    }
    return table.notes;
  }

  private async table(question: GroupQuestion, notes: readonly string[]): Promise<Table> {
    const { choice } = this.question;
    const table = await askFiles(this.engine, this.asked(), (files) =>
      answer(this.engine, files, choice, question, knownSpans(this.spans)),
    );
    const held = table.rows.length === 0 ? this.heldTimes(choice) : [];
    return { ...table, notes: [...table.notes, ...notes, ...held] };
  }

  private heldTimes({ time, zone }: FlowChoice): readonly string[] {
    if (time.from === null && time.to === null) return [];
    return [heldTimesText(heldSpan([this.task.store]), 1, zone)];
  }

  private list(list: ListAsked, notes: readonly string[]): Promise<ListEnd> {
    const { choice } = this.question;
    const { format } = this.task.asked;
    return printAskedList({ engine: this.engine, asked: this.asked(), choice, list, format, notes }, this.output);
  }

  private asked(): AskedFiles {
    const { store } = this.task;
    return {
      list: () => {
        const before = this.endLease;
        this.endLease = takeLease(store);
        before();
        const catalog = readCatalog(store, catalogTime(timeAround(this.question.choice)));
        for (const problem of catalog.problems) this.problems.set(problem.message, problem);
        this.spans = spansIn(catalog);
        this.files = { native: catalog.native, parquet: catalog.parquet };
        return this.files;
      },
      damaged: (_path, error) => {
        this.problems.set(error.message, error);
        return null;
      },
    };
  }
}

const LIMITS: Readonly<Record<number, readonly [status: number, code: string, sentence: string]>> = {
  241: [
    503,
    "memory",
    "expected to need less memory than one question may take (serve --memory), found more; ask for less time or fewer fields",
  ],
  159: [
    504,
    "timeout",
    "expected an answer in the time one question may take (serve --timeout), found none; ask for less time or fewer fields",
  ],
};

/** What the server's own limits say, in the server's words. */
function limitSentence(error: unknown): unknown {
  const cause = error instanceof EngineError ? error : ((error as Error).cause as unknown);
  if (cause instanceof ServeError) return cause;
  if (cause instanceof EngineError) {
    const said = LIMITS[cause.code === 160 ? 159 : cause.code];
    if (said !== undefined) return new ServeError(...said);
  }
  return engineSentence(error);
}
