// The pairs of hosts of the last 15 minutes: what each has come to now, less what it had come to then.
import type { TopQuestion, TopTable, TopView } from "../core/top-view.ts";
import type { LiveLinks } from "../serve/index.ts";

const SECONDS = 900;
const EVERY_SECONDS = 30;
/** Pairs that are looked at, and those that are told. */
const LOOKED_AT = 2000;
const MOST = 150;

interface Counts {
  readonly bytes: number;
  readonly packets: number;
}

interface Snapshot {
  readonly at: number;
  readonly pairs: ReadonlyMap<string, Counts>;
}

const QUESTION: TopQuestion = { group: "pairs", sort: "bytes", rows: LOOKED_AT, names: true };

export class RecentLinks {
  private readonly table: TopTable;
  /** The oldest first. */
  private readonly snapshots: Snapshot[] = [];

  constructor(table: TopTable) {
    this.table = table;
  }

  /** To be called each second or so. */
  remember(nowSeconds: number): void {
    const last = this.snapshots[this.snapshots.length - 1];
    if (last !== undefined && nowSeconds - last.at < EVERY_SECONDS) return;
    this.snapshots.push({ at: nowSeconds, pairs: countsOf(this.table.view(QUESTION)) });
    while (this.snapshots.length > 1 && nowSeconds - this.snapshots[1]!.at >= SECONDS) this.snapshots.shift();
  }

  links(nowSeconds: number): LiveLinks {
    const view = this.table.view(QUESTION);
    const [oldest] = this.snapshots;
    // In the first 15 minutes all of it is recent.
    const before = oldest !== undefined && nowSeconds - oldest.at >= SECONDS ? oldest.pairs : null;
    const recent = view.rows.flatMap((row) => {
      const [from, to] = row.key;
      if (from === undefined || to === undefined) return [];
      const then = before?.get(`${from.text} ${to.text}`) ?? { bytes: 0, packets: 0 };
      const bytes = row.bytesOut + row.bytesIn - then.bytes;
      const packets = row.packetsOut + row.packetsIn - then.packets;
      return bytes > 0 ? [{ from, to, bytes, packets }] : [];
    });
    const links = recent.sort((a, b) => b.bytes - a.bytes).slice(0, MOST);
    const hosts = new Map<string, { address: string; name: string | null; bytes: number }>();
    for (const { from, to, bytes } of links) {
      for (const { text, name } of [from, to]) {
        const host = hosts.get(text) ?? { address: text, name, bytes: 0 };
        host.bytes += bytes;
        hosts.set(text, host);
      }
    }
    return {
      time: new Date(view.header.at).toISOString(),
      hosts: [...hosts.values()],
      links: links.map(({ from, to, bytes, packets }) => ({ from: from.text, to: to.text, bytes, packets })),
    };
  }
}

function countsOf({ rows }: TopView): ReadonlyMap<string, Counts> {
  return new Map(
    rows.map(({ key, bytesOut, bytesIn, packetsOut, packetsIn }) => [
      key.map(({ text }) => text).join(" "),
      { bytes: bytesOut + bytesIn, packets: packetsOut + packetsIn },
    ]),
  );
}
