// What plug-ins write arrives whole, in order, as UTF-8.
import { expect, test } from "vitest";
import { ByteWriter } from "../report/index.ts";
import { PluginText } from "./plugin-output.ts";

const textOf = ({ bytes, length }: ByteWriter) => Buffer.from(bytes.buffer, 0, length).toString();

test("text of any language, long and short; halves of characters become U+FFFD", () => {
  const out = new ByteWriter(16);
  const text = new PluginText(out);
  const long = "äßć€𐍈".repeat(100_000);
  text.write("a\n");
  text.write(long);
  text.write("");
  text.json({ b: "\u009b31m\u202e" });
  text.write("\ud800");
  expect(textOf(out)).toBe(`a\n${long}{"b":"\\u009b31m\\u202e"}\n\ufffd`);
});

test("who writes on the same writer keeps the order", () => {
  const shared = new ByteWriter(1);
  const [one, two] = [new PluginText(shared), new PluginText(shared)];
  one.write("1");
  two.write("2");
  shared.ascii("3");
  one.write("4");
  expect(textOf(shared)).toBe("1234");
});
