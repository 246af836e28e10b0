// Ports for later fragments (RFC 791, RFC 8200): the first fragment of a packet is remembered by source, destination, protocol
// and identification. A fixed table of four ways: the oldest of a set gives way, nothing grows.
import { L, MARK } from "../decode/index.ts";

const SETS = 2048;
const WAYS = 4;
/** source 4, destination 4, kind, identification, ports, seconds, marks of ICMP */
const WORDS = 13;
const ICMP_MARKS = (MARK.icmp | MARK.icmpQuery) << 16;
/** Fragments belong together for so long (RFC 8200 section 4.5). */
const LIFETIME_SECONDS = 60;

export class FragmentTable {
  private readonly words = new Int32Array(SETS * WAYS * WORDS);
  private readonly turn = new Uint8Array(SETS);
  private withoutFirst = 0;

  /** Later fragments whose first one is not known, since the last time this was asked. */
  takeWithoutFirst(): number {
    const count = this.withoutFirst;
    this.withoutFirst = 0;
    return count;
  }

  /** Remembers the ports of a first fragment, gives them to a later one; call it for each row that has a fragment mark. */
  apply(rows: Int32Array, base: number): void {
    const set = this.set(rows, base);
    const first = ((rows[base + L.service]! >>> 16) & MARK.firstFragment) !== 0;
    const at = this.find(set, rows, base);
    if (first) this.remember(at >= 0 ? at : this.place(set), rows, base);
    else if (at < 0) this.withoutFirst++;
    else {
      rows[base + L.ports] = this.words[at + 10]!;
      rows[base + L.service] = rows[base + L.service]! | this.words[at + 12]!;
    }
  }

  private set(rows: Int32Array, base: number): number {
    let hash = rows[base + L.identification]!;
    for (let i = 0; i < 8; i++) hash = Math.imul(hash ^ rows[base + i]!, 0x9e3779b1);
    return (hash ^ (hash >>> 15)) & (SETS - 1);
  }

  private find(set: number, rows: Int32Array, base: number): number {
    const { words } = this;
    const seconds = rows[base + L.seconds]!;
    for (let way = 0; way < WAYS; way++) {
      const at = (set * WAYS + way) * WORDS;
      if (words[at + 9] !== rows[base + L.identification] || words[at + 8] !== rows[base + L.kind]) continue;
      let i = 0;
      while (i < 8 && words[at + i] === rows[base + i]) i++;
      if (i === 8 && Math.abs(seconds - words[at + 11]!) <= LIFETIME_SECONDS) return at;
    }
    return -1;
  }

  private place(set: number): number {
    const way = this.turn[set]! & (WAYS - 1);
    this.turn[set] = way + 1;
    return (set * WAYS + way) * WORDS;
  }

  private remember(at: number, rows: Int32Array, base: number): void {
    const { words } = this;
    for (let i = 0; i < 8; i++) words[at + i] = rows[base + i]!;
    words[at + 8] = rows[base + L.kind]!;
    words[at + 9] = rows[base + L.identification]!;
    words[at + 10] = rows[base + L.ports]!;
    words[at + 11] = rows[base + L.seconds]!;
    words[at + 12] = rows[base + L.service]! & ICMP_MARKS;
  }
}
