// sFlow that is broken: the corpus' malformed datagrams, every length that one can be cut to, mutations, counts that lie.
import { describe, expect, it } from "vitest";
import { createHeaderReader } from "../../src/collect/index.ts";
import { CollectLedger } from "../../src/core/collect-ledger.ts";
import { Message } from "../../src/core/message.ts";
import { type CounterSample, MessageDecoder } from "../../src/wire/index.ts";
import { ethernet, ipv4, octets, tcp, u32 } from "../packets.ts";
import {
  counterSample,
  flowSample,
  headerRecord,
  oldDatagram,
  oldFlowSample,
  oldHeader,
  sflow5,
  sflowOld,
  tagged,
  text,
  typed,
} from "../sflow-datagrams.ts";
import { corpusHere } from "./corpus.ts";
import { Collected } from "./decoded-messages.ts";
import { datagramFiles, readDatagrams } from "./netflow-samples.ts";

const WEB = ethernet(ipv4(tcp({ content: 100 }))).octets;

/** A decoder whose rows and counter samples are counted, and looked at only where `look` says so. */
class Target {
  readonly ledger = new CollectLedger();
  rows = 0;
  /** Octets of other fields. */
  texts = 0;
  readonly samples: CounterSample[] = [];
  private readonly message = new Message();
  private readonly decoder = new MessageDecoder({
    ledger: this.ledger,
    headers: createHeaderReader(),
    deliver: (batch) => {
      this.rows += batch.rows;
      if (batch.rows > 0) this.texts += Object.keys(batch.other.read(batch.rows - 1)).length;
    },
    onCounters: (sample) => {
      this.samples.length = 0;
      this.samples.push(sample);
    },
  });

  decode(payload: Uint8Array): void {
    this.message.setBytes(payload);
    this.decoder.decode(this.message);
    this.decoder.flush();
  }

  refused(): number {
    return this.ledger.pages.reduce(
      (all, { refused }) => all + Object.values(refused).reduce((sum, n) => sum + n, 0),
      0,
    );
  }

  /** Every message is on a page or has a reason, and a message has one reason at the most. */
  check(messages: number): void {
    const { ledger } = this;
    expect(ledger.messages).toBe(messages);
    expect(ledger.unexplained()).toBe(0);
    expect(this.refused()).toBeLessThanOrEqual(messages);
    expect(ledger.pages.reduce((all, page) => all + page.records, 0)).toBe(this.rows);
  }
}

/** Datagrams of sFlow of the corpus, sound and broken. */
function corpusDatagrams(): Uint8Array[] {
  const folders = ["netflow", "malformed"] as const;
  const all = folders.flatMap((folder) => datagramFiles(folder).flatMap((sample) => readDatagrams(folder, sample)));
  return all
    .map(({ payload }) => payload)
    .filter((payload) => payload[0] === 0 && payload[1] === 0 && [2, 4, 5].includes(payload[3]!) && payload[2] === 0);
}

const BUILT = [
  oldDatagram(2, WEB),
  oldDatagram(4, WEB),
  sflow5([
    flowSample([
      tagged(1002, octets(typed("2001:db8::1"), u32(64), u32(48))),
      tagged(
        1003,
        octets(typed("10.0.0.9"), [1, 2, 3].flatMap(u32), u32(1), u32(2), u32(2), u32(5), u32(6), u32(0), u32(1)),
      ),
      tagged(1004, octets(u32(1), text("ann"), u32(1), text("bob"))),
      tagged(1006, octets(typed("10.8.8.8"), u32(1), u32(0x12_3140), u32(1), u32(0x45_6140))),
      tagged(1012, octets(u32(1), u32(0x8100_0064))),
      headerRecord(WEB),
    ]),
    counterSample([tagged(1005, text("eth0")), tagged(2001, octets(u32(1), u32(1), u32(1), u32(7), u32(8)))]),
  ]),
];

