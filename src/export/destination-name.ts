// Destinations as people write them: udp://192.0.2.1:2055,udp://[2001:db8::1]:2055 tls://collector.example:4740
import { UsageError } from "../core/errors.ts";

export interface DestinationName {
  /** As it is shown. */
  readonly name: string;
  readonly transport: "udp" | "tcp" | "tls";
  readonly host: string;
  readonly port: number;
}

const PORTS = { udp: 2055, tcp: 4739, tls: 4740 } as const;
const FORM = /^(?:(udp|tcp|tls):\/\/)?(?:\[([^\]\s]+)\]|([^\s:[\]/]+))(?::(\d+))?\/?$/;

/** The destinations of a list. What is without a transport has that of the one before it. */
export function parseDestinations(list: string): DestinationName[] {
  let transport: DestinationName["transport"] | undefined;
  return list.split(",").map((word) => {
    const [, scheme, address, name, digits] = FORM.exec(word.trim()) ?? [];
    transport = (scheme as DestinationName["transport"] | undefined) ?? transport;
    const host = address ?? name;
    const port = digits === undefined ? transport && PORTS[transport] : Number(digits);
    if (transport === undefined || host === undefined || port === undefined || port < 1 || port > 65_535) {
      throw new UsageError(
        `--to: expected udp://HOST:PORT, tcp://HOST:PORT or tls://HOST:PORT, IPv6 addresses in [], found "${word.trim()}".`,
      );
    }
    const shown = host.includes(":") ? `[${host}]` : host;
    return { name: `${transport}://${shown}:${port}`, transport, host, port };
  });
}
