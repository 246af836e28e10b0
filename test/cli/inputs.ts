// The files that the cases read, by name. All of them made here; the bundled capture is beside them as demo.pcapng.gz.
import { gzipSync } from "node:zlib";
import { exportsOfThree } from "../export-captures.ts";
import { ethernet, ip, littleOfEverything, PROTO, pcap, record, udp } from "../small-captures.ts";

export function inputs(): Record<string, Buffer> {
  const packets = littleOfEverything();
  const little = pcap(packets);
  const lying = record({ at: 3, frame: ip("10.0.0.1", "10.0.0.2", PROTO.udp, udp(1, 2, 10)) });
  lying.writeUInt32LE(0x7fff_ffff, 8);
  return {
    "little.pcap": little,
    "little.pcap.gz": gzipSync(little),
    "first.pcap": pcap(packets.filter((_, index) => index % 2 === 0)),
    "second.pcap": pcap(packets.filter((_, index) => index % 2 === 1)),
    "empty.pcap": Buffer.alloc(0),
    "no-packets.pcap": pcap([]),
    "random.pcap": Buffer.from("9f3b00c1d2e4f5061728394a5b6c7d8e9fa0b1c2d3e4f50617", "hex"),
    "web.filter": Buffer.from("# what browsers do\ntcp and dst port in [80, 443,\n 8080]\n"),
    "named.filters": Buffer.from(
      "web = port in [http, https]\ndns = port 53\n  or port 5353\ncircle = $round\nround = not $circle\n",
    ),
    "ports.list": Buffer.from("53 # domain\n80, 443\n"),
    "text.pcap": Buffer.from("These are words and not a capture.\n"),
    "cut-in-packet.pcap": little.subarray(0, -10),
    "cut-in-header.pcap": little.subarray(0, -(packets.at(-1)!.frame.length + 4)),
    "cut-in-file-header.pcap": little.subarray(0, 11),
    "cut.pcap.gz": gzipSync(little).subarray(0, 200),
    "lying-length.pcap": Buffer.concat([little, lying, little.subarray(24)]),
    "unknown-link-type.pcap": pcap(packets, 147),
    // A snaplen of 30 octets keeps the IPv4 header to its source address; 38 keeps all but the ports' checksum.
    "snaplen.pcap": pcap([
      { at: 0, frame: packets[1]!.frame.subarray(0, 28), wire: packets[1]!.frame.length },
      { at: 1, frame: packets[1]!.frame.subarray(0, 34), wire: packets[1]!.frame.length },
      { at: 2, frame: packets[1]!.frame.subarray(0, 42), wire: packets[1]!.frame.length },
    ]),
    "exports.pcap": exportsOfThree(),
    "exports.pcap.gz": gzipSync(exportsOfThree()),
    "exporters.txt": Buffer.from("# who may send\n192.0.2.1=edge\n192.0.2.2/32  # the second one\n"),
    "no-ip.pcap": pcap([{ at: 0, frame: ethernet(0x88cc, Buffer.alloc(46)) }]),
  };
}
