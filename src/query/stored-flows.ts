// Stored flows for programs: a store or files, asked in the words of the command line.
import { resolve } from "node:path";
import type { FlowBatch } from "../core/flow-batch.ts";
import type { Table } from "../core/table.ts";
import { Engine, type EngineLimits, type FlowFiles, readCatalog, takeLease } from "../store/index.ts";
import { answer } from "./answer.ts";
import { type AskedFiles, askFiles } from "./ask.ts";
import { choiceNotes } from "./choice-notes.ts";
import { timeAround } from "./chosen-flows.ts";
import { engineSentence } from "./engine-sentence.ts";
import { parseFilter } from "./filter/parser.ts";
import { listFlows } from "./list-flows.ts";
import type { FlowChoice, ListQuestion, TimeWindow } from "./question.ts";
import { choiceOf, groupingsOf, type QuestionWords } from "./question-words.ts";

/** Where flows are: folders of stores, files of flow records by format. */
export interface StoredFlowsFiles {
  readonly stores?: readonly string[];
  readonly native?: readonly string[];
  readonly parquet?: readonly string[];
}

/** Words of a question, and a filter. */
export interface StoredFlowsWords extends QuestionWords {
  readonly filter?: string;
}

const LIST: ListQuestion = { sort: { by: "start", descending: false }, limit: null };

/** One of them at a time in a process: the engine has one session. */
export class StoredFlows {
  /** Files that could not be read, so far: they are left out. */
  readonly problems: Error[] = [];
  private readonly places: StoredFlowsFiles;
  private readonly engine: Engine;
  private leases: readonly (() => void)[] = [];

  private constructor(places: StoredFlowsFiles, engine: Engine) {
    this.places = places;
    this.engine = engine;
  }

  /** Throws a SourceError where the engine (the package chdb) is missing. */
  static open(places: StoredFlowsFiles, limits: Partial<EngineLimits> = {}): StoredFlows {
    try {
      return new StoredFlows(places, Engine.open(limits));
    } catch (error) {
      throw engineSentence(error);
    }
  }

  /** One table for each grouping of \`by\`. Throws UsageErrors for the words, SourceErrors for what cannot be read. */
  async ask(words: StoredFlowsWords): Promise<readonly Table[]> {
    const choice = choose(words);
    const tables: Table[] = [];
    try {
      const asked = this.asked(timeAround(choice));
      const notes = await askFiles(this.engine, asked, (files) => choiceNotes(this.engine, files, choice));
      for (const question of groupingsOf(words)) {
        const table = await askFiles(this.engine, asked, (files) => answer(this.engine, files, choice, question));
        tables.push({ ...table, notes: [...table.notes, ...notes] });
      }
    } catch (error) {
      throw engineSentence(error);
    }
    return tables;
  }

  /** The flows themselves, by default in the order of their beginnings. A batch is valid until the next one is asked for. */
  async *list(words: StoredFlowsWords, question: Partial<ListQuestion> = {}): AsyncGenerator<FlowBatch, void, void> {
    const choice = choose(words);
    try {
      yield* listFlows(this.engine, this.asked(timeAround(choice)).list(), choice, { ...LIST, ...question }, null);
    } catch (error) {
      throw engineSentence(error);
    }
  }

  close(): void {
    this.engine.close();
    for (const end of this.leases) end();
  }

  private asked(time: TimeWindow): AskedFiles {
    return {
      list: () => this.files(time),
      damaged: (_path, error) => {
        this.problems.push(error);
        return null;
      },
    };
  }

  private files({ from, to }: TimeWindow): FlowFiles {
    const { stores = [], native = [], parquet = [] } = this.places;
    const second = (time: bigint | null) => (time === null ? undefined : Number(time / 1_000_000_000n));
    const before = this.leases;
    this.leases = stores.map((folder) => takeLease(resolve(folder)));
    for (const end of before) end();
    const catalogs = stores.map((folder) => readCatalog(resolve(folder), { from: second(from), to: second(to) }));
    return {
      native: [...native.map((path) => resolve(path)), ...catalogs.flatMap((catalog) => catalog.native)],
      parquet: [...parquet.map((path) => resolve(path)), ...catalogs.flatMap((catalog) => catalog.parquet)],
    };
  }
}

function choose(words: StoredFlowsWords): FlowChoice {
  return choiceOf(words, words.filter === undefined ? null : parseFilter(words.filter), Date.now());
}
