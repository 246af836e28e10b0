// What to change where a finding shows something wrong: in general, and in the words of exporters whose configuration we know.
import type { DeviceKind, FindingCode } from "../collect/index.ts";
import type { Format } from "../core/collect-ledger.ts";

/** Exporters with a command line of their own. `cisco` is told as IOS and NX-OS where they differ. */
export type Dialect = "Cisco IOS" | "Cisco NX-OS" | "Cisco ASA" | "Junos" | "MikroTik" | "softflowd" | "pmacct";

const DIALECTS: Record<DeviceKind, readonly Dialect[]> = {
  cisco: ["Cisco IOS", "Cisco NX-OS"],
  asa: ["Cisco ASA"],
  junos: ["Junos"],
  mikrotik: ["MikroTik"],
  softflowd: ["softflowd"],
  pmacct: ["pmacct"],
};

interface Advice {
  /** What to do, whatever it is. */
  readonly general: string;
  readonly dialects?: Partial<Record<Dialect, string>>;
  /** The dialects are of NetFlow v9 and IPFIX. */
  readonly templates?: true;
}

const NTP: Advice = { general: "let the exporter and this machine take their time from NTP" };

const REFRESH: Advice = {
  general: "let it send its templates every minute",
  dialects: {
    "Cisco IOS": "flow exporter NAME: template data timeout 60",
    "Cisco NX-OS": "flow exporter NAME, version 9: template data timeout 60",
    "Cisco ASA": "flow-export template timeout-rate 1",
    Junos:
      "set services flow-monitoring version-ipfix template NAME template-refresh-rate seconds 60 (version9 likewise)",
    MikroTik: "/ip traffic-flow target set [find] v9-template-timeout=1m",
  },
};

const ONE_ADDRESS: Advice = {
  general:
    "give each exporting process an observation domain (source id) or an address of its own; look for NAT between it and here",
};

const FIELDS = (ios: string, nxos = ios): Advice => ({
  general: "add the field to what the exporter sends",
  dialects: { "Cisco IOS": `flow record NAME: ${ios}`, "Cisco NX-OS": `flow record NAME: ${nxos}` },
});

const BUFFER: Advice = {
  general:
    "give the socket a larger buffer (--buffer 64M) and let the kernel allow it: sysctl -w net.core.rmem_max=67108864",
};

