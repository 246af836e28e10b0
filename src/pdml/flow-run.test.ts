// FlowRun: what it keeps, gives back, prints early and counts.
import { Writable } from "node:stream";
import { describe, expect, test } from "vitest";
import { type MadeFrame, MadeFrames } from "../../test/made-frames.ts";
import { objectsOf, PLAIN_TABLE, runFrames } from "../../test/run-made-frames.ts";
import { ByteWriter, PIECE_OCTETS, TextOutput } from "../report/index.ts";
import { FlowRun } from "./flow-run.ts";
import { FlowTable } from "./flow-table.ts";
import { DEFAULT_KEY, PDML2FLOW_KEY } from "./frame-key.ts";
import { JsonForm } from "./object-json.ts";
import { XmlForm } from "./object-xml.ts";
import { ObserverCalls } from "./observer-calls.ts";

const at = (seconds: number | string, ...fields: MadeFrame): MadeFrame => [
  ["frame.time_epoch", `${seconds}`],
  ...fields,
];
const flowOf = (key: string, value: string, seconds: number | string = 1) => at(seconds, ["k", key], ["v", value]);

describe("keys", () => {
  test("the whole list of a field's values; missing equals missing; none at all is counted", async () => {
    const frames: MadeFrame[] = [
      at(1, ["ip.src", "1.1.1.1"], ["ip.src", "2.2.2.2"], ["n", "1"]),
      at(1, ["ip.src", "1.1.1.1"], ["n", "2"]),
      at(1, ["ip.src", "1.1.1.1"], ["ip.dst", "2.2.2.2"], ["n", "3"]),
      at(1, ["ip.src", "2.2.2.2"], ["ip.src", "1.1.1.1"], ["n", "4"]),
      at(1, ["ip.src", "1.1.1.1"], ["ip.src", "2.2.2.2"], ["n", "5"]),
      at(1, ["n", "6"]),
      at(1, ["ip.src", ""], ["n", "7"]),
    ];
    const { text, summary } = await runFrames(new MadeFrames(frames), { key: ["ip.src", "ip.dst"] });
    expect(objectsOf(text).map((flow) => (flow as { n: object }).n)).toEqual([
      { raw: [1, 5] },
      { raw: [2] },
      { raw: [3] },
      { raw: [4] },
    ]);
    expect(summary).toMatchObject({ inFlows: 5, withoutKey: 2, withoutTime: 0 });
  });

  test("where one value ends and the next begins is part of the key, for long ones, too", async () => {
    const long = "x".repeat(300_000);
    const frames = [
      at(1, ["k", "a"], ["k", "b"]),
      at(1, ["k", "ab"]),
      at(1, ["k", `${long}a`]),
      at(1, ["k", `${long}b`]),
      at(1, ["k", `${long}a`]),
      at(1, ["k", "y".repeat(128)]),
      at(1, ["k", "y".repeat(128)]),
    ];
    const { summary } = await runFrames(new MadeFrames(frames));
    expect(summary.flows.begun).toBe(5);
  });

  test("a value that is too long to be kept still tells flows apart", async () => {
    const frames = [flowOf("a".repeat(30), "1"), flowOf("b".repeat(30), "2")];
    const { text } = await runFrames(new MadeFrames(frames), { maxLength: 20 });
    expect(objectsOf(text)).toMatchObject([{ k: { raw: ["Data too long"] } }, { k: { raw: ["Data too long"] } }]);
  });

  test("ports are part of the default key, streams alone are not enough where there are none", async () => {
    const sctp = (port: string) => at(1, ["ip.src", "10.0.0.1"], ["ip.dst", "10.0.0.2"], ["sctp.srcport", port]);
    const frames = [sctp("1"), sctp("2")];
    expect((await runFrames(new MadeFrames(frames), { key: DEFAULT_KEY })).summary.flows.begun).toBe(2);
    expect((await runFrames(new MadeFrames(frames), { key: PDML2FLOW_KEY })).summary.flows.begun).toBe(1);
  });

  test("fields that no frame has are named", async () => {
    const { summary } = await runFrames(new MadeFrames([flowOf("a", "1")]), { key: ["k", "nobody.has.it"] });
    expect(summary.unseenKeys).toEqual(["nobody.has.it"]);
  });
});

