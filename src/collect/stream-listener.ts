// One TCP or TLS socket that listens: connections in, messages out (IPFIX, RFC 7011 section 10.4).
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { SourceError, UsageError } from "../core/errors.ts";
import { Message, TRANSPORT } from "../core/message.ts";
import { formatListen, type ListenAddress } from "./listen-address.ts";
import { COLLECT_LIMITS, type TlsFiles } from "./options.ts";
import type { Peer, Peers } from "./peers.ts";
import { ReceiveClock } from "./receive-clock.ts";
import { socketError } from "./socket-errors.ts";
import { StreamFraming } from "./stream-framing.ts";

/** What became of stream connections. */
export interface StreamCounts {
  accepted: number;
  open: number;
  /** Closed at once because there were too many. */
  tooMany: number;
  /** Closed because nothing came for a long time, or no handshake. */
  timedOut: number;
}

/** What all stream listeners of a collector share. */
export interface StreamHost {
  readonly peers: Peers;
  readonly streams: StreamCounts;
  readonly tls: TlsFiles | undefined;
  /** The message is the connection's again when it returns. */
  accept(message: Message, peer: Peer): void;
  /** True while streams are to pause; `whenReady` calls back when that is over. */
  readonly behind: boolean;
  whenReady(go: () => void): void;
  /** A new number for a connection. */
  newSession(): number;
  closeSession(session: number): void;
  /** A connection that may not be, or that is no stream of messages: how many octets were not read, who that was, and why. */
  refuse(reason: "notAllowed" | "framing" | "peerRefused", octets: number, who: string, sentence: string): void;
  /** What a person should know of a peer; the same sentence is told once a minute, whoever it is about. */
  tell(who: string, sentence: string): void;
  onError(error: Error): void;
}

const { connections: MOST, connectionsPerAddress: MOST_OF_ONE } = COLLECT_LIMITS;
const TOO_MANY = `expected at most ${MOST} connections, and ${MOST_OF_ONE} of one address, found more; they are closed`;
const NO_MESSAGES =
  "expected IPFIX messages, found other octets; the connection was closed (over UDP the other formats are taken, too)";

export class StreamListener {
  readonly address: string;
  readonly port: number;
  private readonly server: Server;
  private readonly where: string;
  private readonly host: StreamHost;
  private readonly transport: "tcp" | "tls";
  /** Connections with their peers' text, those in the middle of a handshake included. */
  private readonly connections: Map<Socket, string>;

  private constructor(server: Server, listen: ListenAddress, host: StreamHost, connections: Map<Socket, string>) {
    this.server = server;
    this.host = host;
    this.connections = connections;
    this.transport = listen.transport as "tcp" | "tls";
    const { address, port } = server.address() as { address: string; port: number };
    this.address = address;
    this.port = port;
    this.where = formatListen(this.transport, address, port);
    server.on("error", (error) => host.onError(socketError(this.where, error)));
    server.on("connection", (socket: Socket) => this.admit(socket));
    if (listen.transport === "tcp") server.on("connection", (socket: Socket) => this.serve(socket));
    server.on("secureConnection", (socket: TLSSocket) => this.serve(socket));
    server.on("tlsClientError", (error: Error, socket: TLSSocket) => this.refuseTls(error, socket));
  }