const ADVICE: Partial<Record<FindingCode, Advice>> = {
  kernelDrops: BUFFER,
  lostHere: BUFFER,
  lostOnTheWay: {
    general:
      "look for drops on the way (interface counters, QoS, policers, firewalls) and for export rate limits in the exporter",
    dialects: {
      "Cisco IOS": "show flow exporter statistics",
      "Cisco NX-OS": "show flow exporter",
      Junos: "show services accounting errors inline-jflow fpc-slot 0",
    },
  },
  notFlow: { general: "see what they are: tcpdump -nX -c 5 udp port PORT" },
  sinkBehind: { general: "take less in (--allow), or write it somewhere faster" },
  restarts: ONE_ADDRESS,
  refused: {
    general: "keep a sample for a report: tcpdump -w sample.pcap udp port PORT, then flowgauge collect sample.pcap",
  },
  noTemplate: REFRESH,
  templateRefresh: REFRESH,
  templateChanged: ONE_ADDRESS,
  templateIdShared: ONE_ADDRESS,
  onlyOptions: { general: "look whether metering is switched on for the interfaces, and wait for the active timeout" },
  samplingUnsaid: {
    templates: true,
    general: "let it announce its sampling in options data, or tell it here: --sampling EXPORTER=N",
    dialects: {
      "Cisco IOS": "flow exporter NAME: option sampler-table timeout 60",
      "Cisco NX-OS": "flow exporter NAME, version 9: option sampler-table timeout 60",
      Junos: "set services flow-monitoring version-ipfix template NAME option-refresh-rate seconds 60",
      MikroTik: "/ip traffic-flow print shows packet-sampling, sampling-interval and sampling-space",
      softflowd: "-s N; it announces N by itself",
    },
  },
  samplingUnknown: {
    general: "let it describe its samplers in options data, or tell the rate here: --sampling EXPORTER=N",
    dialects: {
      "Cisco IOS": "flow exporter NAME: option sampler-table timeout 60",
      "Cisco NX-OS": "flow exporter NAME, version 9: option sampler-table timeout 60",
      Junos: "set services flow-monitoring version-ipfix template NAME option-refresh-rate seconds 60",
    },
  },
  clockOffset: NTP,
  future: NTP,
  late: {
    general: "shorten its active timeout to a minute, and look whether it holds records back before it sends them",
  },
  timeContradicts: {
    general: "update the exporter's software; its own clock jumps, or it reads first and last time from different ones",
  },
  withoutTimes: FIELDS(
    "collect timestamp absolute first, collect timestamp absolute last",
    "collect timestamp sys-uptime first, collect timestamp sys-uptime last",
  ),
  longFlows: {
    general: "set its active timeout to a minute",
    dialects: {
      "Cisco IOS": "flow monitor NAME: cache timeout active 60 (classic NetFlow: ip flow-cache timeout active 1)",
      "Cisco NX-OS": "flow timeout active 60",
      "Cisco ASA": "flow-export active refresh-interval 1",
      Junos: "set services flow-monitoring version-ipfix template NAME flow-active-timeout 60 (version9 likewise)",
      MikroTik: "/ip traffic-flow set active-flow-timeout=1m",
      softflowd: "-t maxlife=60",
      pmacct: "nfprobe_timeouts: maxlife=60",
    },
  },
  withoutPackets: FIELDS("collect counter packets long", "collect counter packets long"),
  withoutBytes: FIELDS("collect counter bytes long", "collect counter bytes long"),
  impossible: FIELDS("collect counter bytes long, collect counter packets long"),
  noProtocol: FIELDS("match ipv4 protocol", "match ip protocol"),
  noPorts: FIELDS("match transport source-port, match transport destination-port"),
  noTcpFlags: FIELDS("collect transport tcp flags"),
  noInterfaces: {
    general: "add the interfaces to what the exporter sends",
    dialects: {
      "Cisco IOS": "flow record NAME: match interface input, collect interface output",
      MikroTik: "/ip traffic-flow set interfaces=all",
      softflowd: "-i IFINDEX:INTERFACE",
      pmacct: "nfprobe_ifindex: NUMBER",
    },
  },
  noOutputInterface: {
    general: "add the output interface to what the exporter sends",
    dialects: { "Cisco IOS": "flow record NAME: collect interface output" },
  },
  noRouting: {
    general: "add autonomous systems and next hop to what the exporter sends",
    dialects: {
      "Cisco IOS":
        "flow record NAME: collect routing source as, collect routing destination as, collect routing next-hop address ipv4 (classic NetFlow: ip flow-export version 9 origin-as)",
      "Cisco NX-OS": "flow record NAME: collect routing source as, collect routing destination as",
      Junos:
        "set forwarding-options sampling instance NAME family inet output flow-server ADDRESS autonomous-system-type origin",
    },
  },
  countDiffers: { general: "update the exporter's software" },
  fieldOpaque: { general: "update the exporter's software" },
  oldFormat: {
    general: "let it send NetFlow v9 or IPFIX, if it can",
    dialects: {
      "Cisco IOS": "flow exporter NAME: export-protocol ipfix (classic NetFlow: ip flow-export version 9)",
      MikroTik: "/ip traffic-flow target set [find] version=ipfix",
      softflowd: "-v 10",
      pmacct: "nfprobe_version: 10",
    },
  },
  sameFlows: {
    general:
      "meter each packet at one place: only where it comes in, or only at the border; or leave one of them out when you add up (exporter ...)",
  },
};

/** The general line first, then those of the device; where that is not known, of every dialect. */
export function adviceLines(code: FindingCode, device: DeviceKind | null, format: Format | null): string[] {
  const advice = ADVICE[code];
  if (advice === undefined) return [];
  const hasTemplates = format === 9 || format === 10;
  const dialects =
    advice.templates === true && !hasTemplates ? [] : (Object.entries(advice.dialects ?? {}) as [Dialect, string][]);
  const known = device === null ? null : DIALECTS[device];
  const told = dialects.filter(([dialect]) => known?.includes(dialect) ?? true);
  return [advice.general, ...told.map(([dialect, words]) => `${dialect}: ${words}`)];
}
