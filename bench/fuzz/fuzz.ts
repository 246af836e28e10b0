// The fuzzing itself: changed messages into one decoder, with everything that must hold looked at on the way.
import { CollectLedger } from "../../src/core/collect-ledger.ts";
import type { FlowBatch } from "../../src/core/flow-batch.ts";
import { Message, TRANSPORT } from "../../src/core/message.ts";
import { type HeaderReader, MessageDecoder } from "../../src/wire/index.ts";
import { SeededRandom } from "../seeded-random.ts";
import { Mutator } from "./mutator.ts";

/** Longer than this for one message is a hang. */
const HANG_MS = 50;
/** Times that a slow message is decoded again, to see whether it was the message. */
const AGAIN = 5;
/** Messages between looks at memory and sums. */
const ROUND = 16_384;
const EXPORTERS = 64;
const PORTS = 4;

export interface FuzzOptions {
  readonly seeds: readonly Uint8Array[];
  readonly headers: HeaderReader;
  readonly datagrams: number;
  readonly seed: number;
  /** Octets of resident memory beyond what there was at the start. */
  readonly mostGrowth: number;
  /** Hears of each round. */
  readonly progress?: (done: number) => void;
}

export interface FuzzResult {
  readonly datagrams: number;
  readonly seconds: number;
  readonly records: number;
  readonly options: number;
  readonly counters: number;
  readonly ledger: CollectLedger;
  readonly peakRss: number;
  readonly slowestMs: number;
  /** The slowest message in hexadecimal. */
  readonly slowest: string;
  /** What went wrong, in a sentence; null = nothing. */
  readonly failure: string | null;
}

/** What a message must not do to the decoder, checked on what it hands on. */
class Checks {
  records = 0;
  options = 0;
  counters = 0;

  /** Throws where the batch contradicts itself. */
  batch(batch: FlowBatch): void {
    const { rows, capacity, other } = batch;
    if (!(rows > 0 && rows <= capacity)) throw new Error(`a batch of ${rows} rows`);
    this.records += rows;
    let entry = 0;
    let text = 0;
    for (let row = 0; row < rows; row++) {
      if (other.first(row) !== entry || other.end(row) < entry)
        throw new Error(`entries of row ${row} are out of order`);
      for (; entry < other.end(row); entry++) {
        const end = other.valueEnds[entry]!;
        if (end < text || end > other.text.length) throw new Error(`a value of row ${row} ends before it begins`);
        text = end;
      }
    }
    if (entry !== other.count) throw new Error(`${other.count - entry} entries belong to no row`);
  }
}

/** Every count is a whole number and none is negative, and each message has its place. */
function checkLedger(ledger: CollectLedger, messages: number): void {
  if (ledger.messages !== messages) throw new Error(`${ledger.messages} messages are counted of ${messages}`);
  if (ledger.unexplained() !== 0) throw new Error(`${ledger.unexplained()} messages are unexplained`);
  for (const page of ledger.pages) checkCounts(page as unknown as Record<string, unknown>, page.exporter);
}

function checkCounts(counts: Readonly<Record<string, unknown>>, where: string): void {
  for (const [name, value] of Object.entries(counts)) {
    if (typeof value === "object" && value !== null) checkCounts(value as Record<string, unknown>, `${where} ${name}`);
    const odd = typeof value === "number" && !(name === "clockOffset" ? Number.isFinite(value) : value >= 0);
    if (odd) throw new Error(`${where}: ${name} is ${value}`);
  }
}

/** Decodes so many changed messages; stops at the first failure. */
export function fuzz(options: FuzzOptions): FuzzResult {
  const random = new SeededRandom(options.seed);
  const mutator = new Mutator(options.seeds, random);
  const checks = new Checks();
  const ledger = new CollectLedger();
  const decoder = new MessageDecoder({
    ledger,
    headers: options.headers,
    deliver: (batch) => checks.batch(batch),
    onOptions: () => checks.options++,
    onCounters: () => checks.counters++,
  });
  const message = new Message();
  message.setBytes(mutator.bytes);
  message.exporter.set([255, 255, 10, 0, 0, 0], 10);
  const before = process.memoryUsage.rss();
  const began = performance.now();
  let peakRss = before;
  let slowestMs = 0;
  let slowest = "";
  let failure: string | null = null;
  let done = 0;
  let decodedAgain = 0;
  const hex = () => Buffer.from(mutator.bytes.subarray(0, mutator.length)).toString("hex");
  try {
    while (done < options.datagrams) {
      mutator.next();
      address(message, random);
      message.end = mutator.length;
      // Ten seconds a round: templates and waiting data grow old.
      message.seconds = 1_700_000_000 + Math.floor((done * 10) / ROUND);
      const start = performance.now();
      decoder.decode(message);
      const took = performance.now() - start;
      done++;
      if (took > slowestMs) {
        slowestMs = took;
        slowest = hex();
      }
      if (took > HANG_MS) {
        decodedAgain += AGAIN;
        if (hangs(decoder, message)) throw new Error(`a message takes ${took.toFixed(0)} ms`);
      }
      if (done % ROUND !== 0 && done !== options.datagrams) continue;
      if (random.below(8) === 0) decoder.closeSession(1 + random.below(4));
      decoder.tick(message.seconds);
      decoder.flush();
      decoder.templates();
      checkLedger(ledger, done + decodedAgain);
      const rss = process.memoryUsage.rss();
      if (rss > peakRss) peakRss = rss;
      if (rss - before > options.mostGrowth)
        throw new Error(`memory has grown by ${((rss - before) / 2 ** 20).toFixed(0)} MB`);
      options.progress?.(done);
    }
  } catch (error) {
    const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
    failure = `at message ${done} of seed ${options.seed}: ${said}\n${hex()}`;
  }
  const { records, options: optionsRecords, counters } = checks;
  const seconds = (performance.now() - began) / 1000;
  return {
    datagrams: done,
    seconds,
    records,
    options: optionsRecords,
    counters,
    ledger,
    peakRss,
    slowestMs,
    slowest,
    failure,
  };
}

/** One of a few exporters and ports; now and then a stream, now and then somebody new. */
function address(message: Message, random: SeededRandom): void {
  const bits = random.bits() >>> 0;
  const { exporter } = message;
  const stranger = (bits & 0xfff) === 0;
  exporter[13] = stranger ? bits >>> 24 : 0;
  exporter[14] = stranger ? (bits >>> 16) & 255 : 0;
  exporter[15] = (bits >>> 12) % EXPORTERS;
  message.port = 40_000 + ((bits >>> 20) % PORTS);
  const stream = bits >>> 29 === 0;
  message.transport = stream ? TRANSPORT.tcp : TRANSPORT.udp;
  message.session = stream ? 1 + ((bits >>> 18) & 3) : 0;
}

/** Whether a message takes long each time, and not because the machine was busy. */
function hangs(decoder: MessageDecoder, message: Message): boolean {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < AGAIN; i++) {
    const start = performance.now();
    decoder.decode(message);
    best = Math.min(best, performance.now() - start);
  }
  return best > HANG_MS;
}

/** A header reader that looks at what it is handed and finds nothing; throws where it does not lie in the message. */
export const looksOnly: HeaderReader = {
  read(batch, row, bytes, from, length) {
    const outside = from < 0 || length < 0 || from + length > bytes.length;
    if (outside || !(row >= 0 && row < batch.rows))
      throw new Error(`a sampled header from ${from}, ${length} octets, for row ${row}`);
    return false;
  },
};
