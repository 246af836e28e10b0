// Who may ask: open on loopback, users with cookies and tokens, programs with Basic, proxies; guesses and foreign pages are refused.
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Access, type AccessOptions, type AccessRequest } from "./access.ts";
import { LoginLimits } from "./login-limits.ts";
import { Sessions } from "./sessions.ts";
import { Users } from "./users.ts";

let folder = "";
let now = 1_700_000_000_000;
const clock = () => now;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-access-"));
  now = 1_700_000_000_000;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function access(options: Partial<AccessOptions> = {}): Access {
  return new Access({
    users: new Users(folder),
    sessions: new Sessions(clock),
    limits: new LoginLimits(clock),
    proxyHeader: null,
    proxies: () => false,
    proxyRole: "viewer",
    loopback: true,
    hosts: null,
    now: clock,
    ...options,
  });
}

function request(words: Partial<AccessRequest> = {}, headers: Record<string, string> = {}): AccessRequest {
  return {
    method: "GET",
    address: "127.0.0.1",
    session: undefined,
    secure: false,
    ...words,
    headers: { host: "127.0.0.1:8055", ...headers },
  };
}

const PASSWORD = "correct horse battery";

describe("without users", () => {
  test("everybody of this machine is in, and may do everything", async () => {
    expect(await access().enter(request())).toMatchObject({ kind: "in", user: null, role: "admin" });
  });

  test.each(["evil.example", "evil.example:8055", "", "localhost.evil.example"])(
    "a page that calls us %s is another site's (DNS rebinding)",
    async (host) => {
      expect(await access().enter(request({}, { host }))).toMatchObject({ kind: "refused", status: 403 });
    },
  );

  test.each(["localhost:8055", "[::1]:8055", "127.0.0.1", "flowgauge.localhost"])("%s is our name", async (host) => {
    expect(await access().enter(request({}, { host }))).toMatchObject({ kind: "in" });
  });

  test("a page of another site cannot change anything, ours can", async () => {
    const from = (origin: string) => access().enter(request({ method: "POST" }, { origin }));
    expect(await from("https://evil.example")).toMatchObject({ kind: "refused", status: 403 });
    expect(await from("null")).toMatchObject({ kind: "refused", status: 403 });
    expect(await from("http://127.0.0.1:8055")).toMatchObject({ kind: "in" });
    const cross = request({ method: "POST" }, { "sec-fetch-site": "cross-site" });
    expect(await access().enter(cross)).toMatchObject({ kind: "refused", status: 403 });
  });
});

