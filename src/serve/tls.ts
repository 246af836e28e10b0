// TLS of the page: a certificate and its key, read once, with a sentence where they cannot be.
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { SourceError } from "../core/errors.ts";
import { readText } from "../core/text-file.ts";

export interface ServerTls {
  readonly cert: string;
  readonly key: string;
}

/** Throws a SourceError where one cannot be read, or they do not belong together. */
export function readServerTls(certPath: string, keyPath: string): ServerTls {
  const cert = readText(certPath, "a certificate (PEM)");
  const key = readText(keyPath, "a private key (PEM)");
  try {
    createSecureContext({ cert, key, minVersion: "TLSv1.2" });
  } catch (error) {
    throw new SourceError(
      { source: certPath },
      `expected a certificate and the key it was made with (${keyPath}), found that they do not fit (${(error as Error).message})`,
      { cause: error },
    );
  }
  return { cert, key };
}

/** A sentence where it is over, or soon will be; null = it is good for longer. */
export function certificateProblem({ cert }: ServerTls, nowMs: number): string | null {
  const until = Date.parse(new X509Certificate(cert).validTo);
  const days = Math.floor((until - nowMs) / 86_400_000);
  if (days > 14) return null;
  return days < 0
    ? "the certificate of the page is no longer valid; browsers refuse it until there is a new one"
    : `the certificate of the page is valid for ${days} more days; get a new one`;
}
