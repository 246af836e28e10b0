// Named filters that people saved: `$name` in every question. Some are everybody's, some one user's own.
import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import { FILTER_LIMITS, type FilterOptions, parseFilter, usedNames } from "../query/index.ts";
import type { FilterDraft, SavedFilter } from "./api.ts";
import { missing, ServeError } from "./problems.ts";
import { StateFile } from "./state-file.ts";

interface StoredFilter {
  readonly name: string;
  readonly text: string;
  readonly about: string;
  /** null = everybody's. */
  readonly owner: string | null;
}

export const FILTER_NAME = /^[A-Za-z0-9_.-]{1,64}$/;
/** Everybody's, of one user, of all. */
const MOST = { shared: 500, own: 100, all: 20_000 } as const;
const MOST_ABOUT = 500;

export class SavedFilters {
  private readonly file: StateFile<readonly StoredFilter[]>;
  /** Maps of `named`, as long as the file is the same. */
  private known: { readonly of: readonly StoredFilter[]; readonly by: Map<string | null, ReadonlyMap<string, string>> };
  /** Why filters cannot be read; null = they can. */
  problem: string | null = null;

  /** `folder`: where serve keeps what it remembers. */
  constructor(folder: string) {
    this.file = new StateFile(join(folder, "filters.json"), [], checkFilters);
    this.known = { of: [], by: new Map() };
  }

  /** What a reader can use, by name. `user` null: what is everybody's. */
  list(user: string | null): readonly SavedFilter[] {
    const seen = new Map<string, StoredFilter>();
    for (const filter of this.file.read()) {
      const own = filter.owner !== null;
      if (own && filter.owner !== user) continue;
      if (own || !seen.has(filter.name)) seen.set(filter.name, filter);
    }
    return [...seen.values()]
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, text, about, owner }) => ({ name, text, about, shared: owner === null }));
  }

  /** Texts of `$name` for a reader. A damaged file must not stop questions without names: it is told instead. */
  named(user: string | null): ReadonlyMap<string, string> {
    try {
      const of = this.file.read();
      if (this.known.of !== of) this.known = { of, by: new Map() };
      let named = this.known.by.get(user);
      if (named === undefined) {
        named = new Map(this.list(user).map(({ name, text }) => [name, text]));
        this.known.by.set(user, named);
      }
      this.problem = null;
      return named;
    } catch (error) {
      this.problem = `saved filters cannot be used: ${(error as Error).message}`;
      return new Map();
    }
  }

  /**
   * Saves one; `owner` null = for everybody. Throws a FilterError where it cannot be asked, with its place, and UsageErrors.
   * `options`: what filters may refer to besides.
   */
  put(name: string, { text, about }: Omit<FilterDraft, "shared">, owner: string | null, options: FilterOptions): void {
    checkName(name);
    if (about.length > MOST_ABOUT) throw tooLong("about", MOST_ABOUT, about.length);
    if (text.length > FILTER_LIMITS.text) throw tooLong("text", FILTER_LIMITS.text, text.length);
    if (text.trim() === "") throw new UsageError("text: expected a filter, found none.");
    const named = new Map(this.named(owner));
    const before = named.get(name);
    named.set(name, text);
    parseFilter(text, { ...options, named });
    // Those that use it must go on to mean something.
    for (const [other, inner] of before === undefined ? [] : named) {
      if (other === name || !uses(inner, name, named)) continue;
      parseFilter(inner, { ...options, named });
    }
    const all = this.file.read();
    const kept = all.filter((filter) => filter.name !== name || filter.owner !== owner);
    const most = owner === null ? MOST.shared : MOST.own;
    if (kept.filter((filter) => filter.owner === owner).length >= most || kept.length >= MOST.all)
      throw new UsageError(`expected at most ${most} saved filters, found so many already; delete one.`);
    this.file.write([...kept, { name, text, about, owner }]);
  }

  /** Throws a ServeError where there is none, or others use it. */
  remove(name: string, owner: string | null): void {
    const all = this.file.read();
    const kept = all.filter((filter) => filter.name !== name || filter.owner !== owner);
    if (kept.length === all.length) throw noFilter(name);
    const named = this.named(owner);
    const users = kept.filter((filter) => filter.owner === owner && uses(filter.text, name, named));
    if (users.length > 0) throw usedBy(name, `the filter $${users[0]!.name}`);
    this.file.write(kept);
  }
}

export function noFilter(name: string): ServeError {
  return missing(`expected a saved filter, found none that is called "${name}"; GET /api/v1/filters lists them`);
}

export function usedBy(name: string, user: string): ServeError {
  return new ServeError(409, "conflict", `expected a filter that nothing uses, found that ${user} uses $${name}`);
}

/** True where a filter's text has `$name` in it, or in one that it uses. */
export function uses(text: string, name: string, named: ReadonlyMap<string, string>): boolean {
  return usedNames(text, named).some(([used]) => used === name);
}

function checkName(name: string): void {
  if (FILTER_NAME.test(name)) return;
  throw new UsageError(
    `name: expected 1 to 64 letters, digits, ".", "_" and "-", found "${name.slice(0, 80)}"; it is used as $name.`,
  );
}

function tooLong(member: string, most: number, found: number): UsageError {
  return new UsageError(`${member}: expected at most ${most} characters, found ${found}.`);
}

function checkFilters(value: unknown): readonly StoredFilter[] {
  if (!Array.isArray(value) || value.length > MOST.all) throw new Error("no list of filters");
  for (const one of value as readonly Partial<StoredFilter>[]) {
    const texts = [one?.name, one?.text, one?.about].every((text) => typeof text === "string");
    if (!texts || !FILTER_NAME.test(one.name ?? "") || (one.owner !== null && typeof one.owner !== "string"))
      throw new Error("a filter that is none");
  }
  return value as readonly StoredFilter[];
}