describe("with users", () => {
  beforeEach(async () => {
    await new Users(folder).add("ada", "admin", PASSWORD);
    await new Users(folder).add("bob", "viewer", PASSWORD);
  });

  test("nobody is in without logging in", async () => {
    expect(await access().enter(request())).toMatchObject({ kind: "refused", status: 401, code: "login" });
  });

  test("the file says no password, and only its owner reads it", () => {
    const path = join(folder, "users.json");
    expect(readFileSync(path, "utf8")).not.toContain(PASSWORD);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test("a wrong password, a wrong name: the same words, which say so", async () => {
    const message = "expected a user's name and its password, found a wrong name or password; try again";
    const post = request({ method: "POST" });
    expect(await access().logIn(post, "ada", `${PASSWORD}x`)).toMatchObject({ status: 401, message });
    expect(await access().logIn(post, "eve", PASSWORD)).toMatchObject({ status: 401, message });
  });

  test("a session: in by its cookie, changes need its token, it ends by logging out, idleness and another password", async () => {
    const door = access();
    const entrance = await door.logIn(request({ method: "POST" }), "ada", PASSWORD);
    if (entrance.kind !== "in") throw new Error(entrance.message);
    const session = entrance.token!;
    const csrf = entrance.csrf!;
    expect(await door.enter(request({ session }))).toMatchObject({ kind: "in", role: "admin", user: { name: "ada" } });
    const change = (headers: Record<string, string>) => door.enter(request({ session, method: "PUT" }, headers));
    expect(await change({})).toMatchObject({ kind: "refused", status: 403 });
    expect(await change({ "x-csrf-token": `${csrf}x` })).toMatchObject({ kind: "refused", status: 403 });
    expect(await change({ "x-csrf-token": csrf })).toMatchObject({ kind: "in" });

    now += 11 * 3_600_000;
    expect(await door.enter(request({ session }))).toMatchObject({ kind: "in" });
    now += 13 * 3_600_000;
    expect(await door.enter(request({ session }))).toMatchObject({ kind: "refused", status: 401 });

    const second = (await door.logIn(request({ method: "POST" }), "ada", PASSWORD)) as { token: string };
    await new Users(folder).changePassword("ada", "another password");
    expect(await door.enter(request({ session: second.token }))).toMatchObject({ kind: "refused", status: 401 });

    const third = (await door.logIn(request({ method: "POST" }), "ada", "another password")) as { token: string };
    door.logOut(request({ session: third.token }));
    expect(await door.enter(request({ session: third.token }))).toMatchObject({ kind: "refused", status: 401 });
  });

  test("logging in ends the session that was there", async () => {
    const door = access();
    const before = (await door.logIn(request({ method: "POST" }), "bob", PASSWORD)) as { token: string };
    await door.logIn(request({ method: "POST", session: before.token }), "ada", PASSWORD);
    expect(await door.enter(request({ session: before.token }))).toMatchObject({ kind: "refused", status: 401 });
  });

  test("guessing: five tries, then waits that grow; the right password waits, too; other addresses do not", async () => {
    const door = access();
    const enter = (password: string, address = "192.0.2.9") =>
      door.logIn(request({ method: "POST", address }), "ada", password);
    for (let tries = 0; tries < 5; tries++) expect(await enter("wrong")).toMatchObject({ status: 401 });
    expect(await enter(PASSWORD)).toMatchObject({ kind: "refused", status: 429 });
    expect(await enter(PASSWORD, "192.0.2.10")).toMatchObject({ kind: "in" });
    now += 61_000;
    expect(await enter(PASSWORD)).toMatchObject({ kind: "in" });
  });

  test("names that are there and names that are not are refused with the same words", async () => {
    const door = access();
    const known = await door.logIn(request({ method: "POST" }), "ada", "wrong password");
    const unknown = await door.logIn(request({ method: "POST" }), "eve", "wrong password");
    expect(unknown).toEqual(known);
  });

  test("programs send name and password with each request, as often as they like", async () => {
    const door = access();
    const authorization = `Basic ${Buffer.from(`bob:${PASSWORD}`).toString("base64")}`;
    for (let times = 0; times < 12; times++) {
      now += 120_000;
      expect(await door.enter(request({ method: "POST" }, { authorization }))).toMatchObject({
        kind: "in",
        role: "viewer",
      });
    }
    await new Users(folder).changePassword("bob", "another password");
    expect(await door.enter(request({}, { authorization }))).toMatchObject({ kind: "refused", status: 401 });
  });

  test("a damaged file lets nobody in", async () => {
    writeFileSync(join(folder, "users.json"), '[{"name":"ada"}]');
    await expect(access().enter(request())).rejects.toThrow(/expected what flowgauge serve wrote there/);
  });
});

test("users: names, roles and passwords that cannot be are refused with a sentence", async () => {
  const users = new Users(folder);
  await expect(users.add("a b", "viewer", PASSWORD)).rejects.toThrow(/expected a user's name/);
  await expect(users.add("ada", "viewer", "short")).rejects.toThrow(/expected a password of 8 to 256/);
  await users.add("ada", "viewer", PASSWORD);
  await expect(users.add("ada", "viewer", PASSWORD)).rejects.toThrow(/expected a new user/);
  users.changeRole("ada", "admin");
  expect(users.list()).toEqual([{ name: "ada", role: "admin" }]);
  users.remove("ada");
  expect(users.some).toBe(false);
  expect(() => users.remove("ada")).toThrow(/there are none/);
});

test("a proxy: who it names is in; others than the proxy are not", async () => {
  const door = access({ proxyHeader: "remote-user", proxies: (address) => address === "10.0.0.1", loopback: false });
  const enter = (address: string, name?: string) =>
    door.enter(request({ address }, name === undefined ? {} : { "remote-user": name }));
  expect(await enter("10.0.0.1", "carol")).toMatchObject({ kind: "in", role: "viewer", user: { name: "carol" } });
  expect(await enter("10.0.0.1")).toMatchObject({ kind: "refused", status: 401 });
  expect(await enter("10.0.0.2", "carol")).toMatchObject({ kind: "refused", status: 403 });
});
