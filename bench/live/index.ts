// What the live screen costs at 100,000 live flows and 200,000 packets a second: taking the records of a second in, and each picture.
import { FLOW_EVENT, PACKET_ELEMENTS } from "../../src/core/elements.ts";
import { FlowBatch } from "../../src/core/flow-batch.ts";
import { writeTime } from "../../src/core/nanoseconds.ts";
import type { TopQuestion } from "../../src/core/top-view.ts";
import { LiveTable } from "../../src/live/index.ts";
import { SeededRandom } from "../seeded-random.ts";

const FLOWS = 100_000;
const PACKETS = 200_000;
const SECONDS = 60;
const ROWS = 1024;
const BEGIN = 1_700_000_000;

/** Flows of a few servers and many clients; what each has come to. */
class Traffic {
  readonly packets = new Uint32Array(FLOWS);
  readonly bytes = new Float64Array(FLOWS);
  private readonly fresh = new Uint8Array(FLOWS);
  private readonly batch = new FlowBatch(ROWS, PACKET_ELEMENTS);
  private readonly random: SeededRandom;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  /** The events that a tracker gives of one second of packets: one of each flow that had some. `take` gets each batch; gives their number. */
  second(second: number, take: (batch: FlowBatch) => void): number {
    for (let i = 0; i < PACKETS; i++) {
      const flow = this.random.below(FLOWS);
      this.packets[flow] = this.packets[flow]! + 1;
      this.bytes[flow] = this.bytes[flow]! + 60 + this.random.below(1400);
      this.fresh[flow] = 1;
    }
    let records = 0;
    for (let flow = 0; flow < FLOWS; flow++) {
      if (this.fresh[flow] === 0) continue;
      this.fresh[flow] = 0;
      this.write(flow, second);
      records++;
      if (this.batch.rows === ROWS) this.give(take);
    }
    if (this.batch.rows > 0) this.give(take);
    return records;
  }

  private give(take: (batch: FlowBatch) => void): void {
    take(this.batch);
    this.batch.rows = 0;
  }

  private write(flow: number, second: number): void {
    const { columns: c } = this.batch;
    const r = this.batch.rows++;
    c.event[r] = FLOW_EVENT.update;
    c.proto[r] = 6;
    c.ipVersion[r] = 4;
    c.etherType[r] = 0x0800;
    c.srcAddr.set([255, 255, 10, 1, flow >> 8, flow & 255], 16 * r + 10);
    c.dstAddr.set([255, 255, 192, 0, 2, flow % 200], 16 * r + 10);
    c.srcPort[r] = 1024 + (flow % 50_000);
    c.dstPort[r] = 443;
    c.packets[2 * r] = this.packets[flow]!;
    c.bytes[2 * r] = this.bytes[flow]!;
    writeTime(c.start, r, BEGIN, 0);
    writeTime(c.end, r, second, 500_000_000);
  }
}

interface Measured {
  readonly name: string;
  /** Milliseconds, and how often in a second that happens. */
  readonly times: number[];
  readonly rate: number;
}

export function benchLive(seed: number, say: (line: string) => void): string {
  const table = new LiveTable({ events: true, history: false });
  const kept = new LiveTable({ events: true });
  const traffic = new Traffic(seed);
  const write: Measured = { name: "records of a second taken in", times: [], rate: 1 };
  const history: Measured = { name: "  the same, history kept", times: [], rate: 0 };
  const views = ["flows", "hosts", "pairs", "ports"].flatMap((group) => [
    {
      ask: { group, sort: "rate", rows: 40 } as TopQuestion,
      measured: { name: `picture: ${group}`, times: [], rate: 1 },
    },
  ]) as { ask: TopQuestion; measured: Measured }[];
  views.push(
    {
      ask: { group: "flows", sort: "rate40", rows: 40 },
      measured: { name: "picture: flows by the rate of 40 s", times: [], rate: 1 },
    },
    {
      ask: { group: "flows", sort: "bytes", rows: 40, filter: "dst net 192.0.2.0/25 and bytes > 10k" },
      measured: { name: "picture: flows with a filter", times: [], rate: 1 },
    },
  );
  let records = 0;
  for (let second = BEGIN; second < BEGIN + SECONDS; second++) {
    let [mine, theirs] = [0, 0];
    table.advance(second + 1);
    records += traffic.second(second, (batch) => {
      let from = performance.now();
      table.write(batch);
      mine += performance.now() - from;
      from = performance.now();
      kept.advance(second + 1);
      kept.write(batch);
      theirs += performance.now() - from;
    });
    write.times.push(mine);
    history.times.push(theirs);
    if (second % 5 !== 0) continue;
    for (const { ask, measured } of views) {
      const from = performance.now();
      table.view(ask);
      measured.times.push(performance.now() - from);
    }
  }
  say(`${Math.round(records / SECONDS)} of ${FLOWS} flows have packets in each second`);
  const rows = [write, history, ...views.map(({ measured }) => measured)];
  const lines = rows.map(({ name, times }) => {
    const sorted = [...times].sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!.toFixed(1);
    return `  ${name.padEnd(38)} ${at(0.5).padStart(7)} ${at(0.95).padStart(7)} ms`;
  });
  const mean = (times: readonly number[]) => times.reduce((a, b) => a + b, 0) / times.length;
  const share = (mean(history.times) + mean(views[0]!.measured.times)) / 10;
  const memory = Math.round(process.memoryUsage().rss / 1e6);
  return [
    `live: ${FLOWS} live flows, ${PACKETS} packets/s`,
    `  ${"".padEnd(38)} ${"median".padStart(7)} ${"p95".padStart(7)}`,
    ...lines,
    `  one refresh a second of flows, with history: ${share.toFixed(1)} % of one core; ${memory} MB with two tables`,
    "",
  ].join("\n");
}