describe("lengths and counts that lie", () => {
  const huge = 0xffff_ffff;
  const cases: readonly (readonly [string, Uint8Array, number])[] = [
    ["samples", sflow5([flowSample([headerRecord(WEB)])], { count: huge }), 1],
    ["samples of version 4", sflowOld(4, [oldFlowSample(1, oldHeader(WEB))], { count: huge }), 1],
    ["records", sflow5([octets(u32(1), u32(32), [1, 3, 1, 1, 0, 1, 2, huge].flatMap(u32))]), 0],
    ["counter records", sflow5([octets(u32(2), u32(12), u32(1), u32(3), u32(huge))]), 0],
    ["length of a sample", sflow5([octets(u32(1), u32(huge), new Uint8Array(40))], { count: 2 }), 0],
    ["length of a record", sflow5([flowSample([octets(u32(1), u32(huge), new Uint8Array(40))])]), 0],
    ["length of a header", sflow5([flowSample([tagged(1, octets([1, 1500, 4, huge].flatMap(u32), WEB))])]), 1],
    ["length of a header of version 2", sflowOld(2, [oldFlowSample(1, octets([1, 1500, huge].flatMap(u32), WEB))]), 0],
    [
      "segments of a path",
      sflow5([flowSample([tagged(1003, octets(typed("10.0.0.1"), [1, 2, 3, huge].flatMap(u32)))])]),
      1,
    ],
    [
      "numbers of a segment",
      sflow5([flowSample([tagged(1003, octets(typed("10.0.0.1"), [1, 2, 3, 1, 2, huge].flatMap(u32)))])]),
      1,
    ],
    ["labels", sflow5([flowSample([tagged(1006, octets(typed("10.0.0.1"), u32(huge), u32(1)))])]), 1],
    ["tags", sflow5([flowSample([tagged(1012, octets(u32(huge), u32(1)))])]), 1],
    ["adapters", sflow5([counterSample([tagged(2001, octets(u32(huge), u32(1), u32(huge)))])]), 0],
    ["extended data", sflowOld(4, [oldFlowSample(1, oldHeader(WEB)).slice(0, -4)]), 0],
  ];

  it.each(cases)("%s", (_name, payload, rows) => {
    const target = new Target();
    const started = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 20; i++) target.decode(payload);
    target.check(20);
    expect(process.memoryUsage().arrayBuffers - started).toBeLessThan(8_000_000);
    if (rows > 0) expect(target.rows).toBe(20 * rows);
  });

  it("more samples than are read are refused, those before stand", () => {
    const target = new Target();
    target.decode(sflow5(Array.from({ length: 1200 }, () => flowSample([]))));
    expect(target.rows).toBe(1000);
    expect(target.ledger.pages[0]!.refused.sample).toBe(1);
  });

  it("a sample that is not whole does not spoil the one behind it", () => {
    const target = new Target();
    const broken = tagged(1, octets([1, 3, 1, 1, 0, 1, 2, 9].flatMap(u32)));
    target.decode(sflow5([broken, flowSample([headerRecord(WEB)])]));
    expect(target.rows).toBe(1);
    expect(target.ledger.pages[0]!.refused.sample).toBe(1);
  });

  it("other versions, and agents with addresses of other kinds, are no sFlow", () => {
    const target = new Target();
    for (const version of [0, 1, 3, 6, 0xffff]) target.decode(octets(u32(version), new Uint8Array(60)));
    target.decode(octets(u32(5), u32(3), new Uint8Array(60)));
    target.decode(octets(u32(4), u32(0), new Uint8Array(60)));
    expect(target.ledger.unbooked.notFlow).toBe(7);
    target.check(7);
  });
});

