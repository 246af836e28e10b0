// Where messages are passed on to, as a person writes it: 192.0.2.7:9995, [2001:db8::7]:9995, udp://collector.example:9995.
import { isIP } from "node:net";
import { UsageError } from "../core/errors.ts";

export interface RelayTarget {
  /** An address or a name. */
  readonly host: string;
  readonly port: number;
}

const SHAPE = /^(?:udp:\/\/)?(?:\[([^\]]+)\]|([^:[\]/?]+)):(\d{1,5})$/i;

/** Throws a UsageError where the text is no target. */
export function parseRelay(text: string): RelayTarget {
  const parts = SHAPE.exec(text);
  const port = Number(parts?.[3]);
  const host = parts?.[1] ?? parts?.[2] ?? "";
  if (parts === null || port < 1 || port > 65_535 || (parts[1] !== undefined && isIP(host) !== 6)) {
    throw new UsageError(
      `expected a collector to relay to, such as 192.0.2.7:9995 or [2001:db8::7]:9995, found ${text}`,
    );
  }
  return { host, port };
}
