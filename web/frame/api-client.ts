// Asks the server: one function for each kind of request; what went wrong is an ApiFault with the server's sentence.
import { signal } from "@preact/signals";
import type {
  ApiError,
  Exporters,
  FilterLook,
  FilterSeen,
  HostFacts,
  LiveLinks,
  Login,
  QueryAnswer,
  QueryWords,
  Status,
  Window,
  Words,
} from "../../src/serve/api.ts";

/** What the server, or the way to it, said instead of an answer. */
export class ApiFault extends Error {
  override readonly name = "ApiFault";
  readonly status: number;
  readonly code: string;
  /** Characters of the filter that are meant. */
  readonly from: number | null;
  readonly to: number | null;

  constructor(status: number, { message, code, from, to }: ApiError["error"]) {
    super(message);
    this.status = status;
    this.code = code;
    this.from = from;
    this.to = to;
  }
}

export const GONE = "flowgauge serve does not answer; is it still running?";

/** False from a request that nobody answered to the next one that somebody did. */
export const reached = signal(true);

let csrf: string | null = null;

/** `path` stands behind /api/v1. Throws an ApiFault. */
export async function ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (init.body !== undefined) headers.set("content-type", "application/json");
  if (csrf !== null) headers.set("x-csrf-token", csrf);
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { ...init, headers, credentials: "same-origin" });
    reached.value = true;
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    reached.value = false;
    throw new ApiFault(0, {
      message: GONE,
      code: "gone",
      from: null,
      to: null,
    });
  }
  const body = (await response.json().catch(() => null)) as Answer | ApiError | null;
  if (response.ok && body !== null) return body as Answer;
  throw new ApiFault(response.status, faultOf(body, response.status));
}

function faultOf(body: unknown, status: number): ApiError["error"] {
  const error = (body as Partial<ApiError> | null)?.error;
  return error ?? { message: `the server answered ${status}`, code: "internal", from: null, to: null };
}

export async function askStatus(signal?: AbortSignal): Promise<Status> {
  const status = await ask<Status>("/status", signal === undefined ? {} : { signal });
  csrf = status.csrf;
  return status;
}

export function askQuery(words: QueryWords, signal: AbortSignal): Promise<QueryAnswer> {
  return ask<QueryAnswer>("/query", { method: "POST", body: JSON.stringify(words), signal });
}

export function askWindow(from: string, to: string, signal: AbortSignal): Promise<Window> {
  const query = new URLSearchParams();
  if (from !== "") query.set("from", from);
  if (to !== "") query.set("to", to);
  return ask<Window>(`/window?${query.toString()}`, { signal });
}

export function askWords(): Promise<Words> {
  return ask<Words>("/fields");
}

export function lookAtFilter(look: FilterLook, signal: AbortSignal): Promise<FilterSeen> {
  return ask<FilterSeen>("/filter", { method: "POST", body: JSON.stringify(look), signal });
}

export function logIn(login: Login): Promise<unknown> {
  return ask("/login", { method: "POST", body: JSON.stringify(login) });
}

export function logOut(): Promise<unknown> {
  return ask("/logout", { method: "POST" });
}

/** Where the same answer is as a file. */
export function downloadAddress(words: QueryWords, format: string): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(words)) {
    if (Array.isArray(value)) for (const one of value) query.append(name, String(one));
    else if (value !== undefined) query.set(name, String(value));
  }
  return `/api/v1/query?${query.toString()}`;
}

export function askLinks(signal: AbortSignal): Promise<LiveLinks> {
  return ask<LiveLinks>("/live/links", { signal });
}

export function askExporters(signal: AbortSignal): Promise<Exporters> {
  return ask<Exporters>("/exporters", { signal });
}

export function askHost(address: string, signal: AbortSignal): Promise<HostFacts> {
  return ask<HostFacts>(`/hosts/${encodeURIComponent(address)}`, { signal });
}
