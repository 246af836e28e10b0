// The network interfaces of this machine and their numbers, as the system gives them (Linux: /sys/class/net).
import { readdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";

const NET = "/sys/class/net";

/** Where every interface is meant at once, on Linux. It has no number. */
export const ANY_INTERFACE = "any";

export function listInterfaces(): string[] {
  try {
    return readdirSync(NET).filter((name) => interfaceNumber(name) > 0);
  } catch {
    return Object.keys(networkInterfaces());
  }
}

/** The system's ifIndex; 0 where it has none or is not known. */
export function interfaceNumber(name: string): number {
  try {
    return Number.parseInt(readFileSync(`${NET}/${name}/ifindex`, "latin1"), 10) || 0;
  } catch {
    return 0;
  }
}
