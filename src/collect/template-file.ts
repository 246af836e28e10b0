// Templates over a restart: a JSON file, written beside and renamed, so that it is always whole; one process at a time writes it.
//   { "flowgaugeTemplates": 1, "saved": seconds since 1970 UTC, "templates": [TemplateSnapshot, ...] }
import { open, readFile, rename, stat, unlink } from "node:fs/promises";
import { SourceError } from "../core/errors.ts";
import { FileLock, type LockHolder } from "../core/file-lock.ts";
import type { TemplateSnapshot } from "../wire/index.ts";
import { COLLECT_LIMITS } from "./options.ts";

const VERSION = 1;
/** Fields of all templates in a file: 8 MB or so. Those that were seen last are kept. */
const MOST_FIELDS = 100_000;

/** Whose templates are kept. */
export interface TemplateKeeper {
  templates(): readonly TemplateSnapshot[];
  /** Takes templates out of the file; those that are known already stay as they are. */
  restore(templates: readonly unknown[]): void;
  /** One sentence for a person. */
  tell(sentence: string): void;
}

export class TemplateFile {
  private readonly path: string;
  private readonly keeper: TemplateKeeper;
  private readonly lock: FileLock;
  /** False while another process keeps its templates there: they are read, but nothing is written. */
  private ours = false;
  private saved = "";
  /** What is done to the file, one thing after the other. */
  private last: Promise<void> = Promise.resolve();

  constructor(path: string, keeper: TemplateKeeper) {
    this.path = path;
    this.keeper = keeper;
    this.lock = new FileLock(path);
  }

  /** Reads the file, and claims it. A damaged one is moved to `PATH.damaged`, and a sentence says so; nothing here is fatal. */
  open(): Promise<void> {
    return this.inTurn(async () => {
      const holder = await this.lock.take().catch(() => null);
      this.ours = holder === null;
      await this.read();
      if (holder === null) return;
      const who = holder.pid === 0 ? "another process" : `process ${holder.pid}`;
      this.keeper.tell(
        `${this.path}: expected to be the only one that keeps templates there, found that ${who} does; what is there was read, ` +
          "and ours are added when it has ended; --templates FILE chooses another place",
      );
    });
  }

  /** Writes the templates where they are others than last time and nobody else has the file. Rejects with a SourceError. */
  save(): Promise<void> {
    return this.inTurn(async () => {
      if (!(await this.claim())) return;
      const list = JSON.stringify(mostRecent(this.keeper.templates()));
      if (list === this.saved) return;
      await this.write(
        `{"flowgaugeTemplates":${VERSION},"saved":${Math.floor(Date.now() / 1000)},"templates":${list}}\n`,
      );
      this.saved = list;
    });
  }

  /** Leaves the file to others. */
  close(): Promise<void> {
    return this.inTurn(() => this.lock.release());
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.last.then(work);
    this.last = done.catch(() => {});
    return done;
  }

  /** True when the file is ours now. What somebody else kept there since we read it is not to be lost. */
  private async claim(): Promise<boolean> {
    let holder: LockHolder | null = null;
    try {
      holder = await this.lock.take();
    } catch {
      // Where no lock can be made, writing will tell why.
    }
    const before = this.ours;
    this.ours = holder === null;
    if (this.ours && !before) await this.read();
    if (before && !this.ours) {
      this.keeper.tell(
        `${this.path}: expected to be the only one that keeps templates there, found that process ${holder?.pid} does by now; ours are added when it has ended`,
      );
    }
    return this.ours;
  }

  private async read(): Promise<void> {
    const { templates, problem } = await readTemplates(this.path, this.ours);
    if (problem !== null) this.keeper.tell(problem);
    this.keeper.restore(templates);
  }

  private async write(text: string): Promise<void> {
    const { path } = this;
    const temporary = `${path}.${process.pid}.tmp`;
    try {
      const file = await open(temporary, "w", 0o600);
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      const { message } = error as Error;
      throw new SourceError(
        { source: path },
        `expected to write the templates that are known, found: ${message}; they will be learned anew after a restart`,
        { cause: error },
      );
    }
  }
}

function mostRecent(templates: readonly TemplateSnapshot[]): readonly TemplateSnapshot[] {
  let fields = 0;
  const newestFirst = [...templates].sort((a, b) => b.seen - a.seen);
  return newestFirst.filter((template) => {
    fields += template.fields.length;
    return fields <= MOST_FIELDS;
  });
}

interface TemplatesRead {
  readonly templates: readonly unknown[];
  /** What was wrong with the file; null = nothing, or there is none. */
  readonly problem: string | null;
}

/** Reads the file. A damaged one is moved away where it is ours. */
async function readTemplates(path: string, ours: boolean): Promise<TemplatesRead> {
  const setAside = (found: string) => (ours ? moveAway(path, found) : leave(path, found));
  let text: string;
  try {
    if ((await stat(path)).size > COLLECT_LIMITS.templatesFileOctets)
      return setAside("found more octets than that may have");
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { templates: [], problem: null };
    return {
      templates: [],
      problem: `${path}: expected templates of the last run, found: ${(error as Error).message}`,
    };
  }
  try {
    const { flowgaugeTemplates, templates } = JSON.parse(text) as Record<string, unknown>;
    if (flowgaugeTemplates !== VERSION) {
      return setAside(`found version ${JSON.stringify(flowgaugeTemplates)} of the file where ${VERSION} is known`);
    }
    if (Array.isArray(templates)) return { templates, problem: null };
    return setAside("found no list of them");
  } catch {
    return setAside("found a damaged file");
  }
}

function leave(path: string, found: string): TemplatesRead {
  return {
    templates: [],
    problem: `${path}: expected templates of the last run, ${found}; templates are learned anew`,
  };
}

async function moveAway(path: string, found: string): Promise<TemplatesRead> {
  const kept = `${path}.damaged`;
  const moved = await rename(path, kept).then(
    () => `it is kept as ${kept}`,
    (error: Error) => `it could not be moved (${error.message})`,
  );
  const sentence = `${path}: expected templates of the last run, ${found}; ${moved}, and templates are learned anew`;
  return { templates: [], problem: sentence };
}
