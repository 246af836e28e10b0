// The body of _bulk: pairs of lines; names that are never a value in one place and an object in another.
import { expect, test } from "vitest";
import { flowView, frameView, KeptOutput } from "../../../test/pdml-views.ts";
import { plugin } from "./elasticsearch-bulk.ts";

const fields = { "tcp.flags": ["0x0010"], "tcp.flags.ack": ["1", "True"], "ip.src": ["10.0.0.1", "10.0.0.2"] };
const raw = { "tcp.flags.raw": ["0x0010"], "tcp.flags.ack.raw": ["1", "True"], "ip.src.raw": ["10.0.0.1", "10.0.0.2"] };
const flow = flowView(4, fields, { start: 1_700_000_000.03, end: 1_700_000_060, frames: 2, endReason: "idle" });

test("a flow: an action, a document; all values are texts", () => {
  const output = new KeptOutput();
  plugin([], output).onFlowEnd?.(flow);
  expect(output.text.endsWith("}\n")).toBe(true);
  expect(output.objects).toEqual([
    { index: { _index: "flowgauge-pdml" } },
    {
      "@timestamp": "2023-11-14T22:13:20.030Z",
      "flowgauge.flow": 4,
      "flowgauge.start": "2023-11-14T22:13:20.030Z",
      "flowgauge.end": "2023-11-14T22:14:20.000Z",
      "flowgauge.frames": 2,
      "flowgauge.endReason": "idle",
      ...raw,
    },
  ]);
});

test("--frames --create --index: a document a frame, also of those without a flow", () => {
  const output = new KeptOutput();
  const { onFrame, onFlowEnd } = plugin(["--frames", "--create", "--index", "pdml-2026"], output);
  onFrame?.({ ...frameView(9, fields), time: 0 }, flow);
  onFrame?.({ ...frameView(10, {}), time: Number.POSITIVE_INFINITY }, null);
  expect(onFlowEnd).toBeUndefined();
  const action = { create: { _index: "pdml-2026" } };
  expect(output.objects).toEqual([
    action,
    { "@timestamp": "1970-01-01T00:00:00.000Z", "flowgauge.frame": 9, "flowgauge.flow": 4, ...raw },
    action,
    { "@timestamp": null, "flowgauge.frame": 10 },
  ]);
});

test.each(["Flows", "a b", "_x", "-x", "a/b", "a:b", "", "..", "x".repeat(256)])("no name of an index: %j", (index) => {
  expect(() => plugin([`--index=${index}`], new KeptOutput())).toThrow(
    "--index: expected a name that Elasticsearch takes",
  );
});
