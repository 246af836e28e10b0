// Networks of addresses as words in memory: the bits behind a prefix become 0.
const IPV4_MARK = new Int32Array(new Uint8Array([0, 0, 0xff, 0xff]).buffer)[0]!;

export class PrefixMask {
  /** Lengths for people: 0 to 32, 0 to 128. */
  readonly v4: number;
  readonly v6: number;
  private readonly mask4: Int32Array;
  private readonly mask6: Int32Array;

  constructor(v4: number, v6: number) {
    this.v4 = v4;
    this.v6 = v6;
    this.mask4 = maskOf(96 + v4);
    this.mask6 = maskOf(v6);
  }

  /** Of the address whose four words begin at `at`. */
  cut(words: Int32Array, at: number): void {
    const mask = this.isIpv4(words, at) ? this.mask4 : this.mask6;
    for (let w = 0; w < 4; w++) words[at + w] = words[at + w]! & mask[w]!;
  }

  /** "192.0.2.0" -> "192.0.2.0/24" */
  text(address: string): string {
    return `${address}/${address.includes(":") ? this.v6 : this.v4}`;
  }

  /** IPv4 lies in ::ffff:0:0/96. */
  private isIpv4(words: Int32Array, at: number): boolean {
    return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === IPV4_MARK;
  }
}

/** Four words whose octets begin with so many ones. */
function maskOf(bits: number): Int32Array {
  const octets = Uint8Array.from({ length: 16 }, (_, octet) => {
    const ones = Math.min(8, Math.max(0, bits - 8 * octet));
    return 0xff & (0xff << (8 - ones));
  });
  return new Int32Array(octets.buffer);
}
