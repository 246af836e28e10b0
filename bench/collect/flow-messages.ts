// Export messages made up from a seed: NetFlow v5 (30 records of 48 octets), NetFlow v9 (28 of 49 for IPv4, 20 of 69 for IPv6) and
// IPFIX (24 of 57, 18 of 77), one record in ten IPv6, templates first and in every 500th message.
import { SeededRandom } from "../seeded-random.ts";

export const VERSIONS = [5, 9, 10] as const;
export type Version = (typeof VERSIONS)[number];

export interface FlowMessages {
  readonly version: Version;
  readonly messages: readonly Buffer[];
  /** Flow records in each of them. */
  readonly records: readonly number[];
  readonly total: number;
}

const BASE_SECONDS = 1_700_000_000;
const UPTIME = 86_400_000;
const IPV6_SHARE = 10;
const TEMPLATE_EVERY = 500;

/** Element and octets, as routers have them; 22 and 21 are 152 and 153 with 8 octets in IPFIX. */
const IPV4_FIELDS = "8:4 12:4 15:4 10:2 14:2 2:4 1:4 22:4 21:4 7:2 11:2 6:1 4:1 5:1 16:4 17:4 9:1 13:1";
const IPV6_FIELDS = "27:16 28:16 10:2 14:2 2:4 1:4 22:4 21:4 7:2 11:2 6:1 4:1 5:1 16:4 17:4 29:1 30:1";

/** At least so many records, in messages as an exporter would send them. */
export function makeMessages(version: Version, records: number, seed: number): FlowMessages {
  const maker = new Maker(version, seed);
  const messages: Buffer[] = [];
  const counts: number[] = [];
  let total = 0;
  while (total < records) {
    if (version !== 5 && messages.length % TEMPLATE_EVERY === 0) {
      messages.push(maker.templates());
      counts.push(0);
    }
    const [message, count] = maker.data();
    messages.push(message);
    counts.push(count);
    total += count;
  }
  return { version, messages, records: counts, total };
}

class Maker {
  private readonly version: Version;
  private readonly random: SeededRandom;
  private readonly octets = Buffer.alloc(1500);
  private at = 0;
  private sequence = 0;
  private sent = 0;
  private sentIpv6 = 0;

  constructor(version: Version, seed: number) {
    this.version = version;
    this.random = new SeededRandom(seed);
  }

  templates(): Buffer {
    const ipfix = this.version === 10;
    this.header();
    const set = this.at;
    this.short(ipfix ? 2 : 0);
    this.short(0);
    for (const [id, list] of [IPV4_FIELDS, IPV6_FIELDS].entries()) {
      const fields = list.split(" ").map((field) => field.split(":").map(Number) as [number, number]);
      this.short(256 + id);
      this.short(fields.length);
      for (const [element, octets] of fields) {
        const time = ipfix && (element === 22 || element === 21);
        this.short(time ? (element === 22 ? 152 : 153) : element);
        this.short(time ? 8 : octets);
      }
    }
    return this.finish(set, 2, ipfix ? 0 : 1);
  }

  data(): readonly [Buffer, number] {
    const { version } = this;
    const six = version !== 5 && this.sentIpv6 * 100 < (this.sent + 1) * IPV6_SHARE;
    const count = version === 5 ? 30 : version === 9 ? (six ? 20 : 28) : six ? 18 : 24;
    this.header();
    const set = this.at;
    if (version !== 5) {
      this.short(256 + (six ? 1 : 0));
      this.short(0);
    }
    for (let i = 0; i < count; i++) this.record(six);
    while (version === 9 && (this.at - set) % 4 !== 0) this.octet(0);
    this.sent += count;
    if (six) this.sentIpv6 += count;
    return [this.finish(set, count, version === 9 ? 1 : count), count];
  }

  private header(): void {
    this.at = 0;
    const { version } = this;
    this.short(version);
    this.short(0);
    if (version !== 10) this.word(UPTIME);
    this.word(BASE_SECONDS);
    if (version === 5) this.word(0);
    this.word(this.sequence);
    this.word(1);
  }

  private finish(set: number, count: number, step: number): Buffer {
    const { octets, at, version } = this;
    if (version !== 5) octets.writeUInt16BE(at - set, set + 2);
    octets.writeUInt16BE(version === 10 ? at : count, 2);
    this.sequence = (this.sequence + step) >>> 0;
    return Buffer.from(octets.subarray(0, at));
  }

  private record(six: boolean): void {
    const { random, version } = this;
    const source = random.bits();
    const destination = random.bits();
    if (six) {
      this.ipv6(source);
      this.ipv6(destination);
    } else {
      this.word(source);
      this.word(destination);
      this.word(0x0aff_0001);
    }
    this.short(1 + random.below(8));
    this.short(1 + random.below(8));
    const packets = 1 + random.below(1000);
    this.word(packets);
    this.word(packets * (46 + random.below(1400)));
    const began = random.below(3_600_000);
    const lasted = random.below(120_000);
    if (version === 10) {
      this.milliseconds(BASE_SECONDS * 1000 - 3_600_000 - 120_000 + began);
      this.milliseconds(BASE_SECONDS * 1000 - 3_600_000 - 120_000 + began + lasted);
    } else {
      this.word(UPTIME - 3_720_000 + began);
      this.word(UPTIME - 3_720_000 + began + lasted);
    }
    this.short(random.below(65_536));
    this.short(random.below(4) === 0 ? 53 : 443);
    if (version === 5) this.octet(0);
    this.octet(0x1b);
    this.octet(random.below(3) === 0 ? 17 : 6);
    this.octet(0);
    const wide = version !== 5;
    for (const as of [64_512, 1000 + random.below(4000)]) wide ? this.word(as) : this.short(as);
    this.octet(12);
    this.octet(24);
    if (version === 5) this.short(0);
  }

  private ipv6(low: number): void {
    this.word(0x2001_0db8);
    this.word(low & 255);
    this.word(0);
    this.word(low);
  }

  private milliseconds(value: number): void {
    this.word(Math.floor(value / 4_294_967_296));
    this.word(value);
  }

  private octet(value: number): void {
    this.octets[this.at++] = value;
  }

  private short(value: number): void {
    this.octet(value >>> 8);
    this.octet(value);
  }

  private word(value: number): void {
    this.short((value >>> 16) & 0xffff);
    this.short(value & 0xffff);
  }
}
