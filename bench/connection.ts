// One generated connection: who speaks with whom, how often, and how far it has come.

/** What the packets of a connection look like, one after the other. */
export const KIND = { tcp: 0, udp: 1, icmp: 2, dns: 3, scan: 4, refused: 5, shortTcp: 6 } as const;
export type ConnectionKind = (typeof KIND)[keyof typeof KIND];

/** Reused: the traffic loop keeps a pool of them, linked by `next` in the slot of the wheel where their next packet is due. */
export class Connection {
  next: Connection | null = null;
  kind: ConnectionKind = KIND.tcp;
  /** Packets in all, and of these the ones already sent. */
  size = 0;
  sent = 0;
  /** Mean time between two packets, microseconds. */
  gap = 0;
  /** Numbers of hosts, 0..65535; addresses are made of them. */
  client = 0;
  server = 0;
  clientPort = 0;
  serverPort = 0;
  ipv6 = false;
  vlan = false;
  /** TCP sequence numbers of both sides, as signed 32 bit. */
  clientSequence = 0;
  serverSequence = 0;
  /** Bit 0: the client has spoken, bit 1: the server has. */
  directions = 0;
}

const CLIENTS = 65_536;
const FIRST_PORT = 1024;
const PORTS = 64_512;

/**
 * Gives every connection a 5-tuple of its own: each client counts its ports up and begins again only after 64,512 of them.
 * An echo "connection" has no ports, so there the count goes into the server's number.
 */
export class Identities {
  private readonly used = new Uint16Array(CLIENTS);

  give(connection: Connection, client: number, server: number, serverPort: number): void {
    const count = this.used[client]!;
    this.used[client] = (count + 1) % PORTS;
    // 40,507 has no factor in common with 64,512 = 2^10 * 3^2 * 7, so that this is a permutation.
    connection.clientPort = FIRST_PORT + ((count * 40_507 + client * 7919) % PORTS);
    connection.client = client;
    connection.server = connection.kind === KIND.icmp ? connection.clientPort : server;
    connection.serverPort = serverPort;
  }
}
