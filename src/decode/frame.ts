// Frame: the place of the decoder in one packet. Each step reads at `offset`, moves it, and writes what it found to the row.
import { FAMILY, L, ROW_WORDS } from "./layers.ts";
import { OUTCOME } from "./step.ts";

const { done: DONE } = OUTCOME;

/** Where an IP packet lies in its block's octets. */
export interface IpPlace {
  /** Its header. */
  readonly ip: number;
  /** The header behind those of IP: TCP's, UDP's; IPv6 later fragments: the first extension header. */
  readonly offset: number;
  /** Where its captured octets end. */
  readonly end: number;
}

export class Frame implements IpPlace {
  view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the next header starts, and where the captured octets end (IP: where its packet ends, if that is earlier). */
  offset = 0;
  end = 0;
  ip = 0;
  /** Octets of the frame that are on the wire after `end` because the capture cut them. */
  cut = 0;
  rows: Int32Array = new Int32Array(ROW_WORDS);
  base = 0;
  /** Ethernet type, PPP protocol in Ethernet's terms, or LLC's DSAP (below 0x600), whatever names the next header. */
  etherType = 0;
  readonly openTunnels: boolean;
  readonly icmpErrors: boolean;
  /**
   * As ONICS sees frames: only IP and ARP right behind Ethernet and its VLAN tags are opened, and an 802.3 frame has its length as
   * type. Else every layer below IP is walked through, and an 802.3 frame has its LLC DSAP or SNAP type.
   */
  readonly plainEthernet: boolean;
  embedded: Int32Array = new Int32Array(0);
  embeddedCount = 0;
  portsMissing = 0;
  tcpFlagsMissing = 0;
  fragments = 0;
  lengthContradicts = 0;
  /** The row of the outer packet while a tunnel is being opened. */
  private readonly outer = new Int32Array(ROW_WORDS);
  private outerEnd = 0;
  inTunnel = false;

  constructor(options: { openTunnels: boolean; icmpErrors: boolean; plainEthernet: boolean }) {
    this.openTunnels = options.openTunnels;
    this.icmpErrors = options.icmpErrors;
    this.plainEthernet = options.plainEthernet;
  }

  /** Remembers the packet as it stands before the tunnel in it is opened; what is inside writes over its row. */
  enterTunnel(next: number): number {
    const { rows, base, outer } = this;
    for (let i = 0; i < ROW_WORDS; i++) outer[i] = rows[base + i]!;
    rows[base + L.flags] = 0;
    rows[base + L.identification] = 0;
    this.outerEnd = this.end;
    this.inTunnel = true;
    return next;
  }

  /** What is in the tunnel cannot be read: the packet counts as its outer self. */
  leaveTunnel(): number {
    const { rows, base, outer } = this;
    for (let i = 0; i < ROW_WORDS; i++) rows[base + i] = outer[i]!;
    this.end = this.outerEnd;
    this.inTunnel = false;
    return DONE;
  }

  /** Writes the key words of a frame without IP: its MACs as addresses. */
  nonIpRow(): void {
    const { rows, base } = this;
    const high = rows[base + L.macs]!;
    const middle = rows[base + L.macs + 1]!;
    rows[base] = 0;
    rows[base + 1] = 0;
    rows[base + 2] = middle & 0xffff;
    rows[base + 3] = rows[base + L.macs + 2]!;
    rows[base + 4] = 0;
    rows[base + 5] = 0;
    rows[base + 6] = high >>> 16;
    rows[base + 7] = (high << 16) | (middle >>> 16);
    rows[base + L.ports] = 0;
    rows[base + L.kind] = (this.etherType << 16) | (FAMILY.ether << 8);
    rows[base + L.bytes] = rows[base + L.frameBytes]!;
  }
}
