// JsonFrames over small inputs: what the layers of -T json and -T ek become, and what is said of inputs that are damaged.
import { expect, test } from "vitest";
import { FieldNames } from "./field-names.ts";
import { JsonFrames, type JsonFramesOptions } from "./json-frames.ts";
import { readFieldTable } from "./tshark-fields.ts";

interface Read {
  /** `name=value` of each frame. */
  readonly frames: readonly (readonly string[])[];
  readonly places: readonly (readonly [number: number, offset: number])[];
  readonly source: JsonFrames;
}

async function read(
  text: string | Buffer,
  piece = 7,
  options: Partial<JsonFramesOptions> = {},
  asked: readonly string[] = [],
): Promise<Read> {
  const octets = Buffer.from(text as string);
  async function* pieces() {
    for (let at = 0; at < octets.length; at += piece) yield octets.subarray(at, at + piece);
  }
  const names = new FieldNames();
  for (const name of asked) names.idOf(name);
  const input = { octets: pieces(), progress: () => null, close: async () => undefined };
  const source = new JsonFrames(input, names, { source: "x.json", fieldTable: async () => null, ...options });
  const frames: string[][] = [];
  const places: [number, number][] = [];
  do {
    for (let frame = source.next(); frame !== null; frame = source.next()) {
      const texts: string[] = [];
      for (let field = 0; field < frame.fields; field++) {
        const value = frame.octets.subarray(frame.valueFrom[field], frame.valueTo[field]);
        texts.push(`${names.text(frame.name[field] ?? -1)}=${Buffer.from(value).toString()}`);
      }
      frames.push(texts);
      places.push([frame.number, frame.offset]);
    }
  } while (await source.more());
  const { counts } = source;
  expect(counts.frames).toBe(counts.given + counts.tooLarge + counts.malformed);
  expect(counts.given).toBe(frames.length);
  return { frames, places, source };
}

const packet = (layers: string) => `{"_index": "packets-2026", "_score": null, "_source": {"layers": ${layers}}}`;
const FRAME = '"frame": {"frame.time_epoch": "1.5"}';
const FIELDS = ["frame=", "frame.time_epoch=1.5"];

test("-T json: protocols, fields in fields, names that come twice, lines for people, values as PDML has them", async () => {
  const layers = `{${FRAME}, "ip": {"ip.dsfield": "0x00", "ip.dsfield_tree": {"ip.dsfield.ecn": "0"}, "ip.addr": "1.1.1.1", "ip.addr": "2.2.2.2"},
    "dns": {"Queries": {"a.b: type A, class IN": {"dns.qry.name": "a.b"}}, "GET / HTTP\\r\\n": "", "dns.none": ""},
    "http": {"http.line": "a\\r\\nb\\tc\\u0001\\u001f", "http.uri": "\\/\\u00e9\\ud83d\\ude00\\"\\\\"}, "tls": "Transport Layer Security"}`;
  const { frames, places, source } = await read(`[\n${packet(layers)}\n,${packet(`{${FRAME}}`)}\n]\n`);
  expect(frames).toEqual([
    [
      ...FIELDS,
      ...["ip=", "ip.dsfield=0x00", "ip.dsfield.ecn=0", "ip.addr=1.1.1.1", "ip.addr=2.2.2.2"],
      ...["dns=", "dns.qry.name=a.b", "dns.none=", "http=", "http.line=a b c\\x1\\x1f", 'http.uri=/é😀"\\', "tls="],
    ],
    FIELDS,
  ]);
  expect(places.map(([number]) => number)).toEqual([1, 2]);
  expect(places[0]).toEqual([1, 2]);
  expect(source.problems).toEqual([]);
  expect(source.counts.badText).toBe(0);
});

test("-T json: --no-duplicate-keys, -x, what was filtered out, packets without a list", async () => {
  const raw =
    '"ip.ttl_raw": ["40", 22, 1, 0, 4], "ip.id_raw": [["a0", 1, 2, 0, 1], ["b0", 3, 2, 0, 1]], "x.seq_raw": "17", "y.raw_raw": ["1", "2"]';
  const layers = `{"frame_raw": ["00", 0, 74, 0, 1], "ip": {"ip.addr": ["1.1.1.1", "2.2.2.2"], "ip.o_tree": [{"ip.a": "1"}, {"ip.a": "2"}], ${raw}}, "tcp": {"filtered": "tcp"}}`;
  const expected = [
    "ip=",
    "ip.addr=1.1.1.1",
    "ip.addr=2.2.2.2",
    "ip.a=1",
    "ip.a=2",
    "x.seq_raw=17",
    "y.raw_raw=1",
    "y.raw_raw=2",
    "tcp=",
  ];
  const { frames } = await read(`${packet(layers)}\n${packet(layers)}`);
  expect(frames).toEqual([expected, expected]);
});

