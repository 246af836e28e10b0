// What the store is like, from the names and sizes of its files: no flow is read, and not more often than every second.
import { existsSync, statSync } from "node:fs";
import { SourceError } from "../core/errors.ts";
import { heldSpan } from "../query/index.ts";
import { readCatalog } from "../store/index.ts";
import type { QueryCost, StoreStatus } from "./api.ts";

const FRESH_MS = 1000;
const SECOND = 1_000_000_000n;

export interface SeenStore {
  readonly status: StoreStatus;
  readonly problems: readonly string[];
}

export class StoreWatch {
  private readonly folder: string;
  private seen: { readonly store: SeenStore; readonly at: number } | null = null;
  /** Files never change, so their sizes do not either. */
  private sizes = new Map<string, number>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** `noEngine`: nothing can be asked of it. */
  look(noEngine: boolean): SeenStore {
    const now = performance.now();
    if (this.seen === null || now - this.seen.at > FRESH_MS) this.seen = { store: this.read(), at: now };
    const { store } = this.seen;
    if (!noEngine || (store.status.state !== "ready" && store.status.state !== "empty")) return store;
    return { ...store, status: { ...store.status, state: "noEngine" } };
  }

  /** Of the files that may have flows of a time (seconds since 1970). Throws a SourceError where there is no store. */
  cost(time: { readonly from?: number | undefined; readonly to?: number | undefined }): QueryCost {
    const { segments, parquet, native } = readCatalog(this.folder, time);
    const paths = [...parquet, ...native];
    const octets = paths.reduce((sum, path) => sum + this.sizeOf(path), 0);
    return { files: paths.length, octets, flows: segments.reduce((sum, { rows }) => sum + rows, 0) };
  }

  private read(): SeenStore {
    const { folder } = this;
    const nothing = { folder, flows: null, octets: 0, oldest: null, newest: null };
    if (!existsSync(folder)) return { status: { ...nothing, state: "missing" }, problems: [] };
    try {
      const { segments, parquet, native, problems } = readCatalog(folder);
      const paths = [...parquet, ...native];
      const sizes = new Map(paths.map((path) => [path, this.sizeOf(path)]));
      this.sizes = sizes;
      const held = heldSpan([folder]);
      const text = (time: bigint | undefined) =>
        time === undefined ? null : new Date(Number(time / SECOND) * 1000).toISOString();
      const status: StoreStatus = {
        folder,
        state: paths.length === 0 ? "empty" : "ready",
        flows: native.length > 0 && segments.length === 0 ? null : segments.reduce((sum, { rows }) => sum + rows, 0),
        octets: [...sizes.values()].reduce((sum, size) => sum + size, 0),
        oldest: text(held?.[0]),
        newest: text(held?.[1]),
      };
      return { status, problems: problems.map(({ message }) => message) };
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      return { status: { ...nothing, state: "unreadable" }, problems: [error.message] };
    }
  }

  private sizeOf(path: string): number {
    return this.sizes.get(path) ?? statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
}
