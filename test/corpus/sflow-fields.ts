// Compares what is decoded of sFlow with its truth: the table of fields, and what sflowtool prints of each record, in both directions.
import { parseAddress } from "../../src/core/address.ts";
import type { CounterSample } from "../../src/wire/index.ts";
import { addressOf, type DecodedRow } from "./decoded-messages.ts";

/** One record of a sample as sflowtool prints it. Its values are text. */
export type Printed = Readonly<Record<string, string>> & {
  readonly adaptor_list?: readonly { ifIndex: string; mac_list?: readonly string[] }[];
};

export interface PrintedSample {
  readonly sampleType: string;
  readonly sampleSequenceNo: string;
  readonly sourceId: string;
  readonly elements: readonly Printed[];
}

export interface PrintedDatagram {
  readonly datagramVersion: string;
  readonly agent?: string;
  readonly agentSubId?: string;
  readonly samples?: readonly PrintedSample[];
}

export interface SflowTruthRecord {
  readonly kind: "flow_sample" | "counter_sample" | "discard";
  readonly datagram: number;
  readonly sample: number;
  readonly sequence: number;
  readonly sourceId: string;
  readonly fields: Readonly<Record<string, number | string>>;
}

/** VLAN identifiers that mean none. */
const NO_VLAN = new Set(["0", "4095", "4294967295"]);

/** Columns that say the same as a field of the truth, where both are a number. */
const COLUMNS: Readonly<Record<string, keyof DecodedRow["columns"]>> = {
  samplingInterval: "samplingRate",
  dataLinkFrameSize: "frameBytes",
  ethernetType: "etherType",
  ipClassOfService: "tos",
  ipTTL: "ttl",
  protocolIdentifier: "proto",
  sourceTransportPort: "srcPort",
  destinationTransportPort: "dstPort",
};

/** Entries of `other` that stand for a field, and what it is when there is none. */
const OTHERS: Readonly<Record<string, readonly [name: string, otherwise: string]>> = {
  "sf.samplePool": ["samplePool", ""],
  "sf.drops": ["drops", "0"],
  "sf.headerProtocol": ["headerProtocol", "1"],
  "sf.strippedBytes": ["strippedBytes", "0"],
  "sf.headerLength": ["headerLength", ""],
};

const ADDRESSES: Readonly<Record<string, keyof DecodedRow["columns"]>> = {
  sourceIPv4Address: "srcAddr",
  sourceIPv6Address: "srcAddr",
  destinationIPv4Address: "dstAddr",
  destinationIPv6Address: "dstAddr",
};

const MACS: Readonly<Record<string, keyof DecodedRow["columns"]>> = {
  sourceMacAddress: "srcMac",
  destinationMacAddress: "dstMac",
};

