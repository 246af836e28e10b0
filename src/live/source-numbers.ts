// Exporters and observation domains as small numbers: 0 = records that no exporter sent.
import { ADDRESS_OCTETS } from "../core/address.ts";
import type { Columns } from "../core/flow-batch.ts";

/** Whoever comes beyond counts as number 0: addresses of exporters can be forged. */
const MOST_SOURCES = 65_536;

interface SourceEntry {
  readonly address: Uint8Array;
  readonly domain: number;
  /** Number of the exporter, whatever the domain. */
  readonly exporter: number;
}

export class SourceNumbers {
  private readonly entries: SourceEntry[] = [{ address: new Uint8Array(ADDRESS_OCTETS), domain: 0, exporter: 0 }];
  private readonly exporters: Uint8Array[] = [new Uint8Array(ADDRESS_OCTETS)];
  private readonly numbers = new Map<string, number>();
  private readonly exporterNumbers = new Map<string, number>();
  private octets: Uint8Array = new Uint8Array(0);
  private words: Int32Array = new Int32Array(0);
  private domain: Uint32Array = new Uint32Array(0);
  // The last one found: records of one exporter lie side by side.
  private last = 0;
  private readonly lastWords = new Int32Array(4);
  private lastDomain = 0;

  begin({ exporter, domain }: Columns): void {
    this.octets = exporter;
    this.words = new Int32Array(exporter.buffer, exporter.byteOffset, exporter.length >>> 2);
    this.domain = domain;
  }

  of(row: number): number {
    const { words, lastWords } = this;
    const w = 4 * row;
    const domain = this.domain[row]!;
    let unlike = domain ^ this.lastDomain;
    for (let i = 0; i < 4; i++) unlike |= words[w + i]! ^ lastWords[i]!;
    if (unlike === 0) return this.last;
    for (let i = 0; i < 4; i++) lastWords[i] = words[w + i]!;
    this.lastDomain = domain;
    this.last = this.number(row, domain);
    return this.last;
  }

  /** Numbers there are, 0 included. */
  get count(): number {
    return this.entries.length;
  }

  exporterOf(source: number): number {
    return this.entries[source]!.exporter;
  }

  domainOf(source: number): number {
    return this.entries[source]!.domain;
  }

  /** 16 octets; all zero for number 0. */
  addressOf(exporter: number): Uint8Array {
    return this.exporters[exporter]!;
  }

  private number(row: number, domain: number): number {
    const address = this.octets.slice(16 * row, 16 * row + 16);
    const text = Buffer.from(address).toString("latin1");
    if (domain === 0 && address.every((octet) => octet === 0)) return 0;
    const key = `${text}${domain}`;
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    if (this.entries.length >= MOST_SOURCES) return 0;
    let exporter = this.exporterNumbers.get(text);
    if (exporter === undefined) {
      exporter = this.exporters.push(address) - 1;
      this.exporterNumbers.set(text, exporter);
    }
    const number = this.entries.push({ address, domain, exporter }) - 1;
    this.numbers.set(key, number);
    return number;
  }
}
