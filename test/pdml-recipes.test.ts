// What people do with PDML flows: recipes for jq, as they are written for pdml2flow, on tshark's PDML of some frames of the bundled capture.
// What must come out is counted from tshark -T fields, in which no flow of ours is.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DEMO, lacks, missingPrograms, run, runProgram } from "./program.ts";

const WANTED = "frame.number <= 150 or http or tls.handshake or dns";
const skipped = lacks("recipes", missingPrograms("tshark", "jq"));
let folder = "";
let capture = "";
let pdml = "";

beforeAll(async () => {
  if (skipped) return;
  folder = mkdtempSync(join(tmpdir(), "flowgauge-recipes-"));
  pdml = join(folder, "demo.pdml");
  capture = join(folder, "demo.pcapng");
  await run(["tshark", "-n", "-r", DEMO, "-Y", WANTED, "-w", capture]);
  writeFileSync(pdml, await run(["tshark", "-n", "-r", capture, "-T", "pdml"]));
}, 60_000);

afterAll(() => {
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

/** Flows of the PDML through jq: the values it prints. */
async function recipe<T>(words: readonly string[], program: string, options: readonly string[] = []): Promise<T[]> {
  const { stdout, code, stderr } = await runProgram(["pdml", ...words, "--quiet", pdml]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const printed = await run(["jq", "-c", ...options, program], { stdin: Buffer.from(stdout) });
  return printed
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

interface Row {
  readonly time: number;
  /** All values of each field, in order. */
  readonly values: readonly (readonly string[])[];
}

/** What tshark says of some fields, frame by frame. */
async function rows(...fields: readonly string[]): Promise<Row[]> {
  const words = ["frame.time_epoch", ...fields].flatMap((field) => ["-e", field]);
  const separators = ["-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=|"];
  const text = await run(["tshark", "-n", "-r", capture, "-T", "fields", ...separators, ...words]);
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      const [time = "", ...values] = line.split("\t");
      return { time: Number(time), values: values.map((list) => (list === "" ? [] : list.split("|"))) };
    });
}

/** Flows by the first `key` fields; they come in the order in which they end. */
function flowsOf(all: readonly Row[], key: number, idleSeconds = 180): Row[][] {
  let live: { id: string; rows: Row[] }[] = [];
  const done: Row[][] = [];
  let now = Number.NEGATIVE_INFINITY;
  for (const row of all) {
    now = Math.max(now, row.time);
    const isOver = ({ rows: own }: { rows: Row[] }) => Math.max(...own.map(({ time }) => time)) <= now - idleSeconds;
    done.push(...live.filter(isOver).map((flow) => flow.rows));
    live = live.filter((flow) => !isOver(flow));
    const own = row.values.slice(0, key);
    if (own.every((list) => list.length === 0)) continue;
    const id = JSON.stringify(own);
    const flow = live.find((one) => one.id === id);
    if (flow === undefined) live.push({ id, rows: [row] });
    else flow.rows.push(row);
  }
  return [...done, ...live.map((flow) => flow.rows)];
}

const column = (flow: readonly Row[], at: number) => flow.flatMap(({ values }) => values[at]!);

function counts(values: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const value of values) found[value] = (found[value] ?? 0) + 1;
  return found;
}

const COUNTS = "def counts: (. // []) | group_by(.) | map({key: .[0], value: length}) | from_entries;";

describe.skipIf(skipped)("recipes", () => {
  test("1: all field names of the first frames, by protocol", async () => {
    const program = 'map([paths(type == "array")]) | add | map(join(".")) | unique | map(sub("\\\\.raw$"; ""))';
    const [names] = await recipe<string[]>(["frames"], program, ["-s"]);
    const text = readFileSync(pdml, "utf8");
    const inText = [...text.matchAll(/<(?:field|proto) ([^>]*)>/g)].flatMap(([, attributes = ""]) => {
      const [, name = ""] = /(?:^| )name="([^"]*)"/.exec(attributes) ?? [];
      return name !== "" && /(?:^| )show="[^"]/.test(attributes) ? [name] : [];
    });
    expect(names!.sort()).toEqual([...new Set(inText)].sort());
    expect(names!.length).toBeGreaterThan(300);
  });

  test("2: Ethernet conversations", async () => {
    const flows = flowsOf(await rows("eth.dst", "eth.src", "eth.addr"), 2, 10);
    const words = ["flows", "-t", "10", "-f", "eth.dst", "-f", "eth.src"];
    const each = await recipe<string[]>(words, ".eth.addr.raw");
    expect(each).toEqual(flows.map((flow) => column(flow, 2)));
    const once = await recipe<string[]>([...words, "-c"], ".eth.addr.raw");
    expect(once).toEqual(flows.map((flow) => [...new Set(column(flow, 2))]));
  });

  test("3: and how often each address of IP was seen in them", async () => {
    const flows = flowsOf(await rows("eth.dst", "eth.src", "ip.src", "ip.dst"), 2, 10);
    const program = `${COUNTS} {
      src: (.eth.src.raw | unique | .[0]), dst: (.eth.dst.raw | unique | .[0]),
      ipSrc: (.ip.src.raw | counts), ipDst: (.ip.dst.raw | counts)}`;
    expect(await recipe(["flows", "-t", "10", "-f", "eth.dst", "-f", "eth.src"], program)).toEqual(
      flows.map((flow) => ({
        src: column(flow, 1).sort()[0],
        dst: column(flow, 0).sort()[0],
        ipSrc: counts(column(flow, 2)),
        ipDst: counts(column(flow, 3)),
      })),
    );
  });

  test("4: URI -> clients", async () => {
    const flows = flowsOf(await rows("http.host", "http.request.uri", "ip.src"), 2);
    const program = `${COUNTS} {("http://" + .http.host.raw[0] + .http.request.uri.raw[0]): (.ip.src.raw | counts)}`;
    const found = await recipe(["flows", "-f", "http.host", "-f", "http.request.uri"], program);
    expect(found.length).toBeGreaterThan(0);
    expect(found).toEqual(
      flows.map((flow) => ({ [`http://${column(flow, 0)[0]}${column(flow, 1)[0]}`]: counts(column(flow, 2)) })),
    );
  });

  test("5: TLS handshakes", async () => {
    const fields = ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.stream", "tcp.stream"];
    const flows = flowsOf(await rows("vlan.id", ...fields, "tls.handshake.type"), 7);
    const found = await recipe<{ src: string[]; dst: string[]; types: string[] }>(
      ["flows", "-s"],
      `select(.tls.handshake.type // .ssl.handshake.type)
       | {src: ((.ip.src.raw // .ipv6.src.raw) | unique), dst: ((.ip.dst.raw // .ipv6.dst.raw) | unique),
          types: (.tls.handshake.type // .ssl.handshake.type).show}`,
    );
    const expected = flows
      .filter((flow) => column(flow, 7).length > 0)
      .map((flow) => ({
        src: [...new Set([...column(flow, 1), ...column(flow, 3)])].sort(),
        dst: [...new Set([...column(flow, 2), ...column(flow, 4)])].sort(),
        types: column(flow, 7),
      }));
    expect(found.length).toBeGreaterThan(5);
    const numbers = found.map((flow) => ({ ...flow, types: flow.types.map((type) => /\((\d+)\)$/.exec(type)![1]) }));
    expect(numbers).toEqual(expected);
    expect(found[0]!.types[0]).toMatch(/^Handshake Type: \w+ Hello \(\d+\)$/);
  });

  test("6: mean and deviation of the payload of TCP", async () => {
    const fields = ["ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "udp.stream", "tcp.stream"];
    const flows = flowsOf(await rows("vlan.id", ...fields, "tcp.len"), 7);
    const found = await recipe<{ mean: number; deviation: number }>(
      ["flows"],
      `.tcp.len.raw // empty | (add / length) as $mean
       | {mean: $mean, deviation: (map((. - $mean) | . * .) | add / length | sqrt)}`,
    );
    const expected = flows.flatMap((flow) => {
      const lengths = column(flow, 7).map(Number);
      if (lengths.length === 0) return [];
      const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
      const squares = lengths.map((length) => (length - mean) ** 2);
      return [{ mean, deviation: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / lengths.length) }];
    });
    expect(found.length).toBe(expected.length);
    for (const [at, { mean, deviation }] of expected.entries()) {
      expect(found[at]!.mean).toBeCloseTo(mean, 6);
      expect(found[at]!.deviation).toBeCloseTo(deviation, 6);
    }
  });

  test("7: any name of Wireshark's display filters, several levels deep and repeated", async () => {
    const fields = ["dns.flags.response", "dns.qry.name", "tcp.flags.syn"];
    const flows = flowsOf(await rows(...fields, "frame.number"), 3);
    const words = ["flows", ...fields.flatMap((field) => ["-f", field])];
    const found = await recipe<number[]>(words, ".frame.number.raw");
    expect(found).toEqual(flows.map((flow) => column(flow, 3).map(Number)));
    expect(found.length).toBeGreaterThan(5);
  });
});
