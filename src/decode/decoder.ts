// The decoder: PacketBlock in, Layers out. One loop walks from header to header; each header's file says what comes next.
import type { Ledger, Untracked } from "../core/ledger.ts";
import type { PacketBlock } from "../core/packet-block.ts";
import { arp } from "./arp.ts";
import { commonCase } from "./common-case.ts";
import { arcnet, linuxCooked, linuxCooked2, loopback, nflog, pktap } from "./cooked.ts";
import { ethernet, etherType, pbb, vlan } from "./ethernet.ts";
import { Frame, type IpPlace } from "./frame.ts";
import { icmp, icmpv6 } from "./icmp.ts";
import { ieee80211, prism, radiotap } from "./ieee80211.ts";
import { ip } from "./ip.ts";
import { ipv4 } from "./ipv4.ts";
import { ipv6 } from "./ipv6.ts";
import { L, type LayersBlock, ROW_WORDS as ROW_WORDS_ } from "./layers.ts";
import { firstStep } from "./link-types.ts";
import { llc } from "./llc.ts";
import { mpls } from "./mpls.ts";
import { ciscoHdlc, frameRelay, ppp, pppHdlc, pppoe } from "./ppp.ts";
import { OUTCOME, STEP } from "./step.ts";
import { ports, tcp, udp } from "./transport.ts";
import { erspan2, erspan3, geneve, gre, gtp, nsh, vxlan, vxlanGpe } from "./tunnel.ts";

const ROW_WORDS = ROW_WORDS_;
const { seconds: SECONDS, nanoseconds: NANOSECONDS, frameBytes: FRAME_BYTES, flags: FLAGS } = L;
const {
  identification: IDENTIFICATION,
  service: SERVICE,
  vlans: VLANS,
  inIf: IN_IF,
  mpls: MPLS,
  macs: MACS,
  tunnel: TUNNEL,
} = L;
const { done: DONE, tooDeep: TOO_DEEP, empty: EMPTY, nonIp: NON_IP, arp: ARP, malformed: MALFORMED } = OUTCOME;
const { ethernet: ETHERNET, ipv4: IPV4, ipv6: IPV6, tcp: TCP, udp: UDP } = STEP;

/** Headers a packet at the most, all layers and tunnels together. */
const MAX_STEPS = 32;

export interface DecodeOptions {
  /** Packets inside tunnels count instead of those that carry them. */
  readonly tunnel: "outer" | "inner";
  /** Frames without IP get rows too. */
  readonly nonIp: boolean;
  /** ICMP errors carry the key of the packet they quote. */
  readonly quoteIcmpErrors: boolean;
  /** Only IP and ARP right behind Ethernet are opened; 802.3 frames have their length as type (as ONICS has it). */
  readonly plainEthernet: boolean;
}

export const DECODE_DEFAULTS: DecodeOptions = {
  tunnel: "outer",
  nonIp: false,
  quoteIcmpErrors: false,
  plainEthernet: false,
};

const REASONS: ReadonlyMap<number, Untracked> = new Map([
  [OUTCOME.nonIp, "nonIp"],
  [OUTCOME.truncated, "truncated"],
  [OUTCOME.malformed, "malformed"],
  [OUTCOME.tooDeep, "tooDeep"],
  [OUTCOME.unknownLinkType, "unknownLinkType"],
  [OUTCOME.empty, "empty"],
]);

export class Decoder {
  private readonly frame: Frame;
  private readonly nonIp: boolean;
  private readonly starts: number[] = [];
  private readonly inIfs: number[] = [];
  /** Packets and octets by outcome (index = -outcome), and those read, not yet booked. */
  private readonly packets = new Float64Array(16);
  private readonly octets = new Float64Array(16);
  private readonly common: boolean;

  /** `common: false` sends every packet the long way, which `place` needs. */
  constructor(options: DecodeOptions, common = true) {
    this.common = common;
    this.frame = new Frame({
      openTunnels: options.tunnel === "inner",
      icmpErrors: options.quoteIcmpErrors,
      plainEthernet: options.plainEthernet,
    });
    this.nonIp = options.nonIp;
  }

  /** Fills `out` with a row for each packet of the block that is to be tracked; `out` must hold the block's packets. */
  decode(block: PacketBlock, out: LayersBlock): void {
    this.learnInterfaces(block);
    const f = this.frame;
    f.view = block.view;
    f.rows = out.rows;
    f.embedded = out.embedded;
    f.embeddedCount = 0;
    const { rows, numbers } = out;
    const { offset, capturedLength, originalLength, seconds, nanoseconds, interfaceIndex, count, firstPacket } = block;
    const { packets, octets, starts, inIfs } = this;
    const { view } = f;
    const shortWay = this.common && !f.openTunnels;
    let base = 0;
    let row = 0;
    let commonPackets = 0;
    let commonOctets = 0;
    for (let i = 0; i < count; i++) {
      const start = offset[i]!;
      const captured = capturedLength[i]!;
      const original = originalLength[i]!;
      const at = interfaceIndex[i]!;
      rows[base + SECONDS] = seconds[i]!;
      rows[base + NANOSECONDS] = nanoseconds[i]!;
      rows[base + FRAME_BYTES] = original;
      rows[base + IN_IF] = inIfs[at]!;
      if (shortWay && starts[at] === ETHERNET && commonCase(view, start, captured, original, rows, base)) {
        numbers[row++] = (firstPacket + i) | 0;
        base += ROW_WORDS;
        commonPackets++;
        commonOctets += original;
        continue;
      }
      rows[base + FLAGS] = 0;
      rows[base + IDENTIFICATION] = 0;
      rows[base + SERVICE] = 0;
      rows[base + VLANS] = 0;
      rows[base + MPLS] = 0;
      rows[base + MACS] = 0;
      rows[base + MACS + 1] = 0;
      rows[base + MACS + 2] = 0;
      rows[base + TUNNEL] = 0;
      f.base = base;
      f.etherType = 0;
      f.offset = start;
      f.end = start + captured;
      f.cut = original > captured ? original - captured : 0;
      let outcome = captured === 0 ? EMPTY : this.walk(starts[at]!);
      if (f.inTunnel) outcome = this.closeTunnel(outcome);
      if (outcome === NON_IP || outcome === ARP) {
        if (this.nonIp && outcome === NON_IP) f.nonIpRow();
        outcome = this.nonIp ? DONE : NON_IP;
      }
      if (outcome === DONE) {
        numbers[row++] = (firstPacket + i) | 0;
        base += ROW_WORDS;
      }
      packets[-outcome] = packets[-outcome]! + 1;
      octets[-outcome] = octets[-outcome]! + original;
    }
    packets[-DONE] = packets[-DONE]! + commonPackets;
    octets[-DONE] = octets[-DONE]! + commonOctets;
    out.count = row;
    out.embeddedCount = f.embeddedCount;
  }