describe("times", () => {
  test.each(["", "none", "NaN", "Infinity", "1e999", "0x10 seconds"])("%s is none", async (text) => {
    const frames: MadeFrame[] = [at(text, ["k", "1"]), [["k", "1"]]];
    expect((await runFrames(new MadeFrames(frames))).summary).toMatchObject({ inFlows: 0, withoutTime: 2 });
  });

  test("what is older than what came before ends no flow and begins none", async () => {
    const frames = [flowOf("a", "1", 100), flowOf("b", "2", 95), flowOf("a", "3", 91), flowOf("b", "4", 104.9)];
    expect((await runFrames(new MadeFrames(frames), { idleSeconds: 10 })).summary.flows).toMatchObject({
      begun: 2,
      end: 2,
    });
  });

  test("flows that end together come in the order in which they began", async () => {
    const frames = [
      flowOf("a", "1", 1),
      flowOf("b", "2", 1),
      flowOf("c", "3", 2),
      flowOf("a", "4", 3),
      flowOf("d", "5", 99),
    ];
    const { text } = await runFrames(new MadeFrames(frames), { idleSeconds: 10 });
    expect(objectsOf(text).map((flow) => (flow as { k: { raw: string[] } }).k.raw[0])).toEqual(["a", "b", "c", "d"]);
  });

  test("a second file that is older has its own time", async () => {
    class TwoFiles extends MadeFrames {
      override next() {
        const frame = super.next();
        if (frame !== null && frame.number > 2) frame.number -= 2;
        return frame;
      }
    }
    const frames = [flowOf("a", "1", 5000), flowOf("a", "2", 5001), flowOf("a", "3", 1000), flowOf("a", "4", 1001)];
    expect((await runFrames(new TwoFiles(frames))).summary.flows.begun).toBe(2);
    // In one file these are frames that come late.
    expect((await runFrames(new MadeFrames(frames))).summary.flows.begun).toBe(1);
  });
});

describe("memory", () => {
  test("is given back when flows end", () => {
    const frames = Array.from({ length: 5000 }, (_, i) => flowOf(`${i}`, "x".repeat(i % 700)));
    const source = new MadeFrames(frames);
    for (const distinct of [false, true]) {
      const table = new FlowTable(source.names, { ...PLAIN_TABLE, distinct });
      for (let round = 0; round < 3; round++) {
        const again = new MadeFrames(frames);
        Object.assign(again, { names: source.names });
        for (let frame = again.next(); frame !== null; frame = again.next()) {
          table.takeTime(frame);
          table.add(table.find(frame), frame);
        }
        expect(table.size).toBe(5000);
        expect(table.logs.arena.held).toBeGreaterThan(1_000_000);
        table.endAll();
        for (let flow = table.nextOver(); flow >= 0; flow = table.nextOver()) table.release(flow);
        expect({ size: table.size, held: table.logs.arena.held }).toEqual({ size: 0, held: 0 });
        expect(table.logs.arena.taken).toBeLessThan(40_000_000);
      }
    }
  });

  test("the flow that has been silent the longest ends early where they hold too much, and nothing is lost", async () => {
    function* frames(): Generator<MadeFrame> {
      for (let i = 0; i < 4000; i++) yield flowOf(i % 2 === 0 ? "busy" : `${i}`, "v".repeat(150), i / 1000);
    }
    let most = 0;
    const { text, summary } = await runFrames(new MadeFrames(frames()), { memory: 1024 ** 2 });
    expect(summary.flows.memory).toBeGreaterThan(500);
    expect(summary.flows.memory + summary.flows.end).toBe(summary.flows.begun);
    let values = 0;
    for (const flow of objectsOf(text) as { k: { raw: string[] }; v: { raw: string[] } }[]) {
      values += flow.v.raw.length;
      if (flow.k.raw[0] === "busy") most = Math.max(most, flow.v.raw.length);
    }
    expect({ values, inFlows: summary.inFlows }).toEqual({ values: 4000, inFlows: 4000 });
    expect(most).toBe(2000);
  });

  test("each distinct value once needs no more memory however often it comes", () => {
    const source = new MadeFrames(Array.from({ length: 3000 }, (_, i) => flowOf("a", `value ${i % 10}`, 1)));
    const table = new FlowTable(source.names, { ...PLAIN_TABLE, distinct: true });
    for (let frame = source.next(); frame !== null; frame = source.next()) {
      table.takeTime(frame);
      table.add(table.find(frame), frame);
    }
    expect(table.logs.arena.held).toBeLessThan(2000);
  });
});

