// Ports: TCP (RFC 9293), UDP (RFC 768), UDP-Lite (RFC 3828), SCTP (RFC 9260), DCCP (RFC 4340), and the tunnels that ride on UDP.
import type { Frame } from "./frame.ts";
import { L } from "./layers.ts";
import { OUTCOME, STEP } from "./step.ts";

const { ports: PORTS, flags: FLAGS } = L;
const { done: DONE } = OUTCOME;

/** source port 2 | destination port 2 | sequence 4 | acknowledgment 4 | offset 4, flags 12 bits | ... */
export function tcp(f: Frame): number {
  const o = f.offset;
  const left = f.end - o;
  const { view, rows, base } = f;
  if (left >= 14) {
    rows[base + PORTS] = view.getInt32(o);
    rows[base + FLAGS] = rows[base + FLAGS]! | (view.getUint16(o + 12) & 0x0fff);
    return DONE;
  }
  f.tcpFlagsMissing++;
  return ports(f);
}

/** source port 2 | destination port 2 */
export function ports(f: Frame): number {
  if (f.end - f.offset >= 4) f.rows[f.base + PORTS] = f.view.getInt32(f.offset);
  else f.portsMissing++;
  return DONE;
}

/** source port 2 | destination port 2 | length 2 | checksum 2 */
export function udp(f: Frame): number {
  const o = f.offset;
  const left = f.end - o;
  if (left < 4) {
    f.portsMissing++;
    return DONE;
  }
  const both = f.view.getInt32(o);
  f.rows[f.base + PORTS] = both;
  return f.openTunnels && left >= 8 ? tunnelInUdp(f, both >>> 16, both & 0xffff) : DONE;
}

function tunnelInUdp(f: Frame, source: number, destination: number): number {
  f.offset += 8;
  switch (destination) {
    case 4789: // VXLAN (RFC 7348)
    case 8472: // and the port it had in Linux before
      return f.enterTunnel(STEP.vxlan);
    case 4790: // VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe)
      return f.enterTunnel(STEP.vxlanGpe);
    case 6081: // GENEVE (RFC 8926)
      return f.enterTunnel(STEP.geneve);
    case 6635: // MPLS in UDP (RFC 7510)
      return f.enterTunnel(STEP.mpls);
    case 2152: // GTP-U (3GPP TS 29.281)
      return f.enterTunnel(STEP.gtp);
    default:
      return source === 2152 ? f.enterTunnel(STEP.gtp) : DONE;
  }
}
