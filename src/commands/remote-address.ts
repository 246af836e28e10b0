// A remote `flowgauge serve` as a source: http://HOST:8055, who asks it, and by which authorities it is known.
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { SourceError, UsageError } from "../core/errors.ts";
import { readText } from "../core/text-file.ts";
import { askedPassword } from "./password-entry.ts";

/** The options as commander gives them. */
export interface RemoteSettings {
  readonly user?: string;
  readonly passwordFile?: string;
  readonly ca?: string;
}

export interface RemoteAddress {
  /** As it was given, without a slash at its end. */
  readonly name: string;
  /** Its API: http://HOST:8055/api/v1/ */
  readonly api: URL;
  /** PEM; null = the authorities of the system. */
  readonly ca: string | null;
  /** "Basic ..."; null = nobody logs in. */
  readonly authorization: string | null;
}

const PASSWORD = "FLOWGAUGE_PASSWORD";
const MOST_PASSWORD = 4096;

export function addRemoteOptions(command: Command): Command {
  return command
    .optionsGroup("A remote serve (http://HOST:8055, https://):")
    .option("--user <name>", `log in; the password is $${PASSWORD}, or asked for on the terminal`)
    .option("--password-file <file>", "the password is the first line of this file")
    .option("--ca <file>", "https://: certificates of these authorities (PEM) are trusted");
}

export function isRemote(word: string | undefined): boolean {
  return word !== undefined && /^https?:\/\//i.test(word);
}

/** The remote that the first word names, and the other words; null where it names none. Throws a UsageError for more sources than one. */
export function splitRemote(
  words: readonly string[],
): { readonly remote: string; readonly rest: readonly string[] } | null {
  const [remote, ...rest] = words;
  const later = words.slice(1).find((word) => isRemote(word));
  if (remote === undefined || !isRemote(remote)) {
    if (later === undefined) return null;
    throw new UsageError(`expected a remote serve alone and first, found ${shown(later)} behind other words.`);
  }
  const other = later ?? rest.find((word) => /^(store:|iface:|[a-z]+:\/\/)/i.test(word));
  if (other === undefined) return { remote, rest };
  throw new UsageError(`expected a remote serve alone, found ${shown(other)} beside it; run one command for each.`);
}

/** Options that are of a remote, where there is none. */
export function refuseRemoteOptions({ user, passwordFile, ca }: RemoteSettings): void {
  const options = { "--user": user, "--password-file": passwordFile, "--ca": ca };
  const found = Object.entries(options).find(([, value]) => value !== undefined)?.[0];
  if (found === undefined) return;
  throw new UsageError(`${found}: expected a remote serve as the source (http://HOST:8055), found none.`);
}

/** --memory is the engine's, which is the server's. */
export function refuseMemory(command: Command): void {
  if (command.getOptionValueSource("memory") !== "cli") return;
  throw new UsageError(
    "--memory: expected a source on this machine, found a remote serve; serve --memory bounds it there.",
  );
}

/** Asks for the password where one is needed. Throws a UsageError or SourceError. */
export async function remoteAddress(
  name: string,
  { user, passwordFile, ca }: RemoteSettings,
  note: (sentence: string) => void = () => {},
): Promise<RemoteAddress> {
  const url = urlOf(name);
  if (ca !== undefined && url.protocol !== "https:") {
    throw new UsageError(`--ca: expected https://, found ${shown(name)}.`);
  }
  if (user === undefined && passwordFile !== undefined) {
    throw new UsageError("--password-file: expected --user NAME beside it, found none.");
  }
  if (user?.includes(":") === true) {
    throw new UsageError("--user: expected a name without a colon, found one; the password is asked for.");
  }
  const base = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  const authorization = user === undefined ? null : basic(user, await passwordOf(user, passwordFile));
  if (authorization !== null && url.protocol === "http:" && !isLoopback(url.hostname)) {
    note(`the password crosses the network to ${url.host} as it is: https:// protects it`);
  }
  return { name: base, api: new URL(`${base}/api/v1/`), ca: ca === undefined ? null : pem(ca), authorization };
}

function urlOf(name: string): URL {
  const url = URL.canParse(name) ? new URL(name) : null;
  if (url === null || url.hostname === "") {
    throw new UsageError(`expected http://HOST:PORT or https://HOST:PORT, found "${shown(name)}".`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new UsageError(
      `${url.origin}: expected an address without name and password, as others on this machine see command lines, found some; say --user NAME: the password is asked for, or taken from $${PASSWORD} or --password-file.`,
    );
  }
  if (url.search === "" && url.hash === "") return url;
  throw new UsageError(`${url.origin}: expected an address alone, found "${url.search}${url.hash}" behind it.`);
}

/** Whatever stands before an @ is not shown. */
function shown(name: string): string {
  return name.replace(/\/\/[^/]*@/, "//...@").slice(0, 200);
}

async function passwordOf(user: string, file: string | undefined): Promise<string> {
  if (file !== undefined) {
    const [line = ""] = readText(file, "a file with a password").split(/\r?\n/, 1);
    if (line !== "" && line.length <= MOST_PASSWORD) return line;
    throw new SourceError({ source: file }, "expected a password in its first line, found none");
  }
  const given = process.env[PASSWORD];
  return given === undefined || given === "" ? askedPassword(user, PASSWORD) : given;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

function pem(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (error) {
    throw new SourceError({ source: path }, `expected a PEM file, found ${(error as Error).message}`, { cause: error });
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new SourceError({ source: path }, "expected a PEM file, found no -----BEGIN in it");
}
