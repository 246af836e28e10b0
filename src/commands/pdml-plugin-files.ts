// The files of a new plug-in for `flowgauge pdml`: it works as it is, and its test says so.

const PLUGIN = `// @ts-check
// A plug-in of flowgauge pdml: of each flow, how often each value of a field came.
//   flowgauge pdml flows sample.pdml --plugin ./plugin.mjs --field ip.src
import { parseArgs } from "node:util";

/** What words it takes: people see this line where theirs are wrong. */
export const words = "[--field NAME] (ip.src)";

/**
 * "given" are the words behind the plug-in's name; what is thrown here is told as wrong usage. Write with output.json and
 * output.write, not with console.log: flowgauge waits where the reader is slow.
 * @type {import("flowgauge").PdmlPlugin}
 */
export const plugin = (given, output) => {
  const { values } = parseArgs({ args: [...given], options: { field: { type: "string", default: "ip.src" } } });
  const field = values.field;

  /**
   * What is kept of each flow, by its id; taken out when the flow ends, so that memory stays small.
   * @type {Map<number, Map<string, number>>}
   */
  const byFlow = new Map();

  // Each hook may be left out. Frames and flows are one object each that is used again: take out what you keep.
  return {
    /** A flow began with this frame. */
    onFlowNew(flow) {
      byFlow.set(flow.id, new Map());
    },
    /** Every frame, also the first one of a flow; flow is null where the frame has none of the key's fields. */
    onFrame(frame, flow) {
      const counts = flow === null ? undefined : byFlow.get(flow.id);
      if (counts === undefined) return;
      for (const value of frame.values(field)) counts.set(value, (counts.get(value) ?? 0) + 1);
    },
    /** A flow is complete: flow.fields(), flow.values(name) and flow.toObject() have all of its frames. */
    onFlowEnd(flow) {
      const counts = byFlow.get(flow.id) ?? new Map();
      byFlow.delete(flow.id);
      output.json({ flow: flow.id, frames: flow.frames, field, values: Object.fromEntries(counts) });
    },
    /** After the last flow. */
    onClose() {},
  };
};
`;

/** Not one of our own imports: those are looked for at the beginning of lines. */
const OWN_IMPORT = ["import { plugin }", 'from "./plugin.mjs";'].join(" ");

const TEST = `// @ts-check
// node --test: the plug-in by itself, and as flowgauge runs it where that is installed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { fileURLToPath } from "node:url";
${OWN_IMPORT}

/** @param {number} number @param {Record<string, string[]>} fields @returns {import("flowgauge").FrameView} */
const frame = (number, fields) => ({
  number,
  time: 0,
  fields: () => Object.keys(fields),
  values: (name) => fields[name] ?? [],
  toObject: () => ({}),
});

/** @param {number} id @returns {import("flowgauge").PdmlFlowView} */
const flow = (id) => ({
  ...frame(0, {}),
  id,
  keyFields: [],
  key: [],
  frames: 2,
  start: 0,
  end: 0,
  endReason: "end",
});

test("counts the values of a field, flow by flow", () => {
  /** @type {unknown[]} */
  const lines = [];
  const output = { write: () => {}, json: (/** @type {unknown} */ value) => void lines.push(value) };
  const { onFlowNew, onFrame, onFlowEnd } = plugin(["--field", "dns.qry.name"], output);
  const frames = ["a.example", "b.example", "a.example"].map((name, at) => frame(at + 1, { "dns.qry.name": [name] }));
  for (const one of frames) {
    if (one === frames[0]) onFlowNew?.(flow(1), one);
    onFrame?.(one, flow(1));
  }
  onFrame?.(frame(4, {}), null);
  onFlowEnd?.(flow(1));
  const values = { "a.example": 2, "b.example": 1 };
  assert.deepEqual(lines, [{ flow: 1, frames: 2, field: "dns.qry.name", values }]);
});

test("says what is wrong with its words", () => {
  assert.throws(() => plugin(["--fields"], { write() {}, json() {} }), /--fields/);
});

const here = { cwd: fileURLToPath(new URL(".", import.meta.url)), encoding: /** @type {"utf8"} */ ("utf8") };
const missing = spawnSync("flowgauge", ["--version"], here).status !== 0 && "flowgauge is not on the PATH";

test("runs in flowgauge pdml flows", { skip: missing }, () => {
  const args = ["pdml", "flows", "sample.pdml", "--quiet", "--plugin", "./plugin.mjs", "--field", "ip.src"];
  const { stdout, stderr, status } = spawnSync("flowgauge", args, here);
  assert.equal(status, 0, stderr);
  const lines = stdout.split("\\n").filter(Boolean);
  assert.deepEqual(lines.map((line) => JSON.parse(line)), [
    { flow: 1, frames: 2, field: "ip.src", values: { "192.0.2.1": 2 } },
    { flow: 2, frames: 1, field: "ip.src", values: { "192.0.2.7": 1 } },
  ]);
});
`;

const packet = (time: string, source: string, target: string, stream: number) => `<packet>
  <proto name="frame">
    <field name="frame.time_epoch" show="${time}"/>
    <field name="frame.len" show="74"/>
  </proto>
  <proto name="ip">
    <field name="ip.src" show="${source}"/>
    <field name="ip.dst" show="${target}"/>
  </proto>
  <proto name="udp">
    <field name="udp.stream" show="${stream}"/>
  </proto>
</packet>
`;

const SAMPLE = `<?xml version="1.0" encoding="utf-8"?>
<pdml version="0" creator="a sample">
${packet("1700000000.000000000", "192.0.2.1", "198.51.100.1", 0)}${packet("1700000000.250000000", "192.0.2.7", "198.51.100.1", 1)}${packet("1700000001.000000000", "192.0.2.1", "198.51.100.1", 0)}</pdml>
`;

const readme = (name: string) => `# ${name}

A plug-in of \`flowgauge pdml\`: of each flow, how often each value of a field came.

\`\`\`
node --test                                                  # its tests
flowgauge pdml flows sample.pdml --plugin ./plugin.mjs       # as it runs
tshark -r capture.pcap -T pdml | flowgauge pdml flows -f ip.src --plugin ./plugin.mjs --field dns.qry.name
\`\`\`

All that stands behind the plug-in's file are its own words; options and files of flowgauge come before it. \`plugin.mjs\` says what each
hook is called for; flowgauge's docs/pdml-plugins.md has the whole contract. \`npm install -D flowgauge\` gives an editor the types.
`;

/** Name and text of each file. */
export function pluginFiles(name: string): readonly (readonly [string, string])[] {
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    description: "A plug-in of flowgauge pdml",
    type: "module",
    exports: "./plugin.mjs",
    scripts: { test: "node --test" },
    engines: { node: ">=20.19" },
  };
  return [
    ["package.json", `${JSON.stringify(manifest, null, 2)}\n`],
    ["README.md", readme(name)],
    ["plugin.mjs", PLUGIN],
    ["plugin.test.mjs", TEST],
    ["sample.pdml", SAMPLE],
  ];
}