  /** Where the headers of the last packet lie that went the long way and was IP. The decoder's own: valid until it decodes again. */
  get place(): IpPlace {
    return this.frame;
  }

  /** The way through the headers. Ethernet, IP and the common transports come first: most packets see only those. */
  private walk(first: number): number {
    const f = this.frame;
    let step = first;
    for (let steps = 0; step > 0; steps++) {
      if (steps === MAX_STEPS) return TOO_DEEP;
      if (step === ETHERNET) step = ethernet(f);
      else if (step === IPV4) step = ipv4(f);
      else if (step === TCP) step = tcp(f);
      else if (step === UDP) step = udp(f);
      else if (step === IPV6) step = ipv6(f);
      else step = rareStep(f, step);
    }
    return step;
  }

  /** What a tunnel carried replaces its carrier only where it is whole enough to be tracked. */
  private closeTunnel(outcome: number): number {
    const f = this.frame;
    if (outcome === DONE) {
      f.inTunnel = false;
      return DONE;
    }
    return f.leaveTunnel();
  }

  private learnInterfaces(block: PacketBlock): void {
    for (let i = this.starts.length; i < block.interfaces.length; i++) {
      const { linkType, index } = block.interfaces[i]!;
      this.starts.push(firstStep(linkType));
      this.inIfs.push(index);
    }
  }

  /** Adds to a ledger what was counted since the last time. */
  book(ledger: Ledger): void {
    const { packets, octets, frame } = this;
    for (let i = 1; i < packets.length; i++) {
      ledger.read.packets += packets[i]!;
      ledger.read.bytes += octets[i]!;
      const reason = REASONS.get(-i);
      if (reason !== undefined) {
        ledger.untracked[reason].packets += packets[i]!;
        ledger.untracked[reason].bytes += octets[i]!;
      }
    }
    packets.fill(0);
    octets.fill(0);
    ledger.remarks.portsMissing += frame.portsMissing;
    ledger.remarks.tcpFlagsMissing += frame.tcpFlagsMissing;
    ledger.remarks.fragments += frame.fragments;
    ledger.remarks.lengthContradicts += frame.lengthContradicts;
    frame.portsMissing = 0;
    frame.tcpFlagsMissing = 0;
    frame.fragments = 0;
    frame.lengthContradicts = 0;
  }
}

function rareStep(f: Frame, step: number): number {
  switch (step) {
    case STEP.vlan:
      return vlan(f);
    case STEP.icmp:
      return icmp(f);
    case STEP.icmpv6:
      return icmpv6(f);
    case STEP.etherType:
      return etherType(f);
    case STEP.llc:
      return llc(f);
    case STEP.ip:
      return ip(f);
    case STEP.arp:
      return arp(f);
    case STEP.mpls:
      return mpls(f);
    case STEP.pppoe:
      return pppoe(f);
    case STEP.ppp:
      return ppp(f);
    case STEP.pppHdlc:
      return pppHdlc(f);
    case STEP.ports:
      return ports(f);
    case STEP.linuxCooked:
      return linuxCooked(f);
    case STEP.linuxCooked2:
      return linuxCooked2(f);
    case STEP.loopback:
      return loopback(f);
    case STEP.ciscoHdlc:
      return ciscoHdlc(f);
    case STEP.frameRelay:
      return frameRelay(f);
    case STEP.radiotap:
      return radiotap(f);
    case STEP.prism:
      return prism(f);
    case STEP.ieee80211:
      return ieee80211(f);
    case STEP.nflog:
      return nflog(f);
    case STEP.pktap:
      return pktap(f);
    case STEP.arcnet:
      return arcnet(f);
    case STEP.pbb:
      return pbb(f);
    case STEP.nsh:
      return nsh(f);
    case STEP.gre:
      return gre(f);
    case STEP.erspan2:
      return erspan2(f);
    case STEP.erspan3:
      return erspan3(f);
    case STEP.vxlan:
      return vxlan(f);
    case STEP.vxlanGpe:
      return vxlanGpe(f);
    case STEP.geneve:
      return geneve(f);
    case STEP.gtp:
      return gtp(f);
    default:
      return MALFORMED;
  }
}
