// Counter records of sFlow: which names lie in the structure of which tag (https://sflow.org/developers/structures.php), and the older
// ones of RFC 3176.
import { fields, readField, type SflowLayout } from "./sflow-layouts.ts";
import { tagName } from "./sflow-records.ts";
import type { XdrCursor } from "./xdr-cursor.ts";

export type Counters = Record<string, number | string>;

const INTERFACE: SflowLayout = [
  ...fields("u32", "ifIndex ifType"),
  ["ifSpeed", "u64"],
  ...fields("u32", "ifDirection ifStatus"),
  ["ifInOctets", "u64"],
  ...fields("u32", "ifInUcastPkts ifInMulticastPkts ifInBroadcastPkts ifInDiscards ifInErrors ifInUnknownProtos"),
  ["ifOutOctets", "u64"],
  ...fields("u32", "ifOutUcastPkts ifOutMulticastPkts ifOutBroadcastPkts ifOutDiscards ifOutErrors ifPromiscuousMode"),
];

const ETHERNET = fields(
  "u32",
  "AlignmentErrors FCSErrors SingleCollisionFrames MultipleCollisionFrames SQETestErrors DeferredTransmissions LateCollisions " +
    "ExcessiveCollisions InternalMacTransmitErrors CarrierSenseErrors FrameTooLongs InternalMacReceiveErrors SymbolErrors",
  "dot3Stats",
);

const TOKEN_RING = fields(
  "u32",
  "LineErrors BurstErrors ACErrors AbortTransErrors InternalErrors LostFrameErrors ReceiveCongestions FrameCopiedErrors " +
    "TokenErrors SoftErrors HardErrors SignalLoss TransmitBeacons Recoverys LobeWires Removes Singles FreqErrors",
  "dot5Stats",
);

const VG: SflowLayout = [
  ["dot12InHighPriorityFrames", "u32"],
  ["dot12InHighPriorityOctets", "u64"],
  ["dot12InNormPriorityFrames", "u32"],
  ["dot12InNormPriorityOctets", "u64"],
  ...fields("u32", "IPMErrors OversizeFrameErrors DataErrors NullAddressedFrames", "dot12In"),
  ["dot12OutHighPriorityFrames", "u32"],
  ["dot12OutHighPriorityOctets", "u64"],
  ["dot12TransitionIntoTrainings", "u32"],
  ...fields("u64", "InHighPriorityOctets InNormPriorityOctets OutHighPriorityOctets", "dot12HC"),
];

const VLAN: SflowLayout = [
  ["vlan_id", "u32"],
  ["octets", "u64"],
  ...fields("u32", "ucastPkts multicastPkts broadcastPkts discards"),
];

const WIFI = fields(
  "u32",
  "TransmittedFragmentCount MulticastTransmittedFrameCount FailedCount RetryCount MultipleRetryCount FrameDuplicateCount " +
    "RTSSuccessCount RTSFailureCount ACKFailureCount ReceivedFragmentCount MulticastReceivedFrameCount FCSErrorCount " +
    "TransmittedFrameCount WEPUndecryptableCount QoSDiscardedFragmentCount AssociatedStationCount QoSCFPollsReceivedCount " +
    "QoSCFPollsUnusedCount QoSCFPollsUnusableCount QoSCFPollsLostCount",
  "dot11",
);

const AGGREGATION: SflowLayout = [
  ["dot3adAggPortActorSystemID", "mac"],
  ["dot3adAggPortPartnerOperSystemID", "mac"],
  ["dot3adAggPortAttachedAggID", "u32"],
  ["dot3adAggPortState", "octets4"],
  ...fields(
    "u32",
    "LACPDUsRx MarkerPDUsRx MarkerResponsePDUsRx UnknownRx IllegalRx LACPDUsTx MarkerPDUsTx MarkerResponsePDUsTx",
    "dot3adAggPortStats",
  ),
];

const HOST_CPU: SflowLayout = [
  ...fields("float", "load_one load_five load_fifteen"),
  ...fields(
    "u32",
    "proc_run proc_total cpu_num cpu_speed uptime cpu_user cpu_nice cpu_system cpu_idle cpu_wio cpu_intr cpu_sintr " +
      "interrupts contexts",
  ),
];