describe("printing", () => {
  /** More than goes to the stream in one piece. */
  const manyValues = Array.from({ length: 40_000 }, (_, i) => flowOf("a", `value "${i}"`));

  test("a flow of many megabytes goes in pieces, between whichever values", async () => {
    const { text } = await runFrames(new MadeFrames(manyValues));
    expect(text.length).toBeGreaterThan(2 * PIECE_OCTETS);
    const [flow] = objectsOf(text) as { v: { raw: string[] } }[];
    expect(flow!.v.raw).toEqual(manyValues.map((_, i) => `value "${i}"`));
    const { text: apart } = await runFrames(new MadeFrames(manyValues), { framesApart: true });
    expect((objectsOf(apart)[0] as object[]).length).toBe(manyValues.length);
    const { text: xml } = await runFrames(new MadeFrames(manyValues), {}, { form: new XmlForm(false) });
    expect(xml.match(/<raw>value "\d+"<\/raw>/g)?.length).toBe(manyValues.length);
    expect(xml.match(/<flow>/g)?.length).toBe(1);
  });

  test("names of any kind nest, none of them is a prototype", async () => {
    const frame = at(1, ["k", "1"], ["__proto__.x", "2"], ["constructor", "3"], ['quo"te.a..b', "4"]);
    const { text } = await runFrames(new MadeFrames([frame]));
    expect(text).toBe(
      '{"frame":{"time_epoch":{"raw":[1]}},"k":{"raw":[1]},"__proto__":{"x":{"raw":[2]}},"constructor":{"raw":[3]},' +
        '"quo\\"te":{"a":{"":{"b":{"raw":[4]}}}}}\n',
    );
    const { text: xml } = await runFrames(new MadeFrames([frame]), {}, { form: new XmlForm(false) });
    expect(xml).toContain("<quo_te>\n    <a>\n      <_>\n        <b>\n          <raw>4</raw>");
  });

  test("XML has dict2xml's layout, also where a name stands in the place of another's values", async () => {
    const frames = [at(1, ["k", "1"], ["v", "<&>"], ["v.1st", "2"], ["v.raw", "3"])];
    const { text } = await runFrames(new MadeFrames(frames), {}, { form: new XmlForm(true) });
    expect(text).toBe(`<flow>
  <frame>
    <time_epoch>
      <raw>1</raw>
    </time_epoch>
  </frame>
  <k>
    <raw>1</raw>
  </k>
  <v>
    <_1st>
      <raw>2</raw>
    </_1st>
    <raw>&lt;&amp;&gt;</raw>
    <raw>
      <raw>3</raw>
    </raw>
  </v>
</flow>
\0`);
  });

  test("a flow is written as soon as it ends, while the input waits", async () => {
    let written = "";
    let whenAsked = "";
    class Waiting extends MadeFrames {
      override more() {
        if (this.counts.frames === 2) whenAsked = written;
        return super.more();
      }
    }
    const sink = new Writable({
      write(piece, _, done) {
        written += piece;
        done();
      },
    });
    const source = new Waiting([flowOf("a", "1", 1), flowOf("b", "2", 500), flowOf("c", "3", 501)], 2);
    const output = { writer: new ByteWriter(PIECE_OCTETS), stream: new TextOutput(sink), forms: [new JsonForm(false)] };
    await new FlowRun(source, { table: PLAIN_TABLE, output }).run();
    expect(objectsOf(whenAsked).length).toBe(1);
    expect(objectsOf(written).length).toBe(3);
  });

  test("reads no further while nobody takes what is written", async () => {
    let release = () => {};
    const sink = new Writable({
      write(_piece, _encoding, done) {
        release = done;
      },
    });
    const source = new MadeFrames(Array.from({ length: 20_000 }, (_, i) => flowOf(`${i}`, "v".repeat(100), i)));
    const output = { writer: new ByteWriter(PIECE_OCTETS), stream: new TextOutput(sink), forms: [new JsonForm(false)] };
    const run = new FlowRun(source, { table: { ...PLAIN_TABLE, idleSeconds: 1 }, output }).run();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(source.counts.frames).toBeLessThan(6000);
    let over = false;
    const ended = run.then(() => {
      over = true;
    });
    while (!over) {
      release();
      await new Promise(setImmediate);
    }
    await ended;
    expect(source.counts.frames).toBe(20_000);
  });
});

test("observers hear of everything in order, and see what is there", async () => {
  const heard: unknown[] = [];
  const observer = {
    onFlowNew: (flow: { id: number }, frame: { number: number }) => void heard.push(["new", flow.id, frame.number]),
    onFrame: (
      frame: { number: number; time: number; fields(): readonly string[] },
      flow: { id: number; frames: number } | null,
    ) => void heard.push(["frame", frame.number, frame.time, frame.fields(), flow?.id ?? null, flow?.frames ?? null]),
    onFlowEnd: (flow: {
      id: number;
      key: unknown;
      start: number;
      end: number;
      endReason: unknown;
      values(name: string): readonly string[];
      toObject(): unknown;
    }) =>
      void heard.push([
        "end",
        flow.id,
        flow.key,
        flow.start,
        flow.end,
        flow.endReason,
        flow.values("v"),
        flow.toObject(),
      ]),
    onClose: () => void heard.push("close"),
  };
  const frames = [flowOf("a", "1", 5), at(4, ["other", "0"]), flowOf("a", "02", 4), flowOf("b", "True", 900)];
  const observers = new ObserverCalls([{ name: null, observer }]);
  await runFrames(new MadeFrames(frames, 1), { key: ["k", "none", "k"] }, { observers });
  const fields = ["frame.time_epoch", "k", "v"];
  expect(heard).toEqual([
    ["new", 1, 1],
    ["frame", 1, 5, fields, 1, 1],
    ["frame", 2, 4, ["frame.time_epoch", "other"], null, null],
    ["frame", 3, 4, fields, 1, 2],
    [
      ...["end", 1, [["a"], [], ["a"]], 4, 5, "idle", ["1", "02"]],
      { frame: { time_epoch: { raw: [5, 4] } }, k: { raw: ["a", "a"] }, v: { raw: [1, 2] } },
    ],
    ["new", 2, 4],
    ["frame", 4, 900, fields, 2, 1],
    [
      ...["end", 2, [["b"], [], ["b"]], 900, 900, "end", ["True"]],
      { frame: { time_epoch: { raw: [900] } }, k: { raw: ["b"] }, v: { raw: [true] } },
    ],
    "close",
  ]);
});
