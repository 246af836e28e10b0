// Sends whole IP packets to one host. Node has no raw sockets, so a process of socat has one; it gets the packets through a UDP socket
// that only we can write to (docs/decisions/0005-spoofing-relay.md).
import { type ChildProcess, spawn } from "node:child_process";
import { isIPv4 } from "node:net";
import type { Readable } from "node:stream";
import { SourceError } from "../core/errors.ts";
import { type PrivatePair, privatePair } from "./private-pair.ts";

/** Longer than any packet of ours. */
const PACKET_OCTETS = 2048;
const START_MS = 5000;
/** While it has packets and sends none of them for so long, it hangs. */
const STALL_MS = 2000;
/** Without packets it ends itself, so that none is left behind where we were killed. */
const IDLE_SECONDS = 30;

export interface RawPacketEvents {
  /** So many packets more have been sent, in the order given. */
  readonly onSent: (packets: number) => void;
  /**
   * It has ended, and what it had is lost. The reason is the system's own for the packet after the last one that was sent; null
   * where it ended of itself.
   */
  readonly onEnded: (reason: string | null) => void;
}

export class RawPacketProcess {
  private readonly child: ChildProcess;
  private readonly pair: PrivatePair;
  private readonly stall: NodeJS.Timeout;
  private pending = 0;
  private hanging = false;

  private constructor(child: ChildProcess, pair: PrivatePair) {
    this.child = child;
    this.pair = pair;
    this.stall = setInterval(() => this.check(), STALL_MS).unref();
  }

  /**
   * Starts one for a host (an address as text, IPv6 perhaps with its zone). Rejects with a SourceError where there is no socat or no
   * permission. The events start when it has resolved.
   */
  static async open(host: string, events: RawPacketEvents): Promise<RawPacketProcess> {
    const pair = await privatePair();
    const child = spawnSocat(host, pair.descriptor);
    pair.giveAway();
    const lines = new SocatLines(child.stderr as Readable);
    const fault = await lines.started(child);
    if (fault !== null) {
      child.kill("SIGKILL");
      pair.close();
      throw new SourceError({ source: "--spoof" }, fault);
    }
    const opened = new RawPacketProcess(child, pair);
    let heard = lines.sent;
    lines.onLines = () => {
      if (lines.sent === heard) return;
      const packets = lines.sent - heard;
      heard = lines.sent;
      opened.pending -= packets;
      opened.stall.refresh();
      events.onSent(packets);
    };
    child.once("close", (code, signal) => {
      clearInterval(opened.stall);
      pair.close();
      if (opened.hanging) events.onEnded("the system sends no packets");
      else if (code === 0) events.onEnded(null);
      else events.onEnded(lines.complaint ?? `socat ended with ${signal ?? `exit code ${code}`}`);
    });
    return opened;
  }

  /** Hands it one packet. The octets must stay as they are for a moment. */
  send(packet: Uint8Array): void {
    // The first one waits a whole interval at least.
    if (this.pending++ === 0) this.stall.refresh();
    this.pair.send(packet);
  }

  /** It ends when it has sent what it was given. */
  end(): void {
    this.pair.send(new Uint8Array(0));
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  private check(): void {
    if (this.pending === 0) return;
    this.hanging = true;
    this.kill();
  }
}

/**
 * Protocol 255 (IPPROTO_RAW) means on Linux that the header is ours. su: gives up root's rights when the socket is open. -ddd: says
 * each packet that was sent. An empty datagram is the end of its input.
 */
function spawnSocat(host: string, descriptor: number): ChildProcess {
  const rights = process.getuid?.() === 0 ? ",su=nobody" : "";
  const socket = `${isIPv4(host) ? `IP4-SENDTO:${host}` : `IP6-SENDTO:[${host}]`}:255${rights}`;
  const words = ["-ddd", "-u", "-T", String(IDLE_SECONDS), "-b", String(PACKET_OCTETS), "STDIN", socket];
  return spawn("socat", words, {
    stdio: [descriptor, "ignore", "pipe"],
    env: { PATH: process.env.PATH ?? "", LC_ALL: "C" },
    // Ctrl-C reaches us alone: what is on its way is still sent.
    detached: true,
  });
}

/** What socat says: `DATE TIME socat[PID] LEVEL words`. */
class SocatLines {
  /** The last part of its last error: the system's reason. */
  complaint: string | null = null;
  sent = 0;
  /** Called when it has said something. */
  onLines = () => {};
  private ready = false;
  private rest = "";

  constructor(stderr: Readable) {
    stderr.setEncoding("latin1").on("data", (text: string) => {
      const lines = (this.rest + text).split("\n");
      this.rest = lines.pop()!.slice(-PACKET_OCTETS);
      for (const line of lines) this.hear(line);
      this.onLines();
    });
  }

  private hear(line: string): void {
    if (line.includes("] I transferred ")) this.sent++;
    else if (line.includes("] N starting data transfer loop")) this.ready = true;
    else if (/\] [EF] /.test(line)) this.complaint = line.slice(line.lastIndexOf(": ") + 2).trim();
  }

  /** Null when it waits for packets, or a sentence that says why it does not. */
  started(child: ChildProcess): Promise<string | null> {
    return new Promise((resolve) => {
      const settle = (fault: string | null) => {
        clearTimeout(late);
        this.onLines = () => {};
        child.removeListener("error", failed);
        child.removeListener("close", ended);
        child.once("error", () => {}); // a kill that comes too late
        resolve(fault);
      };
      const late = setTimeout(() => settle("expected socat to start, found that it does not"), START_MS);
      const failed = (error: NodeJS.ErrnoException) => {
        const missing = error.code === "ENOENT";
        settle(
          missing
            ? "expected socat, which sends the packets, found none; install it (Debian: socat) or leave --spoof out"
            : `expected to start socat, which sends the packets, found: ${error.message}`,
        );
      };
      const ended = () => {
        const reason = this.complaint ?? "that socat ended";
        settle(
          /permitted|denied/i.test(reason)
            ? "expected permission to send packets with other addresses as source, found none; run it as root (or with CAP_NET_RAW), or leave --spoof out"
            : `expected a raw socket for --spoof, found: ${reason}`,
        );
      };
      this.onLines = () => {
        if (this.ready) settle(null);
      };
      child.once("error", failed);
      child.once("close", ended);
    });
  }
}
