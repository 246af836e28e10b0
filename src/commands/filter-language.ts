// What the filters of one command line may refer to: named filters, files, local networks, names of hosts. One of these goes all the way:
// the argument, the line that is typed on a screen, and what filters there.
import { lookup } from "node:dns/promises";
import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { Filter, FilterOptions, FrameFields } from "../query/index.ts";

/** The options as commander gives them. */
export interface FilterSettings {
  readonly filterFile?: string;
  readonly filters?: string;
  readonly local?: string;
  /** Where the command has --utc: times without a zone are of UTC. */
  readonly utc?: true;
  /** Filters are of frames (PDML): every field of tshark is a term. */
  readonly frames?: FrameFields;
}

/** The addresses of a host's name; undefined = there are none, as far as can be known. */
export type AddressLookup = (name: string) => Promise<readonly string[] | undefined>;

export class FilterLanguage {
  /** For parseFilter: names of hosts mean what was found when they were looked up. */
  readonly options: FilterOptions;
  /** Of the command line: what another command must be told so that filters mean the same. */
  readonly words: readonly string[];
  /** Names that a screen shows, and their addresses: who filters by one means those. Empty where it shows no such name. */
  shown: (name: string) => readonly string[] = () => [];
  private readonly ask: AddressLookup;
  /** By name; undefined = asked, and nothing found. */
  private readonly known = new Map<string, readonly string[] | undefined>();
  private readonly texts = new Map<string, { readonly text: string; readonly mtimeMs: number }>();

  constructor(settings: FilterSettings, named: FilterOptions["named"] | null = null, ask: AddressLookup = addressesOf) {
    const { filterFile, filters, frames, local, utc } = settings;
    const folder = filterFile === undefined ? "." : dirname(filterFile);
    this.ask = ask;
    this.words = [
      ...(local === undefined ? [] : ["--local", local]),
      ...(filters === undefined ? [] : ["--filters", filters]),
    ];
    this.options = {
      ...(named === null || named === undefined ? {} : { named }),
      ...(local === undefined ? {} : { localNetworks: local.split(",").map((word) => word.trim()) }),
      ...(utc === true ? { zone: "UTC" } : {}),
      ...(frames === undefined ? {} : { frames }),
      include: (path) => this.included(resolve(folder, path), path),
      resolve: (name) => this.known.get(name),
    };
  }

  /** Reads the file of named filters, if there is one. Throws a UsageError. */
  static async open(settings: FilterSettings): Promise<FilterLanguage> {
    const filters = settings.filters ?? process.env.FLOWGAUGE_FILTERS;
    if (filters === undefined || filters === "") return new FilterLanguage(settings);
    const { parseNamedFilters } = await import("../query/index.ts");
    return new FilterLanguage(settings, parseNamedFilters(readText(filters), filters));
  }

  /** Looks up the names of hosts in it, and waits for them. Throws a FilterError. */
  async parse(text: string): Promise<Filter> {
    const { parseFilter } = await import("../query/index.ts");
    const names = new Set<string>();
    const filter = parseFilter(text, this.optionsBefore(names));
    if (names.size === 0) return filter;
    await this.lookUp([...names]);
    return parseFilter(text, this.options);
  }

  /** For what is not to be taken yet: any address does for names that nobody has looked up, which are added to `names`. */
  optionsBefore(names: Set<string>): FilterOptions {
    const resolveLater = (name: string) => {
      if (this.known.has(name)) return this.known.get(name);
      names.add(name);
      return ["::"];
    };
    return { ...this.options, resolve: resolveLater };
  }

  /** Never rejects: what is not found is known as such. */
  async lookUp(names: readonly string[]): Promise<void> {
    const addresses = async (name: string) => {
      const shown = this.shown(name);
      return shown.length > 0 ? shown : this.ask(name);
    };
    await Promise.all(names.map(async (name) => this.known.set(name, await addresses(name))));
  }

  /** Names that were not found may be asked for anew. */
  forgetMissing(): void {
    for (const [name, addresses] of this.known) if (addresses === undefined) this.known.delete(name);
  }

  /** Lines are judged at each key: a file is read when it has changed. */
  private included(path: string, shown: string): string {
    const mtimeMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    const before = this.texts.get(path);
    if (mtimeMs !== undefined && before?.mtimeMs === mtimeMs) return before.text;
    const text = readText(path, shown);
    if (mtimeMs !== undefined) this.texts.set(path, { text, mtimeMs });
    return text;
  }
}

async function addressesOf(name: string): Promise<readonly string[] | undefined> {
  try {
    return (await lookup(name, { all: true })).map(({ address }) => address);
  } catch {
    return undefined;
  }
}

const MOST_OCTETS = 4_194_304;

/** A small regular file: not a pipe that is waited for, nor a disk. `shown`: its name as a person gave it. */
export function readText(path: string, shown: string = path): string {
  try {
    const stats = statSync(path);
    if (stats.size > MOST_OCTETS) throw new Error(`${stats.size} octets where ${MOST_OCTETS} are the most`);
    if (!stats.isFile()) throw new Error("something that is no file");
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === "ENOENT" ? "no such file; check the name" : message;
    throw new UsageError(`${shown}: expected a file with filters or lists, found ${found}`, { cause: error });
  }
}
