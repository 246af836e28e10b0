// What plug-ins write arrives whole and in order, in pieces; a slow reader makes the run wait.
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { ByteWriter, TextOutput } from "../report/index.ts";
import { PluginText } from "./plugin-output.ts";

class Slow extends Writable {
  readonly pieces: Buffer[] = [];
  readonly #waiting: (() => void)[] = [];

  constructor() {
    super({ highWaterMark: 1 });
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.pieces.push(Buffer.from(piece));
    this.#waiting.push(done);
  }

  takeOne(): void {
    this.#waiting.shift()?.();
  }
}

test("text of any language, long and short; halves of characters become U+FFFD", async () => {
  const stream = new Slow();
  const output = new TextOutput(stream);
  const text = new PluginText(output);
  const long = "äßć€𐍈".repeat(100_000);
  text.write("a\n");
  text.write(long);
  text.json({ b: "\u009b31m\u202e" });
  text.write("\ud800");
  const room = text.flush();
  expect(room).toBeDefined();
  const taking = setInterval(() => stream.takeOne(), 1);
  await room;
  await output.finish();
  clearInterval(taking);
  expect(Buffer.concat(stream.pieces).toString()).toBe(`a\n${long}{"b":"\\u009b31m\\u202e"}\n\ufffd`);
  expect(stream.pieces.length).toBeGreaterThan(1);
});

test("who writes on the same writer keeps the order", async () => {
  const stream = new Slow();
  const output = new TextOutput(stream);
  const shared = new ByteWriter();
  const [one, two] = [new PluginText(output, shared), new PluginText(output, shared)];
  one.write("1");
  two.write("2");
  shared.ascii("3");
  one.write("4");
  const room = two.flush();
  stream.takeOne();
  await room;
  expect(Buffer.concat(stream.pieces).toString()).toBe("1234");
});
