// Printed flows steer no terminal, whatever the input says, in names as in values; XML stays XML.
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { ByteWriter, TextOutput } from "../report/index.ts";
import { FieldNames } from "./field-names.ts";
import { FlowRun } from "./flow-run.ts";
import type { ObjectForm } from "./object-form.ts";
import { JsonForm } from "./object-json.ts";
import { XmlForm } from "./object-xml.ts";
import { PdmlFrames } from "./pdml-frames.ts";

async function printed(fields: string, form: ObjectForm): Promise<string> {
  const text = `<pdml><packet><field name="frame.time_epoch" show="1"/>${fields}</packet></pdml>`;
  async function* octets() {
    yield Buffer.from(text);
  }
  const input = { octets: octets(), progress: () => null, close: async () => undefined };
  const frames = new PdmlFrames(input, new FieldNames(), { source: "x" });
  let out = "";
  const stream = new TextOutput(
    new Writable({
      write(piece: Buffer, _, done) {
        out += piece.toString();
        done();
      },
    }),
  );
  const table = { key: ["frame.time_epoch"], idleSeconds: 0, maxLength: 1000, memory: 1e8 };
  await new FlowRun(frames, {
    table: { ...table, distinct: false, framesApart: false, labels: false },
    output: { writer: new ByteWriter(), stream, forms: [form] },
  }).run();
  return out;
}

/** Also characters that turn the direction of text (U+202E), and one of format beyond 16 bits (U+E0041). */
const CONTROLS = "&lt;&#x9b;31m&#x7f;&#x85;é&#13;&#9;&#x202e;–&#xe0041;𝄞";
const PLAIN = `<field name="a&#x9b;b" show="${CONTROLS}"/>`;
/** What has to be merged the slow way. */
const CLASH = `<field name="a&#x9b;b" show="${CONTROLS}"/><field name="a&#x9b;b.raw.x" show="1"/>`;

test.each([
  ["plain", PLAIN],
  ["merged", CLASH],
])("JSON (%s)", async (_, fields) => {
  const out = await printed(fields, new JsonForm(false));
  expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(JSON.stringify(JSON.parse(out))).toContain(JSON.stringify("<\u009b31m\u007f\u0085é\r\t\u202e–\u{e0041}𝄞"));
  expect(Object.keys(JSON.parse(out) as object)).toContain("a\u009bb");
});

test.each([
  ["plain", PLAIN],
  ["merged", CLASH],
])("XML (%s)", async (_, fields) => {
  const out = await printed(fields, new XmlForm(false));
  expect(out).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u);
  expect(out).toContain("<raw>&lt;&#155;31m&#127;&#133;é&#13;\t&#8238;–&#917569;𝄞</raw>");
});
