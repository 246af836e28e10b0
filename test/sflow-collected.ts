// What becomes of datagrams of sFlow: decoded as those of one exporter, with all that is told of them.
import { createHeaderReader } from "../src/collect/index.ts";
import { parseAddress } from "../src/core/address.ts";
import type { CounterSample, MessageDecoderOptions } from "../src/wire/index.ts";
import { Collected } from "./corpus/decoded-messages.ts";
import { ACK, ethernet, ipv4, SYN, tcp } from "./packets.ts";

/** The answer of a web server: what sampled headers hold where nothing else is said. */
export const WEB = ethernet(
  ipv4(tcp({ src: 40000, dst: 443, flags: SYN | ACK }), { src: "10.1.0.1", dst: "10.1.0.2" }),
).octets;

/** Decodes datagrams of one exporter; its page is the first. */
export function collect(payloads: readonly Uint8Array[], options: Partial<MessageDecoderOptions> = {}) {
  const samples: CounterSample[] = [];
  const collected = new Collected({
    headers: createHeaderReader(),
    onCounters: (one) => samples.push(one),
    ...options,
  });
  const rows = payloads.flatMap((payload, index) => [
    ...collected.decode({
      frame: index + 1,
      seconds: 1_700_000_000,
      nanoseconds: 5,
      exporter: parseAddress("192.0.2.1")!,
      port: 6343,
      collectorPort: 6343,
      payload,
    }).rows,
  ]);
  return { rows, samples, page: collected.ledger.pages[0]!, collected };
}
