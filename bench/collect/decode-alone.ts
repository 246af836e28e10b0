// Decoding alone: messages in memory -> records in columns, one thread, nothing done with them.
import { CollectLedger } from "../../src/core/collect-ledger.ts";
import { Message } from "../../src/core/message.ts";
import { MessageDecoder } from "../../src/wire/index.ts";
import { makeMessages, VERSIONS } from "./flow-messages.ts";

const RECORDS = 300_000;
const BLOCKS = 25;

/** Records a second: the best of so many passes of one decoder, because what disturbs a pass only makes it slower. */
export function decodeAlone(version: (typeof VERSIONS)[number], seed: number): number {
  const { messages, total } = makeMessages(version, RECORDS, seed);
  let records = 0;
  const decoder = new MessageDecoder({
    deliver(batch) {
      records += batch.rows;
    },
    ledger: new CollectLedger(),
    headers: { read: () => false },
    clock: "keep",
  });
  const message = new Message();
  message.exporter.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1]);
  message.seconds = 1_700_000_000;
  // As a socket has it: every datagram is in the same place.
  const place = new Uint8Array(65_535);
  message.setBytes(place);
  let best = Number.POSITIVE_INFINITY;
  for (let block = 0; block < BLOCKS; block++) {
    const began = performance.now();
    for (const octets of messages) {
      place.set(octets);
      message.end = octets.length;
      decoder.decode(message);
    }
    decoder.flush();
    best = Math.min(best, (performance.now() - began) / 1000);
  }
  if (records !== BLOCKS * total) throw new Error(`expected ${BLOCKS * total} records, found ${records}`);
  return total / best;
}

export function benchDecode(seed: number, say: (line: string) => void): string {
  const lines = VERSIONS.map((version) => {
    const rate = decodeAlone(version, seed);
    say(`decode v${version}`);
    return `| ${version === 10 ? "IPFIX" : `v${version}`} | ${(rate / 1e6).toFixed(1)} | ${(1e9 / rate).toFixed(0)} |`;
  });
  return ["| decoding alone | M records/s | ns a record |", "| --- | --- | --- |", ...lines].join("\n");
}
