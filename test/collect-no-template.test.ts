// Data whose template does not come until the end: it is named on standard error, in the summary, in the store's ledger and by explain.
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { ipfixMessage, TestExporter } from "./collector-run.ts";
import { freePort } from "./datagram-sink.ts";
import { runProgram } from "./program.ts";
import { collectInto, endInOrder, TestFolder } from "./store-run.ts";

const folder = new TestFolder();
let exporter: TestExporter;
beforeEach(async () => {
  exporter = await TestExporter.open();
});
afterEach(() => exporter.close());
afterAll(() => folder.remove());

test("is refused by name, everywhere", { timeout: 60_000 }, async () => {
  const store = folder.next();
  const port = await freePort();
  const program = await collectInto(store, port);
  for (let i = 0; i < 3; i++)
    await exporter.send(port, ipfixMessage(2, { template: false, domain: i < 2 ? 7 : 8, sequence: i * 2 }));
  const { stderr } = await endInOrder(program);
  const sentence =
    "3 data sets of 1 exporter had no template until the end; collect for longer, or have templates sent more often";
  expect(stderr.split(sentence)).toHaveLength(3);
  const summary = JSON.parse(stderr.split("\n").filter(Boolean).at(-1)!) as {
    notes: string[];
    exporters: { noTemplate: object; refused: object }[];
  };
  expect(summary.notes).toEqual([sentence]);
  expect(summary.exporters).toMatchObject([
    { noTemplate: { waiting: 0, atEnd: 2 }, refused: { noTemplate: 2 } },
    { noTemplate: { waiting: 0, atEnd: 1 }, refused: { noTemplate: 1 } },
  ]);
  const told = await runProgram(["explain", store]);
  expect(told.stdout).toMatch(/ {2}refused +3: a set of data whose template did not come in time, or until the end\n/);
  expect(told.stdout).toMatch(/ {2}no template +3 sets of data: their template had not come at the end of the run\n/);
  const lines = told.stdout.split("\n").filter((line) => line.startsWith("127.0.0.1 "));
  expect(
    lines
      .map((line) => line.split(/ +/))
      .map((cells) => cells[6])
      .sort(),
  ).toEqual(["1", "2"]);
});
