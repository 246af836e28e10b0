// What doctor finds in exporters made for it: messages written by hand through the decoder, and what must not be found.
import { describe, expect, it } from "vitest";
import {
  type Field,
  type From,
  ip4,
  ip6,
  ipfix,
  KeptDecoder,
  NOW,
  octets,
  optionsTemplate,
  type Part,
  set,
  template,
  v5,
  v5Record,
  v9,
} from "../../test/export-messages.ts";
import { diagnose, FlowObservation, patients, TemplateWatch } from "../collect/index.ts";
import { adviceLines } from "./doctor-advice.ts";
import { type DoctorObject, doctorObject } from "./doctor-object.ts";
import { FINDING_CODES, findingSentence } from "./doctor-sentences.ts";
import { printDoctor } from "./doctor-text.ts";

class Practice {
  readonly observation = new FlowObservation();
  readonly watch = new TemplateWatch();
  readonly decoder = new KeptDecoder({ deliver: (batch) => this.observation.observe(batch), clock: "keep" });

  take(bytes: Uint8Array, from: From = {}): this {
    this.decoder.take(bytes, from);
    this.watch.look(this.decoder.decoder.templates());
    return this;
  }

  see(seconds = 60): DoctorObject {
    const { ledger } = this.decoder;
    ledger.messages = ledger.pages.reduce((sum, page) => sum + page.messages, 0);
    const shown = {
      ledger,
      problems: [],
      notes: [],
      relays: [],
      packets: null,
      aliasOf: () => null,
      counters: () => [],
    };
    const { observation, watch } = this;
    const symptoms = { ledger, observation, templates: watch.templates(), seconds };
    const all = patients(symptoms);
    return doctorObject(shown, symptoms, all, diagnose(symptoms, all));
  }
}

const codes = ({ findings }: DoctorObject) => findings.map(({ code }) => code);
const finding = (object: DoctorObject, code: string) => {
  const found = object.findings.find((one) => one.code === code);
  if (found === undefined) throw new Error(`${code} is not among ${codes(object).join(" ")}`);
  return found;
};

/** What a sound exporter sends: times in milliseconds, so that they can be chosen. */
const FIELDS: Field[] = [
  [8, 4],
  [12, 4],
  [7, 2],
  [11, 2],
  [4, 1],
  [6, 1],
  [1, 8],
  [2, 8],
  [152, 8],
  [153, 8],
  [10, 4],
  [14, 4],
];

interface Flow {
  readonly at?: number;
  readonly host?: number;
  readonly seconds?: number;
  readonly packets?: number;
  readonly bytes?: number;
  readonly flags?: number;
  readonly ports?: readonly [number, number];
  readonly proto?: number;
  readonly input?: number;
  readonly output?: number;
}

function record(flow: Flow): Buffer {
  const { at = 0, host = 1, seconds = 1, packets = 10, bytes = 1000, flags = 0x1b, ports = [443, 50_000] } = flow;
  const { proto = 6, input = 1, output = 2 } = flow;
  const end = (NOW + at) * 1000;
  return octets(
    octets([10, 1], [0, 1], [host, 2]),
    ip4("198.51.100.2"),
    [ports[0], 2],
    [ports[1], 2],
    [proto, 1],
    [flags, 1],
    [bytes, 8],
    [packets, 8],
    [end - seconds * 1000, 8],
    [end, 8],
    [input, 4],
    [output, 4],
  );
}

function flows(count: number, flow: (index: number) => Flow = () => ({})): Buffer {
  return set(256, ...Array.from({ length: count }, (_, index): Part => record({ host: index + 1, ...flow(index) })));
}

const SAMPLING = [
  optionsTemplate(
    300,
    [[149, 4]],
    [
      [34, 4],
      [35, 1],
    ],
  ),
  set(300, [1, 4], [1000, 4], [1, 1]),
] as const;

/** One message with a template, sampling and so many records. */
function sound(count = 40, flow?: (index: number) => Flow): Practice {
  return new Practice().take(ipfix({}, template(256, FIELDS), ...SAMPLING, flows(count, flow)));
}

