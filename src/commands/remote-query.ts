// flowgauge query of a remote serve: the same words, the same output.
import { renameSync, rmSync } from "node:fs";
import { SourceError, UsageError } from "../core/errors.ts";
import { fieldsOf, listOf, listTitle } from "../query/index.ts";
import { printTable, readTime } from "../report/index.ts";
import type { QueryWords } from "../serve/index.ts";
import { listPrinter } from "./query-list.ts";
import { askRemote, type RemoteAsking, type RemoteQuerySettings } from "./remote-asking.ts";
import { isList, remoteFilter, remoteWords } from "./remote-words.ts";
import { printOptions } from "./table-options.ts";

/** `rest`: what stands behind the address: the filter. */
export async function queryRemote(
  remote: string,
  rest: readonly string[],
  settings: RemoteQuerySettings,
): Promise<void> {
  if (settings.store !== undefined) {
    throw new UsageError(
      `--store: expected a remote serve alone, found ${settings.store} beside it; run one command for each.`,
    );
  }
  const words = remoteWords(settings, await remoteFilter(rest, settings));
  const print = printOptions(settings);
  const { parquet } = settings;
  if (parquet !== undefined && (words.by?.length ?? 0) > 1) {
    throw new UsageError(
      "--parquet: expected one grouping, as a Parquet file has one table, found several --by; run them one by one.",
    );
  }
  await askRemote(remote, settings, async (asking) => {
    if (parquet !== undefined) await writeParquet(asking, words, parquet);
    else if (isList(settings)) await printRemoteList(asking, words, settings);
    else for (const table of await asking.tables(words)) await printTable(table, print, process.stdout);
  });
}

async function printRemoteList(asking: RemoteAsking, words: QueryWords, settings: RemoteQuerySettings): Promise<void> {
  const question = listOf(settings);
  const fields = fieldsOf(settings) ?? undefined;
  await asking.list(words, async ({ from, to, notes, held }, batches) => {
    for (const note of notes) asking.run.note(note);
    const head = {
      title: listTitle(question),
      from: from === null ? null : readTime(from),
      to: to === null ? null : readTime(to),
      sortedBy: question.sort?.by ?? null,
      notes,
    };
    const sink = listPrinter(settings, "both", fields, head);
    if (question.limit !== 0) {
      for await (const batch of batches) {
        await sink.write(batch);
        if (sink.closed) return;
      }
    }
    await sink.end();
    if (held !== null) asking.run.note(`nothing matched; ${held}`);
  });
}

/** Under a name that says it is not whole yet, then under the one asked for. */
async function writeParquet(asking: RemoteAsking, words: QueryWords, path: string): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  const remove = () => rmSync(part, { force: true });
  process.once("exit", remove);
  try {
    const { notes, held } = await asking.file(words, "parquet", part);
    for (const note of notes) asking.run.note(note);
    if (held !== null) asking.run.note(`nothing matched; ${held}`);
    renameSync(part, path);
  } catch (error) {
    const { syscall, message } = error as NodeJS.ErrnoException;
    if (syscall !== "rename") throw error;
    throw new SourceError({ source: path }, `expected to write a Parquet file, found ${message}`, { cause: error });
  } finally {
    process.removeListener("exit", remove);
    remove();
  }
}
