// Templates over a restart: a JSON file, written beside and renamed, so that it is always whole.
//   { "flowgaugeTemplates": 1, "saved": seconds since 1970 UTC, "templates": [TemplateSnapshot, ...] }
import { open, readFile, rename, stat, unlink } from "node:fs/promises";
import { SourceError } from "../core/errors.ts";
import type { TemplateSnapshot } from "../wire/index.ts";
import { COLLECT_LIMITS } from "./options.ts";

const VERSION = 1;
/** Fields of all templates in a file: 8 MB or so. Those that were seen last are kept. */
const MOST_FIELDS = 100_000;

export interface TemplatesRead {
  readonly templates: readonly unknown[];
  /** What was wrong with the file; null = nothing, or there is none. */
  readonly problem: string | null;
}

/** Reads the file. A damaged one is moved to `PATH.damaged`, and a sentence says so; it is never fatal. */
export async function readTemplates(path: string): Promise<TemplatesRead> {
  let text: string;
  try {
    if ((await stat(path)).size > COLLECT_LIMITS.templatesFileOctets)
      return setAside(path, "found more octets than that may have");
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
      return setAside(
        path,
        `found version ${JSON.stringify(flowgaugeTemplates)} of the file where ${VERSION} is known`,
      );
    }
    if (Array.isArray(templates)) return { templates, problem: null };
    return setAside(path, "found no list of them");
  } catch {
    return setAside(path, "found a damaged file");
  }
}

async function setAside(path: string, found: string): Promise<TemplatesRead> {
  const kept = `${path}.damaged`;
  const moved = await rename(path, kept).then(
    () => `it is kept as ${kept}`,
    (error: Error) => `it could not be moved (${error.message})`,
  );
  const sentence = `${path}: expected templates of the last run, ${found}; ${moved}, and templates are learned anew`;
  return { templates: [], problem: sentence };
}

export class TemplateFile {
  private readonly path: string;
  private saved = "";
  private saving: Promise<void> | null = null;

  constructor(path: string) {
    this.path = path;
  }

  /** Writes the templates where they are others than last time. Rejects with a SourceError. */
  async save(templates: readonly TemplateSnapshot[]): Promise<void> {
    while (this.saving !== null) await this.saving.catch(() => {});
    const list = JSON.stringify(mostRecent(templates));
    if (list === this.saved) return;
    const text = `{"flowgaugeTemplates":${VERSION},"saved":${Math.floor(Date.now() / 1000)},"templates":${list}}\n`;
    this.saving = this.write(text);
    try {
      await this.saving;
      this.saved = list;
    } finally {
      this.saving = null;
    }
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
