// A small receiver of mail (RFC 5321) for tests: takes messages on a port of loopback, or refuses them.

import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, lines with LF, dots as they were. */
  readonly text: string;
}

export interface MailReceiver {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** How many messages from now on are refused for a while (451). */
  refuse(count: number): void;
  end(): Promise<void>;
}

const GREETING = "220 receiver.example ESMTP";

export async function receiveMail(): Promise<MailReceiver> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let refused = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    const say = (line: string) => socket.write(`${line}\r\n`);
    let from = "";
    let to: string[] = [];
    let data: string[] | null = null;
    let rest = "";
    socket.setEncoding("latin1").on("data", (octets: string) => {
      const lines = (rest + octets).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (data !== null) {
          if (line !== ".") data.push(line.replace(/^\./, ""));
          else {
            mails.push({ from, to, text: Buffer.from(data.join("\n"), "latin1").toString("utf8") });
            [data, to] = [null, []];
            say("250 taken");
          }
          continue;
        }
        const [, verb = "", path = ""] = /^(\w+)(?:[^<]*<([^>]*)>)?/.exec(line) ?? [];
        if (verb === "EHLO") say("250-receiver.example\r\n250 8BITMIME");
        else if (verb === "MAIL") {
          from = path;
          say("250 ok");
        } else if (verb === "RCPT") {
          to.push(path);
          say("250 ok");
        } else if (verb === "DATA" && refused > 0) {
          refused--;
          say("451 try again later");
        } else if (verb === "DATA") {
          data = [];
          say("354 go on");
        } else if (verb === "QUIT") socket.end("221 bye\r\n");
        else say(verb === "RSET" || verb === "NOOP" ? "250 ok" : "502 not known");
      }
    });
    say(GREETING);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    refuse: (count) => {
      refused = count;
    },
    end: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
