// Flow records of sFlow v5: sampled packets and what switches and routers knew of them (https://sflow.org/developers/structures.php).
import { MOST_VALUE_OCTETS, type OtherFields } from "../core/other-fields.ts";
import { fields, readField, type SflowLayout } from "./sflow-layouts.ts";
import { addHexadecimal } from "./sflow-other.ts";
import { type GatewayPath, readPath } from "./sflow-path.ts";
import { copyAddress, type SampleRow } from "./sflow-sample-row.ts";
import { XdrCursor } from "./xdr-cursor.ts";

/** Records of one sample at the most; real ones have fewer than ten. */
export const MOST_RECORDS = 256;
/** Items of a list that are written out. */
const MOST_ITEMS = 128;

function ethernetTunnel(prefix: string): SflowLayout {
  return [
    [`${prefix}FrameLength`, "u32"],
    [`${prefix}SrcMac`, "mac"],
    [`${prefix}DstMac`, "mac"],
    [`${prefix}EtherType`, "u32"],
  ];
}

function ipTunnel(prefix: string, type: "ipv4" | "ipv6"): SflowLayout {
  return [
    [`${prefix}Bytes`, "u32"],
    [`${prefix}Proto`, "u32"],
    [`${prefix}SrcAddr`, type],
    [`${prefix}DstAddr`, type],
    ...fields("u32", "SrcPort DstPort TcpFlags Tos", prefix),
  ];
}

const WIFI_CELL: SflowLayout = [
  ["wifiSsid", "string"],
  ["wifiBssid", "mac"],
];

function socket(prefix: string, type: "ipv4" | "ipv6"): SflowLayout {
  return [
    [`${prefix}Proto`, "u32"],
    [`${prefix}LocalAddr`, type],
    [`${prefix}RemoteAddr`, type],
    [`${prefix}LocalPort`, "u32"],
    [`${prefix}RemotePort`, "u32"],
  ];
}

/** Records whose fields all go to `other`, by tag (enterprise 0). */
const LAYOUTS: ReadonlyMap<number, SflowLayout> = new Map<number, SflowLayout>([
  [1004, [...fields("u32", "srcUserCharset"), ["srcUser", "string"], ["dstUserCharset", "u32"], ["dstUser", "string"]]],
  [1005, [...fields("u32", "urlDirection"), ...fields("string", "url urlHost")]],
  [1008, [["mplsTunnelName", "string"], ...fields("u32", "mplsTunnelId mplsTunnelCos")]],
  [1009, [["mplsVcName", "string"], ...fields("u32", "mplsVcId mplsVcLabelCos")]],
  [1010, [["mplsFtnDescription", "string"], ...fields("u32", "mplsFtnMask")]],
  [1011, fields("u32", "mplsFecPrefixLength")],
  [
    1013,
    [
      ["wifiCipher", "octets4"],
      ["wifiPayload", "opaque"],
    ],
  ],
  [
    1014,
    [
      ...WIFI_CELL,
      ["wifiVersion", "u32"],
      ["wifiChannel", "u32"],
      ["wifiSpeed", "u64"],
      ...fields("u32", "wifiRsni wifiRcpi wifiPacketDuration"),
    ],
  ],
  [
    1015,
    [
      ...WIFI_CELL,
      ...fields("u32", "wifiVersion wifiTransmissions wifiPacketDuration wifiRetransmissionDuration wifiChannel"),
      ["wifiSpeed", "u64"],
      ["wifiPower", "u32"],
    ],
  ],
  [1021, ethernetTunnel("outTunnel")],
  [1022, ethernetTunnel("inTunnel")],
  [1023, ipTunnel("outTunnel", "ipv4")],
  [1024, ipTunnel("inTunnel", "ipv4")],
  [1025, ipTunnel("outTunnel", "ipv6")],
  [1026, ipTunnel("inTunnel", "ipv6")],
  [1027, fields("u32", "outInnerHeaderOffset")],
  [1028, fields("u32", "inInnerHeaderOffset")],
  [1036, fields("u32", "queue")],
  [
    1037,
    [
      ["aclNumber", "u32"],
      ["aclName", "string"],
      ["aclDirection", "u32"],
    ],
  ],
  [1038, fields("string", "function")],
  [1039, fields("u32", "transitDelay")],
  [1040, fields("u32", "queueDepth")],
  [1041, fields("string", "trapGroup trap")],
  [1042, fields("string", "dropReason")],
  [2100, socket("socket", "ipv4")],
  [2101, socket("socket", "ipv6")],
  [2102, socket("proxySocket", "ipv4")],
  [2103, socket("proxySocket", "ipv6")],
]);

