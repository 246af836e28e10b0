// Packets built octet by octet for tests: layers are put inside one another, each knows how the one below names it.

/** Some octets, and the numbers by which a layer below says what they are. */
export interface Layer {
  readonly octets: Uint8Array;
  readonly etherType: number;
  readonly proto: number;
}

type Part = number | readonly number[] | Uint8Array;

export function octets(...parts: Part[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...part])));
}

export function u16(value: number): number[] {
  return [(value >>> 8) & 255, value & 255];
}

export function u32(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

function layer(etherType: number, proto: number, ...parts: Part[]): Layer {
  return { octets: octets(...parts), etherType, proto };
}

/** Content that is nothing in particular. */
export function data(length: number, value = 0x61): Layer {
  return layer(0x88b5, 253, new Uint8Array(length).fill(value));
}

function mac(text: string): number[] {
  return text.split(":").map((pair) => Number.parseInt(pair, 16));
}

export const MAC_A = "02:00:00:00:0a:01";
export const MAC_B = "02:00:00:00:0b:02";

export function ethernet(inside: Layer, { src = MAC_A, dst = MAC_B, type = inside.etherType, padTo = 0 } = {}): Layer {
  const frame = octets(mac(dst), mac(src), u16(type), inside.octets);
  return layer(0x6558, 143, frame, new Uint8Array(Math.max(0, padTo - frame.length)));
}

export function vlan(id: number, inside: Layer, { tpid = 0x8100, type = inside.etherType } = {}): Layer {
  return layer(tpid, 0, u16(0xe000 | id), u16(type), inside.octets);
}

/** A label stack; `bottom: false` leaves the last one without its bit. */
export function mpls(labels: readonly number[], inside: Layer, { bottom = true } = {}): Layer {
  const last = labels.length - 1;
  const entries = labels.flatMap((label, i) => u32((label << 12) | (i === last && bottom ? 0x100 : 0) | 64));
  return layer(0x8847, 137, entries, inside.octets);
}

const PPP_OF = new Map([
  [0x0800, 0x0021],
  [0x86dd, 0x0057],
  [0x8847, 0x0281],
]);

export function ppp(
  inside: Layer,
  { protocol = PPP_OF.get(inside.etherType) ?? 0xc021, framed = true, compressed = false } = {},
): Layer {
  return layer(0x880b, 0, framed ? [0xff, 0x03] : [], compressed ? protocol & 255 : u16(protocol), inside.octets);
}

export function pppoe(inside: Layer, { code = 0, session = 7 } = {}): Layer {
  const content = ppp(inside, { framed: false }).octets;
  return layer(0x8864, 0, 0x11, code, u16(session), u16(content.length), content);
}

/** An LLC header and SNAP with the type of what is inside; in 802.3 the length stands where the type does. */
export function snap(inside: Layer, { oui = [0, 0, 0] as readonly number[], type = inside.etherType } = {}): Layer {
  const content = octets(0xaa, 0xaa, 0x03, oui, u16(type), inside.octets);
  return layer(content.length, 0, content);
}

export function llc(dsap: number, control: number, inside: Layer): Layer {
  const content = octets(dsap, dsap, control, inside.octets);
  return layer(content.length, 0, content);
}

export function arp({ operation = 1, sender = "10.0.0.1", target = "10.0.0.2", hardware = 1 } = {}): Layer {
  const ends = [mac(MAC_A), ipv4Octets(sender), mac(MAC_B), ipv4Octets(target)];
  return layer(0x0806, 0, u16(hardware), u16(0x0800), 6, 4, u16(operation), ...ends);
}

function ipv4Octets(text: string): number[] {
  return text.split(".").map(Number);
}

function ipv6Octets(text: string): number[] {
  const groups = (part: string) =>
    part === "" ? [] : part.split(":").flatMap((group) => u16(Number.parseInt(group, 16)));
  const [head = "", tail] = text.split("::");
  const [front, back] = [groups(head), tail === undefined ? [] : groups(tail)];
  return [...front, ...new Array<number>(16 - front.length - back.length).fill(0), ...back];
}

export interface Ipv4Options {
  readonly src?: string;
  readonly dst?: string;
  readonly tos?: number;
  readonly ttl?: number;
  readonly id?: number;
  /** Offset of a fragment in units of 8 octets, and whether more follow. */
  readonly offset?: number;
  readonly more?: boolean;
  readonly proto?: number;
  readonly options?: readonly number[];
  /** What the header says instead of the truth. */
  readonly total?: number;
  readonly headerWords?: number;
}

export function ipv4(inside: Layer, given: Ipv4Options = {}): Layer {
  const options = octets(given.options ?? [], new Uint8Array((4 - ((given.options?.length ?? 0) & 3)) & 3));
  const words = given.headerWords ?? 5 + options.length / 4;
  const total = given.total ?? 20 + options.length + inside.octets.length;
  const fragment = (given.more === true ? 0x2000 : 0) | (given.offset ?? 0);
  return layer(
    0x0800,
    4,
    [0x40 | words, given.tos ?? 0],
    u16(total),
    u16(given.id ?? 1),
    u16(fragment),
    [given.ttl ?? 64, given.proto ?? inside.proto, 0, 0],
    ipv4Octets(given.src ?? "10.0.0.1"),
    ipv4Octets(given.dst ?? "10.0.0.2"),
    options,
    inside.octets,
  );
}

export interface Ipv6Options {
  readonly src?: string;
  readonly dst?: string;
  readonly trafficClass?: number;
  readonly label?: number;
  readonly hopLimit?: number;
  readonly proto?: number;
  readonly payload?: number;
}

export function ipv6(inside: Layer, given: Ipv6Options = {}): Layer {
  return layer(
    0x86dd,
    41,
    u32(0x60000000 | ((given.trafficClass ?? 0) << 20) | (given.label ?? 0)),
    u16(given.payload ?? inside.octets.length),
    [given.proto ?? inside.proto, given.hopLimit ?? 64],
    ipv6Octets(given.src ?? "2001:db8::1"),
    ipv6Octets(given.dst ?? "2001:db8::2"),
    inside.octets,
  );
}

/** An extension header whose length counts in eights beyond the first: hop-by-hop 0, routing 43, destination options 60. */
export function extension(proto: number, inside: Layer, options: readonly number[] = [1, 4, 0, 0, 0, 0]): Layer {
  return layer(0, proto, inside.proto, (options.length + 2) / 8 - 1, options, inside.octets);
}

export function authentication(inside: Layer): Layer {
  return layer(0, 51, inside.proto, 4, new Uint8Array(22), inside.octets);
}

export function fragment6(inside: Layer, { id = 1, offset = 0, more = false } = {}): Layer {
  return layer(0, 44, inside.proto, 0, u16((offset << 3) | (more ? 1 : 0)), u32(id), inside.octets);
}

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const ACK = 16;

export function tcp({ src = 1234, dst = 80, flags = ACK, content = 0 } = {}): Layer {
  const rest = [u32(1), u32(2), u16(0x5000 | flags), u16(1000), u32(0)];
  return layer(0, 6, u16(src), u16(dst), ...rest, new Uint8Array(content));
}

export function udp(inside: Layer = data(8), { src = 1234, dst = 53 } = {}): Layer {
  return layer(0, 17, u16(src), u16(dst), u16(8 + inside.octets.length), u16(0), inside.octets);
}

/** Any protocol that starts with two ports: UDP-Lite 136, SCTP 132, DCCP 33. */
export function portsOf(proto: number, { src = 1234, dst = 5678 } = {}): Layer {
  return layer(0, proto, u16(src), u16(dst), new Uint8Array(12));
}

export function icmp(type: number, code = 0, { id = 9, inside = data(8), version = 4 } = {}): Layer {
  return layer(0, version === 4 ? 1 : 58, type, code, u16(0), u16(id), u16(1), inside.octets);
}

export interface GreOptions {
  readonly key?: number;
  readonly sequence?: number;
  readonly checksum?: boolean;
  readonly type?: number;
}

export function gre(inside: Layer, given: GreOptions = {}): Layer {
  const { key, sequence, checksum = false, type = inside.etherType } = given;
  const flags = (checksum ? 0x8000 : 0) | (key === undefined ? 0 : 0x2000) | (sequence === undefined ? 0 : 0x1000);
  const optional = [
    ...(checksum ? [0] : []),
    ...(key === undefined ? [] : [key]),
    ...(sequence === undefined ? [] : [sequence]),
  ];
  return layer(0, 47, u16(flags), u16(type), optional.flatMap(u32), inside.octets);
}

/** PPTP's GRE, version 1: call id in the key, with sequence and acknowledgment. */
export function pptp(inside: Layer, call = 77): Layer {
  return layer(0, 47, u16(0x3081), u16(0x880b), u16(inside.octets.length), u16(call), u32(1), u32(1), inside.octets);
}

export function erspan2(inside: Layer, session = 5): Layer {
  return gre(layer(0x88be, 0, u16(0x1000), u16(session), u32(0), inside.octets), { sequence: 1 });
}

export function erspan3(inside: Layer, { session = 6, subheader = false } = {}): Layer {
  const rest = [u32(0), u16(0), u16(subheader ? 1 : 0), subheader ? [...u32(0), ...u32(0)] : []];
  return gre(layer(0x22eb, 0, u16(0x2000), u16(session), ...rest, inside.octets), { sequence: 1 });
}

/** `next`: VXLAN-GPE's next protocol, 0 = none is named. */
export function vxlan(inside: Layer, { network = 100, dst = 4789, next = 0 } = {}): Layer {
  const flags = next === 0 ? 0x08 : 0x0c;
  return udp(layer(0, 0, flags, 0, 0, next, u32(network << 8), inside.octets), { src: 40000, dst });
}

export function geneve(inside: Layer, { network = 200, options = [] as readonly number[] } = {}): Layer {
  const head = [[options.length / 4, 0], u16(inside.etherType), u32(network << 8), options];
  return udp(layer(0, 0, ...head, inside.octets), { src: 40000, dst: 6081 });
}

export interface GtpOptions {
  readonly tunnel?: number;
  readonly type?: number;
  readonly sequence?: boolean;
  /** Extension headers, each of whole words with its length first and the next one's type last. */
  readonly extensions?: readonly number[];
  readonly src?: number;
  readonly dst?: number;
}

export function gtp(inside: Layer, given: GtpOptions = {}): Layer {
  const { extensions = [], sequence = false } = given;
  const flags = 0x30 | (sequence ? 2 : 0) | (extensions.length > 0 ? 4 : 0);
  const more = flags === 0x30 ? [] : [0, 1, 0, extensions.length > 0 ? 0x85 : 0, ...extensions];
  const length = u16(more.length + inside.octets.length);
  const content = layer(0, 0, flags, given.type ?? 0xff, length, u32(given.tunnel ?? 300), more, inside.octets);
  return udp(content, { src: given.src ?? 2152, dst: given.dst ?? 2152 });
}

export function nsh(inside: Layer, next: number): Layer {
  return layer(0x894f, 0, u16(0x0002), 1, next, u32(0), inside.octets);
}

/** Link layers of captures, by what they lay before the packet. */
export const link = {
  null: (inside: Layer, family = 2) => octets(family, 0, 0, 0, inside.octets),
  loop: (inside: Layer, family = 2) => octets(u32(family), inside.octets),
  cooked: (inside: Layer) => octets(u16(0), u16(1), u16(6), mac(MAC_A), 0, 0, u16(inside.etherType), inside.octets),
  cooked2: (inside: Layer, inIf = 3) =>
    octets(u16(inside.etherType), u16(0), u32(inIf), u16(1), 0, 6, mac(MAC_A), 0, 0, inside.octets),
  ciscoHdlc: (inside: Layer) => octets(0x0f, 0, u16(inside.etherType), inside.octets),
  frameRelay: (inside: Layer, nlpid: number) => octets(0x18, 0x41, 0x03, nlpid, inside.octets),
  frameRelayCisco: (inside: Layer) => octets(0x18, 0x41, u16(inside.etherType), inside.octets),
  frameRelaySnap: (inside: Layer) => octets(0x18, 0x41, 0x03, 0, 0x80, 0, 0, 0, u16(inside.etherType), inside.octets),
  nflog: (inside: Layer, family = 2) => {
    const length = 4 + inside.octets.length;
    return octets(family, 0, 0, 0, [8, 0, 1, 0, 1, 2, 3, 4], [length & 255, length >> 8, 9, 0], inside.octets);
  },
  pktap: (inside: Uint8Array, dlt: number) =>
    octets([20, 0, 0, 0], [1, 0, 0, 0], [dlt, 0, 0, 0], new Uint8Array(8), inside),
  arcnet: (inside: Layer, type = 212) => octets(1, 2, 0, 0, type, type === 240 ? [] : [0, 0, 1], inside.octets),
  radiotap: (frame: Uint8Array) => octets(0, 0, [12, 0], new Uint8Array(8), frame),
  prism: (frame: Uint8Array) => octets(u32(0x44), [16, 0, 0, 0], new Uint8Array(8), frame),
};

export interface WlanOptions {
  readonly toDs?: boolean;
  readonly fromDs?: boolean;
  readonly qos?: boolean;
  readonly encrypted?: boolean;
  readonly aggregate?: boolean;
  readonly fragment?: number;
  readonly type?: number;
  readonly subtype?: number;
}

/** An 802.11 frame from MAC_A to MAC_B. */
export function wlan(inside: Layer, given: WlanOptions = {}): Uint8Array {
  const [a, b, access] = [mac(MAC_A), mac(MAC_B), mac("02:00:00:00:0c:03")];
  const { toDs = false, fromDs = false, aggregate = false, qos = aggregate } = given;
  const control = (((given.subtype ?? 0) | (qos ? 8 : 0)) << 4) | ((given.type ?? 2) << 2);
  const flags = (toDs ? 1 : 0) | (fromDs ? 2 : 0) | (given.encrypted ? 0x40 : 0);
  const places = toDs ? (fromDs ? [access, access, b, a] : [access, a, b]) : fromDs ? [b, access, a] : [b, a, access];
  return octets(
    [control, flags, 0, 0],
    ...places.slice(0, 3),
    [(given.fragment ?? 0) & 15, 0],
    places[3] ?? [],
    qos ? [aggregate ? 0x80 : 0, 0] : [],
    aggregate ? octets(b, a, u16(inside.octets.length)) : [],
    inside.octets,
  );
}
