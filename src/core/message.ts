// Message: one export datagram, or one message of a stream. It passes from sockets and captures to wire/.

export const TRANSPORT = { udp: 0, tcp: 1, tls: 2 } as const;
export type Transport = (typeof TRANSPORT)[keyof typeof TRANSPORT];

/** One export message and what is known of how it came. Its owner uses it again for the next one. */
export class Message {
  /** The octets that the message lies in, valid until `decode` returns. */
  bytes: Uint8Array = new Uint8Array(0);
  private dataView: DataView | null = null;
  start = 0;
  end = 0;
  /** Address of the exporter: 16 octets, IPv4 as ::ffff:a.b.c.d. */
  readonly exporter: Uint8Array = new Uint8Array(16);
  /** Port that the exporter sent from. */
  port = 0;
  transport: Transport = TRANSPORT.udp;
  /** Number of the stream connection; 0 for datagrams, whose transport session is address and port (RFC 7011 section 8). */
  session = 0;
  /** When it was received: seconds since 1970 UTC and nanoseconds. */
  seconds = 0;
  nanoseconds = 0;

  /** The same octets; `view.byteOffset === bytes.byteOffset`. Made when it is asked for: the hot paths do without. */
  get view(): DataView {
    const { bytes } = this;
    this.dataView ??= new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.dataView;
  }

  set view(view: DataView) {
    this.dataView = view;
  }

  setBytes(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.dataView = null;
    this.start = 0;
    this.end = bytes.byteLength;
  }
}

/** Unsigned numbers in network order. */
export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}
