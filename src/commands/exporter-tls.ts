// The TLS options of those that send: PEM files that are read, and what must be given together.
import { readFileSync } from "node:fs";
import { SourceError, UsageError } from "../core/errors.ts";
import type { ExporterOptions } from "../export/index.ts";

/** As a person gives them; paths of PEM files. */
export interface TlsSettings {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly name?: string | undefined;
}

/** `option`: what the options' names begin with, such as --tls. */
export function exporterTls(
  to: readonly string[],
  { ca, cert, key, name }: TlsSettings,
  option: string,
): ExporterOptions["tls"] {
  const given = [ca, cert, key, name].some((word) => word !== undefined);
  if (given && !to.some((list) => list.includes("tls://"))) {
    const found = to.length === 0 ? "none" : to.join(" ");
    throw new UsageError(
      `${option}-ca, ${option}-cert, ${option}-key and ${option}-name: expected a destination tls://HOST:PORT, found ${found}.`,
    );
  }
  if ((cert === undefined) !== (key === undefined)) {
    const [there, missing] = cert === undefined ? ["key", "cert"] : ["cert", "key"];
    throw new UsageError(`${option}-${there}: expected ${option}-${missing} beside it, found none.`);
  }
  return { ca: pem(ca), cert: pem(cert), key: pem(key), name: name ?? null };
}

function pem(path: string | undefined): string | null {
  if (path === undefined) return null;
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (error) {
    const { message } = error as Error;
    throw new SourceError({ source: path }, `expected a PEM file, found ${message}`, { cause: error });
  }
  if (text.includes("-----BEGIN ")) return text;
  throw new SourceError({ source: path }, "expected a PEM file, found no -----BEGIN in it");
}