/** Compares one row with the record of the truth, and with what sflowtool prints of it. Gives the fields compared. */
export function compareFlow(
  row: DecodedRow,
  record: SflowTruthRecord,
  printed: PrintedSample,
  wrong: string[],
): number {
  const { columns } = row;
  const other = new Map(Object.entries(row.other));
  const where = `datagram ${record.datagram} sample ${record.sample}`;
  let compared = 0;
  const same = (what: string, found: string | undefined, wanted: string) => {
    compared++;
    if (found !== wanted) wrong.push(`${where}: ${what} is ${found}, not ${wanted}`);
  };
  const take = (name: string, otherwise: string) => {
    const found = other.get(name) ?? otherwise;
    other.delete(name);
    return found;
  };
  same("packets", columns.packets, "1");
  same("sampleSequence", take("sampleSequence", ""), String(record.sequence));
  same("dataSource", take("dataSource", ""), record.sourceId);
  same("samplingSource", columns.samplingSource, "5");
  same("start", columns.start, columns.received);
  same("end", columns.end, columns.received);
  const header = printed.elements.find(({ flowSampleType }) => flowSampleType === "HEADER");
  for (const [name, value] of Object.entries(record.fields)) {
    const column = COLUMNS[name];
    const entry = OTHERS[name];
    if (column !== undefined) same(name, columns[column], String(value));
    else if (entry !== undefined) same(name, take(entry[0], entry[1]), String(value));
    else if (name in ADDRESSES) same(name, addressOf(columns[ADDRESSES[name]!]), addressOf(hexAddress(String(value))));
    else if (name in MACS) same(name, columns[MACS[name]!], String(value).replaceAll(":", ""));
    else if (name === "tcpControlBits") same(name, String(Number(columns.tcpFlags) & 255), String(value));
    else if (name === "ingressInterface") same(name, columns.inIf, String(value));
    else if (name === "egressInterface") compareOutput(String(value));
    else if (name === "ipTotalLength") same(name, columns.bytes, totalLength(header!));
    else if (name === "vlanId") {
      if (!NO_VLAN.has(String(value))) same(name, columns.vlan, String(value));
      else if (!("sf.vlanInHeader" in record.fields)) same(name, columns.vlan, "0");
      else compared++;
    } else if (name === "postVlanId") same(name, columns.dstVlan, NO_VLAN.has(String(value)) ? "0" : String(value));
    else if (name === "sf.vlanInHeader") same(name, take("headerVlan", columns.vlan), String(value));
    else if (name === "icmpTypeIPv4") {
      same(name, columns.dstPort, String(Number(value) * 256 + Number(record.fields.icmpCodeIPv4)));
    } else if (name !== "icmpCodeIPv4" && name !== "udpMessageLength") {
      wrong.push(`${where}: no rule for ${name}`);
    }
  }
  for (const element of printed.elements) compareElement(element);
  for (const [name, value] of other) if (name !== "agent") wrong.push(`${where}: other has ${name} = ${value}`);
  return compared;

  function compareOutput(value: string): void {
    const [, form, number] = /^(?:(dropCode|multiple) )?(\d+)$/.exec(value)!;
    same("egressInterface", columns.outIf, form === undefined ? number! : "0");
    if (form === undefined) return;
    same(value, take(form === "dropCode" ? "outDiscardReason" : "outInterfaces", ""), number!);
    if (form === "dropCode") same("forwardingStatus", columns.forwardingStatus, number === "1" ? "131" : "128");
  }

  function compareElement(element: Printed): void {
    const plain = (pairs: Readonly<Record<string, string>>) => {
      for (const [theirs, ours] of Object.entries(pairs)) same(theirs, take(ours, ""), element[theirs]!);
    };
    if (element.extendedType === "SWITCH") {
      for (const side of ["in", "out"]) {
        const priority = element[`${side}_priority`]!;
        same(`${side}Priority`, take(`${side}Priority`, "0"), priority === "4294967295" ? "0" : priority);
      }
    } else if (element.extendedType === "ROUTER") {
      same("nextHop", addressOf(columns.nextHop), element.nextHop!);
      same("srcMask", columns.srcMask, element.srcSubnetMask!);
      same("dstMask", columns.dstMask, element.dstSubnetMask!);
    } else if (element.extendedType === "GATEWAY") {
      same("bgpNextHop", addressOf(columns.bgpNextHop), element.bgp_nexthop!);
      same("srcAs", columns.srcAs, element.src_as!);
      same("dstAs", columns.dstAs, element.dst_as ?? "0");
      same("routerAs", take("routerAs", "0"), element.my_as!);
      same("source peer", take("bgpPrevAdjacentAsNumber", "0"), element.src_peer_as!);
      same("destination peer", take("bgpNextAdjacentAsNumber", "0"), element.dst_peer_as ?? "0");
      same("path", take("dstAsPath", ""), pathText(element.dst_as_path ?? ""));
      same("communities", take("bgpCommunities", ""), communitiesText(element.BGP_communities ?? ""));
      same("preference", take("bgpLocalPreference", "0"), element.BGP_localpref ?? "0");
    } else if (element.extendedType === "URL") {
      plain({ url_direction: "urlDirection", url: "url", host: "urlHost" });
    } else if (element.extendedType === "USER") {
      plain({
        src_user: "srcUser",
        dst_user: "dstUser",
        src_user_charset: "srcUserCharset",
        dst_user_charset: "dstUserCharset",
      });
    } else if (/^tunnel_ipv4_/.test(element.flowSampleType ?? "")) {
      const side = element.flowBlock_tag === "0:1024" ? "inTunnel" : "outTunnel";
      const prefix = element.flowBlock_tag === "0:1024" ? "tunnel_ipv4_in" : "tunnel_ipv4_out";
      const names = {
        sampledPacketSize: "Bytes",
        srcIP: "SrcAddr",
        dstIP: "DstAddr",
        IPProtocol: "Proto",
        IPTOS: "Tos",
      };
      for (const [theirs, ours] of Object.entries(names))
        same(theirs, take(side + ours, ""), element[`${prefix}_${theirs}`]!);
      for (const port of ["SrcPort", "DstPort", "TcpFlags"]) take(side + port, "");
    } else if (element.flowSampleType === "HEADER") {
      if (element["decodedVLAN.1"] !== undefined) same("innerVlan", columns.innerVlan, element["decodedVLAN.1"]);
      if (element.IP6_label !== undefined) same("flowLabel", columns.flowLabel, String(Number(element.IP6_label)));
    } else if (element.flowSampleType === "IPV4") {
      same("IPV4", addressOf(columns.srcAddr), element.srcIP!);
      same("IPV4 length", columns.bytes, element.sampledPacketSize!);
    } else if (element.flowSampleType === "ETHERNET") {
      same("ethernet_src", columns.srcMac, element.ethernet_src!);
    } else {
      wrong.push(`${where}: no rule for ${JSON.stringify(element).slice(0, 100)}`);
    }
  }
}

