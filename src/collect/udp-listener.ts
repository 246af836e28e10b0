// One UDP socket: datagrams in, messages out. Nothing else is done per datagram than Node itself does.
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { UsageError } from "../core/errors.ts";
import { Message, TRANSPORT } from "../core/message.ts";
import { formatListen, isMulticast, type ListenAddress } from "./listen-address.ts";
import type { Peer, Peers } from "./peers.ts";
import { ReceiveClock } from "./receive-clock.ts";
import type { Rest } from "./rest.ts";
import { socketError } from "./socket-errors.ts";

/** A datagram is no longer. */
const DATAGRAM_OCTETS = 65_536;

export interface UdpListenerOptions {
  readonly peers: Peers;
  /** The message is the listener's again when it returns. */
  readonly accept: (message: Message, peer: Peer) => void;
  readonly onError: (error: Error) => void;
  /** Octets that the kernel is asked to hold. */
  readonly receiveBuffer: number;
  readonly rest: Rest;
}

export class UdpListener {
  /** Datagrams taken. */
  datagrams = 0;
  /** Octets that the kernel holds of datagrams not yet taken: what it gave of what was asked for. */
  readonly receiveBuffer: number;
  readonly address: string;
  readonly port: number;
  private readonly socket: Socket;

  private constructor(socket: Socket, listen: ListenAddress, options: UdpListenerOptions) {
    this.socket = socket;
    this.receiveBuffer = socket.getRecvBufferSize();
    ({ address: this.address, port: this.port } = socket.address());
    const where = formatListen("udp", this.address, listen.port);
    const { peers, accept, rest } = options;
    const message = new Message();
    const clock = new ReceiveClock();
    let last: Peer | null = null;
    message.transport = TRANSPORT.udp;
    // Copied to one place: a view of its own for each datagram costs twice as much (0.2 us, and garbage) as copying 1,464 octets.
    const bytes = new Uint8Array(DATAGRAM_OCTETS);
    message.setBytes(bytes);
    socket.on("message", (datagram: Buffer, from: RemoteInfo) => {
      this.datagrams++;
      rest.took();
      const peer = peers.find(from.address);
      if (peer !== last) {
        message.exporter.set(peer.octets);
        last = peer;
      }
      message.port = from.port;
      bytes.set(datagram);
      message.start = 0;
      message.end = datagram.length;
      clock.stamp(message);
      accept(message, peer);
    });
    socket.on("error", (error) => options.onError(socketError(where, error)));
  }

  /** Binds the socket, asks for its buffer and joins its group. Rejects with a SourceError or UsageError. */
  static async open(listen: ListenAddress, options: UdpListenerOptions): Promise<UdpListener> {
    const { fd } = listen;
    const where = fd === null ? formatListen("udp", listen.host, listen.port) : `fd://${fd}`;
    try {
      // Whoever made the socket decided about its buffer: asking again could only make it smaller.
      if (fd !== null) return new UdpListener(await inherit(fd), listen, options);
      const address = await resolve(listen.host);
      const socket = await bind(address, listen).catch((error: NodeJS.ErrnoException) => {
        // A kernel without IPv6 still has all its IPv4 addresses.
        if (listen.host === "" && error.code === "EAFNOSUPPORT") return bind("0.0.0.0", listen);
        throw error;
      });
      try {
        enlarge(socket, options.receiveBuffer);
        if (isMulticast(address)) join(socket, address, listen);
        return new UdpListener(socket, listen, options);
      } catch (error) {
        socket.close();
        throw error;
      }
    } catch (error) {
      throw error instanceof UsageError ? error : socketError(where, error);
    }
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(() => resolve()));
  }
}

/** node:dgram has it since 22.12 and 23.1. */
function hasReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

function inherit(fd: number): Promise<Socket> {
  // The type only says what addresses `send` would take.
  const socket = createSocket("udp6");
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ fd, exclusive: true }, () => {
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });
}

async function resolve(host: string): Promise<string> {
  if (host === "") return "::";
  return isIP(host) !== 0 ? host : (await lookup(host)).address;
}

function bind(address: string, { port, reusePort }: ListenAddress): Promise<Socket> {
  if (reusePort && !hasReusePort()) {
    throw new UsageError(
      `expected Node.js 22.12 or newer for ?reuseport, found ${process.versions.node}; give each receiver a socket with SO_REUSEPORT (fd://3, docs/decisions/0007-receivers.md)`,
    );
  }
  const socket = createSocket({
    type: isIP(address) === 4 ? "udp4" : "udp6",
    // Several programs may listen to one multicast group; one address and port belongs to one program.
    reuseAddr: isMulticast(address),
    ...(reusePort ? { reusePort } : {}),
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeListener("error", reject);
      resolve(socket);
    });
  });
}

/** Kernels give less than asked for (Linux: net.core.rmem_max) or refuse (BSD): then less is tried. */
function enlarge(socket: Socket, octets: number): void {
  for (let size = octets; size >= 65_536; size = Math.floor(size / 2)) {
    try {
      socket.setRecvBufferSize(size);
      return;
    } catch {
      // Refused: half of it may do.
    }
  }
}

function join(socket: Socket, group: string, { iface, source }: ListenAddress): void {
  const at = iface === null ? undefined : joinAt(group, iface);
  if (source === null) socket.addMembership(group, at);
  else socket.addSourceSpecificMembership(source, group, at);
}

/** Node wants an IPv4 address of the interface, or its scope as `::%name`. */
function joinAt(group: string, iface: string): string {
  if (isIP(iface) !== 0) return iface;
  const addresses = networkInterfaces()[iface];
  if (addresses === undefined) {
    const known = Object.keys(networkInterfaces()).join(", ");
    throw new UsageError(`expected an interface with an address as iface=, one of ${known}, found ${iface}`);
  }
  if (isIP(group) === 6) return `::%${iface}`;
  const own = addresses.find(({ family }) => family === "IPv4");
  if (own === undefined) throw new UsageError(`expected an interface with an IPv4 address as iface=, found ${iface}`);
  return own.address;
}
