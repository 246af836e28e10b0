// Who may ask: everybody on loopback where there are no users, else who logged in, or whom a trusted proxy names.
import { createHmac, randomBytes } from "node:crypto";
import type { Role } from "./api.ts";
import type { LoginLimits } from "./login-limits.ts";
import { type Sessions, sameSecret } from "./sessions.ts";
import type { User, Users } from "./users.ts";

/** What access needs to know of a request; header names in lower case. */
export interface AccessRequest {
  readonly method: string;
  /** Of the connection. */
  readonly address: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The cookie of the session. */
  readonly session: string | undefined;
  readonly secure: boolean;
}

export interface AccessOptions {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly limits: LoginLimits;
  /** The header in which a proxy in front of us names who asks; null = none is trusted. */
  readonly proxyHeader: string | null;
  /** Addresses the proxy speaks from. */
  readonly proxies: (address: string) => boolean;
  /** Role of users that a proxy names and that are not among ours. */
  readonly proxyRole: Role;
  /** True where only this machine can reach us. */
  readonly loopback: boolean;
  /** Names by which we may be called besides addresses and localhost; null = any. */
  readonly hosts: readonly string[] | null;
  /** ms since 1970; default: the clock. */
  readonly now?: () => number;
}

export type Entrance =
  | { readonly kind: "in"; readonly user: User | null; readonly role: Role; readonly csrf: string | null }
  | {
      readonly kind: "refused";
      readonly status: 400 | 401 | 403 | 429;
      readonly code: string;
      readonly message: string;
      readonly wait?: number;
    };

export const SESSION_COOKIE = "flowgauge";
/** Which of them is wrong is told to nobody. */
const WRONG_PASSWORD = "expected a user's name and its password, found a wrong name or password; try again";
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
/** Passwords that are looked at in the same moment: each takes 32 MiB. */
const MOST_AT_ONCE = 4;

/** Programs send name and password with each request (Basic): what was right is not looked at again for so long. */
const KNOWN_MS = 60_000;
const MOST_KNOWN = 1000;

export class Access {
  private readonly options: AccessOptions;
  private looking = 0;
  private readonly known = new Map<string, { readonly since: string; readonly until: number }>();
  private readonly key = randomBytes(32);

  private readonly now: () => number;

