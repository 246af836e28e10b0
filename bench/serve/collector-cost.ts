// What the process that collects for a serve has used so far: Linux' figures, which do not depend on what else runs.
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, which Linux has been keeping at 100. */
const TICKS = 100;

/** Seconds of processor time of the collecting child of this process; null where there is none. */
export function collectorSeconds(parent: number): number | null {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/cmdline`, "utf8").includes("collector-worker")) continue;
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const words = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(words[1]) === parent) return (Number(words[11]) + Number(words[12])) / TICKS;
    } catch {
      // It has ended meanwhile.
    }
  }
  return null;
}
