// Whether an interface is up: capture programs wait in silence while one is down. Linux says so below /sys; elsewhere nothing is said.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const NET = "/sys/class/net";
const IFF_UP = 1;

/** "down": switched off; "no carrier": nothing at the other end; null = up, gone, or nobody knows. */
type LinkFault = "down" | "no carrier" | null;

/** One interface, asked again and again. */
export class LinkWatch {
  private readonly name: string;
  private readonly clock: () => string;
  private readonly faultOf: (name: string) => LinkFault;
  private fault: LinkFault = null;
  private since = "";
  /** What it was, until when; null = it was never down. */
  private past: string | null = null;

  /** `name` without `iface:`; `clock` says a time for people. */
  constructor(name: string, clock: () => string, faultOf: (name: string) => LinkFault = linkFault) {
    this.name = name;
    this.clock = clock;
    this.faultOf = faultOf;
  }

  get isDown(): boolean {
    return this.fault !== null;
  }

  /** A sentence for people; null = nothing to say. */
  look(): string | null {
    const { name, since } = this;
    const fault = this.faultOf(name);
    if (fault !== this.fault) {
      const time = this.clock();
      if (this.fault !== null) this.past = `iface:${name} ${wordsOf(this.fault, "was")} from ${since} to ${time} UTC`;
      this.fault = fault;
      this.since = time;
    }
    return fault === null
      ? this.past
      : `iface:${name} ${wordsOf(fault, "is")} since ${this.since} UTC; it is waited for`;
  }
}

function wordsOf(fault: "down" | "no carrier", verb: "is" | "was"): string {
  return fault === "down" ? `${verb} down` : `${verb === "is" ? "has" : "had"} no carrier`;
}

function linkFault(name: string): LinkFault {
  const flags = Number.parseInt(read(name, "flags"), 16);
  if (Number.isNaN(flags)) return null;
  if ((flags & IFF_UP) === 0) return "down";
  return read(name, "carrier") === "0" ? "no carrier" : null;
}

/** "" where there is none. */
function read(name: string, file: string): string {
  try {
    return readFileSync(join(NET, name, file), "utf8").trim();
  } catch {
    return "";
  }
}