  /** Rejects with a SourceError or UsageError. `connections` is shared by all listeners, as the limits are. */
  static async open(
    listen: ListenAddress,
    host: StreamHost,
    connections: Map<Socket, string>,
  ): Promise<StreamListener> {
    const where = formatListen(listen.transport, listen.host, listen.port);
    const server = listen.transport === "tls" ? tlsServer(where, host.tls) : createServer();
    const address = listen.host === "" ? "::" : listen.host;
    const bound = await listenAt(server, address, listen.port).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (listen.host !== "" || error.code !== "EAFNOSUPPORT") throw socketError(where, error);
        return false;
      },
    );
    // A kernel without IPv6 still has all its IPv4 addresses.
    if (!bound) {
      await listenAt(server, "0.0.0.0", listen.port).catch((error: unknown) => {
        throw socketError(where, error);
      });
    }
    return new StreamListener(server, listen, host, connections);
  }

  /** Takes no more connections. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
    });
  }

  /** What each connection costs is bounded before a handshake is paid for. */
  private admit(socket: Socket): void {
    const { host, connections } = this;
    const text = socket.remoteAddress;
    if (text === undefined || connections.has(socket)) {
      if (text === undefined) socket.destroy();
      return;
    }
    socket.on("error", () => {}); // the peer's fault; its connection closes, which is enough
    const peer = host.peers.find(text);
    if (!peer.allowed) {
      socket.destroy();
      host.refuse("notAllowed", 0, this.from(peer), "expected an exporter on the list of --allow, found another");
      return;
    }
    if (this.isFull(peer.text)) {
      socket.destroy();
      host.streams.tooMany++;
      host.tell(this.from(peer), TOO_MANY);
      return;
    }
    connections.set(socket, peer.text);
    host.streams.accepted++;
    host.streams.open++;
    socket.on("close", () => {
      connections.delete(socket);
      host.streams.open--;
    });
  }

  private isFull(text: string): boolean {
    const { connections } = this;
    if (connections.size >= COLLECT_LIMITS.connections) return true;
    if (connections.size < COLLECT_LIMITS.connectionsPerAddress) return false;
    let same = 0;
    for (const other of connections.values()) if (other === text) same++;
    return same >= COLLECT_LIMITS.connectionsPerAddress;
  }

  private serve(socket: Socket): void {
    if (socket.destroyed || socket.remoteAddress === undefined) return;
    const { host } = this;
    const peer = host.peers.find(socket.remoteAddress);
    const message = new Message();
    message.exporter.set(peer.octets);
    message.port = socket.remotePort ?? 0;
    message.transport = TRANSPORT[this.transport];
    message.session = host.newSession();
    const clock = new ReceiveClock();
    const framing = new StreamFraming();
    let spoke = false;
    const give = (bytes: Uint8Array, start: number, end: number) => {
      spoke = true;
      if (message.bytes !== bytes) message.setBytes(bytes);
      message.start = start;
      message.end = end;
      clock.stamp(message);
      host.accept(message, peer);
    };
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      const waiting = framing.waiting;
      if (!framing.take(chunk, give)) {
        host.refuse("framing", waiting + chunk.length, this.from(peer), NO_MESSAGES);
        socket.destroy();
      } else if (host.behind) {
        socket.pause();
        host.whenReady(() => socket.resume());
      }
    });
    socket.setTimeout(COLLECT_LIMITS.streamIdleSeconds * 1000, () => {
      // While we made it wait it is not the exporter that was silent.
      if (socket.isPaused()) return;
      host.streams.timedOut++;
      socket.destroy();
    });
    socket.on("close", () => {
      if (framing.waiting > 0) {
        const sentence = "expected a whole message, found that the connection ended inside one";
        host.refuse("framing", framing.waiting, this.from(peer), sentence);
      }
      if (spoke) host.closeSession(message.session);
    });
  }

  private refuseTls(error: NodeJS.ErrnoException, socket: TLSSocket): void {
    const text = socket.remoteAddress;
    const from = text === undefined ? this.where : this.from(this.host.peers.find(text));
    if (error.code === "ERR_TLS_HANDSHAKE_TIMEOUT") this.host.streams.timedOut++;
    this.host.refuse("peerRefused", 0, from, tlsSentence(error, socket));
    socket.destroy();
  }

  private from(peer: Peer): string {
    return `${this.where} from ${peer.text}`;
  }
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, exclusive: true, backlog: 511 }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

function tlsServer(where: string, files: TlsFiles | undefined): Server {
  if (files === undefined) {
    throw new UsageError(
      `expected a certificate and its key (--tls-cert, --tls-key) to listen on ${where}, found none`,
    );
  }
  const { cert, key, ca } = files;
  try {
    return createTlsServer({
      cert,
      key,
      ...(ca === undefined ? {} : { ca }),
      requestCert: ca !== undefined,
      rejectUnauthorized: ca !== undefined,
      minVersion: "TLSv1.2",
      handshakeTimeout: COLLECT_LIMITS.handshakeSeconds * 1000,
    });
  } catch (error) {
    const { message } = error as Error;
    throw new SourceError({ source: where }, `expected a certificate, key and CA in PEM, found: ${message}`, {
      cause: error,
    });
  }
}

const TLS_REASONS: Readonly<Record<string, string>> = {
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: "expected a certificate, found none",
  ERR_SSL_WRONG_VERSION_NUMBER: "expected TLS, found other octets; is the exporter set to plain TCP?",
  ERR_SSL_HTTP_REQUEST: "expected TLS, found a plain HTTP request",
  ERR_SSL_UNSUPPORTED_PROTOCOL: "expected TLS 1.2 or newer, found an older version",
  ERR_TLS_HANDSHAKE_TIMEOUT: `expected a TLS handshake within ${COLLECT_LIMITS.handshakeSeconds} s, found none`,
  CERT_HAS_EXPIRED: "expected a valid certificate, found one that has expired",
  CERT_NOT_YET_VALID: "expected a valid certificate, found one that is not valid yet; compare the clocks",
  ECONNRESET: "expected a TLS handshake, found that the peer hung up; does it trust our certificate?",
};

function tlsSentence(error: NodeJS.ErrnoException, socket: TLSSocket): string {
  // A certificate that we refused ends the connection from our side, and the reason lies in the socket.
  const refused = socket.authorizationError as unknown as string | null | undefined;
  const code = refused ?? error.code ?? "";
  const known = TLS_REASONS[code];
  if (known !== undefined) return known;
  if (typeof refused === "string") return `expected a certificate signed by --tls-ca, found: ${refused}`;
  return `expected a TLS handshake, found: ${code === "" ? error.message : code}`;
}
