// ARP (RFC 826) over Ethernet for IPv4: the asking and the asked address are the flow's.
import type { Frame } from "./frame.ts";
import { FAMILY, L } from "./layers.ts";
import { OUTCOME } from "./step.ts";

/** hardware 2 | protocol 2 | lengths 1, 1 | operation 2 | sender MAC 6, IP 4 | target MAC 6, IP 4. Other kinds are frames without IP. */
export function arp(f: Frame): number {
  const o = f.offset;
  if (f.end - o < 28) return OUTCOME.nonIp;
  const { view, rows, base } = f;
  if (view.getInt32(o) !== 0x0001_0800 || view.getUint16(o + 4) !== 0x0604) return OUTCOME.nonIp;
  rows[base] = 0;
  rows[base + 1] = 0;
  rows[base + 2] = 0xffff;
  rows[base + 3] = view.getInt32(o + 14);
  rows[base + 4] = 0;
  rows[base + 5] = 0;
  rows[base + 6] = 0xffff;
  rows[base + 7] = view.getInt32(o + 24);
  rows[base + L.ports] = 0;
  rows[base + L.kind] = (0x0806 << 16) | (FAMILY.arp << 8);
  rows[base + L.bytes] = rows[base + L.frameBytes]!;
  return OUTCOME.arp;
}
