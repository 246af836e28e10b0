// Ready-made reports: what FlowViewer, flow-report and nfdump users ask every day, in the words of `flowgauge query`.
import type { QueryWords, Report } from "./api.ts";

/** What a ready-made report is about when nobody says a time. */
const DAY: QueryWords = { from: "24h" };
const FIRST = 20;

function ready(
  group: string,
  id: string,
  title: string,
  about: string,
  words: QueryWords,
  chart: Report["chart"] = "bars",
): Report {
  return { id, group, title, about, readyMade: true, words: { ...DAY, ...words }, chart, view: null, schedule: null };
}

/** The greatest of one list of fields. */
function top(group: string, id: string, title: string, about: string, by: string): Report {
  return ready(group, id, title, about, { by: [by], top: FIRST });
}

function list(id: string, title: string, about: string, fields: string): Report {
  return ready("Flows one by one", id, title, about, { fields, limit: 200 }, "none");
}

const SUMS = "flows,packets,bytes,duration,bps,pps,bpp,avg(duration),avg(packets),avg(bytes)";
/** Not what services answer, a record of its own for many exporters. Putting both directions together (biflow) takes 16 times as long. */
const SMALL = "packets < 4 and not (src port < 1024 and dst port > 1023)";

export const READY_REPORTS: readonly Report[] = [
  ready(
    "Overview",
    "summary",
    "Summary",
    "All flows together: sums, rates and means",
    { by: ["none"], measures: SUMS },
    "none",
  ),
  ready(
    "Overview",
    "traffic",
    "Traffic over time",
    "Octets over time by protocol",
    { by: ["time/auto,proto"], top: 8 },
    "stacked",
  ),
  top("Overview", "protocols", "Protocols", "Who of TCP, UDP, ICMP and the others sends how much", "proto"),
  top(
    "Ports",
    "destination-ports",
    "Destination ports",
    "Services that are used, by the port they are asked at",
    "dstPort",
  ),
  top("Ports", "source-ports", "Source ports", "Ports that flows come from", "srcPort"),
  top("Ports", "ports", "Source or destination ports", "Ports of either end; a flow counts for both", "port"),
  top("Addresses", "source-addresses", "Source addresses", "Hosts that begin flows or send", "srcAddr"),
  top("Addresses", "destination-addresses", "Destination addresses", "Hosts that are sent to", "dstAddr"),
  top(
    "Addresses",
    "addresses",
    "Source or destination addresses",
    "Hosts at either end; a flow counts for both",
    "addr",
  ),
  top("Addresses", "address-pairs", "Pairs of addresses", "Who talks to whom", "srcAddr,dstAddr"),
  top("Networks", "source-networks", "Source networks", "Sources by networks of /24 and /48", "srcAddr/24/48"),
  top(
    "Networks",
    "destination-networks",
    "Destination networks",
    "Destinations by networks of /24 and /48",
    "dstAddr/24/48",
  ),
  top("Networks", "network-pairs", "Pairs of networks", "Which network talks to which", "srcAddr/24/48,dstAddr/24/48"),
  top("Networks", "source-prefixes", "Source prefixes", "Sources by the masks that routers sent", "srcNet"),
  top(
    "Networks",
    "destination-prefixes",
    "Destination prefixes",
    "Destinations by the masks that routers sent",
    "dstNet",
  ),
  top("Networks", "prefix-pairs", "Pairs of prefixes", "Pairs by the masks that routers sent", "srcNet,dstNet"),
  top("Routing", "source-as", "Source AS", "Autonomous systems that flows come from", "srcAs"),
  top("Routing", "destination-as", "Destination AS", "Autonomous systems that flows go to", "dstAs"),
  top("Routing", "as-pairs", "Pairs of AS", "Which autonomous system talks to which", "srcAs,dstAs"),
  top("Routing", "next-hops", "Next hops", "Routers that flows were sent on to", "nextHop"),
  top("Routing", "tos", "Type of service", "Octets by the ToS octet (DSCP and ECN)", "tos"),
  top(
    "Interfaces",
    "input-interfaces",
    "Input interfaces",
    "Interfaces that flows came in by, of each exporter",
    "exporter,inIf",
  ),
  top(
    "Interfaces",
    "output-interfaces",
    "Output interfaces",
    "Interfaces that flows left by, of each exporter",
    "exporter,outIf",
  ),
  top(
    "Interfaces",
    "interface-pairs",
    "Pairs of interfaces",
    "From which interface to which, of each exporter",
    "exporter,inIf,outIf",
  ),
  top("Interfaces", "exporters", "Exporters", "Routers and probes, by what they counted", "exporter"),
  ready(
    "Security",
    "host-scans",
    "Scans of hosts",
    "Sources of small flows to the most different hosts, without answers of ports below 1024",
    {
      filter: SMALL,
      by: ["srcAddr"],
      top: FIRST,
      distinct: "dstAddr",
      sort: "distinct(dstAddr)",
    },
  ),
  ready(
    "Security",
    "port-scans",
    "Scans of ports",
    "Pairs with small flows to the most different ports, without answers of ports below 1024",
    {
      filter: SMALL,
      by: ["srcAddr,dstAddr"],
      top: FIRST,
      distinct: "dstPort",
      sort: "distinct(dstPort)",
    },
  ),
  list(
    "flow-times",
    "Flow times",
    "Begin and end of each flow",
    "start,end,srcAddr,srcPort,dstAddr,dstPort,proto,packets,bytes",
  ),
  list(
    "flow-as",
    "AS numbers",
    "Each flow with its autonomous systems and masks",
    "start,srcAddr,srcAs,srcMask,dstAddr,dstAs,dstMask,nextHop,proto,packets,bytes",
  ),
  list(
    "flow-wide",
    "132 columns",
    "Each flow with interfaces, flags and ToS",
    "start,end,inIf,srcAddr,srcPort,outIf,dstAddr,dstPort,proto,tcpFlags,tos,packets,bytes",
  ),
  list(
    "flow-tags",
    "Tags",
    "Each flow with VLAN, MAC addresses and sampling",
    "start,srcAddr,srcPort,dstAddr,dstPort,proto,vlan,srcMac,dstMac,samplingRate,packets,bytes",
  ),
  ready(
    "Flows one by one",
    "flow-full",
    "All fields",
    "Each flow with everything its record said",
    { limit: 200 },
    "none",
  ),
];
