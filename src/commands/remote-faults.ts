// What can be wrong with a remote serve, one sentence each: it cannot be reached, it is not known, it refuses.
import type { IncomingMessage } from "node:http";
import { SourceError, UsageError } from "../core/errors.ts";

/** What the server said: status and its own sentence. */
export class RemoteRefusal extends SourceError {
  readonly status: number;
  /** "usage", "filter", "login", "busy" ...: of ApiError. */
  readonly code: string;
  readonly said: string;
  /** Seconds after which it may be asked again; null = it does not say. */
  readonly wait: number | null;

  constructor(source: string, sentence: string, words: Pick<RemoteRefusal, "status" | "code" | "said" | "wait">) {
    super({ source }, sentence);
    this.status = words.status;
    this.code = words.code;
    this.said = words.said;
    this.wait = words.wait;
  }

  /** The person's own words are wrong. */
  get ofWords(): boolean {
    return this.status === 400 && (this.code === "usage" || this.code === "filter");
  }

  get asUsage(): UsageError {
    return new UsageError(`${this.said.replace(/\.$/, "")}.`);
  }
}

const MOST_WORDS = 65_536;
const REACH: Readonly<Record<string, string>> = {
  ECONNREFUSED: "that nothing listens there; start flowgauge serve, or check host and port",
  ECONNRESET: "that it hung up; ask again",
  EPIPE: "that it hung up; ask again",
  ENOTFOUND: "no host of that name; check it",
  EAI_AGAIN: "that its name cannot be looked up now; try again",
  ETIMEDOUT: "no answer in time; check host and port",
  EHOSTUNREACH: "no way to it; check the network",
  ENETUNREACH: "no way to it; check the network",
  ERR_TLS_CERT_ALTNAME_INVALID: "a certificate of another name; use the name that it is made for",
  CERT_HAS_EXPIRED: "a certificate that is not valid any more; it needs a new one",
  CERT_NOT_YET_VALID: "a certificate that is not valid yet; check the clocks",
  DEPTH_ZERO_SELF_SIGNED_CERT: "a certificate of no authority that is trusted here; --ca FILE trusts it",
  SELF_SIGNED_CERT_IN_CHAIN: "a certificate of no authority that is trusted here; --ca FILE trusts it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "a certificate of no authority that is trusted here; --ca FILE trusts it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "a certificate of no authority that is trusted here; --ca FILE trusts it",
};

/** Why there is no connection, or (`begun`) no whole answer. */
export function reachSentence(source: string, error: unknown, begun = true): SourceError {
  if (error instanceof SourceError) return error;
  const { code = "", message } = error as NodeJS.ErrnoException;
  // So does who expects TLS and hears HTTP, each time.
  const other = source.startsWith("https:") ? "if it speaks no TLS, say http://" : "if it speaks TLS, say https://";
  const found =
    (code === "ECONNRESET" && !begun ? `that it hung up; ${other}, else ask again` : undefined) ??
    REACH[code] ??
    (code.startsWith("HPE_") ? "no HTTP; https://, perhaps" : undefined) ??
    (code === "EPROTO" || code.startsWith("ERR_SSL") ? "no TLS; http://, perhaps" : undefined) ??
    (message.split("\n", 1)[0] || code);
  return new SourceError({ source }, `expected an answer of flowgauge serve, found ${found}`, { cause: error });
}

/** Reads what a refusal says, and makes one sentence of it. */
export async function refusalOf(source: string, answer: IncomingMessage, loggedIn: boolean): Promise<RemoteRefusal> {
  const status = answer.statusCode ?? 0;
  const { message, code } = await errorOf(answer);
  const wait = /^\d{1,6}$/.test(answer.headers["retry-after"] ?? "") ? Number(answer.headers["retry-after"]) : null;
  const again = wait === null ? "" : `; ask again in ${wait} s`;
  const words = { status, code, said: message ?? "", wait };
  if (status === 401) {
    const found = loggedIn ? "a wrong name or password; check --user and its password" : "nobody; say --user NAME";
    return new RemoteRefusal(source, `expected a user who may ask, found ${found}`, words);
  }
  if (message !== null) return new RemoteRefusal(source, `${message.replace(/\.$/, "")}${again}`, words);
  const sentence = `expected the API of flowgauge serve, found HTTP status ${status}${again}; check the address`;
  return new RemoteRefusal(source, sentence, words);
}

async function errorOf(answer: IncomingMessage): Promise<{ readonly message: string | null; readonly code: string }> {
  let text = "";
  try {
    answer.setEncoding("utf8");
    for await (const piece of answer) {
      text += piece as string;
      if (text.length > MOST_WORDS) break;
    }
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: unknown; readonly code?: unknown } };
    if (typeof error?.message !== "string") return { message: null, code: "" };
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what does something to a terminal is not shown
    const message = error.message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ").slice(0, 2000);
    return { message, code: typeof error.code === "string" ? error.code : "" };
  } catch {
    return { message: null, code: "" };
  }
}
