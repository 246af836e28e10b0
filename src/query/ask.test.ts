// Files that go away while they are asked: the question is asked again about those that are there then.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { SourceError } from "../core/errors.ts";
import { type Engine, EngineError, type FlowFiles } from "../store/index.ts";
import { askFiles } from "./ask.ts";

const folder = mkdtempSync(join(tmpdir(), "flowgauge-ask-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  return path;
}

/** Answers each probe of a file as told. */
const engineThat = (damaged: readonly string[]): Engine =>
  ({
    query: async (question: { compile(): { params: object } }) => {
      const read = JSON.stringify(question.compile().params);
      if (damaged.some((path) => read.includes(path))) throw new EngineError("half a file", 33);
      return new Uint8Array(0);
    },
  }) as unknown as Engine;

const nothing = engineThat([]);
const none = { damaged: () => null };

test("a file that went away meanwhile: listed anew", async () => {
  const [one, two] = [fileOf("one"), fileOf("two")];
  let asked = 0;
  const list = (): FlowFiles => ({ native: asked === 0 ? [one] : [two], parquet: [] });
  const answer = await askFiles(nothing, { list, ...none }, async ({ native }) => {
    if (asked++ === 0) rmSync(one);
    return native;
  });
  expect(answer).toEqual([two]);
  expect(asked).toBe(2);
});

test("the engine may also fail at it", async () => {
  const [one, two] = [fileOf("one"), fileOf("two")];
  let asked = 0;
  const list = (): FlowFiles => ({ native: asked === 0 ? [one] : [two], parquet: [] });
  const answer = await askFiles(nothing, { list, ...none }, async ({ native }) => {
    if (asked++ > 0) return native;
    rmSync(one);
    throw new EngineError("File doesn't exist", 107);
  });
  expect(answer).toEqual([two]);
});

test("files that never stay are a sentence, and so they are where a part of the answer is given away", async () => {
  const gone = join(folder, "gone");
  const list = (): FlowFiles => ({ native: [gone], parquet: [] });
  let asked = 0;
  const ask = async () => asked++;
  await expect(askFiles(nothing, { list, ...none }, ask)).rejects.toBeInstanceOf(SourceError);
  expect(asked).toBe(3);
  await expect(askFiles(nothing, { list, ...none, isFinal: () => true }, ask)).rejects.toBeInstanceOf(SourceError);
  expect(asked).toBe(4);
});

test("damaged files are found one by one, told and left out; what stands in their place is asked", async () => {
  const [good, bad, worse, instead] = [fileOf("good"), fileOf("bad"), fileOf("worse"), fileOf("instead")];
  const told: string[] = [];
  const list = (): FlowFiles => ({ native: [good, bad], parquet: [worse] });
  const damaged = (path: string, { message }: SourceError) => {
    told.push(message);
    return path === bad ? instead : null;
  };
  const answer = await askFiles(engineThat([bad, worse]), { list, damaged }, async (files) => {
    if (files.native.includes(bad) || files.parquet.includes(worse)) throw new EngineError("half a file", 33);
    return files;
  });
  expect(answer).toEqual({ native: [good, instead], parquet: [] });
  expect(told).toEqual([
    `${bad}: expected a whole file of flow records (Native), found damage (half a file); it is left out`,
    `${worse}: expected a whole file of flow records (Parquet), found damage (half a file); it is left out`,
  ]);
});

test("what is no file's fault is thrown", async () => {
  const list = (): FlowFiles => ({ native: [fileOf("good")], parquet: [] });
  const ask = () => Promise.reject(new EngineError("Timeout exceeded", 159));
  await expect(askFiles(nothing, { list, ...none }, ask)).rejects.toMatchObject({ code: 159 });
  const unknown = () => Promise.reject(new EngineError("something else", 1));
  await expect(askFiles(nothing, { list, ...none }, unknown)).rejects.toMatchObject({ code: 1 });
});
