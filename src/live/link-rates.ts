// The whole link second by second: 15 minutes of octets and packets, and the most there was.
const SECONDS = 1024;

export class LinkRates {
  peakBytes = 0;
  peakPackets = 0;
  /** The first and the newest second; 0 = none. */
  first = 0;
  private newest = 0;
  /** Seconds below are in the peaks. */
  private seen = 0;
  private readonly bytes = new Float64Array(SECONDS);
  private readonly packets = new Float64Array(SECONDS);

  /** Counts evenly to the seconds from `first` to `last`. */
  add(first: number, last: number, bytes: number, packets: number): void {
    this.turn(last);
    const seconds = last - first + 1;
    for (let second = Math.max(first, this.newest - SECONDS + 1); second <= last; second++) {
      const slot = second & (SECONDS - 1);
      this.bytes[slot] = this.bytes[slot]! + bytes / seconds;
      this.packets[slot] = this.packets[slot]! + packets / seconds;
    }
    // A longer past than that of the first second that was seen.
    if (first < this.first) this.first = first;
  }

  /** Time has come to this second: those before it are whole. */
  turn(second: number): void {
    if (this.newest === 0) {
      this.first = second;
      this.newest = second;
      this.seen = second;
      return;
    }
    for (let s = Math.max(this.newest + 1, second - SECONDS + 1); s <= second; s++) {
      this.bytes[s & (SECONDS - 1)] = 0;
      this.packets[s & (SECONDS - 1)] = 0;
    }
    if (second > this.newest) this.newest = second;
  }

  /** Brings the peaks up to the seconds below `now`. Seconds that are filled later (spread records) count when they are newer than 60 s. */
  settle(now: number): void {
    for (let s = Math.max(this.first, this.seen - 60, this.newest - SECONDS + 1); s < now && s <= this.newest; s++) {
      this.peakBytes = Math.max(this.peakBytes, this.bytes[s & (SECONDS - 1)]!);
      this.peakPackets = Math.max(this.peakPackets, this.packets[s & (SECONDS - 1)]!);
    }
    this.seen = Math.max(this.seen, now);
  }

  /** Octets and packets a second over the seconds [now - seconds, now), or since the first one. */
  rate(now: number, seconds: number): { readonly bytes: number; readonly packets: number } {
    const from = Math.max(now - seconds, this.first);
    let [bytes, packets] = [0, 0];
    for (let s = Math.max(from, this.newest - SECONDS + 1); s < now && s <= this.newest; s++) {
      bytes += this.bytes[s & (SECONDS - 1)]!;
      packets += this.packets[s & (SECONDS - 1)]!;
    }
    const span = Math.max(1, now - from);
    return { bytes: bytes / span, packets: packets / span };
  }

  /** Up to `count` seconds below `now`, oldest first; none before the first one. */
  series(now: number, count: number): { readonly bytes: number[]; readonly packets: number[] } {
    const bytes: number[] = [];
    const packets: number[] = [];
    if (this.newest === 0) return { bytes, packets };
    const oldest = this.newest - SECONDS + 1;
    for (let s = Math.max(now - count, this.first); s < now; s++) {
      const there = s >= oldest && s <= this.newest;
      bytes.push(there ? this.bytes[s & (SECONDS - 1)]! : 0);
      packets.push(there ? this.packets[s & (SECONDS - 1)]! : 0);
    }
    return { bytes, packets };
  }
}