const EK = (layers: string) =>
  `{"index":{"_index":"packets-2026","_type":"doc"}}\n{"timestamp":"1500","layers":{${layers}}}\n`;
const TABLE = readFieldTable(
  [
    "P\tTransmission Control Protocol\ttcp",
    "P\tNo-Operation\ttcp.options.nop",
    "F\tSyn\ttcp.flags.syn\tFT_BOOLEAN\ttcp\t12\t0x2\t",
    "F\tSequence Number (raw)\ttcp.seq_raw\tFT_UINT32\ttcp\tBASE_DEC\t0x0\t",
    "F\tVersion\tip.version\tFT_UINT8\tip\tBASE_DEC\t0x0\t",
    "F\tSize\tceph.data.size\tFT_UINT32\tceph\tBASE_DEC\t0x0\t",
    "F\tSize\tceph.data_size\tFT_UINT32\tceph\tBASE_DEC\t0x0\t",
    "F\tMessage\t_ws.expert.message\tFT_STRING\t_ws.expert\t\t0x0\t",
  ].join("\n"),
);
const EK_LAYERS =
  '"frame":{"frame_frame_time_epoch":"2013-11-25T15:55:28.524207000Z"},"tcp":{"tcp_tcp_flags_syn":true,"tcp_tcp_seq_raw":"17","tcp_options_nop":["01","02"],"text":["a","b"],"ipv6_ip_version":"6","ceph_ceph_data_size":"9","_ws_expert":{"x_x_note":null,"_ws_expert__ws_expert_message":"m"}}';

test("-T ek: names by what tshark knows, and by what was asked for", async () => {
  const { frames, source } = await read(EK(EK_LAYERS) + EK(EK_LAYERS), 100, { fieldTable: async () => TABLE }, [
    "ceph.data_size",
  ]);
  const expected = [
    ...[
      "frame=",
      "frame.time_epoch=1385394928.524207000",
      "tcp=",
      "tcp.flags.syn=1",
      "tcp.seq_raw=17",
      "tcp.options.nop=01",
      "tcp.options.nop=02",
    ],
    ...["ip.version=6", "ceph.data_size=9", "_ws.expert=", "x.note=", "_ws.expert.message=m"],
  ];
  expect(frames).toEqual([expected, expected]);
  expect(source.counts.frames).toBe(2);
});

test("-T ek: names by the rule, where tshark is not here", async () => {
  const { frames } = await read(EK(EK_LAYERS), 3, {}, ["tcp.flags.syn"]);
  expect(frames[0]).toContain("tcp.flags.syn=1");
  expect(frames[0]).toContain("_ws.expert.message=m");
  expect((await read(EK('"tcp":{"tcp_tcp_flags_syn":false}'))).frames).toEqual([["tcp=", "tcp.flags_syn=0"]]);
});

test("-T ek -x: octets in hex are no fields, fields that are called so are", async () => {
  const layers =
    '"frame_raw":"00","frame":{"frame_frame_len":"1"},"tcp_raw":"00","tcp":{"tcp_tcp_seq_raw":"94","tcp_tcp_seq":"1","tcp_tcp_seq_raw_raw":"94","tcp_tcp_seq_raw":"17"}';
  const { frames } = await read(EK(layers), 50, { fieldTable: async () => TABLE });
  expect(frames).toEqual([["frame=", "frame.len=1", "tcp=", "tcp.seq=1", "tcp.seq_raw=17"]]);
});

test.each([
  ["1385394928.5", "1385394928.5"],
  ["2013-11-25T15:55:28Z", "1385394928.000000000"],
  ["1969-12-31T23:59:58.500000000Z", "-1.500000000"],
  ["1970-01-01T00:00:00.000000000Z", "0.000000000"],
  ["2013-11-25T15:55:28.5+0000", "1385394928.500000000"],
])("frame.time_epoch %s of ek is %s", async (text, seconds) => {
  const { frames } = await read(EK(`"frame":{"frame_frame_time_epoch":"${text}"}`));
  expect(frames[0]?.[1]).toBe(`frame.time_epoch=${seconds}`);
});

