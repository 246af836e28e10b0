// Passwords: kept as scrypt hashes (RFC 7914) with their own salt and cost, compared in constant time.
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

/** 32 MiB and some 50 ms a try. */
const COST = { N: 32_768, r: 8, p: 1 } as const;
const KEY_OCTETS = 32;
const SALT_OCTETS = 16;
const MOST_MEMORY = 128 * 1024 * 1024;

export const PASSWORD_LENGTH = { least: 8, most: 256 } as const;

const FORM = /^scrypt\$(\d{1,8})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9_-]{16,64})\$([A-Za-z0-9_-]{43})$/;

/** `scrypt$N$r$p$salt$hash`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_OCTETS);
  const hash = await derive(password, salt, COST);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

export function isPasswordHash(text: string): boolean {
  return FORM.test(text);
}

/** Takes as long for a hash that is none: who asks does not learn which users there are. */
export async function passwordMatches(password: string, stored: string | null): Promise<boolean> {
  const [, N, r, p, salt, hash] = (stored === null ? null : FORM.exec(stored)) ?? NOBODY;
  const expected = Buffer.from(hash!, "base64url");
  const found = await derive(password.slice(0, PASSWORD_LENGTH.most), Buffer.from(salt!, "base64url"), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  }).catch(() => Buffer.alloc(KEY_OCTETS));
  return timingSafeEqual(found, expected) && stored !== null;
}

const NOBODY = ["", String(COST.N), String(COST.r), String(COST.p), "A".repeat(22), "A".repeat(43)] as const;

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFC"), salt, KEY_OCTETS, { ...cost, maxmem: MOST_MEMORY }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}
