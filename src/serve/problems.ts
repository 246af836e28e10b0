// What a reader is told when something cannot be: an ApiError with one sentence, whatever went wrong. Never a stack.
import { SourceError, UsageError } from "../core/errors.ts";
import { safeJson } from "../core/safe-json.ts";
import { FilterError } from "../query/index.ts";
import type { ApiError } from "./api.ts";

/** Thrown by whoever answers; the server makes an ApiError of it. */
export class ServeError extends Error {
  override readonly name = "ServeError";
  readonly status: number;
  /** Of api.ts: "usage", "busy", "missing" ... */
  readonly code: string;
  /** Characters of the filter. */
  readonly span: { readonly from: number; readonly to: number } | null;
  /** Seconds after which it may be tried again. */
  readonly wait: number | null;

  constructor(
    status: number,
    code: string,
    sentence: string,
    more: { readonly span?: ServeError["span"]; readonly wait?: number } = {},
  ) {
    super(sentence);
    this.status = status;
    this.code = code;
    this.span = more.span ?? null;
    this.wait = more.wait ?? null;
  }
}

export function missing(sentence: string): ServeError {
  return new ServeError(404, "missing", sentence);
}

/** A ServeError as it crosses from a process to another. */
export interface SaidProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly from: number | null;
  readonly to: number | null;
}

export function saidProblem({ status, code, message, span }: ServeError): SaidProblem {
  return { status, code, message, from: span?.from ?? null, to: span?.to ?? null };
}

export function heardProblem({ status, code, message, from, to }: SaidProblem): ServeError {
  return new ServeError(status, code, message, { span: from === null || to === null ? null : { from, to } });
}

export function problemText({ code, message, span }: ServeError): string {
  const body: ApiError = { error: { message, code, from: span?.from ?? null, to: span?.to ?? null } };
  return `${safeJson(body)}\n`;
}

const INTERNAL = "expected to answer, found a fault of flowgauge itself; what it was stands in the messages of serve";

/** Whatever was thrown, as what the reader is told; null = it is ours, and nobody's business: say it in our own messages. */
export function asServeError(error: unknown): ServeError {
  if (error instanceof ServeError) return error;
  if (error instanceof FilterError) {
    const place = error.source === null ? error.span : null;
    const where = error.source === null ? "filter" : `filter ${error.source}`;
    return new ServeError(400, "filter", `${where}: ${error.sentence}`, { span: place });
  }
  if (error instanceof UsageError) return new ServeError(400, "usage", withoutDashes(error.message));
  if (error instanceof SourceError) return new ServeError(503, "store", error.message);
  return ofFramework(error) ?? new ServeError(500, "internal", INTERNAL);
}

export function isInternal({ status }: ServeError): boolean {
  return status === 500;
}

/** Options are words here: "--top: expected" is said of `top`. */
function withoutDashes(message: string): string {
  const [line = ""] = message.split("\n", 1);
  return line.replace(/(^|(?:^|[ (])(?:and )?)--(?=[a-z])/g, "$1");
}

/** What a validator says of one member. */
interface Violation {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

interface FrameworkError {
  readonly statusCode?: number;
  readonly code?: string;
  readonly validation?: readonly Violation[];
  readonly validationContext?: string;
}

const CODES: Readonly<Record<number, string>> = { 401: "login", 403: "forbidden", 404: "missing", 429: "busy" };

function ofFramework(error: unknown): ServeError | null {
  const { statusCode, code, validation, validationContext } = (error ?? {}) as FrameworkError;
  if (validation?.[0] !== undefined) {
    return new ServeError(400, "usage", violationSentence(validation, validationContext ?? "request"));
  }
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new ServeError(413, "usage", "expected a body of at most 1 MB, found a larger one; ask for less");
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new ServeError(415, "usage", "expected a body of JSON (Content-Type: application/json), found another");
  }
  if (code === "FST_ERR_CTP_EMPTY_JSON_BODY")
    return new ServeError(400, "usage", "expected a body of JSON, found none");
  if (statusCode === undefined || statusCode < 400 || statusCode > 499) return null;
  if (statusCode === 429) {
    return new ServeError(
      429,
      "busy",
      "expected fewer requests, found too many in a short time; try again in a minute",
    );
  }
  const said = error instanceof SyntaxError ? "expected a body of JSON, found something else" : null;
  return new ServeError(statusCode, CODES[statusCode] ?? "usage", said ?? plain((error as Error).message));
}

/** A framework's words, as one line. */
function plain(message: string): string {
  return `expected a request that can be understood, found: ${message.split("\n", 1)[0]!.slice(0, 200)}`;
}

/** The first thing that is wrong: alternatives of one member say the same several times. */
function violationSentence(all: readonly Violation[], context: string): string {
  const first = all[0]!;
  const { keyword, params } = first;
  const member = first.instancePath.replace(/^\//, "").replaceAll("/", ".");
  const where = member === "" ? context : member;
  switch (keyword) {
    case "additionalProperties":
      return `${where}: expected members that are known, found "${String(params.additionalProperty)}"; docs/api.md has the list`;
    case "required":
      return `${where}: expected the member "${String(params.missingProperty)}", found none`;
    case "enum":
    case "const":
      return `${where}: expected one of ${listed(all, params)}, found another`;
    case "type": {
      const same = all.filter(({ instancePath }) => instancePath === first.instancePath);
      const types = [...new Set(same.flatMap(({ params: { type } }) => (type === undefined ? [] : [String(type)])))];
      return `${where}: expected ${types.join(" or ")}, found something else`;
    }
    default:
      return `${where}: expected what ${first.message ?? "is described"}, found something else`;
  }
}

function listed(all: readonly Violation[], { allowedValues }: Violation["params"]): string {
  if (Array.isArray(allowedValues)) return allowedValues.join(", ");
  const values = all.flatMap(({ params: { allowedValue } }) => (allowedValue === undefined ? [] : [allowedValue]));
  return values.join(", ");
}