const HOST_DISK: SflowLayout = [
  ...fields("u64", "disk_total disk_free"),
  ["part_max_used", "percent"],
  ["reads", "u32"],
  ["bytes_read", "u64"],
  ...fields("u32", "read_time writes"),
  ["bytes_written", "u64"],
  ["write_time", "u32"],
];

const HOST_NET: SflowLayout = [
  ["bytes_in", "u64"],
  ...fields("u32", "packets_in errs_in drops_in"),
  ["bytes_out", "u64"],
  ...fields("u32", "packets_out errs_out drops_out"),
];

const IP_GROUP = fields(
  "u32",
  "Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests " +
    "OutDiscards OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails FragCreates",
  "ip",
);

const ICMP_GROUP = fields(
  "u32",
  "InMsgs InErrors InDestUnreachs InTimeExcds InParamProbs InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps " +
    "InAddrMasks InAddrMaskReps OutMsgs OutErrors OutDestUnreachs OutTimeExcds OutParamProbs OutSrcQuenchs OutRedirects " +
    "OutEchos OutEchoReps OutTimestamps OutTimestampReps OutAddrMasks OutAddrMaskReps",
  "icmp",
);

const TCP_GROUP = fields(
  "u32",
  "RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab InSegs OutSegs " +
    "RetransSegs InErrs OutRsts InCsumErrors",
  "tcp",
);

const UDP_GROUP = fields(
  "u32",
  "InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors InCsumErrors",
  "udp",
);

const VIRTUAL_DISK: SflowLayout = [
  ...fields("u64", "capacity allocation available"),
  ["rd_req", "u32"],
  ["rd_bytes", "u64"],
  ["wr_req", "u32"],
  ["wr_bytes", "u64"],
  ["errs", "u32"],
];

const VIRTUAL_NET: SflowLayout = [
  ["rx_bytes", "u64"],
  ...fields("u32", "rx_packets rx_errs rx_drop"),
  ["tx_bytes", "u64"],
  ...fields("u32", "tx_packets tx_errs tx_drop"),
];

const HTTP: SflowLayout = fields(
  "u32",
  "method_option_count method_get_count method_head_count method_post_count method_put_count method_delete_count " +
    "method_trace_count method_connect_count method_other_count status_1XX_count status_2XX_count status_3XX_count " +
    "status_4XX_count status_5XX_count status_other_count",
);

/** Structures by tag (enterprise 0). Those that grow from version to version have the fields of the first one; more of them are `MORE`. */
const LAYOUTS: ReadonlyMap<number, SflowLayout> = new Map<number, SflowLayout>([
  [1, INTERFACE],
  [2, ETHERNET],
  [3, TOKEN_RING],
  [4, VG],
  [5, VLAN],
  [6, WIFI],
  [7, AGGREGATION],
  [8, fields("u32", "unknown other cam_miss cam_full no_hw_support cntrl", "slow_path_")],
  [1001, [...fields("percent", "5s_cpu 1m_cpu 5m_cpu"), ...fields("u64", "total_memory free_memory")]],
  [1002, fields("u32", "elapsed_time on_channel_time on_channel_busy_time")],
  [
    1004,
    [
      ["datapath_id", "octets8"],
      ["port_no", "u32"],
    ],
  ],
  [1005, fields("string", "name")],
  [
    2000,
    [["hostname", "string"], ["uuid", "uuid"], ...fields("u32", "machine_type os_name"), ["os_release", "string"]],
  ],
  [2002, fields("u32", "container_type container_index")],
  [2003, HOST_CPU],
  [
    2004,
    [
      ...fields("u64", "mem_total mem_free mem_shared mem_buffers mem_cached swap_total swap_free"),
      ...fields("u32", "page_in page_out swap_in swap_out"),
    ],
  ],
  [2005, HOST_DISK],
  [2006, HOST_NET],
  [2007, IP_GROUP],
  [2008, ICMP_GROUP],
  [2009, TCP_GROUP],
  [2010, UDP_GROUP],
  [2100, [...fields("u32", "mhz cpus"), ...fields("u64", "memory memory_free"), ["num_domains", "u32"]]],
  [2101, fields("u32", "state cpuTime nrVirtCpu")],
  [2102, fields("u64", "memory maxMemory")],
  [2103, VIRTUAL_DISK],
  [2104, VIRTUAL_NET],
  [2201, HTTP],
  [
    2202,
    [
      ["application", "string"],
      ...fields(
        "u32",
        "success other timeout internal_error bad_request forbidden too_large not_implemented not_found unavailable unauthorized",
        "status_",
      ),
    ],
  ],
  [
    2203,
    [
      ...fields("u32", "user_time system_time"),
      ...fields("u64", "mem_used mem_max"),
      ...fields("u32", "fd_open fd_max conn_open conn_max"),
    ],
  ],
  [
    2206,
    [["application", "string"], ...fields("u32", "workers_active workers_idle workers_max req_delayed req_dropped")],
  ],
  [2207, fields("u32", "hits misses lost mask_hits flows masks", "dp_")],
]);

