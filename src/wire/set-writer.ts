// SetWriter: the frame of NetFlow v9 and IPFIX messages: header, Sets (FlowSets), padding (RFC 3954 section 5, RFC 7011 section 3).

export const SET_HEADER = 4;
const HEADER_OCTETS = { 9: 20, 10: 16 } as const;

/** No set is open. Every number of 16 bits can be a set's id. */
const NONE = -1;

export class SetWriter {
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = new DataView(this.bytes.buffer);
  /** Where the next octet goes. */
  at = 0;
  /** Id of the open set. */
  private openId = NONE;
  /** Records of any kind in the message, which v9 says in its header. */
  records = 0;
  private readonly version: 9 | 10;
  private readonly domain: number;
  /** Octets of the message at the most; v9 pads its sets to whole words. */
  private readonly limit: number;
  private setStart = 0;

  constructor(version: 9 | 10, domain: number, messageOctets: number) {
    this.version = version;
    this.domain = domain;
    this.limit = version === 9 ? messageOctets & ~3 : messageOctets;
  }

  /** Begins a message in these octets. */
  use(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.begin();
  }

  begin(): void {
    this.at = HEADER_OCTETS[this.version];
    this.openId = NONE;
    this.records = 0;
  }

  get empty(): boolean {
    return this.at === HEADER_OCTETS[this.version];
  }

  /** How many records of so many octets there is room for in a set of this id, which is opened if there is room for one. */
  room(id: number, octets: number): number {
    const start = this.openId === id ? this.at : this.padded() + SET_HEADER;
    const records = Math.floor((this.limit - start) / octets);
    if (records > 0 && this.openId !== id) this.open(id);
    return Math.max(records, 0);
  }

  private padded(): number {
    return this.version === 9 ? (this.at + 3) & ~3 : this.at;
  }

  private open(id: number): void {
    this.close();
    this.setStart = this.at;
    this.openId = id;
    this.view.setUint16(this.at, id);
    this.at += SET_HEADER;
  }

  /** Ends the open set, if there is one. */
  close(): void {
    if (this.openId === NONE) return;
    while (this.at < this.padded()) this.bytes[this.at++] = 0;
    this.view.setUint16(this.setStart + 2, this.at - this.setStart);
    this.openId = NONE;
  }

  /** Writes numbers of 2, 4 or 8 octets. */
  put(octets: 1 | 2 | 4 | 8, value: number): void {
    const { view, at } = this;
    if (octets === 1) view.setUint8(at, value);
    else if (octets === 2) view.setUint16(at, value);
    else if (octets === 4) view.setUint32(at, value);
    else {
      view.setUint32(at, Math.floor(value / 4_294_967_296));
      view.setUint32(at + 4, value);
    }
    this.at = at + octets;
  }

  /**
   * Writes the header and gives the length of the message. Times: milliseconds since the exporter started (v9), seconds since 1970.
   */
  finish(seconds: number, uptime: number, sequence: number): number {
    this.close();
    const { view, at } = this;
    view.setUint16(0, this.version);
    if (this.version === 9) {
      view.setUint16(2, this.records);
      view.setUint32(4, uptime);
      view.setUint32(8, seconds);
      view.setUint32(12, sequence);
      view.setUint32(16, this.domain);
    } else {
      view.setUint16(2, at);
      view.setUint32(4, seconds);
      view.setUint32(8, sequence);
      view.setUint32(12, this.domain);
    }
    this.begin();
    return at;
  }
}
