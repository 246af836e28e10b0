// The library's way: what observers hear of a small input, view by view.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { observePdml, type PdmlOptions } from "./observe-pdml.ts";
import type { PdmlObserver } from "./observer.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-observe-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const field = (name: string, value: string) => `<field name="${name}" show="${value}"/>`;
const frame = (time: number | null, ...fields: string[]) =>
  `<packet>${time === null ? "" : field("frame.time_epoch", `${time}`)}${fields.join("")}</packet>\n`;

function observe(frames: readonly string[], options: PdmlOptions, observer: PdmlObserver) {
  const path = join(folder, "x.pdml");
  writeFileSync(path, `<pdml>${frames.join("")}</pdml>`);
  return observePdml([path], options, observer);
}

const A = field("ip.src", "10.0.0.1");
const B = field("ip.src", "10.0.0.2");

test("frames and flows, in their order", async () => {
  const heard: unknown[] = [];
  const frames = [
    frame(1, A, field("x", "1"), field("x", "2"), field("empty", "")),
    frame(2, field("x", "3")),
    frame(null, A),
    frame(3, B),
    frame(20, A, field("y", "&lt;&#x263a;")),
  ];
  const summary = await observe(
    frames,
    { key: ["ip.src", "vlan.id"], idleSeconds: 10 },
    {
      onFlowNew: (flow, { number }) => void heard.push(["new", flow.id, number, flow.frames, flow.endReason]),
      onFrame: (view, flow) => void heard.push(["frame", view.number, view.time, flow?.id ?? null, view.fields()]),
      onFlowEnd: (flow) =>
        void heard.push(["end", flow.id, flow.key, flow.frames, flow.start, flow.end, flow.endReason, flow.toObject()]),
      onClose: () => void heard.push(["close"]),
    },
  );
  const time = "frame.time_epoch";
  expect(heard).toEqual([
    ["new", 1, 1, 0, null],
    ["frame", 1, 1, 1, [time, "ip.src", "x"]],
    ["frame", 2, 2, null, [time, "x"]],
    ["new", 2, 4, 0, null],
    ["frame", 4, 3, 2, [time, "ip.src"]],
    [
      "end",
      1,
      [["10.0.0.1"], []],
      1,
      1,
      1,
      "idle",
      { frame: { time_epoch: { raw: [1] } }, ip: { src: { raw: ["10.0.0.1"] } }, x: { raw: [1, 2] } },
    ],
    [
      "end",
      2,
      [["10.0.0.2"], []],
      1,
      3,
      3,
      "idle",
      { frame: { time_epoch: { raw: [3] } }, ip: { src: { raw: ["10.0.0.2"] } } },
    ],
    ["new", 3, 5, 0, null],
    ["frame", 5, 20, 3, [time, "ip.src", "y"]],
    ["end", 3, [["10.0.0.1"], []], 1, 20, 20, "end", expect.objectContaining({ y: { raw: ["<☺"] } })],
    ["close"],
  ]);
  expect(summary).toMatchObject({ inFlows: 3, withoutKey: 1, withoutTime: 1, flows: { begun: 3 }, problems: [] });
});

test("values, with and without the names asked for", async () => {
  const found: unknown[] = [];
  const frames = [frame(1, A, field("x", "1"), field("x", "02"), field("empty", "")), frame(2, A, field("x", "3"))];
  await observe(
    frames,
    { key: ["ip.src"] },
    {
      onFrame(view, flow) {
        found.push([view.values("x"), view.values("empty"), view.values("none"), flow?.frames]);
        view.fields();
        found.push([view.values("x"), view.values("empty"), view.values("none"), flow?.values("x")]);
      },
    },
  );
  expect(found).toEqual([
    [["1", "02"], [], [], 1],
    [["1", "02"], [], [], ["1", "02"]],
    [["3"], [], [], 2],
    [["3"], [], [], ["1", "02", "3"]],
  ]);
});

describe("how it ends", () => {
  const many = Array.from({ length: 20_000 }, (_, at) => frame(at, A));

  test("what a call throws is thrown on", async () => {
    const fault = new Error("enough");
    const told = observe(many, {}, { onFrame: () => Promise.reject(fault) });
    await expect(told).rejects.toBe(fault);
  });

  test("called off: flows so far are told", async () => {
    const off = new AbortController();
    const ended: unknown[] = [];
    const summary = await observe(
      many,
      { signal: off.signal, idleSeconds: Number.POSITIVE_INFINITY },
      {
        onFrame: ({ number }) => {
          if (number === 10) off.abort();
        },
        onFlowEnd: ({ frames, endReason }) => void ended.push([frames, endReason]),
      },
    );
    expect(ended).toEqual([[10, "interrupted"]]);
    expect(summary.flows.interrupted).toBe(1);
  });

  test("cut: what there was is told, and the problem", async () => {
    const ended: number[] = [];
    const path = join(folder, "cut.pdml");
    writeFileSync(path, `<pdml>${frame(1, A)}<packet>`);
    const { problems } = await observePdml([path], {}, { onFlowEnd: ({ frames }) => void ended.push(frames) });
    expect(ended).toEqual([1]);
    expect(problems).toHaveLength(1);
  });
});

test("of a frame of 20,000 different fields every one is found by its name", async () => {
  const fields = Array.from({ length: 20_000 }, (_, at) => field(`f${at}`, "1"));
  let values = 0;
  await observe(
    [frame(1, A, ...fields)],
    { key: ["ip.src"] },
    {
      onFrame(view) {
        for (const name of view.fields()) values += view.values(name).length;
      },
      onFlowEnd(flow) {
        for (const name of flow.fields()) values += flow.values(name).length;
      },
    },
  );
  expect(values).toBe(2 * 20_002);
});
