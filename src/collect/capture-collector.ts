// Collecting out of captures: the way to debug an exporter. The same decoder, ledger and sink as for sockets; time is that of packets.
import { setImmediate } from "node:timers/promises";
import { NO_TIME, type PacketBlock, type PacketSource } from "../core/packet-block.ts";
import { type CaptureMessageCounts, CaptureMessages } from "./capture-messages.ts";
import { Intake } from "./intake.ts";
import type { CollectOptions } from "./options.ts";
import { Relay } from "./relay.ts";

export type { CaptureMessageCounts } from "./capture-messages.ts";

export class CaptureCollector extends Intake {
  private readonly source: PacketSource;
  private readonly config: CollectOptions;
  private readonly messages: CaptureMessages;
  private stopped = false;
  private ticked = 0;

  /** The caller opens the source (openSources of capture/), and `run` closes it. */
  constructor(source: PacketSource, options: CollectOptions) {
    super(options, false);
    this.source = source;
    this.config = options;
    this.messages = new CaptureMessages(
      (message) => this.accept(message, this.peers.ofOctets(message.exporter)),
      (session) => this.decoder.closeSession(session),
    );
  }

  /** Where the packets went. */
  get counts(): CaptureMessageCounts {
    return this.messages.counts;
  }

  /**
   * Reads to the end, or until `close`. What is wrong with the capture is in the source's own `problems`. Rejects when the sink
   * fails, and with a SourceError where the relay cannot be had.
   */
  async run(): Promise<void> {
    const { source, config } = this;
    try {
      const { relay = [], spoof = false } = config;
      if (relay.length > 0) this.relay = await Relay.open(relay, spoof, this);
      for await (const block of source) {
        for (let packet = 0; packet < block.count; packet++) {
          this.tick(block, packet);
          this.messages.read(block, packet);
          // Nothing is lost here: a capture can wait.
          if (this.behind) await this.ready();
          while (this.relay?.busy === true) await setImmediate();
        }
        if (source.live) this.decoder.flush();
        if (this.stopped || this.sinkError !== null) break;
      }
      this.messages.end();
      this.decoder.end();
      this.tellOfNoTemplate();
      this.decoder.flush();
      await this.sinkDone();
      if (this.sinkError !== null) throw this.sinkError;
    } finally {
      await this.relay?.close();
      await source.close();
    }
  }

  /** Ends the reading soon; `run` then resolves, with everything read so far handed to the sink. */
  async close(): Promise<void> {
    this.stopped = true;
    await this.source.close();
  }

  private ready(): Promise<void> {
    return new Promise((resolve) => this.whenReady(resolve));
  }

  /** Packet time is the clock of what is too old. */
  private tick(block: PacketBlock, packet: number): void {
    const seconds = block.seconds[packet]! >>> 0;
    if (seconds === this.ticked || block.nanoseconds[packet] === NO_TIME) return;
    this.ticked = seconds;
    this.decoder.tick(seconds);
  }
}

/** Of a capture without messages: what was looked for, what was seen, and what to do about it. */
export function nothingFound({ packets, datagrams, segments, cut, incomplete }: CaptureMessageCounts): string {
  const number = (count: number, thing: string) => `${count} ${thing}${count === 1 ? "" : "s"}`;
  const seen = `${number(packets, "packet")} (${number(datagrams, "UDP datagram")}, ${number(segments, "TCP segment")})`;
  const expected = "expected messages of NetFlow, IPFIX or sFlow on any port";
  if (cut > 0)
    return `${expected}, found ${number(cut, "beginning")} of them that the capture has cut off, among ${seen}; capture whole packets (tcpdump -s 0)`;
  if (incomplete > 0)
    return `${expected}, found only ${number(incomplete, "datagram")} with fragments missing, among ${seen}; capture without a filter for ports, which fragments do not have`;
  return `${expected}, found none in ${seen}; flowgauge track makes flows of the packets themselves`;
}
