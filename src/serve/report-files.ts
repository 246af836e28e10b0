// What schedules wrote: HTML files in a folder of their own for each report, the newest ones kept.
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isMissing, namesIn, writeDurably } from "../core/durable-files.ts";
import type { ReportFile } from "./api.ts";
import { missing } from "./problems.ts";
import { REPORT_ID } from "./saved-reports.ts";

const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.html$/;
/** Of one report; a name has no other form, and so leads nowhere else. */
const MOST_FILES = 30;

export class ReportFiles {
  private readonly folder: string;

  /** `folder`: where serve keeps what it remembers. */
  constructor(folder: string) {
    this.folder = join(folder, "reports");
  }

  /** Gives the file's name. The oldest ones beyond what is kept are removed. */
  write(id: string, time: Date, html: string): string {
    const folder = this.of(id);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = `${time.toISOString().slice(0, 19).replace(/[-:]/g, "")}Z.html`;
    writeDurably(join(folder, name), html, 0o600);
    for (const old of this.list(id).slice(MOST_FILES)) rmSync(join(folder, old.name), { force: true });
    return name;
  }

  /** The newest first. */
  list(id: string): readonly ReportFile[] {
    const folder = this.of(id);
    const names = namesIn(folder).filter((name) => NAME.test(name));
    return names
      .sort()
      .reverse()
      .flatMap((name) => {
        const stats = statSync(join(folder, name), { throwIfNoEntry: false });
        const time = name.replace(NAME, "$1-$2-$3T$4:$5:$6Z");
        return stats === undefined ? [] : [{ name, time, octets: stats.size }];
      });
  }

  /** Throws a ServeError where there is none. */
  read(id: string, name: string): string {
    try {
      if (NAME.test(name)) return readFileSync(join(this.of(id), name), "utf8");
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
    throw noFile(name);
  }

  remove(id: string, name: string): void {
    if (!NAME.test(name) || !this.list(id).some((file) => file.name === name)) throw noFile(name);
    rmSync(join(this.of(id), name), { force: true });
  }

  /** The report is gone: so are they. */
  removeAll(id: string): void {
    rmSync(this.of(id), { recursive: true, force: true });
  }

  private of(id: string): string {
    if (!REPORT_ID.test(id)) throw missing("expected a report, found none of that name");
    return join(this.folder, id);
  }
}

function noFile(name: string) {
  return missing(`expected a file of this report, found none that is called "${name.slice(0, 80)}"`);
}
