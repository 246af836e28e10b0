// Whether a process that has left its number in a file still runs: numbers are given again, and other machines and containers have their own.
import { readFileSync, readlinkSync } from "node:fs";

/** Where process numbers are those that we see: this run of the system and PID namespace. Null where there is no /proc. */
export function placeOfThis(): string | null {
  try {
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return null;
  }
}

/** When a process was started: field 22 of its /proc/PID/stat, behind a name that may have anything in it. Null = there is none. */
export function startOf(pid: number): string | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
