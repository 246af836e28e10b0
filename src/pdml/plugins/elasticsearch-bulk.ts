// Plug-in elasticsearch-bulk: flows or frames as the body of Elasticsearch's (and OpenSearch's) _bulk: an action line, a document line.
import { parseArgs } from "node:util";
import type { FrameView, PdmlFlowView, PdmlPlugin } from "../observer.ts";

export const words =
  "[--index NAME] (flowgauge-pdml) [--frames] (a document a frame, not a flow) [--create] (for data streams)";

const NAME = /^(?![-_+.])[^\p{Lu}\s\p{C}\\/*?"<>|,#:]+$/u;
const LONGEST_NAME = 255;

/**
 * Names are dotted and end in `.raw`, as in the objects of `+json`: Elasticsearch makes objects of dots, and `tcp.flags` cannot be both a value and
 * the object that `tcp.flags.ack` is in. Values are texts as tshark wrote them: a field that is a number here and a word there
 * would be refused; where the index's mapping says `long` or `ip`, Elasticsearch makes that of them.
 */
export const plugin: PdmlPlugin = (given, output) => {
  const { values } = parseArgs({
    args: [...given],
    options: {
      index: { type: "string", default: "flowgauge-pdml" },
      frames: { type: "boolean", default: false },
      create: { type: "boolean", default: false },
    },
  });
  const { index } = values;
  if (!NAME.test(index) || Buffer.byteLength(index) > LONGEST_NAME) {
    throw new Error(
      `--index: expected a name that Elasticsearch takes (lower case, no space or \\/*?"<>|,#:), found "${index}"`,
    );
  }
  const action = { [values.create ? "create" : "index"]: { _index: index } };

  if (values.frames) {
    return {
      onFrame(frame, flow) {
        output.json(action);
        output.json({
          "@timestamp": timestamp(frame.time),
          "flowgauge.frame": frame.number,
          ...(flow === null ? {} : { "flowgauge.flow": flow.id }),
          ...rawValues(frame),
        });
      },
    };
  }
  return {
    onFlowEnd(flow) {
      output.json(action);
      output.json({
        "@timestamp": timestamp(flow.start),
        "flowgauge.flow": flow.id,
        "flowgauge.start": timestamp(flow.start),
        "flowgauge.end": timestamp(flow.end),
        "flowgauge.frames": flow.frames,
        "flowgauge.endReason": flow.endReason,
        ...rawValues(flow),
      });
    },
  };
};

/** null where it is no time that can be written so. */
function timestamp(seconds: number): string | null {
  const milliseconds = Math.floor(seconds * 1000 + 0.0005);
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : null;
}

function rawValues(view: FrameView | PdmlFlowView): Record<string, readonly string[]> {
  const document: Record<string, readonly string[]> = {};
  for (const field of view.fields()) document[`${field}.raw`] = view.values(field);
  return document;
}
