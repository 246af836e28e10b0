// Mails reports: one message to all who want it, HTML with its pictures, and a part of plain text.
import { seenText } from "../core/cell-text.ts";
import { UsageError } from "../core/errors.ts";

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first octet (smtps). */
  readonly tls: boolean;
  readonly user: string | null;
  readonly password: string | null;
  readonly from: string;
}

export interface ReportMail {
  readonly to: readonly string[];
  readonly title: string;
  readonly html: string;
  readonly text: string;
}

export interface Mailer {
  /** Rejects with a sentence. */
  send(mail: ReportMail): Promise<void>;
}

/** A mail server that does not answer, or answers letter by letter, holds up nobody else for long. */
const ALL_MS = 120_000;
const TIMES = {
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  dnsTimeout: 10_000,
} as const;

export function mailerOf({ host, port, tls, user, password, from }: MailServer): Mailer {
  return {
    async send({ to, title, html, text }) {
      // Most servers mail nothing.
      const { createTransport } = await import("nodemailer");
      const transport = createTransport({
        ...TIMES,
        host,
        port,
        secure: tls,
        // A password crosses no network as it is.
        requireTLS: user !== null && !tls && !isLoopback(host),
        ...(user === null ? {} : { auth: { user, pass: password ?? "" } }),
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const late = setTimeout(() => transport.close(), ALL_MS);
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject: seenText(`Flowgauge: ${title}`),
          html,
          text,
          headers: { "Auto-Submitted": "auto-generated" },
        });
      } catch (error) {
        throw new Error(`${host}:${port}: ${seenText((error as Error).message.split("\n", 1)[0]!.slice(0, 300))}`);
      } finally {
        clearTimeout(late);
        transport.close();
      }
    },
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

const ADDRESS = /^[^\s<>"@]{1,64}@[A-Za-z0-9.-]{1,255}$/;

/** "smtp://user@mail.example.org:587", "smtps://mail.example.org". Throws a UsageError. */
export function mailServerOf(text: string, from: string | undefined, password: string | undefined): MailServer {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrongServer();
  }
  const { protocol, hostname, port, username, search, hash, pathname } = url;
  const tls = protocol === "smtps:";
  const more = search !== "" || hash !== "" || (pathname !== "" && pathname !== "/");
  if ((!tls && protocol !== "smtp:") || hostname === "" || more) throw wrongServer();
  if (url.password !== "") {
    throw new UsageError(
      "--mail-server: expected no password, as others on this machine can read command lines, found one; put it into FLOWGAUGE_MAIL_PASSWORD.",
    );
  }
  const host = decodeURIComponent(hostname).replace(/^\[|\]$/g, "");
  const sender = from ?? `flowgauge@${/[:]|^[\d.]+$/.test(host) ? "localhost" : host}`;
  if (!ADDRESS.test(sender))
    throw new UsageError(`--mail-from: expected an address such as flows@example.org, found "${sender}".`);
  return {
    host,
    port: port === "" ? (tls ? 465 : 25) : Number(port),
    tls,
    user: username === "" ? null : decodeURIComponent(username),
    password: password ?? null,
    from: sender,
  };
}

function wrongServer(): UsageError {
  return new UsageError(
    "--mail-server: expected smtp://[USER@]HOST[:PORT] or smtps://[USER@]HOST[:PORT], found something else.",
  );
}
