// Samples of export messages in the corpus: their truth, and their datagrams out of the text and out of the capture.
import { readdirSync, readFileSync } from "node:fs";
import { openSource } from "../../src/capture/index.ts";
import { parseAddress } from "../../src/core/address.ts";
import { CORPUS, corpusHere } from "./corpus.ts";

export interface Datagram {
  /** Number in the capture, from 1. */
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  /** 16 octets. */
  readonly exporter: Uint8Array;
  readonly port: number;
  readonly collectorPort: number;
  readonly payload: Uint8Array;
}

export type TruthValue = string | number | null;

export interface TruthRecord {
  readonly kind: "data" | "options";
  readonly version: number;
  readonly frame: number;
  readonly exporter: string;
  readonly domain: number;
  readonly template?: number;
  readonly fields: Readonly<Record<string, TruthValue>>;
  readonly raw?: Readonly<Record<string, string>>;
  readonly derived?: {
    readonly flowStartMilliseconds?: number;
    readonly flowEndMilliseconds?: number;
    readonly ambiguous?: boolean;
  };
  readonly lateTemplate?: boolean;
  readonly scopeCount?: number;
}

export interface TruthTemplate {
  readonly frame: number;
  readonly exporter: string;
  readonly domain: number;
  readonly version: number;
  readonly template: number;
  readonly kind: "data" | "options";
  readonly scopeFields: number;
  readonly fields: readonly {
    readonly id: number;
    readonly pen: number;
    readonly len: number;
    readonly name: string;
  }[];
}

export interface UnresolvedSet {
  readonly frame: number;
  readonly exporter: string;
  readonly domain: number;
  readonly set: number;
  readonly length: number;
  readonly resolvedByFrame?: number;
  readonly records?: number;
}

export interface TruthHeader {
  readonly frame: number;
  readonly exporter: string;
  readonly version: number;
  readonly count?: number;
  readonly sysUpTime?: number;
  /** Of IPFIX: seconds since 1970. */
  readonly exportTime?: number;
  readonly unixSecs?: number;
  readonly unixNsecs?: number;
  readonly flowSequence?: number;
  readonly samplingInterval?: number;
}

export interface NfdumpRecord {
  readonly type: string;
  readonly first: string;
  readonly in_packets: number;
  readonly in_bytes: number;
  readonly proto: number;
  readonly src_port?: number;
  readonly dst_port?: number;
  readonly icmp_type?: number;
  readonly icmp_code?: number;
  readonly src4_addr?: string;
  readonly dst4_addr?: string;
  readonly src6_addr?: string;
  readonly dst6_addr?: string;
}

export interface NetflowTruth {
  readonly schema: string;
  readonly counts: {
    readonly datagrams: number;
    readonly other_udp: number;
    readonly versions: Readonly<Record<string, number>>;
    readonly records: number;
    readonly data_records: number;
    readonly options_records: number;
  };
  readonly problems?: readonly string[];
  readonly headers: readonly TruthHeader[];
  readonly templates: readonly TruthTemplate[];
  readonly records: readonly TruthRecord[];
  readonly unresolved_sets?: readonly UnresolvedSet[];
  readonly peer_agreement_nfdump?: Readonly<Record<string, number>>;
  readonly peers: {
    readonly nfdump?: { readonly records: readonly NfdumpRecord[] };
    readonly flow_tools_export?: { readonly records: readonly Readonly<Record<string, number | string>>[] };
  };
}

/** Names (without .pcap) of the folder's samples whose truth is of the schema, those with the prefix. */
export function netflowSamples(folder: "netflow" | "malformed", schema: string, prefix = ""): string[] {
  if (!corpusHere) return [];
  return readdirSync(`${CORPUS}${folder}`)
    .filter((file) => file.startsWith(prefix) && file.endsWith(".pcap.truth.json"))
    .filter((file) => readFileSync(`${CORPUS}${folder}/${file}`, "utf8").slice(0, 100).includes(`"${schema}"`))
    .map((file) => file.slice(0, -".pcap.truth.json".length))
    .sort();
}

export function readNetflowTruth(folder: string, sample: string): NetflowTruth {
  return JSON.parse(readFileSync(`${CORPUS}${folder}/${sample}.pcap.truth.json`, "utf8")) as NetflowTruth;
}

/** Names of all files of datagrams of a folder. */
export function datagramFiles(folder: "netflow" | "malformed"): string[] {
  if (!corpusHere) return [];
  return readdirSync(`${CORPUS}${folder}`)
    .filter((file) => file.endsWith(".dgrams"))
    .map((file) => file.slice(0, -".dgrams".length))
    .sort();
}

/** Datagrams out of the text: `epoch exporter exporter_port collector_port payload_hex`. */
export function readDatagrams(folder: string, sample: string): Datagram[] {
  const lines = readFileSync(`${CORPUS}${folder}/${sample}.dgrams`, "utf8").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line, index) => {
      const [epoch, exporter, port, collectorPort, payload] = line.split(" ") as [
        string,
        string,
        string,
        string,
        string,
      ];
      const [seconds, fraction] = epoch.split(".") as [string, string];
      return {
        frame: index + 1,
        seconds: Number(seconds),
        nanoseconds: Number(fraction.padEnd(9, "0")),
        exporter: parseAddress(exporter)!,
        port: Number(port),
        collectorPort: Number(collectorPort),
        payload: Uint8Array.from(Buffer.from(payload ?? "", "hex")),
      };
    });
}

/** The same out of the capture: UDP in IPv4 or IPv6 in Ethernet. */
export async function readCapture(folder: string, sample: string): Promise<Datagram[]> {
  const found: Datagram[] = [];
  const source = await openSource(`${CORPUS}${folder}/${sample}.pcap`);
  for await (const block of source) {
    for (let packet = 0; packet < block.count; packet++) {
      const from = block.offset[packet]!;
      const frame = block.bytes.slice(from, from + block.capturedLength[packet]!);
      const seconds = block.seconds[packet]! >>> 0;
      const udp = udpOf(frame);
      if (udp === null) continue;
      found.push({ frame: block.firstPacket + packet, seconds, nanoseconds: block.nanoseconds[packet]!, ...udp });
    }
  }
  await source.close();
  return found;
}

function udpOf(frame: Uint8Array): Omit<Datagram, "frame" | "seconds" | "nanoseconds"> | null {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let ip = 14;
  while (view.getUint16(ip - 2) === 0x8100) ip += 4;
  const version = frame[ip]! >>> 4;
  const udp = version === 4 ? ip + 4 * (frame[ip]! & 15) : ip + 40;
  if (frame[version === 4 ? ip + 9 : ip + 6] !== 17) return null;
  const exporter = new Uint8Array(16);
  if (version === 4) exporter.set([255, 255, ...frame.subarray(ip + 12, ip + 16)], 10);
  else exporter.set(frame.subarray(ip + 8, ip + 24));
  return {
    exporter,
    port: view.getUint16(udp),
    collectorPort: view.getUint16(udp + 2),
    payload: frame.slice(udp + 8, udp + view.getUint16(udp + 4)),
  };
}
