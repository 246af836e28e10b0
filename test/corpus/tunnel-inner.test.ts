// --tunnel inner: the innermost IP header and ports that TShark dissects, in every capture of the corpus that has tunnels.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { CORPUS, corpusHere, readTruth, withTruth } from "./corpus.ts";
import { flowsOf } from "./flows-of.ts";

const TSHARK = "/usr/bin/tshark";
const tsharkHere = existsSync(TSHARK);
if (!tsharkHere) console.log(`${TSHARK} is not here: what is inside tunnels is not compared with it`);

const TUNNELS = ["vxlan", "gre", "erspan", "geneve", "gtp", "4in4", "4in6", "6in4", "6in6"];

const FIELDS = ["frame.protocols", "ip.src", "ip.dst", "ip.proto", "ipv6.src", "ipv6.dst"];
const PORTS = ["tcp", "udp", "sctp", "dccp"].flatMap((name) => [`${name}.srcport`, `${name}.dstport`]);
const OPTIONS = [
  "ip.defragment:FALSE",
  "ipv6.defragment:FALSE",
  "tcp.desegment_tcp_streams:FALSE",
  "tcp.analyze_sequence_numbers:FALSE",
];

/** Addresses and ports of the innermost packet of each frame, counted. ICMP ends the way in: what it quotes is not carried. */
async function asTshark(path: string, ports: boolean): Promise<Map<string, number>> {
  const fields = [...FIELDS, ...PORTS];
  const args = [
    "-n",
    ...OPTIONS.flatMap((option) => ["-o", option]),
    "-r",
    path,
    "-T",
    "fields",
    "-E",
    "occurrence=a",
    "-E",
    "aggregator=,",
  ];
  const { stdout } = await promisify(execFile)(TSHARK, [...args, ...fields.flatMap((field) => ["-e", field])], {
    maxBuffer: 1 << 28,
  });
  const counts = new Map<string, number>();
  for (const line of stdout.split("\n").filter(Boolean)) {
    const cells = line.split("\t");
    const value = (field: string, i: number) => cells[fields.indexOf(field)]?.split(",")[i] ?? "";
    const key = innermost(cells[0]!.split(":"), value, ports);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function innermost(
  protocols: readonly string[],
  value: (field: string, i: number) => string,
  ports: boolean,
): string | null {
  const seen: Record<string, number> = {};
  let found: string | null = null;
  let addresses = "";
  for (const name of protocols) {
    const i = seen[name] ?? 0;
    seen[name] = i + 1;
    if (name === "ip" || name === "ipv6") {
      addresses = `${value(`${name}.src`, i)} ${value(`${name}.dst`, i)}`;
      found = `${addresses} 0 0`;
    } else if (name === "icmp" || name === "icmpv6") {
      return found;
    } else if (ports && ["tcp", "udp", "sctp", "dccp"].includes(name) && addresses !== "") {
      found = `${addresses} ${value(`${name}.srcport`, i)} ${value(`${name}.dstport`, i)}`;
    }
  }
  return found;
}

async function asWe(path: string, ports: boolean): Promise<Map<string, number>> {
  const { records, summary } = await flowsOf(path, false, { decode: { tunnel: "inner" } });
  expect(summary.ledger.unexplained()).toEqual({ packets: 0, bytes: 0 });
  const counts = new Map<string, number>();
  for (const { srcAddr, dstAddr, srcPort, dstPort, proto, ipVersion, packets } of records) {
    const icmp = proto === (ipVersion === 4 ? 1 : 58);
    const key = `${srcAddr} ${dstAddr} ${ports && !icmp ? `${srcPort} ${dstPort}` : "0 0"}`;
    counts.set(key, (counts.get(key) ?? 0) + packets);
  }
  return counts;
}

/** Flows in which we do not follow TShark, and why. */
const DIFFERENT: Readonly<Record<string, readonly string[]>> = {
  "arkime__arkime_synthetic.pcap": [
    // GENEVE is known by its destination port (RFC 8926 section 3.3): its source port is any. TShark takes either.
    "10.222.222.20 10.222.222.10 6081 12345",
    "10.111.111.20 10.111.111.10 53 5353",
    // VXLAN-GPE likewise.
    "10.40.9.100 10.40.9.1 4790 40000",
    "192.0.2.10 192.0.2.20 12345 53",
    // In IPv4 the authentication header is a protocol of its own, as in the corpus' truth: what is behind it is not looked at.
    "10.0.32.100 10.0.32.1 0 0",
    "192.168.3.1 192.168.3.2 0 0",
  ],
  "tcpdump__nhrp-trace.pcap": [
    // NHRP's error indication (RFC 2332) quotes a packet, it does not carry one.
    "10.255.255.3 10.255.255.2 0 0",
    "192.168.200.1 192.168.200.3 0 0",
  ],
};

describe.skipIf(!corpusHere || !tsharkHere)("inside the tunnels of", () => {
  const names = withTruth("pcap").filter((name) => {
    const { features = [] } = readTruth(`${CORPUS}pcap/${name}`) as { features?: readonly string[] };
    return TUNNELS.some((tunnel) => features.includes(tunnel));
  });

  test("captures with tunnels are found", () => {
    expect(corpusHere ? names.length : 1).toBeGreaterThan(0);
  });

  test.each(names)("%s", async (name) => {
    const path = `${CORPUS}pcap/${name}`;
    // Fragments have the ports of their first with us, none with TShark.
    const ports = readTruth(path).totals.ip_fragments === 0;
    const [ours, theirs] = [await asWe(path, ports), await asTshark(path, ports)];
    for (const key of DIFFERENT[name] ?? []) {
      expect(ours.get(key), key).not.toBe(theirs.get(key)); // an exception that is no longer needed goes away
      for (const counts of [ours, theirs]) counts.delete(key);
    }
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });
});
