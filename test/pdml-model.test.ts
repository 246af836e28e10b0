// The flow table against pdml2flow's rule written down plainly: every frame looks at every flow, objects are merged as they come.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type MadeField, type MadeFrame, MadeFrames } from "./made-frames.ts";
import { objectsOf, runFrames } from "./run-made-frames.ts";

type Model = { [part: string]: Model | unknown[] };

interface Options {
  readonly key: readonly string[];
  readonly idleSeconds: number;
  readonly maxLength: number;
  readonly labels: boolean;
  readonly framesApart: boolean;
}

const isObject = (value: unknown): value is Model =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

function merge(into: Model, other: Model): void {
  for (const [part, theirs] of Object.entries(other)) {
    const ours = Object.hasOwn(into, part) ? into[part] : undefined;
    if (ours === undefined) into[part] = theirs;
    else if (isObject(ours) && isObject(theirs)) merge(ours, theirs);
    else into[part] = [...asList(ours), ...asList(theirs)];
  }
}

function converted(text: string): unknown {
  if (text === "True" || text === "False") return text === "True";
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function frameObject(frame: MadeFrame, { labels, maxLength }: Options): Model {
  const cut = (text: string) => ([...text].length > maxLength ? "Data too long" : text);
  const object: Model = {};
  for (const [name, value, label = ""] of frame) {
    const leaf: Model = {};
    if (value !== "") leaf.raw = [converted(cut(value))];
    if (labels && label !== "") leaf.show = [cut(label)];
    if (Object.keys(leaf).length === 0) continue;
    merge(
      object,
      name.split(".").reduceRight<Model>((below, part) => ({ [part]: below }), leaf),
    );
  }
  return object;
}

function modelFlows(frames: readonly MadeFrame[], options: Options): unknown[] {
  let live: { id: string; newest: number; frames: Model[] }[] = [];
  const done: typeof live = [];
  let now = Number.NEGATIVE_INFINITY;
  for (const frame of frames) {
    const values = (name: string) =>
      frame.filter(([other, value]) => other === name && value !== "").map(([, value]) => value);
    const time = Number(values("frame.time_epoch")[0] ?? "none");
    if (!Number.isFinite(time)) continue;
    now = Math.max(now, time);
    const expired = live.filter(({ newest }) => newest <= now - options.idleSeconds);
    done.push(...expired);
    live = live.filter((flow) => !expired.includes(flow));
    const key = options.key.map(values);
    if (key.every((list) => list.length === 0)) continue;
    const id = JSON.stringify(key);
    const object = frameObject(frame, options);
    const flow = live.find((one) => one.id === id);
    if (flow === undefined) live.push({ id, newest: time, frames: [object] });
    else {
      flow.newest = Math.max(flow.newest, time);
      flow.frames.push(object);
    }
  }
  return [...done, ...live].map(({ frames: own }) => {
    if (options.framesApart) return own;
    const all: Model = {};
    for (const frame of own) merge(all, structuredClone(frame));
    return all;
  });
}

const name = fc.constantFrom(
  "k",
  "k2",
  "a",
  "a.b",
  "a.b.c",
  "a.raw",
  "a.raw.raw",
  "a.b.raw",
  "d.show",
  "d",
  "x..y",
  "constructor.z",
);
const value = fc.constantFrom(
  "1",
  "2",
  "0.50",
  "-7",
  "True",
  "10.0.0.1",
  "00:1f",
  'quo"te\\',
  "tab\t",
  "a long value of it",
  "héé",
  "",
);
const field: fc.Arbitrary<MadeField> = fc.tuple(name, value, fc.constantFrom("", "Label: 1", "longer than ten"));
/** A label without a value, of a name in another's place, is taken for that of the element before it. */
const known = field.filter(([one, text, label]) => !(text === "" && label !== "" && /raw|show/.test(one)));
/** Mostly forwards, sometimes back, sometimes none. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 1, arbitrary: fc.integer({ min: -9, max: 30 }) },
);
const madeFrames = fc.array(fc.tuple(fc.option(step, { freq: 12 }), fc.array(known, { maxLength: 8 })), {
  maxLength: 40,
});
const options: fc.Arbitrary<Options> = fc.record({
  key: fc.constantFrom(["k"], ["k", "k2"], ["a.b", "k"], ["k2", "k2", "none"]),
  idleSeconds: fc.constantFrom(0, 1, 3, 10, 180, Number.POSITIVE_INFINITY),
  maxLength: fc.constantFrom(10, 200),
  labels: fc.boolean(),
  framesApart: fc.boolean(),
});

function withTimes(steps: readonly (readonly [number | null, readonly MadeField[]])[]): MadeFrame[] {
  let time = 1_385_400_000;
  return steps.map(([seconds, fields]) => {
    if (seconds === null) return fields;
    time += seconds;
    return [["frame.time_epoch", `${time}.000000000`], ...fields];
  });
}

test("the same flows, in the same order, with the same objects", async () => {
  await fc.assert(
    fc.asyncProperty(madeFrames, options, fc.integer({ min: 1, max: 9 }), async (steps, chosen, pieces) => {
      // Of ten characters no time would be left.
      const frames = withTimes(steps).map((frame) => frame.map((one) => one));
      const limited = { ...chosen, maxLength: Math.max(chosen.maxLength, 20) };
      const { text, summary } = await runFrames(new MadeFrames(frames, pieces), limited);
      expect(objectsOf(text)).toEqual(modelFlows(frames, limited));
      const { counts, inFlows, withoutKey, withoutTime } = summary;
      expect(inFlows + withoutKey + withoutTime).toBe(counts.given);
    }),
    { numRuns: 600 },
  );
});

test("each distinct value once", async () => {
  await fc.assert(
    fc.asyncProperty(madeFrames, options, async (steps, chosen) => {
      const frames = withTimes(steps).map((frame) => frame.filter(([one]) => !/raw|show/.test(one)));
      const table = { ...chosen, maxLength: 200 };
      const { text } = await runFrames(new MadeFrames(frames), { ...table, distinct: true });
      const once = (all: unknown): unknown => {
        if (!Array.isArray(all))
          return isObject(all)
            ? Object.fromEntries(Object.entries(all).map(([part, below]) => [part, once(below)]))
            : all;
        return all.some(isObject) ? all.map(once) : [...new Set(all)];
      };
      expect(objectsOf(text)).toEqual(modelFlows(frames, table).map(once));
    }),
    { numRuns: 300 },
  );
});