/** Octets of the IP packet by its own header; sflowtool's IPSize is what is left of the frame. */
function totalLength(header: Printed): string {
  const payload = header.IPV6_payloadLen;
  return payload === undefined ? header["ip.tot_len"]! : String(40 + Number(payload));
}

/** `123-456(1-2)7` as BGP tools write it: `123 456 {1,2} 7`. */
function pathText(path: string): string {
  return path
    .split(/(\([^)]*\))/)
    .filter((part) => part !== "")
    .map((part) =>
      part.startsWith("(") ? part.replaceAll("-", ",").replace("(", "{").replace(")", "}") : part.replaceAll("-", " "),
    )
    .join(" ");
}

function communitiesText(communities: string): string {
  const numbers = communities.split("-").filter((text) => text !== "");
  return numbers.map((text) => `${Math.floor(Number(text) / 65_536)}:${Number(text) % 65_536}`).join(" ");
}

function hexAddress(text: string): string {
  return Buffer.from(parseAddress(text)!).toString("hex");
}

/** Counters that sflowtool calls otherwise than the structures of sFlow do, by tag ("" = any). */
const COUNTER_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "0:1": { networkType: "ifType" },
  "0:5": { in_vlan: "vlan_id" },
  "0:1001": { total_memory_bytes: "total_memory", free_memory_bytes: "free_memory" },
  "0:1004": { openflow_datapath_id: "datapath_id", openflow_port: "port_no" },
  "0:1005": { ifName: "name" },
  "0:2000": { UUID: "uuid" },
  "0:2003": {
    cpu_load_one: "load_one",
    cpu_load_five: "load_five",
    cpu_load_fifteen: "load_fifteen",
    cpu_proc_run: "proc_run",
    cpu_proc_total: "proc_total",
    cpu_uptime: "uptime",
    cpuintr: "cpu_intr",
    cpuinterrupts: "interrupts",
    cpu_contexts: "contexts",
  },
  "0:2005": {
    disk_partition_max_used: "part_max_used",
    disk_reads: "reads",
    disk_bytes_read: "bytes_read",
    disk_read_time: "read_time",
    disk_writes: "writes",
    disk_bytes_written: "bytes_written",
    disk_write_time: "write_time",
  },
  "0:2006": {
    nio_bytes_in: "bytes_in",
    nio_pkts_in: "packets_in",
    nio_errs_in: "errs_in",
    nio_drops_in: "drops_in",
    nio_bytes_out: "bytes_out",
    nio_pkts_out: "packets_out",
    nio_errs_out: "errs_out",
    nio_drops_out: "drops_out",
  },
  "0:2203": {
    memory_used: "mem_used",
    memory_max: "mem_max",
    files_open: "fd_open",
    files_max: "fd_max",
    connections_open: "conn_open",
    connections_max: "conn_max",
  },
  "0:2207": {
    OVS_dp_hits: "dp_hits",
    OVS_dp_misses: "dp_misses",
    OVS_dp_lost: "dp_lost",
    OVS_dp_mask_hits: "dp_mask_hits",
    OVS_dp_flows: "dp_flows",
    OVS_dp_masks: "dp_masks",
  },
};

/** Compares a counter sample with what sflowtool prints of it; every counter of either side has its other one. Gives those compared. */
export function compareCounters(sample: CounterSample, printed: PrintedSample, where: string, wrong: string[]): number {
  const left = new Map(Object.entries(sample.counters));
  let compared = 0;
  const same = (name: string, wanted: string) => {
    compared++;
    const found = left.get(name);
    left.delete(name);
    const equal = String(found) === wanted || (found !== undefined && found !== "" && Number(found) === Number(wanted));
    if (!equal) wrong.push(`${where}: ${name} is ${found}, not ${wanted}`);
  };
  if (`${sample.sourceClass}:${sample.sourceIndex}` !== printed.sourceId) wrong.push(`${where}: another source`);
  for (const element of printed.elements) {
    const tag = element.counterBlock_tag!;
    for (const [name, value] of Object.entries(element)) {
      if (name === "counterBlock_tag") continue;
      if (name !== "adaptor_list") {
        same(COUNTER_NAMES[tag]?.[name] ?? name, String(value));
        continue;
      }
      for (const [index, adapter] of element.adaptor_list!.entries()) {
        same(`adapter${index + 1}_ifIndex`, adapter.ifIndex);
        same(
          `adapter${index + 1}_macs`,
          (adapter.mac_list ?? []).map((mac) => mac.replace(/..(?=.)/g, "$&:")).join(" "),
        );
      }
    }
    // Of what it does not know sflowtool prints the tag alone.
    if (Object.keys(element).length === 1) left.delete(`tag${tag}`);
  }
  for (const [name, value] of left) wrong.push(`${where}: sflowtool has no ${name} (${value})`);
  return compared;
}
