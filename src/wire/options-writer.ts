// OptionsWriter: what an exporter says of itself in options data (RFC 3954 section 6.1, RFC 7011 section 3.4.2.2): sampling, totals.
import type { SentCount } from "../core/export-ledger.ts";
import type { SetWriter } from "./set-writer.ts";

/** A field of options data: element, octets. */
type OptionsField = readonly [id: number, octets: 1 | 2 | 4 | 8];

/** Options data of one kind: their template, whose first field is the scope, and the values. */
interface Options {
  readonly id: number;
  readonly fields: readonly OptionsField[];
  readonly values: readonly number[];
}

/** v9 has scopes of its own (RFC 3954 section 6.1): 1 = System. */
const SCOPE_SYSTEM = 1;
const E = {
  samplingInterval: 34,
  samplingAlgorithm: 35,
  exportedOctetTotalCount: 40,
  exportedMessageTotalCount: 41,
  exportedFlowRecordTotalCount: 42,
  observationDomainId: 149,
  systemInitTimeMilliseconds: 160,
  selectorId: 302,
  selectorAlgorithm: 304,
  samplingPacketInterval: 305,
  samplingPacketSpace: 306,
} as const;
/** samplingAlgorithm (35) and selectorAlgorithm (304): one packet of so many, in turn. */
const DETERMINISTIC = 1;
const SELECTOR = 1;

/** Template ids below this are of options data. */
export const FIRST_TEMPLATE = 260;
const OPTIONS_SET = { 9: 1, 10: 3 } as const;

export class OptionsWriter {
  private readonly version: 9 | 10;
  private readonly domain: number;
  /** When the exporter began, milliseconds since 1970 UTC; -1 before its first message. */
  private began = -1;

  constructor(version: 9 | 10, domain: number) {
    this.version = version;
    this.domain = domain;
  }

  /** What is to be said now. `rate` above 1: one of so many packets was counted. */
  list(rate: number, sent: SentCount, now: number): readonly Options[] {
    if (this.began < 0) this.began = now;
    const scope: OptionsField = [this.version === 9 ? SCOPE_SYSTEM : E.observationDomainId, 4];
    const totals: Options = {
      id: 256,
      fields: [
        scope,
        [E.exportedMessageTotalCount, 8],
        [E.exportedFlowRecordTotalCount, 8],
        [E.exportedOctetTotalCount, 8],
      ],
      values: [this.domain, sent.messages, sent.records, sent.octets],
    };
    const sampling: Options = {
      id: 257,
      fields: [scope, [E.samplingInterval, 4], [E.samplingAlgorithm, 1]],
      values: [this.domain, rate, DETERMINISTIC],
    };
    if (this.version === 9) return rate > 1 ? [sampling, totals] : [totals];
    const selector: Options = {
      id: 258,
      fields: [
        [E.selectorId, 4],
        [E.selectorAlgorithm, 2],
        [E.samplingPacketInterval, 4],
        [E.samplingPacketSpace, 4],
      ],
      values: [SELECTOR, DETERMINISTIC, 1, rate - 1],
    };
    const init: OptionsField = [E.systemInitTimeMilliseconds, 8];
    const system = { ...totals, fields: [...totals.fields, init], values: [...totals.values, this.began] };
    return rate > 1 ? [selector, sampling, system] : [system];
  }

  /** Writes the template. False when there is no room for it. */
  writeTemplate(out: SetWriter, { id, fields }: Options): boolean {
    // One to a set: there are readers that look at the first one only.
    out.close();
    if (out.room(OPTIONS_SET[this.version], 6 + 4 * fields.length) === 0) return false;
    out.put(2, id);
    if (this.version === 9) {
      out.put(2, 4); // octets of the scope's specifier
      out.put(2, 4 * (fields.length - 1));
    } else {
      out.put(2, fields.length);
      out.put(2, 1);
    }
    for (const [element, octets] of fields) {
      out.put(2, element);
      out.put(2, octets);
    }
    out.records++;
    return true;
  }

  /** Writes the options data themselves. */
  writeValues(out: SetWriter, { id, fields, values }: Options): boolean {
    const octets = fields.reduce((sum, [, length]) => sum + length, 0);
    if (out.room(id, octets) === 0) return false;
    for (const [place, [, length]] of fields.entries()) out.put(length, values[place]!);
    out.records++;
    return true;
  }
}