test.each([1, 64, 65_536])(
  "a list that is cut, or damaged, gives the frames before and says where (pieces of %i)",
  async (piece) => {
    const good = packet(`{${FRAME}}`);
    const start = `[${good},${good},`;
    const cut = await read(start + good.slice(0, 80), piece);
    expect(cut.frames).toEqual([FIELDS, FIELDS]);
    expect(cut.source.counts).toMatchObject({ frames: 3, malformed: 1 });
    expect(cut.source.problems).toHaveLength(1);
    expect(cut.source.problems[0]).toMatch(
      /^x\.json, octet \d+, frame 3: expected .*, found the end of the input; it was cut short, the frames before are given$/,
    );

    const damaged = await read(`${start}{"_source" 1},${good}]`, piece);
    expect(damaged.frames).toHaveLength(2);
    expect(damaged.source.problems).toEqual([
      `x.json, octet ${start.length + 11}, frame 3: expected ":", found "1"; the frames before are given`,
    ]);
    // The end between two packets is no end of a list.
    const between = await read(`[${good}`, piece);
    expect(between.frames).toHaveLength(1);
    expect(between.source.counts.malformed).toBe(0);
    expect(between.source.problems).toHaveLength(1);
  },
);

test.each([1, 64, 65_536])("behind a damaged line the next one is read (pieces of %i)", async (piece) => {
  const good = EK('"frame":{"frame_frame_len":"1"}');
  const text = `${good}{"timestamp":"1","layers":{"frame":{"frame_frame_len":"1\n${good}17\n{"a":1}\n${good}{"timestamp":"1","lay`;
  const { frames, places, source } = await read(text, piece);
  expect(frames).toEqual([1, 2, 3].map(() => ["frame=", "frame.len=1"]));
  expect(places.map(([number]) => number)).toEqual([1, 3, 5]);
  expect(source.counts).toMatchObject({ frames: 6, given: 3, malformed: 3 });
  expect(source.problems.map((problem) => problem.replace(/octet \d+/, "octet N"))).toEqual([
    "x.json, octet N, frame 2: expected the end of a text in quotes, found octet 0x0a; read on from the next line",
    "x.json, octet N, frame 4: expected a packet as tshark writes it, an object, found another value; read on from the next line",
    'x.json, octet N, frame 4: expected a packet with its "layers", found an object without; make it with tshark -T json or -T ek',
    "x.json, octet N, frame 6: expected the end of a text in quotes, found the end of the input; it was cut short, the frames before are given",
  ]);
});

test("what is too much is left out and counted: values, depth, frames", async () => {
  const deep = `${'{"a.b":'.repeat(300)}"v"${"}".repeat(300)}`;
  const limits = { octets: 4000, value: 10 };
  const good = packet(`{${FRAME}}`);
  const long = packet(`{${FRAME}, "x": {"x.y": "${"v".repeat(11)}", "x.z": "${"v".repeat(10)}"}}`);
  const many = packet(`{${Array.from({ length: 500 }, (_, at) => `"p": {"p.f": "${at}"}`).join()}}`);
  const endless = packet(`{"p": {"p.f": "${'v\\"'.repeat(100_000)}"}}`);
  for (const piece of [7, 1000, 300_000]) {
    const { frames, source } = await read(`[${[long, many, good, endless, packet(deep), good].join()}]`, piece, {
      limits,
    });
    expect(frames.map((fields) => fields.length)).toEqual([4, 2, 256, 2]);
    expect(source.problems).toEqual([]);
    expect(source.counts).toMatchObject({ frames: 6, given: 4, tooLarge: 2, longValues: 1, deepFields: 1 });
  }
});

test("a frame of more fields than any has is left out, and takes no memory for them", async () => {
  const many = packet(`{"p": {"p.f": [${"1,".repeat(600_000)}1]}}`);
  const { frames, source } = await read(`[${many},${packet(`{${FRAME}}`)}]`, 65_536);
  expect(frames.map((fields) => fields.length)).toEqual([2]);
  expect(source.counts).toMatchObject({ frames: 2, given: 1, tooLarge: 1 });
  expect(source.problems).toEqual([]);
});

test("octets that are no text are ?, and counted; a byte order mark is passed over; an empty input has no frames", async () => {
  const bad = Buffer.concat([
    Buffer.from(`\ufeff[${packet('{"x": {"x.y": "a')}`.slice(0, -2)),
    Buffer.from([0xff, 0xc3]),
    Buffer.from('"}}}}]'),
  ]);
  const { frames, source } = await read(bad, 9);
  expect(frames).toEqual([["x=", "x.y=a??"]]);
  expect(source.counts.badText).toBe(2);
  expect((await read("")).frames).toEqual([]);
  expect((await read("[]")).source.problems).toEqual([]);
});