describe("a sound exporter", () => {
  it("is well", () => {
    const object = sound().see();
    expect(codes(object)).toEqual(["allWell"]);
    expect(object.exporters).toEqual([
      expect.objectContaining({
        exporter: "192.0.2.100",
        domain: 1,
        format: "IPFIX",
        device: null,
        records: 40,
        recordsPerSecond: 0.667,
        samplingRate: 1000,
        samplingSource: "options",
        longestFlowSeconds: 1,
        ipv4Records: 40,
        ipv6Records: 0,
      }),
    ]);
    const [data] = object.exporters[0]!.templates;
    expect(data).toMatchObject({ id: 256, scopes: 0, sent: 1, refreshSeconds: null });
    expect(data!.fields[0]).toEqual({ name: "sourceIPv4Address", length: 4 });
  });

  it("is told in sentences that fit a terminal", () => {
    const text = printDoctor(sound().see(), { width: 80 });
    expect(text).toContain("1 message with 40 flow records from 1 exporter in 60.0 s\n");
    expect(text).toContain("\n192.0.2.100  IPFIX, domain 1\n");
    expect(text).toMatch(/\n {2}40 records in 1 message, .* sampling\n {2}1:1,000 \(options\), clock 0s, nothing lost/);
    expect(text).toContain("template 256, seen once: sourceIPv4Address destinationIPv4Address");
    expect(text).toContain("\n  ok      Nothing that needs to be changed was found.\n");
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe("records", () => {
  it.each<[string, (index: number) => Flow]>([
    ["longFlows", (i) => ({ seconds: i === 0 ? 1800 : 5 })],
    ["future", () => ({ at: 300 })],
    ["late", () => ({ at: -3600 })],
    ["withoutPackets", (i) => ({ packets: i % 2, bytes: i % 2 })],
    ["withoutBytes", (i) => ({ bytes: i % 2 === 0 ? 0 : 1000 })],
    ["impossible", (i) => ({ packets: 100, bytes: i === 3 ? 100 : 100_000 })],
    ["noPorts", () => ({ ports: [0, 0] })],
    ["noTcpFlags", () => ({ flags: 0 })],
    ["noInterfaces", () => ({ input: 0, output: 0 })],
    ["noOutputInterface", () => ({ output: 0 })],
    ["noProtocol", () => ({ proto: 0, ports: [0, 0] })],
    ["timeContradicts", () => ({ seconds: -4 })],
  ])("%s", (code, flow) => {
    const object = sound(40, flow).see();
    expect(codes(object)).toContain(code);
    expect(finding(object, code).exporter).toBe("192.0.2.100");
  });

  it("tells how long flows are, and what to set", () => {
    const { sentence, level, advice } = finding(sound(40, (i) => ({ seconds: i === 0 ? 1800 : 5 })).see(), "longFlows");
    expect(level).toBe("warning");
    expect(sentence).toBe(
      "1 record (2.5%) is of flows longer than 5 minutes, up to 30 min: the active timeout is too long, and graphs show such traffic late and as bursts",
    );
    expect(advice).toContain("softflowd: -t maxlife=60");
    expect(advice).toContain("MikroTik: /ip traffic-flow set active-flow-timeout=1m");
  });

  it("says nothing of what few records do not show", () => {
    const object = sound(10, () => ({ flags: 0, input: 0, output: 0 })).see();
    expect(codes(object)).toEqual(["allWell"]);
  });

  it("of five minutes are not too long", () => {
    expect(codes(sound(40, () => ({ seconds: 300 })).see())).toEqual(["allWell"]);
  });

  it("without times are told, and NAT events are not held against anybody", () => {
    const plain: Field[] = FIELDS.filter(([id]) => id !== 152 && id !== 153);
    const body = Array.from({ length: 30 }, () => octets(record({}).subarray(0, 30), [1, 4], [2, 4]));
    const object = new Practice().take(ipfix({}, template(256, plain), ...SAMPLING, set(256, ...body))).see();
    expect(codes(object)).toEqual(["withoutTimes"]);

    const nat = template(256, [
      [8, 4],
      [225, 4],
      [230, 1],
      [323, 8],
    ]);
    const event = octets(ip4("10.0.0.1"), ip4("192.0.2.1"), [1, 1], [NOW * 1000, 8]);
    const events = set(256, ...Array.from({ length: 30 }, () => event));
    const codesOfNat = codes(new Practice().take(ipfix({}, nat, events)).see());
    expect(codesOfNat).not.toContain("withoutPackets");
    expect(codesOfNat).not.toContain("withoutTimes");
    expect(codesOfNat).not.toContain("samplingUnsaid");
  });

  it("that two exporters report are told, those of one are not", () => {
    const message = ipfix({}, template(256, FIELDS), ...SAMPLING, flows(40));
    const practice = new Practice().take(message).take(message, { exporter: "192.0.2.101" });
    const found = finding(practice.see(), "sameFlows");
    expect(found).toMatchObject({ level: "note", exporter: null });
    expect(found.sentence).toBe(
      "192.0.2.100 and 192.0.2.101 report the same flows (40 records, 100% of the smaller one's): such traffic is counted twice",
    );
    const others = ipfix(
      {},
      template(256, FIELDS),
      ...SAMPLING,
      flows(40, (i) => ({ host: 1000 + i })),
    );
    expect(codes(new Practice().take(message).take(others, { exporter: "192.0.2.101" }).see())).not.toContain(
      "sameFlows",
    );
  });

  it("are compared: without routing where others have it", () => {
    const routed: Field[] = [...FIELDS, [16, 4], [17, 4]];
    const body = Array.from({ length: 30 }, (_, i) => octets(record({ host: 5000 + i }), [64_512, 4], [64_513, 4]));
    const practice = sound().take(ipfix({ domain: 7 }, template(256, routed), set(256, ...body)), {
      exporter: "192.0.2.9",
    });
    const object = practice.see();
    expect(finding(object, "noRouting").exporter).toBe("192.0.2.100");
    expect(object.findings.filter(({ code }) => code === "noRouting").length).toBe(1);
  });
});

describe("templates", () => {
  it("data without one", () => {
    const found = finding(new Practice().take(ipfix({}, flows(3))).see(45), "noTemplate");
    expect(found.level).toBe("warning");
    expect(found.sentence).toBe("1 set of data still waits for a template (listened for 45.0 s)");
    expect(found.advice[0]).toBe("let it send its templates every minute");
  });

  it("that come too seldom, or have not come again", () => {
    const practice = sound();
    expect(codes(practice.see(299))).toEqual(["allWell"]);
    expect(finding(practice.see(900), "templateRefresh").sentence).toMatch(/^a template was sent only once in 15 min:/);
    practice.take(ipfix({ seconds: NOW + 600, sequence: 41 }, template(256, FIELDS)), { seconds: NOW + 600 });
    const object = practice.see(610);
    expect(finding(object, "templateRefresh").sentence).toMatch(/^templates come 10 min apart:/);
    expect(object.exporters[0]!.templates[0]).toMatchObject({ sent: 2, refreshSeconds: 600 });
  });

  it("that changed, and that are others on another port", () => {
    const other = template(256, FIELDS.slice(0, 8));
    expect(
      codes(
        sound()
          .take(ipfix({ sequence: 41 }, other))
          .see(),
      ),
    ).toContain("templateChanged");
    const found = finding(sound().take(ipfix({}, other), { port: 4001 }).see(), "templateIdShared");
    expect(found.sentence).toContain("template numbers (256) stand for different fields on different ports");
  });

  it("with fields nobody has named", () => {
    const fields: Field[] = [...FIELDS, [77, 4, 54_321]];
    const body = Array.from({ length: 3 }, () => octets(record({}), [5, 4]));
    const object = new Practice().take(ipfix({}, template(256, fields), ...SAMPLING, set(256, ...body))).see();
    expect(finding(object, "unknownFields").values).toEqual({ count: 1, names: "54321/77" });
  });

  it("only of what it says of itself", () => {
    expect(codes(new Practice().take(ipfix({}, ...SAMPLING)).see())).toContain("onlyOptions");
  });

  it.each<[string, string, Buffer]>([
    [
      "softflowd",
      "-t maxlife=60",
      template(
        1024,
        [
          [8, 4],
          [12, 4],
          [22, 4],
          [21, 4],
          [1, 4],
          [2, 4],
        ],
        9,
      ),
    ],
    [
      "pmacct (nfprobe)",
      "nfprobe_timeouts: maxlife=60",
      template(
        1024,
        [
          [153, 8],
          [152, 8],
          [1, 4],
          [2, 4],
        ],
        9,
      ),
    ],
    [
      "Juniper",
      "flow-active-timeout 60",
      template(
        256,
        [
          [8, 4],
          [12, 4],
          [5, 1],
          [4, 1],
          [7, 2],
          [11, 2],
          [32, 2],
          [10, 4],
        ],
        9,
      ),
    ],
    [
      "MikroTik",
      "active-flow-timeout=1m",
      template(
        256,
        [
          [8, 4],
          [80, 6],
          [81, 6],
          [225, 4],
          [226, 4],
          [227, 2],
          [228, 2],
        ],
        9,
      ),
    ],
    [
      "Cisco ASA",
      "refresh-interval 1",
      template(
        256,
        [
          [148, 4],
          [8, 4],
          [33_002, 2],
        ],
        9,
      ),
    ],
    [
      "Cisco",
      "cache timeout active 60",
      optionsTemplate(
        257,
        [[1, 4]],
        [
          [48, 2],
          [49, 1],
          [50, 4],
        ],
        9,
      ),
    ],
  ])("tell the device: %s", (device, words, shape) => {
    const object = new Practice().take(v9({}, shape)).see();
    expect(object.exporters[0]!.device).toBe(device);
    const kinds = { "pmacct (nfprobe)": "pmacct", Juniper: "junos", "Cisco ASA": "asa" } as Record<string, string>;
    const kind = (kinds[device] ?? device.toLowerCase()) as Parameters<typeof adviceLines>[1];
    const lines = adviceLines("longFlows", kind, 9);
    expect(lines.join("\n")).toContain(words);
    expect(lines.length).toBeLessThan(4);
  });

  it("by a private enterprise number, and nothing where nothing tells", () => {
    const juniper = ipfix(
      {},
      template(256, [
        [8, 4],
        [137, 4, 2636],
      ]),
    );
    expect(new Practice().take(juniper).see().exporters[0]!.device).toBe("Juniper");
    expect(sound().see().exporters[0]!.device).toBe(null);
  });
});

describe("messages", () => {
  it("whose clock is off, and then not that records are late", () => {
    const object = sound(40, () => ({ at: -7200 }))
      .take(ipfix({ seconds: NOW - 7200, sequence: 41 }, ...SAMPLING))
      .see();
    expect(finding(object, "clockOffset").sentence).toBe("its clock is 2.0h behind ours");
    expect(codes(object)).not.toContain("late");
    const near = sound()
      .take(ipfix({ seconds: NOW - 3, sequence: 41 }, ...SAMPLING))
      .see();
    expect(codes(near)).not.toContain("clockOffset");
  });

  it("that never arrived: on the way, or here", () => {
    const practice = () => sound().take(ipfix({ sequence: 141 }, flows(40)));
    const onTheWay = practice().see();
    expect(finding(onTheWay, "lostOnTheWay").sentence).toContain(
      "100 records (55.6%) never arrived: they were lost in the network or by the capture",
    );
    const live = practice();
    live.decoder.ledger.kernelDrops = 0;
    expect(finding(live.see(), "lostOnTheWay").sentence).toContain("this machine's kernel dropped none");
    live.decoder.ledger.kernelDrops = 7;
    const object = live.see();
    expect(finding(object, "lostHere").sentence).toContain("this machine's kernel dropped 7 datagrams");
    expect(finding(object, "lostHere").advice[0]).toContain("sysctl -w net.core.rmem_max");
    expect(finding(object, "kernelDrops").exporter).toBe(null);
    expect(codes(object)).not.toContain("lostOnTheWay");
  });

  it("of an exporter that began anew, and of one that says nothing of sampling", () => {
    const records = Array.from({ length: 25 }, () => v5Record(900_000, 990_000));
    const practice = new Practice()
      .take(v5({ sequence: 2_000_000_000 }, ...records))
      .take(v5({ sequence: 5 }, ...records));
    const object = practice.see();
    expect(finding(object, "restarts").values).toEqual({ count: 1 });
    expect(finding(object, "samplingUnsaid").advice).toEqual([
      "let it announce its sampling in options data, or tell it here: --sampling 192.0.2.100=N",
    ]);
    expect(finding(object, "oldFormat").level).toBe("note");
    expect(codes(sound().see())).not.toContain("oldFormat");
  });

  it("that cannot be decoded", () => {
    const broken = ipfix({ sequence: 41 }, octets([256, 2], [2, 2]));
    const found = finding(sound().take(broken).see(), "refused");
    expect(found.sentence).toContain("(setLength 1)");
  });

  it("of IPv6 are counted as such", () => {
    const six = template(257, [
      [27, 16],
      [28, 16],
      [1, 4],
      [2, 4],
    ]);
    const body = octets(ip6("2001:db8::1"), ip6("2001:db8::2"), [1000, 4], [10, 4]);
    const object = sound()
      .take(ipfix({ sequence: 41 }, six, set(257, body)))
      .see();
    expect(object.exporters[0]).toMatchObject({ ipv4Records: 40, ipv6Records: 1 });
  });

  it("that belong to nobody", () => {
    const practice = sound();
    practice.decoder.ledger.unbooked.notFlow = 4;
    practice.decoder.ledger.unbooked.notAllowed = 1;
    const object = practice.see();
    expect(finding(object, "notFlow").sentence).toBe("4 messages arrived that are neither NetFlow, IPFIX nor sFlow");
    expect(finding(object, "notAllowed").level).toBe("note");
    expect(printDoctor(object)).toContain("\nThe collector, and exporters together\n");
  });
});

describe("words", () => {
  it("every finding has a sentence without gaps, for one and for many", () => {
    const values = { seconds: 60, share: 0.5, messages: 2, kernelDrops: 1, longest: 600, known: 1, once: 1 };
    const words = { reasons: "setLength 1", ids: "256", names: "1/2", first: "a", second: "b", exporter: "c" };
    expect(FINDING_CODES.length).toBeGreaterThan(30);
    for (const code of FINDING_CODES) {
      for (const count of [1, 1000]) {
        const sentence = findingSentence(code, {
          ...values,
          ...words,
          count,
          waiting: count,
          lost: count,
          repaired: count,
        });
        expect(sentence, code).not.toMatch(/undefined|NaN|null|\.$/);
        expect(sentence.length, code).toBeGreaterThan(20);
      }
    }
  });

  it("what needs to be changed says how", () => {
    const silent = FINDING_CODES.filter((code) => adviceLines(code, null, 9).length === 0);
    expect(silent.sort()).toEqual([
      "allWell",
      "notAllowed",
      "outOfOrder",
      "templateOtherPort",
      "unknownFields",
      "uptimeWrapped",
    ]);
  });

  it("is bounded: the exporters with most messages", () => {
    const practice = sound();
    for (let i = 1; i < 200; i++) practice.take(ipfix({}, ...SAMPLING), { exporter: `192.0.3.${i}` });
    const text = printDoctor(practice.see());
    expect(text).toContain("\nand 150 lines more; all of them are in --json\n");
  });
});
