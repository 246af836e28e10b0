// Datagrams that the kernel dropped because a socket's buffer was full: the drops column of /proc/net/udp and udp6 (Linux).
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const TABLES = ["/proc/net/udp", "/proc/net/udp6"];

interface Row {
  readonly port: number;
  readonly inode: string;
  readonly drops: number;
}

export class KernelDrops {
  /** Drops of each of our sockets when it was opened, by inode. */
  private readonly sockets = new Map<string, number>();
  private last = 0;

  /** Watches the sockets of this process that are bound to these ports. Call it when they have just been opened. */
  watch(ports: readonly number[]): void {
    const ours = ownInodes();
    for (const { port, inode, drops } of readRows() ?? []) {
      if (ports.includes(port) && ours.has(inode)) this.sockets.set(inode, drops);
    }
  }

  /** Datagrams dropped since the sockets were opened; null where the system does not say. */
  read(): number | null {
    if (this.sockets.size === 0) return null;
    const rows = readRows();
    if (rows === null) return null;
    let sum = 0;
    for (const { inode, drops } of rows) {
      const before = this.sockets.get(inode);
      // The kernel counts in 32 bits.
      if (before !== undefined) sum += (drops - before) >>> 0;
    }
    // A socket that was closed has no row any more: what it lost stays lost.
    this.last = Math.max(this.last, sum);
    return this.last;
  }
}

/** Inodes of all sockets of this process. */
function ownInodes(): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync("/proc/self/fd")) {
      const inode = /^socket:\[(\d+)\]$/.exec(target(`/proc/self/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    // No /proc: nothing is ours that could be found.
  }
  return inodes;
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return ""; // closed since the folder was listed
  }
}

/** sl | local address:port | remote | state | queues | timer | retransmits | uid | timeout | inode | ref | pointer | drops */
function readRows(): Row[] | null {
  const rows: Row[] = [];
  let found = false;
  for (const table of TABLES) {
    let text: string;
    try {
      text = readFileSync(table, "latin1");
    } catch {
      continue;
    }
    found = true;
    for (const line of text.split("\n").slice(1)) {
      const words = line.trim().split(/\s+/);
      if (words.length < 13) continue;
      const port = Number.parseInt(words[1]!.slice(words[1]!.lastIndexOf(":") + 1), 16);
      rows.push({ port, inode: words[9]!, drops: Number(words[12]) });
    }
  }
  return found ? rows : null;
}
