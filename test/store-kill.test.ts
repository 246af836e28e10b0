// A collector that is killed again and again while numbered flows arrive: each flow is there exactly once, but for the last second's.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Engine, explainStore } from "../src/store/index.ts";
import { TestExporter } from "./collector-run.ts";
import { freePort } from "./datagram-sink.ts";
import { numbers } from "./flow-batches.ts";
import { collectInto, endInOrder, FLOWS_A_MESSAGE, numberedMessage, numbersIn, TestFolder } from "./store-run.ts";

/** `npm run kill -- 500` has more of them. */
const KILLS = Number(process.env.FLOWGAUGE_KILLS ?? 25);
const SEED = Number(process.env.FLOWGAUGE_SEED ?? 4);
const EVERY_MS = 10;
/** What a kill may cost. */
const MOST_LOST_MS = 1000;

const folder = new TestFolder();
let engine: Engine;
let exporter: TestExporter;
beforeAll(async () => {
  engine = Engine.open();
  exporter = await TestExporter.open();
});
afterAll(() => {
  engine.close();
  exporter.close();
  folder.remove();
});

/** Sends messages of numbered flows all the time, and knows when each was sent. */
class Blaster {
  /** By message. */
  readonly sentAt: number[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(port: number) {
    this.timer = setInterval(() => {
      const first = 1 + this.sentAt.length * FLOWS_A_MESSAGE;
      this.sentAt.push(performance.now());
      exporter.send(port, numberedMessage(first)).catch(() => {});
    }, EVERY_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

test(`${KILLS} kills at any moment`, { timeout: 60_000 + 4000 * KILLS }, async () => {
  const store = folder.next();
  const port = await freePort();
  const random = numbers(SEED);
  const blaster = new Blaster(port);
  const spans: { readonly from: number; readonly to: number }[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const program = await collectInto(store, port, ["--rotate", "1s"]);
    const from = performance.now();
    // Most are short, so that beginnings and recoveries are hit, too.
    await sleep(kill % 5 === 0 ? MOST_LOST_MS + (random() % 1200) : random() % 400);
    spans.push({ from, to: performance.now() - MOST_LOST_MS });
    program.child.kill("SIGKILL");
    await program.ended;
  }
  const program = await collectInto(store, port, ["--rotate", "1s"]);
  const from = performance.now();
  await sleep(1500);
  blaster.stop();
  const to = performance.now();
  await sleep(100);
  spans.push({ from, to });
  const { code, stderr } = await endInOrder(program);
  expect(code, stderr).toBe(130);

  expect(await explainStore(store)).toMatchObject({ difference: 0, held: { spoolFlows: expect.any(Number) } });
  const found = await numbersIn(engine, store);
  const wrong: string[] = [];
  let expected = 0;
  for (const [message, at] of blaster.sentAt.entries()) {
    const due = spans.some((span) => at > span.from && at < span.to);
    for (let flow = 0; flow < FLOWS_A_MESSAGE; flow++) {
      const number = 1 + message * FLOWS_A_MESSAGE + flow;
      const times = found.get(number) ?? 0;
      if (due) expected++;
      if (times > 1 || (due && times === 0)) wrong.push(`flow ${number} is there ${times} times`);
    }
  }
  expect(wrong.slice(0, 10)).toEqual([]);
  // There was something to lose.
  expect(expected).toBeGreaterThan(500);
});
