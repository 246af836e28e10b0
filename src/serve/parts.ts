// What the server is put together of: who may ask (access), what is collected, saved filters, and the routes of each part.
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { CollectingStatus, DownloadSaid, Role } from "./api.ts";

/** Who asks. */
export interface Caller {
  /** null where nobody needs to log in. */
  readonly user: { readonly name: string; readonly role: Role } | null;
  /** What he may do; "admin" where nobody needs to log in. */
  readonly role: Role;
  /** To be sent with everything that changes something. */
  readonly csrf: string | null;
  /** Whose turn it is: the user's name, or the address. */
  readonly key: string;
}

/** What a route needs: a role, or "nobody": it is answered to everybody (the page's files, the log-in). */
export type Need = Role | "nobody";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Default: "viewer". */
    need?: Need;
  }
  interface FastifyRequest {
    /** Set before a route is run; null where it needs nobody and nobody has logged in. */
    caller: Caller | null;
  }
}

/**
 * Asked before every route of the API. Throws a ServeError (401, 403, 429) where the route needs more than the one who asks has; gives
 * null for a route that needs nobody, asked by somebody who is not logged in.
 */
export type Guard = (request: FastifyRequest, need: Need) => Caller | null | Promise<Caller | null>;

/** Everybody is admin: nothing but this machine can reach us. */
export const OPEN_GUARD: Guard = ({ ip }) => ({ user: null, role: "admin", csrf: null, key: ip });

/** Octets of an answer. */
export interface Answer {
  readonly octets: number;
  /** Of a download: what it does not say itself. */
  readonly said: DownloadSaid | null;
  /** All of it: at once, or piece by piece as they are taken. To be asked for once. */
  read(): Uint8Array | NodeJS.ReadableStream;
  /** It is not needed (any more). */
  release(): void;
}

export const FORMATS = ["json", "ndjson", "csv", "parquet", "native", "svg", "png"] as const;
export type Format = (typeof FORMATS)[number];

/** Questions in the words of the API, also of reports and schedules. */
export interface Questions {
  /** `words`: a QueryWords. Throws (rejects with) a ServeError: wrong words, busy, too slow, cancelled by the signal. */
  ask(words: object, format: Format, reader: Reader): Promise<Answer>;
  /** Why there is no engine; null = there is one, or nobody knows yet. */
  readonly engineProblem: string | null;
}

export interface Reader {
  readonly caller: Pick<Caller, "key" | "user">;
  /** He has gone. */
  readonly signal: AbortSignal;
}

/** A host that has been seen, for completion. */
export interface SeenHost {
  readonly text: string;
  readonly about: string;
}

/** What routes may use of the server. */
export interface ServeContext {
  readonly parts: ServeParts;
  readonly questions: Questions;
  /** Folder of the store, absolute. */
  readonly store: string;
}

/** A part that brings routes of its own. `api` stands behind /api/v1, `root` at the top (/metrics). */
export interface ServeRoutes {
  install(api: FastifyInstance, root: FastifyInstance, context: ServeContext): void | Promise<void>;
}

export interface ServeParts {
  readonly guard: Guard;
  /** False = everybody may ask. */
  readonly loginNeeded: () => boolean;
  readonly collecting: () => CollectingStatus;
  /** The store holds the bundled capture, moved to now. */
  readonly demo: () => boolean;
  /** Sentences for everybody who looks at the page. */
  readonly problems: () => readonly string[];
  /** Texts of `$name` for this reader. */
  readonly namedFilters: (user: string | null) => ReadonlyMap<string, string>;
  /** Hosts whose address or name begins so. */
  readonly seenHosts: (part: string) => readonly SeenHost[];
  readonly routes: readonly ServeRoutes[];
}

const NOT_COLLECTING: CollectingStatus = {
  listening: [],
  running: false,
  problem: null,
  exporters: 0,
  records: 0,
  lost: 0,
};

/** A server that only answers questions. */
export const NO_PARTS: ServeParts = {
  guard: OPEN_GUARD,
  loginNeeded: () => false,
  collecting: () => NOT_COLLECTING,
  demo: () => false,
  problems: () => [],
  namedFilters: () => new Map(),
  seenHosts: () => [],
  routes: [],
};
