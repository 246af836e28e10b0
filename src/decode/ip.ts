// Internet Protocol in either version, where only its first nibble tells (raw link types).
import type { Frame } from "./frame.ts";
import { OUTCOME, STEP } from "./step.ts";

export function ip(f: Frame): number {
  if (f.end - f.offset < 1) return OUTCOME.truncated;
  const version = f.view.getUint8(f.offset) >>> 4;
  if (version === 4) {
    f.etherType = 0x0800;
    return STEP.ipv4;
  }
  if (version === 6) {
    f.etherType = 0x86dd;
    return STEP.ipv6;
  }
  return OUTCOME.malformed;
}

/** The step behind IP's header for a protocol; `done` where only addresses and protocol count. */
export function behindIp(f: Frame, proto: number): number {
  switch (proto) {
    case 6:
      return STEP.tcp;
    case 17:
      return STEP.udp;
    case 33: // DCCP
    case 132: // SCTP
    case 136: // UDP-Lite
      return STEP.ports;
    case 4:
      return f.openTunnels ? f.enterTunnel(STEP.ipv4) : OUTCOME.done;
    case 41:
      return f.openTunnels ? f.enterTunnel(STEP.ipv6) : OUTCOME.done;
    case 47:
      return f.openTunnels ? f.enterTunnel(STEP.gre) : OUTCOME.done;
    case 137: // MPLS in IP (RFC 4023)
      return f.openTunnels ? f.enterTunnel(STEP.mpls) : OUTCOME.done;
    default:
      return OUTCOME.done;
  }
}
