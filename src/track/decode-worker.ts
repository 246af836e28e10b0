// The decoding thread: opens the files, decodes them and makes the keys, block by block into the ring.
import { parentPort, workerData } from "node:worker_threads";
import { isSync, type OpenOptions, openSources } from "../capture/index.ts";
import { SourceError, type SourcePlace } from "../core/errors.ts";
import { Ledger } from "../core/ledger.ts";
import type { CaptureCounts, PacketBlock, PacketSource } from "../core/packet-block.ts";
import { type DecodeOptions, Decoder } from "../decode/index.ts";
import { KeyMaker, type KeyOptions } from "./key-maker.ts";
import { type RingMemory, RingWriter } from "./layers-ring.ts";
import { LinkTypeCheck } from "./link-type-check.ts";

export interface DecodeWorkerData {
  readonly names: readonly string[];
  readonly open: OpenOptions;
  readonly decode: DecodeOptions;
  readonly key: KeyOptions;
  /** Both threads hash alike: the tracker looks up what ICMP errors quote. */
  readonly seed: number;
  readonly ring: RingMemory;
}

/** A SourceError as it goes from thread to thread, where an Error keeps nothing but its message. */
export interface SourceWords {
  readonly place: SourcePlace | null;
  readonly sentence: string;
}

/** What the thread says at its end. */
export interface DecodeWorkerReport {
  readonly counts: CaptureCounts;
  readonly problems: readonly SourceWords[];
}

async function run(data: DecodeWorkerData): Promise<DecodeWorkerReport> {
  const ring = new RingWriter(data.ring);
  const ledger = new Ledger();
  const decoder = new Decoder(data.decode);
  const keys = new KeyMaker(data.key, data.seed);
  let source: PacketSource;
  try {
    source = await openSources([...data.names], data.open);
  } catch (error) {
    // It could be opened a moment ago: it is gone, or another.
    ring.end();
    if (!(error instanceof SourceError)) throw error;
    return { counts: { packets: 0, bytes: 0, kernelDrops: null, interfaceDrops: null }, problems: [asWords(error)] };
  }
  const linkTypes = new LinkTypeCheck(source.name);

  const decodeBlock = (block: PacketBlock): boolean => {
    const layers = ring.claim();
    if (layers === null) return false;
    linkTypes.check(block);
    decoder.decode(block, layers);
    keys.prepare(layers);
    decoder.book(ledger);
    ledger.remarks.fragmentsWithoutFirst += keys.fragments.takeWithoutFirst();
    ring.publish(ledger, source.progress());
    return true;
  };

  try {
    await eachBlock(source, decodeBlock);
  } finally {
    ring.end();
  }
  return { counts: source.counts, problems: [...source.problems, ...linkTypes.problems].map(asWords) };
}

function asWords(error: Error): SourceWords {
  if (error instanceof SourceError) return { place: error.place, sentence: error.sentence };
  return { place: null, sentence: error.message };
}

async function eachBlock(source: PacketSource, decodeBlock: (block: PacketBlock) => boolean): Promise<void> {
  if (isSync(source)) {
    for (let block = source.nextBlock(); block !== null; block = source.nextBlock()) if (!decodeBlock(block)) return;
    return;
  }
  for await (const block of source) if (!decodeBlock(block)) return;
}

parentPort?.postMessage(await run(workerData as DecodeWorkerData));
