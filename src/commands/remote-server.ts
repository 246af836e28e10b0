// A remote `flowgauge serve`, asked over HTTP: bounded times and sizes, and every fault is a sentence.
import { createWriteStream, type WriteStream } from "node:fs";
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SourceError } from "../core/errors.ts";
import type { RemoteAddress } from "./remote-address.ts";
import { reachSentence, refusalOf } from "./remote-faults.ts";

const CONNECT_MS = 10_000;
/** Until an answer begins, where nobody says how long: a question may wait for others, and take a while. */
const ANSWER_MS = 300_000;
/** Of an answer that has begun nothing comes any more. */
const SILENT_MS = 60_000;
const MOST_HEADER_OCTETS = 65_536;

export interface RemoteRequest {
  /** Under /api/v1/, with its query string. */
  readonly path: string;
  /** JSON to be posted. */
  readonly body?: object;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
  /** Until the answer begins; default: 300 s. */
  readonly timeoutMs?: number | undefined;
}

export class RemoteServer {
  readonly name: string;
  readonly loggedIn: boolean;
  private readonly address: RemoteAddress;
  private readonly agent: HttpAgent;

  constructor(address: RemoteAddress) {
    this.name = address.name;
    this.loggedIn = address.authorization !== null;
    this.address = address;
    const { ca } = address;
    this.agent = this.secure
      ? new HttpsAgent({ keepAlive: true, ...(ca === null ? {} : { ca }) })
      : new HttpAgent({ keepAlive: true });
  }

  /** An answer that is one (200); its body is still to be read. Rejects with a SourceError, a RemoteRefusal where the server says no. */
  async ask(asked: RemoteRequest): Promise<IncomingMessage> {
    const answer = await this.send(asked).catch((error: unknown) => {
      throw reachSentence(this.name, error, false);
    });
    if (answer.statusCode === 200) {
      answer.setTimeout(SILENT_MS, () => answer.destroy(this.late(SILENT_MS)));
      return answer;
    }
    throw await refusalOf(this.name, answer, this.loggedIn);
  }

  /** The text of an answer; `most`: octets. */
  async text(asked: RemoteRequest, most: number): Promise<{ readonly text: string; readonly answer: IncomingMessage }> {
    const answer = await this.ask(asked);
    const pieces: Buffer[] = [];
    let octets = 0;
    try {
      for await (const piece of answer) {
        octets += (piece as Buffer).length;
        if (octets > most) throw this.tooLarge(most);
        pieces.push(piece as Buffer);
      }
    } catch (error) {
      throw reachSentence(this.name, error);
    }
    return { text: Buffer.concat(pieces).toString("utf8"), answer };
  }

  /** An answer into a new file; what is not whole stays to be removed. `most`: octets. */
  async file(asked: RemoteRequest, path: string, most: number): Promise<IncomingMessage> {
    const answer = await this.ask(asked);
    let octets = 0;
    const counted = new Transform({
      transform: (piece: Buffer, _encoding, done) => {
        octets += piece.length;
        done(octets > most ? this.tooLarge(most) : null, piece);
      },
    });
    const target: WriteStream = createWriteStream(path, { flags: "wx", mode: 0o600 });
    try {
      await pipeline(answer, counted, target);
    } catch (error) {
      const { syscall, code, message } = error as NodeJS.ErrnoException;
      if (syscall === undefined || !["open", "write", "close"].includes(syscall)) throw reachSentence(this.name, error);
      const found = code === "ENOSPC" ? "no space left there" : message;
      throw new SourceError({ source: path }, `expected to write the answer, found ${found}`, { cause: error });
    }
    return answer;
  }

  close(): void {
    this.agent.destroy();
  }

  private get secure(): boolean {
    return this.address.api.protocol === "https:";
  }

  private send({ path, body, accept, signal, timeoutMs = ANSWER_MS }: RemoteRequest): Promise<IncomingMessage> {
    const { api, authorization } = this.address;
    const text = body === undefined ? null : JSON.stringify(body);
    const headers = {
      "user-agent": "flowgauge",
      accept: accept ?? "application/json, */*;q=0.5",
      ...(authorization === null ? {} : { authorization }),
      ...(text === null
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
    };
    const options = {
      method: text === null ? "GET" : "POST",
      headers,
      agent: this.agent,
      maxHeaderSize: MOST_HEADER_OCTETS,
      ...(signal === undefined ? {} : { signal }),
    };
    return new Promise((resolve, reject) => {
      const request = (this.secure ? httpsRequest : httpRequest)(new URL(path, api), options);
      const begin = setTimeout(() => request.destroy(this.late(timeoutMs)), timeoutMs);
      let connect: NodeJS.Timeout | undefined;
      request.once("socket", (socket) => {
        if (!socket.connecting) return;
        connect = setTimeout(() => request.destroy(this.late(CONNECT_MS)), CONNECT_MS);
        socket.once(this.secure ? "secureConnect" : "connect", () => clearTimeout(connect));
      });
      const over = () => {
        clearTimeout(begin);
        clearTimeout(connect);
      };
      request.once("response", (answer) => {
        over();
        resolve(answer);
      });
      request.once("error", (error) => {
        over();
        reject(error);
      });
      request.end(text);
    });
  }

  private late(ms: number): SourceError {
    const sentence = `expected an answer of flowgauge serve within ${ms / 1000} s, found none; check the address, or ask for less time`;
    return new SourceError({ source: this.name }, sentence);
  }

  private tooLarge(most: number): SourceError {
    const sentence = `expected an answer of at most ${Math.round(most / 1_048_576)} MiB, found a larger one; ask for less time, top or a limit`;
    return new SourceError({ source: this.name }, sentence);
  }
}
