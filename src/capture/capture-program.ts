// The programs that capture for us, so that only they need privileges: dumpcap and tcpdump. How they are called, what they say.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

export interface OpenOptions {
  /** Capture filter in the words of pcap-filter(7). */
  readonly bpf?: string | undefined;
  /** Octets kept of each packet; not given = all. */
  readonly snapLength?: number | undefined;
  /** False = only what is meant for this machine. */
  readonly promiscuous?: boolean | undefined;
  /** True = each packet at once, at the price of losing some above some 100,000 packets/s. */
  readonly immediate?: boolean | undefined;
}

export interface CaptureProgram {
  readonly name: "dumpcap" | "tcpdump";
  readonly path: string;
}

/** Of the kernel's buffer: the usual 2 MiB lost 10 % of 240,000 packets/s here. This is a second of 200,000 packets/s of 200 octets. */
const KERNEL_BUFFER_MIB = 64;

/**
 * The programs that are installed, the better one first. Measured over a veth pair at 200,000 packets/s into a pipe: dumpcap waits for and
 * writes each packet by itself (2.6 us), tcpdump writes them (0.8 us), hands them over within a second, and says what was dropped whenever it
 * is asked; in immediate mode it hands over each one within 2 ms, but loses 10 % and more.
 */
export function findPrograms(): CaptureProgram[] {
  return (["tcpdump", "dumpcap"] as const).flatMap((name) => {
    const path = findExecutable(name);
    return path === null ? [] : [{ name, path }];
  });
}

/** Where a program is; null = nowhere. */
export function findExecutable(name: string): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"];
  for (const folder of folders) {
    if (folder === "") continue;
    try {
      accessSync(join(folder, name), constants.X_OK);
      return join(folder, name);
    } catch {
      // Not in this folder.
    }
  }
  return null;
}

/** The arguments that make the program write nanosecond captures to its standard output. */
export function programArguments(program: CaptureProgram, device: string, options: OpenOptions): string[] {
  const args = ["-i", device, "-w", "-"];
  if (options.snapLength !== undefined) args.push("-s", String(options.snapLength));
  if (options.promiscuous === false) args.push("-p");
  if (program.name === "dumpcap") {
    args.push("-q", "-n", "-B", String(KERNEL_BUFFER_MIB));
    if (options.bpf !== undefined) args.push("-f", options.bpf);
    return args;
  }
  args.push("-U", "-n", "-B", String(KERNEL_BUFFER_MIB * 1024), "--time-stamp-precision=nano");
  if (options.immediate === true) args.push("--immediate-mode");
  if (options.bpf !== undefined) args.push("--", options.bpf);
  return args;
}

export interface ReportedDrops {
  readonly kernel: number | null;
  readonly interface: number | null;
}

const TCPDUMP_DROPS = /(?:^|, )(\d+) packets? dropped by kernel(?:(?:, |\n)(\d+) packets? dropped by interface)?/gm;

/** What the program said last that was lost: dumpcap at its end only. */
export function parseDrops(program: CaptureProgram["name"], said: string): ReportedDrops {
  if (program === "dumpcap") {
    // Packets received/dropped on interface 'x': 7/3 (pcap:1/dumpcap:1/flushed:1/ps_ifdrop:0) (70.0%)
    const found = /\(pcap:(\d+)\/dumpcap:(\d+)\/flushed:(\d+)\/ps_ifdrop:(\d+)\)/.exec(said);
    if (found === null) return { kernel: null, interface: null };
    const [, pcap, own, flushed, atInterface] = found.map(Number);
    return { kernel: pcap! + own! + flushed!, interface: atInterface! };
  }
  // At its end, and in one line whenever it is asked; the last one counts.
  const told = [...said.matchAll(TCPDUMP_DROPS)].at(-1);
  if (told === undefined) return { kernel: null, interface: null };
  // It is silent about the interface where that dropped nothing.
  return { kernel: Number(told[1]), interface: Number(told[2] ?? 0) };
}

/** Of a program that may not capture, and how it is allowed to for good. */
export function permissionSentence(name: string, path: string): string {
  return (
    `expected permission to capture, found that ${name} has none; grant it once with: ` +
    `sudo setcap cap_net_raw,cap_net_admin+eip ${path} - or run this as root`
  );
}

/** Why a program ended, as far as its words tell. */
export type ProgramFailure = "permission" | "filter" | "gone" | "other";

export function classifyFailure(said: string): ProgramFailure {
  if (/permission|not permitted/i.test(said)) return "permission";
  if (/filter expression|capture filter/i.test(said)) return "filter";
  if (/disappeared|no longer attached|went down|network is down|is not up/i.test(said)) return "gone";
  return "other";
}

/** The sentence about the filter, or else the last one that the program said about its trouble. */
export function quoteTrouble(program: CaptureProgram["name"], said: string): string {
  const filter = /filter expression: ([^)\n]*)/.exec(said);
  if (filter !== null) return filter[1]!.trim();
  const lines = said
    .split(/[\r\n]+/)
    .filter(
      (line) =>
        line !== "" &&
        !/^(Capturing on|File: |Packets |\d+ packets)|packets? captured, |listening on|data link type/.test(line),
    );
  return (lines.find((line) => line.startsWith(`${program}: `)) ?? lines.at(-1) ?? "")
    .replace(`${program}: `, "")
    .trim();
}