const OLD_USER = fields("string", "srcUser dstUser");
const OLD_URL: SflowLayout = [
  ["urlDirection", "u32"],
  ["url", "string"],
];

/** Octets that the records of one fixed layout have. */
const ETHERNET_OCTETS = 24;
const IPV4_OCTETS = 32;
const IPV6_OCTETS = 56;

export class FlowRecords {
  private readonly row: SampleRow;
  private readonly other: OtherFields;
  readonly cursor: XdrCursor = new XdrCursor();

  constructor(row: SampleRow, other: OtherFields) {
    this.row = row;
    this.other = other;
  }

  /**
   * Reads the record in `bytes[at .. at + length]`. What is not known, or shorter than its layout, is kept in hexadecimal. False
   * where a value was too long and is cut.
   */
  read(bytes: Uint8Array, view: DataView, tag: number, at: number, length: number): boolean {
    if (tag === 1) {
      if (this.packetHeader(view, at, length)) return true;
    } else if (tag === 2 && length >= ETHERNET_OCTETS) {
      this.row.ethernet(at);
      return true;
    } else if (tag === 3 && length >= IPV4_OCTETS) {
      this.row.ipv4(at);
      return true;
    } else if (tag === 4 && length >= IPV6_OCTETS) {
      this.row.ipv6(at);
      return true;
    } else {
      this.cursor.open(bytes, view, at, at + length);
      if (this.extended(tag)) return !this.cursor.cut;
    }
    return addHexadecimal(this.other, this.row.row, `sflow${tagName(tag)}`, bytes, at, length);
  }

  /** protocol 4 | frame length 4 | stripped octets 4 | header length 4 | header. A header cut by the datagram's end is read as far as it goes. */
  private packetHeader(view: DataView, at: number, length: number): boolean {
    if (length < 16) return false;
    const octets = Math.min(view.getUint32(at + 12), length - 16);
    this.row.packetHeader(view.getUint32(at), view.getUint32(at + 4), view.getUint32(at + 8), at + 16, octets);
    return true;
  }

  private extended(tag: number): boolean {
    switch (tag) {
      case 1001:
        return this.switched();
      case 1002:
        return this.router();
      case 1003:
        return this.gateway();
      case 1006:
        return this.mpls();
      case 1007:
        return this.nat();
      case 1012:
        return this.vlanTunnel();
      case 1020:
        return this.natPorts();
      case 1029:
      case 1030:
        return this.network(tag === 1030);
      default: {
        const layout = LAYOUTS.get(tag);
        return layout !== undefined && this.byLayout(layout);
      }
    }
  }

  private byLayout(layout: SflowLayout): boolean {
    const { cursor } = this;
    const values: string[] = [];
    for (const [, type] of layout) values.push(String(readField(cursor, type)));
    if (!cursor.whole) return false;
    for (const [index, [name]] of layout.entries()) this.text(name, values[index]!);
    return true;
  }

  private text(name: string, value: string): void {
    if (value !== "") this.other.addText(this.row.row, name, value.slice(0, MOST_VALUE_OCTETS));
  }

  /**
   * Extended data of versions 2 and 4 (RFC 3176 section 4) at the cursor, which has no length and is passed by reading it. False where
   * it is not all there, or of a type that there is not.
   */
  old(type: number, version: 2 | 4): boolean {
    switch (type) {
      case 1:
        return this.switched();
      case 2:
        return this.router();
      case 3: {
        const path = readPath(this.cursor, version === 2 ? "list" : "segments");
        if (path !== null) this.path(path);
        return path !== null;
      }
      case 4:
        return this.byLayout(OLD_USER);
      case 5:
        return this.byLayout(OLD_URL);
      default:
        return false;
    }
  }

  /** VLAN 4 | priority 4 of the packet as it came, the same as it left */
  private switched(): boolean {
    const { cursor } = this;
    const inVlan = cursor.u32();
    const inPriority = cursor.u32();
    const outVlan = cursor.u32();
    const outPriority = cursor.u32();
    if (!cursor.whole) return false;
    this.row.vlans(inVlan, outVlan);
    // 0xffffffff = not known
    if (inPriority > 0 && inPriority < 0xffff_ffff) this.text("inPriority", String(inPriority));
    if (outPriority > 0 && outPriority < 0xffff_ffff) this.text("outPriority", String(outPriority));
    return true;
  }

