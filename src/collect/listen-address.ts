// Where the collector listens, as a person writes it: udp://[::]:2055, tcp://:4739, tls://10.0.0.1:4740, udp://239.1.1.1:2055?iface=eth0,
// udp://:2055?reuseport, fd://3.
import { isIP } from "node:net";
import { parseAddress } from "../core/address.ts";
import { UsageError } from "../core/errors.ts";

export interface ListenAddress {
  readonly transport: "udp" | "tcp" | "tls";
  /** An address or a name; empty = all addresses, IPv4 and IPv6. */
  readonly host: string;
  /** 0 = any that is free. */
  readonly port: number;
  /** Multicast: the interface to join at, by name or by its IPv4 address; null = the system's choice. */
  readonly iface: string | null;
  /** Multicast: the only sender that is wanted (source-specific, RFC 4607); null = any. */
  readonly source: string | null;
  /** Several receiver processes bind this address and port, and the kernel shares exporters out among them (SO_REUSEPORT). */
  readonly reusePort: boolean;
  /** The socket is there already: a UDP socket inherited under this descriptor (systemd's socket activation); null = none. */
  readonly fd: number | null;
}

const EXAMPLES = "such as udp://[::]:2055, tcp://:4739 or tls://192.0.2.1:4740";
const SHAPE = /^(udp|tcp|tls):\/\/(?:\[([^\]]*)\]|([^:[\]?]*)):(\d{1,5})(?:\?(.*))?$/i;

/** Throws a UsageError where the text is no address to listen on. */
export function parseListen(text: string): ListenAddress {
  const inherited = /^fd:\/\/(\d{1,4})$/i.exec(text);
  if (inherited !== null) {
    const fd = Number(inherited[1]);
    if (fd < 3) throw new UsageError(`expected the descriptor of a socket, 3 or higher, found ${text}`);
    return { transport: "udp", host: "", port: 0, iface: null, source: null, reusePort: false, fd };
  }
  const parts = SHAPE.exec(text);
  if (parts === null) throw new UsageError(`expected an address to listen on, ${EXAMPLES}, found ${text}`);
  const [, scheme = "", bracketed, plain = "", digits = "", query = ""] = parts;
  const port = Number(digits);
  if (port > 65_535) throw new UsageError(`expected a port up to 65535, found ${digits} in ${text}`);
  if (bracketed !== undefined && isIP(bracketed) !== 6) {
    throw new UsageError(`expected an IPv6 address in brackets, found ${bracketed} in ${text}`);
  }
  const host = bracketed ?? (plain === "*" ? "" : plain);
  if (bracketed === undefined && /^[\d.]+$/.test(host) && isIP(host) !== 4) {
    throw new UsageError(`expected an IPv4 address or a name, found ${host} in ${text}`);
  }
  const transport = scheme.toLowerCase() as ListenAddress["transport"];
  const { iface, source, reusePort } = parseQuery(query, text);
  const address = { transport, host, port, iface, source, reusePort, fd: null };
  if ((iface !== null || source !== null) && !(transport === "udp" && isMulticast(host))) {
    throw new UsageError(`expected iface= and source= with the address of a UDP multicast group, found ${text}`);
  }
  if (reusePort && transport !== "udp") throw new UsageError(`expected reuseport with udp://, found ${text}`);
  return address;
}

function parseQuery(query: string, text: string): Pick<ListenAddress, "iface" | "source" | "reusePort"> {
  let iface: string | null = null;
  let source: string | null = null;
  let reusePort = false;
  for (const [key, value] of new URLSearchParams(query)) {
    if (key === "iface" && value !== "") iface = value;
    else if (key === "source" && isIP(value) !== 0) source = value;
    else if (key === "reuseport" && value === "") reusePort = true;
    else
      throw new UsageError(`expected iface=INTERFACE, source=ADDRESS or reuseport, found ${key}=${value} in ${text}`);
  }
  return { iface, source, reusePort };
}

/** True for the address of a multicast group (224.0.0.0/4, ff00::/8). */
export function isMulticast(host: string): boolean {
  const octets = isIP(host) === 0 ? null : parseAddress(host.replace(/%.*$/, ""));
  if (octets === null) return false;
  return isIP(host) === 4 ? octets[12]! >> 4 === 14 : octets[0] === 255;
}

/** As a person would write it. */
export function formatListen(transport: string, address: string, port: number): string {
  return `${transport}://${address.includes(":") ? `[${address}]` : address}:${port}`;
}
