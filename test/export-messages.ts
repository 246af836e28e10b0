// Export messages written by hand, octet by octet as RFC 7011 and RFC 3954 have them, and a decoder that keeps what it gives.
import { parseAddress } from "../src/core/address.ts";
import { CollectLedger, type ExporterLedger } from "../src/core/collect-ledger.ts";
import { type FlowRecord, flowsOf } from "../src/core/flow-record.ts";
import { Message } from "../src/core/message.ts";
import { MessageDecoder, type MessageDecoderOptions, type OptionsRecord } from "../src/wire/index.ts";

/** Octets out of numbers (`[value, octets]`), octets and texts. */
export type Part = readonly [number | bigint, number] | Uint8Array | string;

export function octets(...parts: Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(part, "latin1");
      if (part instanceof Uint8Array) return Buffer.from(part);
      const [value, length] = part;
      return Buffer.from(
        BigInt(value)
          .toString(16)
          .padStart(2 * length, "0"),
        "hex",
      ).subarray(-length);
    }),
  );
}

export const ip4 = (text: string): Buffer => Buffer.from(parseAddress(text)!.subarray(12));
export const ip6 = (text: string): Buffer => Buffer.from(parseAddress(text)!);

/** Element number, octets (65535 = variable), private enterprise number. */
export type Field = readonly [id: number, length: number, pen?: number];

function specifiers(fields: readonly Field[]): Buffer {
  return octets(
    ...fields.flatMap(([id, length, pen]): Part[] => [
      [pen === undefined ? id : id | 0x8000, 2],
      [length, 2],
      ...(pen === undefined ? [] : [[pen, 4] as const]),
    ]),
  );
}

export function set(id: number, ...body: Part[]): Buffer {
  const content = octets(...body);
  return octets([id, 2], [content.length + 4, 2], content);
}

export const template = (id: number, fields: readonly Field[], format: 9 | 10 = 10): Buffer =>
  set(format === 10 ? 2 : 0, [id, 2], [fields.length, 2], specifiers(fields));

export function optionsTemplate(
  id: number,
  scopes: readonly Field[],
  fields: readonly Field[],
  format: 9 | 10 = 10,
): Buffer {
  if (format === 9)
    return set(1, [id, 2], [4 * scopes.length, 2], [4 * fields.length, 2], specifiers([...scopes, ...fields]));
  return set(3, [id, 2], [scopes.length + fields.length, 2], [scopes.length, 2], specifiers([...scopes, ...fields]));
}

export const NOW = 1_700_000_000;

export interface Header {
  readonly seconds?: number;
  readonly sequence?: number;
  readonly domain?: number;
  readonly sysUpTime?: number;
  readonly count?: number;
}

export function ipfix(header: Header, ...sets: readonly Uint8Array[]): Buffer {
  const { seconds = NOW, sequence = 0, domain = 1 } = header;
  const body = octets(...sets);
  return octets([10, 2], [16 + body.length, 2], [seconds, 4], [sequence, 4], [domain, 4], body);
}

export function v9(header: Header, ...sets: readonly Uint8Array[]): Buffer {
  const { seconds = NOW, sequence = 0, domain = 1, sysUpTime = 1_000_000, count = 1 } = header;
  return octets([9, 2], [count, 2], [sysUpTime, 4], [seconds, 4], [sequence, 4], [domain, 4], ...sets);
}

/** A record of 48 octets of NetFlow v5, everything but these being 1. */
export function v5Record(first: number, last: number, packets = 3, bytes = 300): Buffer {
  const counts: Part[] = [
    [packets, 4],
    [bytes, 4],
    [first, 4],
    [last, 4],
  ];
  const rest: Part[] = [
    [443, 2],
    [50_000, 2],
    [0, 1],
    [0x1b, 1],
    [6, 1],
    [8, 1],
    [64_512, 2],
    [64_513, 2],
    [24, 1],
    [16, 1],
    [0, 2],
  ];
  return octets(ip4("192.0.2.1"), ip4("198.51.100.2"), ip4("203.0.113.3"), [4, 2], [5, 2], ...counts, ...rest);
}

export function v5(
  header: Header & { readonly engine?: number; readonly sampling?: number },
  ...records: Uint8Array[]
): Buffer {
  const {
    seconds = NOW,
    sequence = 0,
    sysUpTime = 1_000_000,
    count = records.length,
    engine = 0,
    sampling = 0,
  } = header;
  return octets(
    [5, 2],
    [count, 2],
    [sysUpTime, 4],
    [seconds, 4],
    [0, 4],
    [sequence, 4],
    [engine, 2],
    [sampling, 2],
    ...records,
  );
}

/** Where a message comes from. */
export interface From {
  readonly exporter?: string;
  readonly port?: number;
  readonly session?: number;
  readonly seconds?: number;
}

/** A decoder that keeps every record as an object. */
export class KeptDecoder {
  readonly ledger = new CollectLedger();
  readonly records: FlowRecord[] = [];
  readonly options: OptionsRecord[] = [];
  readonly decoder: MessageDecoder;

  constructor(options: Partial<MessageDecoderOptions> = {}) {
    this.decoder = new MessageDecoder({
      deliver: (batch) => {
        for (const record of flowsOf(batch)) this.records.push(record.toJSON());
      },
      ledger: this.ledger,
      headers: { read: () => false },
      onOptions: (record) => void this.options.push(record),
      ...options,
    });
  }

  /** Decodes and gives the records that came of it. */
  take(
    bytes: Uint8Array,
    { exporter = "192.0.2.100", port = 4000, session = 0, seconds = NOW }: From = {},
  ): FlowRecord[] {
    const message = new Message();
    message.setBytes(Buffer.from(bytes));
    message.exporter.set(parseAddress(exporter)!);
    message.port = port;
    message.session = session;
    message.seconds = seconds;
    const before = this.records.length;
    this.decoder.decode(message);
    this.decoder.flush();
    return this.records.slice(before);
  }

  /** The only page there is. */
  get page(): ExporterLedger {
    if (this.ledger.pages.length !== 1) throw new Error(`expected one page, found ${this.ledger.pages.length}`);
    return this.ledger.pages[0]!;
  }
}