/** Fields that newer agents add to the end of a structure. */
const MORE: ReadonlyMap<number, SflowLayout> = new Map([[2003, fields("u32", "cpu_steal cpu_guest cpu_guest_nice")]]);

/** What stands behind the counters of each type of RFC 3176 section 4; all but 7 (VLAN) begin with those of an interface. */
const OLD_LAYOUTS: ReadonlyMap<number, SflowLayout> = new Map([
  [1, INTERFACE],
  [2, [...INTERFACE, ...ETHERNET]],
  [3, [...INTERFACE, ...TOKEN_RING]],
  [4, INTERFACE],
  [5, [...INTERFACE, ...VG]],
  [6, INTERFACE],
  [7, VLAN],
]);

/** Network adapters of a host that are named. */
const MOST_ADAPTERS = 256;
const ADAPTERS = 2001;

/**
 * Adds the counters of a record that ends where the cursor does. A tag that is not known, or a record shorter than its structure, is
 * there as `tag0:4242` with its octets.
 */
export function readCounters(counters: Counters, cursor: XdrCursor, tag: number): void {
  const octets = cursor.end - cursor.at;
  const layout = LAYOUTS.get(tag);
  const found: Counters = {};
  if (tag === ADAPTERS) readAdapters(found, cursor);
  else if (layout !== undefined) readLayout(found, cursor, layout);
  const known = cursor.whole && (layout !== undefined || tag === ADAPTERS);
  if (!known) {
    put(counters, `tag${tagName(tag)}`, octets);
    return;
  }
  const more = MORE.get(tag);
  if (more !== undefined && cursor.end - cursor.at >= 4 * more.length) readLayout(found, cursor, more);
  for (const [name, value] of Object.entries(found)) put(counters, name, value);
}

/** Adds the counters of a type of versions 2 and 4, which have no length. False where they are not all there, or there is no such type. */
export function readOldCounters(counters: Counters, cursor: XdrCursor, type: number): boolean {
  const layout = OLD_LAYOUTS.get(type);
  if (layout === undefined) return false;
  readLayout(counters, cursor, layout);
  return cursor.whole;
}

function readLayout(counters: Counters, cursor: XdrCursor, layout: SflowLayout): void {
  for (const [name, type] of layout) counters[name] = readField(cursor, type);
}

/** count 4 | ifIndex 4, count of MAC addresses 4, MAC addresses of 8 */
function readAdapters(counters: Counters, cursor: XdrCursor): void {
  const count = cursor.u32();
  for (let adapter = 1; adapter <= count && cursor.whole; adapter++) {
    const index = cursor.u32();
    const addresses = cursor.u32();
    const texts: string[] = [];
    for (let i = 0; i < addresses && cursor.whole; i++) {
      const mac = readField(cursor, "mac");
      if (texts.length < MOST_ADAPTERS) texts.push(String(mac));
    }
    if (!cursor.whole || adapter > MOST_ADAPTERS) continue;
    counters[`adapter${adapter}_ifIndex`] = index;
    counters[`adapter${adapter}_macs`] = texts.join(" ");
  }
}

/** A name that is there already gets a number: two records of one kind in a sample, or structures that share a name. */
function put(counters: Counters, name: string, value: number | string): void {
  let free = name;
  for (let number = 2; Object.hasOwn(counters, free); number++) free = `${name}#${number}`;
  counters[free] = value;
}