  constructor(options: AccessOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  /** Nobody needs to log in. */
  get open(): boolean {
    return this.options.proxyHeader === null && !this.options.users.some;
  }

  /** Throws a SourceError where the file of users is damaged. */
  async enter(request: AccessRequest): Promise<Entrance> {
    const foreign = this.foreign(request);
    if (foreign !== null) return foreign;
    if (this.options.proxyHeader !== null) return this.byProxy(request, this.options.proxyHeader);
    if (this.open) return { kind: "in", user: null, role: "admin", csrf: null };
    const basic = basicWords(one(request.headers.authorization));
    if (basic !== null) return this.byBasic(request, basic.name, basic.password);
    return this.bySession(request);
  }

  private async byBasic(request: AccessRequest, name: string, password: string): Promise<Entrance> {
    const { known } = this;
    const since = this.options.users.find(name)?.since ?? null;
    const words = createHmac("sha256", this.key).update(`${name}:${password}`).digest("base64");
    const seen = known.get(words);
    if (seen !== undefined && seen.since === since && seen.until > this.now()) {
      const user = this.options.users.find(name);
      if (user !== null) return { kind: "in", user: { name, role: user.role }, role: user.role, csrf: null };
    }
    known.delete(words);
    const entrance = await this.byPassword(request, name, password);
    if (entrance.kind === "in" && since !== null) known.set(words, { since, until: this.now() + KNOWN_MS });
    const [oldest] = known.keys();
    if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
    return entrance;
  }

  /** Gives the token of a new session. */
  async logIn(request: AccessRequest, name: string, password: string): Promise<Entrance & { readonly token?: string }> {
    const foreign = this.foreign(request);
    if (foreign !== null) return foreign;
    const { users, sessions } = this.options;
    const entrance = await this.byPassword(request, name, password);
    if (entrance.kind === "refused") return entrance;
    // A session from before, whoever it is of, ends: its token may be known to others.
    sessions.end(request.session);
    const token = sessions.begin(name, users.find(name)?.since ?? "");
    return { ...entrance, csrf: sessions.find(token)?.csrf ?? null, token };
  }

  logOut(request: AccessRequest): void {
    this.options.sessions.end(request.session);
  }

  /** Another site's page in the reader's browser: by name (DNS rebinding), or by what it sends. */
  private foreign({ method, headers }: AccessRequest): Entrance | null {
    const host = one(headers.host) ?? "";
    if (!this.isOurName(hostName(host))) {
      const sentence = `expected to be asked by a known name, found "${host}"; add it with --host-name`;
      return refused(403, "forbidden", sentence);
    }
    const site = one(headers["sec-fetch-site"]);
    const origin = one(headers.origin);
    if (SAFE.has(method)) return null;
    const ours = origin === undefined ? site !== "cross-site" : originHost(origin) === host.toLowerCase();
    return ours
      ? null
      : refused(403, "forbidden", `expected a request of our own page, found one of ${origin ?? "another site"}`);
  }

  private isOurName(name: string): boolean {
    const { hosts, loopback } = this.options;
    if (hosts?.includes(name) === true || name === "localhost" || name.endsWith(".localhost")) return true;
    if (/^[\d.]+$/.test(name) || name.includes(":")) return true;
    return hosts === null && !loopback;
  }

  private bySession(request: AccessRequest): Entrance {
    const { sessions, users } = this.options;
    const session = sessions.find(request.session);
    const user = session === null ? null : users.find(session.user);
    if (session === null || user === null || user.since !== session.since) {
      sessions.end(request.session);
      return refused(401, "login", "expected somebody who is logged in, found nobody; log in");
    }
    if (!SAFE.has(request.method) && !sameSecret(session.csrf, one(request.headers["x-csrf-token"]))) {
      return refused(
        403,
        "forbidden",
        "expected the page's token (X-CSRF-Token), found another or none; reload the page",
      );
    }
    return { kind: "in", user: { name: user.name, role: user.role }, role: user.role, csrf: session.csrf };
  }

  private async byPassword({ address }: AccessRequest, name: string, password: string): Promise<Entrance> {
    const { users, limits } = this.options;
    const wait = this.looking >= MOST_AT_ONCE ? 1 : limits.wait(address, name);
    if (wait > 0) {
      const sentence = `expected fewer tries to log in, found too many; try again in ${wait} s`;
      return { ...refused(429, "busy", sentence), wait };
    }
    // Counted before it is looked at: many at once are not one.
    limits.wrong(address, name);
    this.looking++;
    try {
      const user = await users.enter(name, password);
      if (user === null) return refused(401, "login", WRONG_PASSWORD);
      limits.right(address, name);
      return { kind: "in", user, role: user.role, csrf: null };
    } finally {
      this.looking--;
    }
  }

  private byProxy({ address, headers, method }: AccessRequest, header: string): Entrance {
    const { proxies, users, proxyRole } = this.options;
    const name = one(headers[header]);
    if (!proxies(address)) {
      return refused(403, "forbidden", `expected a request through the proxy, found one from ${address}`);
    }
    if (name === undefined || name === "" || name.length > 256) {
      return refused(401, "login", `expected the proxy to say who asks (${header}), found that it does not`);
    }
    if (!SAFE.has(method) && one(headers["sec-fetch-site"]) === "cross-site") {
      return refused(403, "forbidden", "expected a request of our own page, found one of another site");
    }
    const role = users.find(name)?.role ?? proxyRole;
    return { kind: "in", user: { name, role }, role, csrf: null };
  }
}

function refused(status: 400 | 401 | 403 | 429, code: string, message: string) {
  return { kind: "refused", status, code, message } as const;
}

/** A header that came twice is none. */
function one(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** "[::1]:8055" -> "::1". */
function hostName(host: string): string {
  const [, inBrackets, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host.toLowerCase()) ?? [];
  return inBrackets ?? plain ?? "";
}

function originHost(origin: string): string {
  const found = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return found?.toLowerCase() ?? "";
}

function basicWords(header: string | undefined): { readonly name: string; readonly password: string } | null {
  const encoded = /^basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString();
  const colon = text.indexOf(":");
  return colon < 0 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