  /** next hop | source mask 4 | destination mask 4 */
  private router(): boolean {
    const { cursor } = this;
    const { columns, row } = this.row;
    const hop = cursor.at;
    const octets = this.passAddress();
    const source = cursor.u32();
    const destination = cursor.u32();
    if (!cursor.whole) return false;
    copyAddress(columns.nextHop, row, cursor.bytes, hop + 4, octets);
    columns.srcMask[row] = source <= 128 ? source : 0;
    columns.dstMask[row] = destination <= 128 ? destination : 0;
    return true;
  }

  /** next hop | router's AS 4 | source AS 4 | source's peer AS 4 | segments of the path | communities | local preference 4 */
  private gateway(): boolean {
    const { cursor } = this;
    const { columns, row } = this.row;
    const hop = cursor.at;
    const octets = this.passAddress();
    const path = readPath(cursor, "segments");
    if (path === null) return false;
    copyAddress(columns.bgpNextHop, row, cursor.bytes, hop + 4, octets);
    this.path(path);
    return true;
  }

  /** What a path says, into the row. */
  private path(path: GatewayPath): void {
    const { columns, row } = this.row;
    columns.srcAs[row] = path.source;
    columns.dstAs[row] = path.destination;
    for (const [name, value] of path.texts) this.text(name, value);
  }

  /** next hop | labels in | labels out. A label: 20 bits, class 3, bottom of stack 1, TTL 8. */
  private mpls(): boolean {
    const { cursor } = this;
    const { columns, row } = this.row;
    const hop = cursor.at;
    const octets = this.passAddress();
    const inLabels = this.list();
    const outLabels = this.list();
    if (inLabels === null || outLabels === null) return false;
    copyAddress(columns.nextHop, row, cursor.bytes, hop + 4, octets);
    if (inLabels.length > 0) this.row.label(inLabels[0]! >>> 12);
    this.text("mplsInLabels", inLabels.map(labelText).join(" "));
    this.text("mplsOutLabels", outLabels.map(labelText).join(" "));
    return true;
  }

  /** source | destination */
  private nat(): boolean {
    const { cursor } = this;
    const { columns, row } = this.row;
    const source = cursor.at;
    const sourceOctets = this.passAddress();
    const destination = cursor.at;
    const destinationOctets = this.passAddress();
    if (!cursor.whole) return false;
    copyAddress(columns.natSrcAddr, row, cursor.bytes, source + 4, sourceOctets);
    copyAddress(columns.natDstAddr, row, cursor.bytes, destination + 4, destinationOctets);
    return true;
  }

  private natPorts(): boolean {
    const { cursor } = this;
    const { columns, row } = this.row;
    const source = cursor.u32();
    const destination = cursor.u32();
    if (!cursor.whole) return false;
    columns.natSrcPort[row] = source;
    columns.natDstPort[row] = destination;
    return true;
  }

  /** Tags that were stripped, the outermost first: type 2, priority and VLAN 2 each. */
  private vlanTunnel(): boolean {
    const tags = this.list();
    if (tags === null) return false;
    if (tags.length > 0) this.row.strippedTags(tags[0]! & 0xfff, tags.length > 1 ? tags[tags.length - 1]! & 0xfff : 0);
    this.text("strippedTags", tags.map(tagText).join(" "));
    return true;
  }

  /** The network (VNI) that the packet came in by, or left by. */
  private network(ingress: boolean): boolean {
    const { cursor } = this;
    const network = cursor.u32();
    if (!cursor.whole) return false;
    this.row.network(ingress, network);
    this.text(ingress ? "inVni" : "outVni", String(network));
    return true;
  }

  /** Passes an address with its type and gives its octets: 4, 16, or 0 where it is not known. */
  private passAddress(): number {
    const { cursor } = this;
    const type = cursor.u32();
    const octets = type === 1 ? 4 : type === 2 ? 16 : 0;
    if (type > 2) cursor.whole = false;
    cursor.skip(octets);
    return octets;
  }

  /** count 4 | items of 4; null where they are not all there. */
  private list(): number[] | null {
    const { cursor } = this;
    const count = cursor.u32();
    if (count > (cursor.end - cursor.at) / 4) return null;
    const items: number[] = [];
    for (let i = 0; i < count; i++) items.push(cursor.u32());
    return cursor.whole ? items.slice(0, MOST_ITEMS) : null;
  }
}

function labelText(entry: number): string {
  return `${entry >>> 12}:${(entry >>> 9) & 7}:${entry & 255}`;
}

function tagText(tag: number): string {
  return (tag + 0x1_0000_0000).toString(16).slice(1);
}

/** "enterprise:format" of a tag. */
export function tagName(tag: number): string {
  return `${tag >>> 12}:${tag & 0xfff}`;
}
