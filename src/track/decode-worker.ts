// The decoding thread: opens the files, decodes them and makes the keys, block by block into the ring.
import { parentPort, workerData } from "node:worker_threads";
import { isSync, type OpenOptions, openSources } from "../capture/index.ts";
import { Ledger } from "../core/ledger.ts";
import type { CaptureCounts, PacketBlock, PacketSource } from "../core/packet-block.ts";
import { type DecodeOptions, Decoder } from "../decode/index.ts";
import { KeyMaker, type KeyOptions } from "./key-maker.ts";
import { type RingMemory, RingWriter } from "./layers-ring.ts";

export interface DecodeWorkerData {
  readonly names: readonly string[];
  readonly open: OpenOptions;
  readonly decode: DecodeOptions;
  readonly key: KeyOptions;
  /** Both threads hash alike: the tracker looks up what ICMP errors quote. */
  readonly seed: number;
  readonly ring: RingMemory;
}

/** What the thread says at its end. */
export interface DecodeWorkerReport {
  readonly counts: CaptureCounts;
  readonly problems: readonly Error[];
}

async function run(data: DecodeWorkerData): Promise<DecodeWorkerReport> {
  const ring = new RingWriter(data.ring);
  const ledger = new Ledger();
  const decoder = new Decoder(data.decode);
  const keys = new KeyMaker(data.key, data.seed);
  const source = await openSources([...data.names], data.open);

  const decodeBlock = (block: PacketBlock): boolean => {
    const layers = ring.claim();
    if (layers === null) return false;
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
  return { counts: source.counts, problems: source.problems };
}

async function eachBlock(source: PacketSource, decodeBlock: (block: PacketBlock) => boolean): Promise<void> {
  if (isSync(source)) {
    for (let block = source.nextBlock(); block !== null; block = source.nextBlock()) if (!decodeBlock(block)) return;
    return;
  }
  for await (const block of source) if (!decodeBlock(block)) return;
}

parentPort?.postMessage(await run(workerData as DecodeWorkerData));
