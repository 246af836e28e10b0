// What a person reads of connections that cannot be made, or break.

/** Node's codes of a certificate that nobody we trust vouches for. */
const UNTRUSTED = /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_UNTRUSTED)$/;

/** True where the other end refuses our certificate, or that we have none (a TLS alert). */
export function isRefusal({ code = "" }: NodeJS.ErrnoException): boolean {
  return /^ERR_SSL_.*ALERT_.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code);
}

/** What was found instead of a connection: a part of a sentence, in one line. */
export function connectionFault(error: NodeJS.ErrnoException, connected: boolean): string {
  const { code = "" } = error;
  // OpenSSL's own words have line ends and places in its source.
  const { reason } = error as { reason?: unknown };
  const words = (typeof reason === "string" ? reason : error.message).replace(/\s+/g, " ").trim();
  if (code === "ECONNREFUSED") return "that nobody listens on the port";
  if (isRefusal(error)) return `that it does not take our certificate, or that we show none (${words})`;
  if (UNTRUSTED.test(code)) return `a certificate that we do not trust (${words}), name the authority that signed it`;
  return connected ? `that the connection broke (${words})` : words;
}
