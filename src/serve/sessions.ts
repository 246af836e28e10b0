// Sessions of users who logged in: random tokens in cookies. Only their hashes are kept, in memory: a new start asks again.
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const IDLE_MS = 12 * 3_600_000;
const LONGEST_MS = 7 * 24 * 3_600_000;
const MOST = 10_000;
const MOST_OF_USER = 50;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;

interface Session {
  readonly user: string;
  /** `since` of the user when the session began. */
  readonly since: string;
  readonly csrf: string;
  readonly began: number;
  seen: number;
}

export interface SessionView {
  readonly user: string;
  readonly since: string;
  readonly csrf: string;
}

export class Sessions {
  /** By the hash of the token, the one seen longest ago first. */
  private readonly byHash = new Map<string, Session>();
  private readonly now: () => number;

  constructor(now: () => number = Date.now) {
    this.now = now;
  }

  /** The token for the cookie. */
  begin(user: string, since: string): string {
    const token = secret();
    const own = [...this.byHash].filter(([, session]) => session.user === user);
    if (own.length >= MOST_OF_USER) this.byHash.delete(own[0]![0]);
    const [oldest] = this.byHash.keys();
    if (this.byHash.size >= MOST && oldest !== undefined) this.byHash.delete(oldest);
    const now = this.now();
    this.byHash.set(hash(token), { user, since, csrf: secret(), began: now, seen: now });
    return token;
  }

  /** null = there is no such session, or it is over. */
  find(token: string | undefined): SessionView | null {
    if (token === undefined || !TOKEN.test(token)) return null;
    const key = hash(token);
    const session = this.byHash.get(key);
    if (session === undefined) return null;
    this.byHash.delete(key);
    const now = this.now();
    if (now - session.seen > IDLE_MS || now - session.began > LONGEST_MS) return null;
    session.seen = now;
    this.byHash.set(key, session);
    return session;
  }

  end(token: string | undefined): void {
    if (token !== undefined) this.byHash.delete(hash(token));
  }
}

/** Compared in constant time. */
export function sameSecret(expected: string, found: string | undefined): boolean {
  if (found === undefined) return false;
  const [a, b] = [Buffer.from(expected), Buffer.from(found)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function secret(): string {
  return randomBytes(32).toString("base64url");
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}
