// Captures of export messages, made by hand: what `flowgauge collect` and `flowgauge doctor` read in the cases.
import {
  type Field,
  ip4,
  ipfix,
  NOW,
  octets,
  optionsTemplate,
  set,
  template,
  v5,
  v5Record,
  v9,
} from "./export-messages.ts";
import { ip, type Packet, PROTO, pcap } from "./small-captures.ts";

/** A datagram to the collector 192.0.2.200. */
export function datagram(at: number, exporter: string, payload: Buffer, port = 2055): Packet {
  const udp = octets([40_000, 2], [port, 2], [8 + payload.length, 2], [0, 2], payload);
  return { at, frame: ip(exporter, "192.0.2.200", PROTO.udp, udp) };
}

const FIELDS: Field[] = [
  [8, 4],
  [12, 4],
  [7, 2],
  [11, 2],
  [4, 1],
  [6, 1],
  [1, 4],
  [2, 4],
  [22, 4],
  [21, 4],
];

function record(host: number, packets: number): Buffer {
  const ends = octets(ip4(`10.0.0.${host}`), ip4("198.51.100.2"), [50_000 + host, 2], [443, 2]);
  return octets(ends, [6, 1], [0x1b, 1], [packets * 100, 4], [packets, 4], [990_000, 4], [999_000, 4]);
}

/** Three exporters: NetFlow v5, v9 whose data comes before its template, IPFIX with a gap; and what is none of it. */
export function exportsOfThree(): Buffer {
  const sampling = [
    optionsTemplate(
      300,
      [[1, 4]],
      [
        [34, 4],
        [35, 1],
      ],
      9,
    ),
    set(300, [0, 4], [100, 4], [1, 1]),
  ];
  const broken = octets([10, 2], [20, 2], [NOW, 4], [7, 4], [9, 4], [256, 2], [2, 2]);
  return pcap([
    datagram(
      0,
      "192.0.2.1",
      v5({ sequence: 100, engine: 0x0102 }, v5Record(900_000, 990_000), v5Record(990_000, 999_000)),
    ),
    datagram(1, "192.0.2.2", v9({ sequence: 1, count: 2 }, set(256, record(1, 10), record(2, 20)))),
    datagram(2, "192.0.2.2", v9({ sequence: 2, count: 3 }, template(256, FIELDS, 9), ...sampling), 9995),
    datagram(3, "192.0.2.3", ipfix({ sequence: 0, domain: 9 }, template(256, FIELDS), set(256, record(3, 30)))),
    datagram(4, "192.0.2.3", ipfix({ sequence: 6, domain: 9 }, set(256, record(4, 40)))),
    datagram(5, "192.0.2.3", broken),
    datagram(6, "192.0.2.4", Buffer.from("not a flow message at all")),
  ]);
}