describe("datagrams cut at every octet, and changed", () => {
  const datagrams = [...BUILT, ...corpusDatagrams()];

  it("are counted by reason and give what was whole before", () => {
    const target = new Target();
    let messages = 0;
    for (const whole of datagrams) {
      // Of the many that are alike, the first octets and the last ones.
      const lengths = Array.from({ length: whole.length }, (_, length) => length);
      for (const length of lengths.filter((at) => whole.length < 700 || at % 7 === 0 || at > whole.length - 40)) {
        target.decode(whole.slice(0, length));
        messages++;
      }
    }
    expect(messages).toBeGreaterThan(corpusHere ? 5000 : 500);
    target.check(messages);
  });

  it("never have more rows or counter samples when they are cut than when they are whole", () => {
    for (const whole of BUILT) {
      const all = new Target();
      all.decode(whole);
      const { records, counterSamples } = all.ledger.pages[0]!;
      expect(all.refused()).toBe(0);
      for (let length = 28; length < whole.length; length += 4) {
        const cut = new Target();
        cut.decode(whole.slice(0, length));
        expect(cut.rows).toBeLessThanOrEqual(records);
        const page = cut.ledger.pages[0]!;
        expect(page.counterSamples).toBeLessThanOrEqual(counterSamples);
        expect(cut.refused(), `cut to ${length} of ${whole.length}`).toBe(1);
      }
    }
  });

  it("give the same after any of that: 30,000 mutations", () => {
    const random = numbers(20_261_121);
    const target = new Target();
    const rounds = 30_000;
    for (let round = 0; round < rounds; round++) {
      const mutated = mutate(datagrams[Math.floor(random() * datagrams.length)]!, random);
      target.decode(mutated);
    }
    target.check(rounds);
    expect(target.refused()).toBeGreaterThan(rounds / 100);
    const before = target.rows;
    target.decode(BUILT[2]!);
    expect(target.rows).toBe(before + 1);
  });
});

describe.runIf(corpusHere)("broken datagrams of the corpus", () => {
  // Lengths that are off by the padding, or short by what one record has: other collectors read these, too.
  it.each([
    ["netflow__gopacket__sflow_p5", { records: 1, counterSamples: 0, samplesPassed: 0, refused: 0, countDiffers: 1 }],
    ["netflow__gopacket__sflow_p8", { records: 1, counterSamples: 0, samplesPassed: 0, refused: 0, countDiffers: 1 }],
    ["netflow__gopacket__sflow_p11", { records: 0, counterSamples: 1, samplesPassed: 0, refused: 0, countDiffers: 1 }],
    ["netflow__goflow2__sflow_5", { records: 0, counterSamples: 0, samplesPassed: 1, refused: 0, countDiffers: 0 }],
    [
      "netflow__tcpdump__sflow_print-segv",
      { records: 0, counterSamples: 0, samplesPassed: 0, refused: 1, countDiffers: 0 },
    ],
  ])("%s", (sample, wanted) => {
    const collected = new Collected({ headers: createHeaderReader() });
    const rows = readDatagrams("malformed", sample).flatMap((datagram) => collected.decode(datagram).rows);
    expect({
      records: collected.sum((page) => page.records),
      counterSamples: collected.sum((page) => page.counterSamples),
      samplesPassed: collected.sum((page) => page.remarks.samplesPassed),
      countDiffers: collected.sum((page) => page.remarks.countDiffers),
      refused: collected.sum((page) => Object.values(page.refused).reduce((all, one) => all + one, 0)),
    }).toEqual(wanted);
    if (sample.endsWith("p5")) expect(rows[0]!.columns.nextHop).toBe("00000000000000000000ffffc0a80121");
    if (sample.endsWith("p8")) expect(rows[0]!.columns.nextHop).toBe("20010db8000000000000000000000000");
  });
});

/** Numbers from 0 to 1, the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Octets, words, counts and lengths changed; parts repeated or cut out. */
function mutate(whole: Uint8Array, random: () => number): Uint8Array {
  let changed: Uint8Array = whole.slice();
  const changes = 1 + Math.floor(random() * 6);
  for (let i = 0; i < changes; i++) {
    const at = Math.floor(random() * changed.length);
    const kind = random();
    if (kind < 0.3) changed[at] = Math.floor(random() * 256);
    else if (kind < 0.7) {
      const value = [0, 1, 2, 3, 7, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, changed.length][Math.floor(random() * 10)]!;
      changed.set(u32(value).slice(0, changed.length - (at & ~3)), at & ~3);
    } else if (kind < 0.8) changed = changed.slice(0, at);
    else if (kind < 0.9) changed = octets(changed.slice(0, at), changed.slice(at & ~7));
    else changed = octets(changed.slice(0, at), changed.slice(Math.min(changed.length, at + 4)));
  }
  // The version stays, so that all of them come to this reader.
  changed.set(whole.slice(0, Math.min(4, changed.length)));
  return changed;
}
