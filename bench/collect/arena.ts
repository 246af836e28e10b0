// Where collectors are blasted at: the loopback interface of a network namespace of our own, that nothing else can reach.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { findProgram } from "../measured-process.ts";

const RMEM_MAX = "/proc/sys/net/core/rmem_max";
/** What collectors may ask the kernel to hold. */
export const BUFFER_OCTETS = 67_108_864;

export class Arena {
  private readonly name = `flowgauge-bench-${process.pid}`;
  private readonly buffer: string | null;

  private constructor() {
    this.buffer = raiseBuffer();
    const ip = (...words: string[]) => execFileSync("ip", words, { stdio: "pipe" });
    ip("netns", "add", this.name);
    ip("-n", this.name, "link", "set", "lo", "up");
    // Datagrams of tcpreplay come in as if from outside: by themselves they may not be of 127.0.0.1.
    for (const key of ["all/route_localnet", "lo/route_localnet", "lo/accept_local"]) {
      const path = `net.ipv4.conf.${key.replace("/", ".")}=1`;
      execFileSync("ip", ["netns", "exec", this.name, "sysctl", "-qw", path], { stdio: "pipe" });
    }
  }

  /** An arena, or why there is none here. */
  static open(): Arena | string {
    if (process.getuid?.() !== 0) return "sustained rates need root, for a network namespace: left out";
    for (const program of ["ip", "tcpreplay", "sysctl"]) {
      if (findProgram(program) === null) return `${program} is not installed: sustained rates are left out`;
    }
    try {
      return new Arena();
    } catch (error) {
      return `a network namespace cannot be made here (${(error as Error).message.trim()}): sustained rates are left out`;
    }
  }

  /** The command, as it is run inside. */
  inside(command: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...command];
  }

  /** Sends the capture so often at so many datagrams a second; gives the rate that was reached. */
  async blast(capture: string, times: number, perSecond: number): Promise<number> {
    const [program, ...words] = this.inside([
      findProgram("tcpreplay")!,
      "--quiet",
      "--intf1=lo",
      "--preload-pcap",
      `--loop=${times}`,
      `--pps=${perSecond}`,
      capture,
    ]);
    return new Promise((resolve, reject) => {
      let said = "";
      const child = spawn(program!, words, { stdio: ["ignore", "pipe", "pipe"] });
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
      child.on("error", reject);
      child.on("close", (code) => {
        const reached = /([\d.]+) pps/.exec(said);
        if (code === 0 && reached !== null) resolve(Number(reached[1]));
        else reject(new Error(`tcpreplay ended with status ${code}: ${said.trim().split("\n").at(-1) ?? ""}`));
      });
    });
  }

  /** The UDP sockets of this port inside: how many there are, and what the kernel dropped for want of room. */
  sockets(port: number): { count: number; drops: number; waiting: number } {
    const table = execFileSync("ip", ["netns", "exec", this.name, "cat", "/proc/net/udp", "/proc/net/udp6"], {
      encoding: "utf8",
    });
    const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    const rows = table
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((words) => words[1]?.endsWith(local));
    const sum = (of: (words: string[]) => number) => rows.reduce((total, words) => total + of(words), 0);
    return {
      count: rows.length,
      drops: sum((words) => Number(words.at(-1))),
      waiting: sum((words) => Number.parseInt(words[4]!.split(":")[1]!, 16)),
    };
  }

  close(): void {
    if (this.buffer !== null) writeFileSync(RMEM_MAX, this.buffer);
    execFileSync("ip", ["netns", "delete", this.name], { stdio: "pipe" });
  }
}

/** As the field does on collectors; set back at the end. Null where it was large enough or cannot be changed. */
function raiseBuffer(): string | null {
  try {
    const before = readFileSync(RMEM_MAX, "utf8").trim();
    if (Number(before) >= BUFFER_OCTETS) return null;
    writeFileSync(RMEM_MAX, String(BUFFER_OCTETS));
    return before;
  } catch {
    return null;
  }
}
