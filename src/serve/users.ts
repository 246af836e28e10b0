// The users of serve: a file of names, roles and hashes of passwords, made by `flowgauge serve user`.
import { join } from "node:path";
import { UsageError } from "../core/errors.ts";
import type { Role } from "./api.ts";
import { hashPassword, isPasswordHash, PASSWORD_LENGTH, passwordMatches } from "./passwords.ts";
import { StateFile } from "./state-file.ts";

export interface User {
  readonly name: string;
  readonly role: Role;
}

interface StoredUser extends User {
  readonly password: string;
  /** Changes with the password and the role: sessions made before it end. */
  readonly since: string;
}

export const ROLES: readonly Role[] = ["viewer", "admin"];
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,63}$/u;
const MOST_USERS = 10_000;

export class Users {
  private readonly file: StateFile<readonly StoredUser[]>;

  /** `folder`: where serve keeps what it remembers. */
  constructor(folder: string) {
    this.file = new StateFile(join(folder, "users.json"), [], checkUsers);
  }

  /** In the order of their names. Throws a SourceError where the file is damaged: nobody gets in then. */
  list(): readonly User[] {
    return this.file.read().map(({ name, role }) => ({ name, role }));
  }

  get some(): boolean {
    return this.file.read().length > 0;
  }

  find(name: string): (User & { readonly since: string }) | null {
    const found = this.file.read().find((user) => user.name === name);
    return found === undefined ? null : { name: found.name, role: found.role, since: found.since };
  }

  /** The user whose password it is; null takes as long. */
  async enter(name: string, password: string): Promise<User | null> {
    const found = this.file.read().find((user) => user.name === name);
    const matches = await passwordMatches(password, found?.password ?? null);
    return matches && found !== undefined ? { name: found.name, role: found.role } : null;
  }

  /** Throws a UsageError for a name that cannot be, or is taken: before anybody is asked for a password. */
  checkNew(name: string): void {
    checkName(name);
    const before = this.file.read();
    if (before.some((user) => user.name === name)) {
      throw new UsageError(
        `expected a new user, found that there is "${name}" already; flowgauge serve user password ${name} changes the password.`,
      );
    }
    if (before.length >= MOST_USERS)
      throw new UsageError(`expected at most ${MOST_USERS} users, found so many already.`);
  }

  checkKnown(name: string): void {
    this.known(name);
  }

  /** Throws a UsageError, too, for a password that cannot be. */
  async add(name: string, role: Role, password: string): Promise<void> {
    this.checkNew(name);
    const stored = { name, role, password: await hashed(password), since: new Date().toISOString() };
    this.checkNew(name);
    this.put(this.file.read(), stored);
  }

  async changePassword(name: string, password: string): Promise<void> {
    const { before, user } = this.known(name);
    this.put(before, { ...user, password: await hashed(password), since: new Date().toISOString() });
  }

  changeRole(name: string, role: Role): void {
    const { before, user } = this.known(name);
    this.put(before, { ...user, role, since: new Date().toISOString() });
  }

  remove(name: string): void {
    const { before } = this.known(name);
    this.file.write(before.filter((user) => user.name !== name));
  }

  private known(name: string): { readonly before: readonly StoredUser[]; readonly user: StoredUser } {
    const before = this.file.read();
    const user = before.find((one) => one.name === name);
    if (user !== undefined) return { before, user };
    const names = before.map((one) => one.name).join(", ");
    throw new UsageError(
      `expected a user, found no "${name}"; ${names === "" ? "there are none" : `there are: ${names}`}.`,
    );
  }

  private put(before: readonly StoredUser[], user: StoredUser): void {
    const others = before.filter(({ name }) => name !== user.name);
    this.file.write([...others, user].sort((a, b) => (a.name < b.name ? -1 : 1)));
  }
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new UsageError(
    `expected a user's name of 1 to 64 letters, digits, ".", "_", "@" and "-", found ${JSON.stringify(name)}.`,
  );
}

function hashed(password: string): Promise<string> {
  const { least, most } = PASSWORD_LENGTH;
  if (password.length < least || password.length > most) {
    throw new UsageError(`expected a password of ${least} to ${most} characters, found ${password.length}.`);
  }
  return hashPassword(password);
}

function checkUsers(value: unknown): readonly StoredUser[] {
  if (!Array.isArray(value)) throw new Error("no list of users");
  return value.map((user: Partial<StoredUser> | null) => {
    const { name, role, password, since } = user ?? {};
    if (typeof name !== "string" || !NAME.test(name)) throw new Error("a user without a name");
    if (role === undefined || !ROLES.includes(role)) throw new Error(`no role of ${name}`);
    if (typeof password !== "string" || !isPasswordHash(password)) throw new Error(`no password of ${name}`);
    return { name, role, password, since: typeof since === "string" ? since : "" };
  });
}
