// A row's key as people read it: addresses, ports, names.
import { formatAddress, isNone } from "../core/address.ts";
import { ICMP, ICMP6 } from "../core/protocol-numbers.ts";
import type { TopKey } from "../core/top-view.ts";
import type { HostNames } from "./host-names.ts";
import { type KeyPart, portOf, titleOf } from "./key-parts.ts";
import type { PrefixMask } from "./prefix-mask.ts";
import { BIT, FLOW_KEY, ROW } from "./row.ts";
import type { SourceNumbers } from "./source-numbers.ts";
import { protocolName, serviceName } from "./value-names.ts";

/** What names are shown. `hosts` null: those of hosts are not looked up. */
export interface KeyNaming {
  readonly hosts: HostNames | null;
  readonly services: boolean;
  readonly sources: SourceNumbers;
  readonly aliasOf: (exporter: string) => string | null;
}

/** Protocol, the end that began with its port, the other end with its port; the exporter where there are some. */
export function flowKey(words: Int32Array, at: number, naming: KeyNaming, exporters: boolean): readonly TopKey[] {
  const kind = words[at + FLOW_KEY.kind]!;
  const proto = kind & 0xff;
  const fromB = (words[at + ROW.bits]! & BIT.fromB) !== 0;
  const icmp = proto === ICMP || proto === ICMP6;
  const end = (which: 0 | 1): TopKey[] => {
    const b = fromB !== (which === 1);
    const whose = which === 0 ? "srcAddr" : "dstAddr";
    const address = addressKey(
      whose,
      titleOf(whose),
      words,
      at + (b ? FLOW_KEY.b : FLOW_KEY.a),
      naming,
      (kind >>> 8) & 0xff,
    );
    const mac = which === 0 ? ROW.srcMac : ROW.dstMac;
    const frame = address.text === "-" && kind >>> 16 !== 0 && (words[at + mac]! | words[at + mac + 1]!) !== 0;
    const port = portOf(words, at, fromB, which);
    const shown = icmp ? (which === 0 ? "" : `${port >>> 8}.${port & 0xff}`) : port === 0 ? "" : String(port);
    const name = which === 1 && naming.services ? serviceName(proto, port) : null;
    const field = which === 0 ? "srcPort" : "dstPort";
    const station = which === 0 ? "srcMac" : "dstMac";
    return [
      frame ? macKey(station, titleOf(station), words[at + mac]!, words[at + mac + 1]!) : address,
      { field, title: titleOf(field), value: port, text: shown, name },
    ];
  };
  const source = words[at + FLOW_KEY.source]!;
  return [
    protocolKey(proto, kind >>> 16),
    ...end(0),
    ...end(1),
    ...(exporters ? [exporterKey(naming.sources.exporterOf(source), naming)] : []),
  ];
}

/** The parts of a group's key, whose words stand at `at`. */
export function groupKey(
  parts: readonly KeyPart[],
  words: Int32Array,
  at: number,
  naming: KeyNaming,
): readonly TopKey[] {
  let from = at;
  let protocol = -1;
  return parts.map((part): TopKey => {
    const { name: field, form, title, prefix } = part;
    const word = words[from]!;
    const place = from;
    from += part.words;
    if (form === "protocol") protocol = word;
    switch (form) {
      case "address":
        return prefix === null
          ? addressKey(field, title, words, place, naming, 0)
          : networkKey(field, title, words, place, prefix);
      case "mac":
        return macKey(field, title, word, words[place + 1]!);
      case "protocol":
        return protocolKey(word, 0);
      case "exporter":
        return exporterKey(word, naming);
      case "port": {
        const icmp = protocol === ICMP || protocol === ICMP6;
        const text = icmp ? `${word >>> 8}.${word & 0xff}` : String(word);
        const name = naming.services && !icmp ? serviceName(protocol < 0 ? 6 : protocol, word) : null;
        return { field, title, value: word, text, name };
      }
      case "etherType":
        return { field, title, value: word, text: `0x${word.toString(16).padStart(4, "0")}`, name: null };
      case "label":
        return { field, title, value: word - 1, text: word === 0 ? "-" : String(word - 1), name: null };
      default:
        return { field, title, value: word >>> 0, text: String(word >>> 0), name: null };
    }
  });
}

function networkKey(
  field: TopKey["field"],
  title: string,
  words: Int32Array,
  from: number,
  prefix: PrefixMask,
): TopKey {
  const octets = new Uint8Array(words.buffer, words.byteOffset + 4 * from, 16);
  const text = prefix.text(formatAddress(octets));
  return { field, title, value: text, text, name: null };
}

function addressKey(
  field: TopKey["field"],
  title: string,
  words: Int32Array,
  from: number,
  { hosts }: KeyNaming,
  version: number,
): TopKey {
  const octets = new Uint8Array(words.buffer, words.byteOffset + 4 * from, 16);
  const none = isNone(octets, 0) && version !== 6;
  const text = none ? "-" : formatAddress(octets);
  return { field, title, value: text, text, name: none || hosts === null ? null : hosts.nameOf(text) };
}

function macKey(field: TopKey["field"], title: string, low: number, high: number): TopKey {
  const text = macText(low, high);
  return { field, title, value: text, text, name: null };
}

/** A MAC's words as a column has them: the low 32 bits, then the high 16. */
export function macText(low: number, high: number): string {
  const digits = (high & 0xffff).toString(16).padStart(4, "0") + (low >>> 0).toString(16).padStart(8, "0");
  return digits.match(/../g)!.join(":");
}

const ETHER_TYPES: Readonly<Record<number, string>> = { 2054: "ARP", 35020: "LLDP", 34915: "PPPoE", 34916: "PPPoE" };

function protocolKey(proto: number, etherType: number): TopKey {
  const ip = etherType === 0 || etherType === 0x0800 || etherType === 0x86dd;
  const text = proto === 0 && !ip ? (ETHER_TYPES[etherType] ?? `0x${etherType.toString(16)}`) : protocolName(proto);
  return { field: "proto", title: "Proto", value: proto, text, name: null };
}

function exporterKey(exporter: number, { sources, aliasOf }: KeyNaming): TopKey {
  const text = exporter === 0 ? "-" : formatAddress(sources.addressOf(exporter));
  return { field: "exporter", title: "Exporter", value: text, text, name: exporter === 0 ? null : aliasOf(text) };
}
