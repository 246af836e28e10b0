// Compaction: several segments become one with the same records, or nothing happens.
import { join, relative } from "node:path";
import type { Segment } from "./catalog.ts";
import type { CompactionGroup } from "./compaction-plan.ts";
import type { Engine } from "./engine.ts";
import { fileCrc32 } from "./file-checksum.ts";
import { Job } from "./jobs.ts";
import { segmentFile, segmentFolder } from "./layout.ts";
import { sameSums, sumsOf } from "./segment-sums.ts";
import { writeSegments } from "./segment-writer.ts";

export interface CompactionOptions {
  /** Called after each group. */
  readonly onGroup?: ((group: CompactionGroup, file: string) => void) | undefined;
  /** Throws where this process has lost the right to go on. */
  readonly mayGoOn?: (() => void) | undefined;
  /** Ends between two groups. */
  readonly signal?: AbortSignal | undefined;
}

export interface Compacted {
  readonly groups: number;
  /** Files that became fewer. */
  readonly inputs: number;
  readonly rows: number;
  /** Why groups stayed as they were: one sentence each. */
  readonly problems: readonly string[];
}

/** Who calls holds the store's lock of housekeeping. Damaged segments stay where they are and are named. */
export async function compact(
  engine: Engine,
  folder: string,
  groups: readonly CompactionGroup[],
  options: CompactionOptions = {},
): Promise<Compacted> {
  const problems: string[] = [];
  let inputs = 0;
  let rows = 0;
  let done = 0;
  for (const group of groups) {
    if (options.signal?.aborted === true) break;
    const job = new Job(folder, "compact");
    try {
      const path = await replace(engine, folder, group, job, options.mayGoOn);
      done++;
      inputs += group.inputs.length;
      rows += group.rows;
      options.onGroup?.(group, path);
    } catch (error) {
      job.abandon();
      // Without the right to go on there is nothing more to do here.
      options.mayGoOn?.();
      problems.push((error as Error).message);
    }
  }
  return { groups: done, inputs, rows, problems };
}

async function replace(
  engine: Engine,
  folder: string,
  group: CompactionGroup,
  job: Job,
  mayGoOn?: () => void,
): Promise<string> {
  // What is damaged must not get a new checksum.
  for (const segment of group.inputs) await expectWhole(folder, segment);
  const files = { native: [], parquet: group.inputs.map(({ path }) => path) };
  const { start, length, reach, bucketSeconds } = group;
  const work = { files, folder: job.temp, intervalSeconds: bucketSeconds, job: job.id, arrival: start };
  const written = await writeSegments(engine, work);
  const sums = await sumsOf(engine, files);
  const after = await sumsOf(engine, {
    native: [],
    parquet: written.map(({ temporary }) => join(job.temp, temporary)),
  });
  const [one] = written;
  if (one === undefined || written.length > 1 || !sameSums(sums, after)) {
    throw new Error(
      `${relative(folder, group.inputs[0]!.path)}: expected the same flows in one file as in ${group.inputs.length}, found others; they stay as they are, please report it`,
    );
  }
  // The interval of what there is, which may be less than the hour or day.
  const path = join(segmentFolder(start), segmentFile({ ...one.name, start, length, reach }));
  const inputs = group.inputs.map((segment) => relative(folder, segment.path));
  job.commit(inputs, [{ temporary: one.temporary, path }], mayGoOn);
  return path;
}

async function expectWhole(folder: string, { path, crc32 }: Segment): Promise<void> {
  if (crc32 === undefined || (await fileCrc32(path)) === crc32) return;
  throw new Error(
    `${relative(folder, path)}: expected the file that was written, found another checksum; flowgauge store repair moves it away and saves what can be read`,
  );
}
