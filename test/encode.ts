// Messages of an encoder, as an exporter asks for them: introductions, then what is full, then the rest.
import type { SentCount } from "../src/core/export-ledger.ts";
import type { FlowBatch } from "../src/core/flow-batch.ts";
import { createMessageEncoder, type MessageEncoder, type MessageEncoderOptions } from "../src/wire/index.ts";

export const ENCODER_OPTIONS: MessageEncoderOptions = {
  protocol: "v9",
  domain: 0,
  biflow: false,
  times: "milli",
  sampling: 0,
  messageOctets: 1472,
  realClock: false,
};

const NOTHING_SENT: SentCount = { messages: 0, records: 0, octets: 0 };

export class Encoding {
  readonly messages: Buffer[] = [];
  readonly encoder: MessageEncoder;
  private readonly octets: number;
  private readonly bytes: Uint8Array;

  constructor(options: Partial<MessageEncoderOptions>) {
    const all = { ...ENCODER_OPTIONS, ...options };
    this.octets = all.messageOctets;
    this.bytes = new Uint8Array(all.messageOctets).fill(0xee);
    this.encoder = createMessageEncoder(all);
    this.encoder.use(this.bytes);
  }

  write(batch: FlowBatch, sent = NOTHING_SENT): this {
    const { encoder } = this;
    const rows = Int32Array.from({ length: batch.rows }, (_, row) => row);
    for (let from = 0; from < rows.length; ) {
      const to = encoder.load(batch, rows, from, rows.length);
      if (to === from) {
        this.finish();
        continue;
      }
      from = to;
      this.introduce(sent);
      while (encoder.fill()) this.finish();
    }
    return this;
  }

  introduce(sent = NOTHING_SENT): void {
    while (this.encoder.introductionDue) {
      const bytes = new Uint8Array(this.octets).fill(0xee);
      const length = this.encoder.introduce(bytes, sent);
      if (length > 0) this.messages.push(Buffer.from(bytes.subarray(0, length)));
    }
  }

  finish(): this {
    const length = this.encoder.finish();
    if (length > 0) this.messages.push(Buffer.from(this.bytes.subarray(0, length)));
    this.bytes.fill(0xee);
    return this;
  }
}

/** Messages that a batch becomes. */
export function encode(batch: FlowBatch, options: Partial<MessageEncoderOptions>): Buffer[] {
  return new Encoding(options).write(batch).finish().messages;
}
