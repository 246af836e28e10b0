// Two UDP sockets of the loopback that are connected to each other, one of them to be inherited by a child process: a pipe that keeps
// the borders of packets. The kernel gives neither of them what anybody else sends.
import { randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { SourceError } from "../core/errors.ts";

const LOOPBACK = "127.0.0.1";
/** Asked for; the kernel gives twice as much. */
const RECEIVE_BUFFER = 212_992;
const TOKEN_MS = 2000;

export interface PrivatePair {
  /** Of the child's socket; valid until it is given away. */
  readonly descriptor: number;
  /** Closes our descriptor of the child's socket. Call it when the child has been started. */
  giveAway(): void;
  /** One datagram, of 0 octets too. What cannot be sent is gone. */
  send(datagram: Uint8Array): void;
  close(): void;
}

/** Rejects with a SourceError where there is no loopback or no /proc. */
export async function privatePair(): Promise<PrivatePair> {
  const ours = createSocket("udp4");
  const childs = createSocket("udp4");
  // Nobody is there any more (ECONNREFUSED): who waits for the child hears of its end.
  for (const socket of [ours, childs]) socket.on("error", () => {});
  const closed = new Set<Socket>();
  const close = (socket: Socket) => {
    if (!closed.has(socket)) socket.close();
    closed.add(socket);
  };
  try {
    await Promise.all([bound(ours), bound(childs)]);
    await Promise.all([connected(ours, childs), connected(childs, ours)]);
    childs.setRecvBufferSize(RECEIVE_BUFFER);
    await emptied(ours, childs);
    const descriptor = descriptorOf(childs.address().port, ours.address().port);
    return {
      descriptor,
      giveAway: () => close(childs),
      send: (datagram) => {
        if (!closed.has(ours)) ours.send(datagram);
      },
      close: () => {
        close(childs);
        close(ours);
      },
    };
  } catch (cause) {
    close(ours);
    close(childs);
    const reason = cause instanceof Error ? cause.message : String(cause);
    const sentence = `expected Linux with /proc and a loopback (${LOOPBACK}), found: ${reason}`;
    throw new SourceError({ source: "--spoof" }, sentence, { cause });
  }
}

/** `exclusive`: in a worker of a cluster too, the socket is our own. */
async function bound(socket: Socket): Promise<void> {
  socket.bind({ port: 0, address: LOOPBACK, exclusive: true });
  await once(socket, "listening");
}

async function connected(socket: Socket, other: Socket): Promise<void> {
  socket.connect(other.address().port, LOOPBACK);
  await once(socket, "connect");
}

/** Reads away what others sent before the sockets were connected: our own token is behind it. */
function emptied(ours: Socket, childs: Socket): Promise<void> {
  const token = randomBytes(16);
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("that it loses datagrams")), TOKEN_MS);
    childs.on("message", (datagram) => {
      if (!datagram.equals(token)) return;
      clearTimeout(late);
      resolve();
    });
    ours.send(token);
  });
}

/** sl | local address:port | remote address:port | state | queues | timer | retransmits | uid | timeout | inode | ... */
function descriptorOf(port: number, remotePort: number): number {
  const [local, remote] = [port, remotePort].map((number) => `:${number.toString(16).toUpperCase().padStart(4, "0")}`);
  for (const line of readFileSync("/proc/self/net/udp", "latin1").split("\n")) {
    const words = line.trim().split(/\s+/);
    if (!words[1]?.endsWith(local!) || !words[2]?.endsWith(remote!)) continue;
    const link = `socket:[${words[9]}]`;
    const found = readdirSync("/proc/self/fd").find((fd) => linkOf(fd) === link);
    if (found !== undefined) return Number(found);
  }
  throw new Error("no such socket in /proc");
}

function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return ""; // closed since the folder was listed
  }
}
