// pdml columns beside tshark and jq: filters let the same frames through, sums are those of tshark -T fields, recipes those of jq over pdml flows.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FieldNames, frameFilter, openFrames } from "../src/pdml/index.ts";
import { parseFilter } from "../src/query/index.ts";
import { CORPUS, corpusHere } from "./corpus/corpus.ts";
import { madeFilters } from "./made-display-filters.ts";
import { DEMO, lacks, missingPrograms, run, runProgram, start } from "./program.ts";

const skip = lacks("pdml columns", missingPrograms("tshark", "jq"));
/** Frames that are taken of each capture. */
const MOST = "1000";
const CAPTURES = [
  DEMO,
  ...(corpusHere
    ? [
        "ndpi__whatsapp",
        "ndpi__http_connect",
        "pcapplusplus__DnsPackets",
        "arkime__gre-erspan-vxlan",
        "pcapplusplus__VlanPackets",
      ]
        .map((name) => `${CORPUS}pcap/${name}.pcap`)
        .filter((path) => existsSync(path))
    : []),
];
const TIMEOUT = 240_000;

describe.skipIf(skip)("pdml columns", () => {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-columns-"));
  const pdml = (capture: string) => join(folder, `${CAPTURES.indexOf(capture)}.pdml`);
  const tshark = (capture: string, ...words: string[]) =>
    run(["tshark", "-n", "-c", MOST, "-r", capture, ...words], { timeoutMs: TIMEOUT });

  beforeAll(async () => {
    for (const capture of CAPTURES) writeFileSync(pdml(capture), await tshark(capture, "-T", "pdml"));
  }, TIMEOUT);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function columns(capture: string, ...words: string[]) {
    const { stdout, stderr, code } = await runProgram(["pdml", "columns", pdml(capture), ...words], {
      timeoutMs: 60_000,
    });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return stdout;
  }

  const table = async (capture: string, ...words: string[]) =>
    JSON.parse(await columns(capture, ...words, "--json")) as {
      rows: Record<string, never>[];
      total: Record<string, number>;
      others: Record<string, number> | null;
      notes: string[];
    };

  /** What jq makes of the flows, a line each. */
  async function jq(capture: string, words: readonly string[], program: string): Promise<unknown[]> {
    const flows = await runProgram(["pdml", "flows", pdml(capture), "--quiet", ...words], { timeoutMs: 60_000 });
    expect(flows.code).toBe(0);
    const { stdout, stderr } = await start(["jq", "-c", program], { stdin: Buffer.from(flows.stdout) }).ended;
    expect(stderr).toBe("");
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as unknown);
  }

  const sorted = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).sort();
  /** Numbers to nine digits: mean and deviation are summed up in another order. */
  const rounded = (values: readonly (number | null)[]) =>
    values.map((value) => (value === null ? null : Number(value.toPrecision(9))));
  const inOrder = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

  const COUNTS = "def counts: (. // []) | map(tostring) | group_by(.) | map([.[0], length]);";

  test.each(CAPTURES)(
    "filters let through what tshark's display filters do: %s",
    { timeout: TIMEOUT },
    async (capture) => {
      const names = new FieldNames();
      const filters = await madeFilters(pdml(capture), 120);
      const source = await openFrames([pdml(capture)], { names });
      const ours = filters.map(({ own }) => ({
        own,
        frames: 0,
        octets: 0,
        filter: frameFilter(parseFilter(own, { frames: {}, zone: "UTC" }), source.names),
      }));
      const lengthId = names.idOf("frame.len");
      do {
        for (let frame = source.next(); frame !== null; frame = source.next()) {
          const at = frame.name.indexOf(lengthId);
          const octets = Number(
            Buffer.from(frame.octets.subarray(frame.valueFrom[at]!, frame.valueTo[at]!)).toString(),
          );
          for (const one of ours) {
            if (!one.filter.matches(frame)) continue;
            one.frames++;
            one.octets += octets;
          }
        }
      } while (await source.more());
      await source.close();
      const theirs = await displayed(
        capture,
        filters.map(({ display }) => display),
      );
      const wrong = ours
        .map(({ own, frames, octets }, i) => ({
          own,
          display: filters[i]!.display,
          ours: [frames, octets],
          theirs: theirs[i],
        }))
        .filter((one) => String(one.ours) !== String(one.theirs));
      expect(wrong).toEqual([]);
      // They are worth something: most are true for some frames and false for others.
      expect(ours.filter(({ frames }) => frames > 0).length).toBeGreaterThan(filters.length / 4);
    },
  );

  /** Frames and octets of each filter: one run of tshark for some of them. */
  async function displayed(capture: string, filters: readonly string[]): Promise<number[][]> {
    const found: number[][] = [];
    for (let from = 0; from < filters.length; from += 40) {
      const some = filters.slice(from, from + 40);
      const text = await tshark(capture, "-q", "-z", `io,stat,0,${some.join(",")}`);
      const line = text.split("\n").find((one) => /^\|[^|]*<>/.test(one))!;
      const cells = line
        .split("|")
        .slice(2, -1)
        .map((cell) => Number(cell));
      for (let i = 0; i < some.length; i++) found.push(cells.slice(2 * i, 2 * i + 2));
    }
    return found;
  }

  test.each(CAPTURES)("sums are those of tshark -T fields: %s", { timeout: TIMEOUT }, async (capture) => {
    const asked = ["ip.src", "frame.len", "udp.srcport", "dns.qry.name"];
    const text = await tshark(
      capture,
      "-T",
      "fields",
      "-E",
      "separator=|",
      "-E",
      "aggregator=;",
      ...asked.flatMap((name) => ["-e", name]),
    );
    const frames = text
      .split("\n")
      .slice(0, -1)
      .map((line) => line.split("|").map((cell) => (cell === "" ? [] : cell.split(";"))));
    const groups = new Map<string, { frames: number; sum: number; most: number; names: Set<string> }>();
    for (const [sources = [], lengths = [], ports = [], queries = []] of frames) {
      if (sources.length === 0) continue;
      const group = groups.get(sources[0]!) ?? { frames: 0, sum: 0, most: 0, names: new Set() };
      groups.set(sources[0]!, group);
      group.frames++;
      for (const length of lengths) group.sum += Number(length);
      for (const port of ports) group.most = Math.max(group.most, Number(port));
      for (const query of queries) group.names.add(query);
    }
    const words = [
      "-f",
      "ip.src",
      "--sum",
      "frame.len",
      "--count",
      "--max",
      "udp.srcport",
      "--distinct",
      "dns.qry.name",
      "--top",
      "0",
    ];
    const { rows, total } = await table(capture, ...words);
    const ours = rows.map((row) => [
      row["ip.src"],
      row["sum(frame.len)"],
      row.frames,
      row["max(udp.srcport)"] ?? 0,
      row["distinct(dns.qry.name)"],
    ]);
    const expected = [...groups].map(([source, { frames, sum, most, names }]) => [
      source,
      sum,
      frames,
      most,
      names.size,
    ]);
    expect(sorted(ours)).toEqual(sorted(expected));
    expect(total.frames).toBe(expected.reduce((sum, [, , frames]) => sum + Number(frames), 0));
    const list = await columns(capture, "-f", "ip.src,udp.srcport", "--csv", "--no-header");
    const lines = frames
      .filter(([sources, , ports]) => sources!.length + ports!.length > 0)
      .map(([sources, , ports]) =>
        [sources!, ports!].map((all) => (all.length > 1 ? `"${all.join(",")}"` : all.join(","))).join(","),
      );
    expect(list.split("\r\n").slice(0, -1)).toEqual(lines);
  });

  test("sums are those of jq over the frames", { timeout: TIMEOUT }, async () => {
    const frames = await runProgram(["pdml", "frames", pdml(DEMO), "--quiet"], { timeoutMs: 60_000 });
    const program = `[inputs | select(.http.host)] | group_by(.http.host.raw[0])
      | map([.[0].http.host.raw[0], ([.[].frame.len.raw[]] | add), length])`;
    const { stdout } = await start(["jq", "-nc", program], { stdin: Buffer.from(frames.stdout) }).ended;
    const { rows } = await table(DEMO, "http.host", "-f", "http.host", "--sum", "frame.len", "--count", "--top", "20");
    expect(rows.length).toBeGreaterThan(1);
    expect(sorted(rows.map((row) => Object.values(row)))).toEqual(sorted(JSON.parse(stdout) as unknown[]));
  });

  test("recipe 3: Ethernet conversations with the addresses of each", { timeout: TIMEOUT }, async () => {
    for (const capture of CAPTURES) {
      const key = ["-t", "10", "-f", "eth.dst", "-f", "eth.src"];
      const program = `${COUNTS} [.eth.dst.raw[0], .eth.src.raw[0], (.ip.src.raw | counts), (.ip.dst.raw | counts)]`;
      const { rows } = await table(
        capture,
        "--per",
        "flow",
        ...key,
        "--values",
        "ip.src",
        "--values",
        "ip.dst",
        "--top",
        "0",
      );
      const first = (text: string) => text.split(",")[0];
      const ours = rows.map((row) => [
        first(row["eth.dst"]!),
        first(row["eth.src"]!),
        inOrder(row["values(ip.src)"]!),
        inOrder(row["values(ip.dst)"]!),
      ]);
      expect(sorted(ours), capture).toEqual(sorted(await jq(capture, key, program)));
    }
  });

  test("recipe 4: HTTP URIs and their clients", { timeout: TIMEOUT }, async () => {
    const key = ["-f", "http.host", "-f", "http.request.uri"];
    const program = `${COUNTS} select(.http.host and .http.request.uri)
      | ["http://" + .http.host.raw[0] + .http.request.uri.raw[0], (.ip.src.raw | counts)]`;
    const { rows } = await table(
      DEMO,
      "http.host and http.request.uri",
      "--per",
      "flow",
      ...key,
      "--values",
      "ip.src",
      "--top",
      "0",
    );
    const ours = rows.map((row) => [
      `http://${row["http.host"]}${row["http.request.uri"]}`,
      inOrder(row["values(ip.src)"]!),
    ]);
    expect(ours.length).toBeGreaterThan(1);
    expect(sorted(ours)).toEqual(sorted(await jq(DEMO, key, program)));
  });

  test("recipe 5: TLS handshakes", { timeout: TIMEOUT }, async () => {
    const program = `${COUNTS} select(.tls.handshake.type)
      | [(.ip.src.raw | counts | map(.[0])), (.ip.dst.raw | counts | map(.[0])), (.tls.handshake.type.show | counts)]`;
    const fields = ["ip.src", "ip.dst", "tls.handshake.type:label"];
    const measures = fields.flatMap((name) => ["--values", name]);
    const { rows } = await table(DEMO, "--per", "flow", "--with", "tls.handshake.type", ...measures, "--top", "0");
    const ours = rows.map((row) => {
      const [sources = [], destinations = [], types = []] = fields.map((name) => inOrder(row[`values(${name})`]!));
      return [sources.map(([address]) => address), destinations.map(([address]) => address), types];
    });
    expect(ours.length).toBeGreaterThan(1);
    expect(JSON.stringify(ours)).toContain("Client Hello (1)");
    expect(sorted(ours)).toEqual(sorted(await jq(DEMO, ["-s"], program)));
  });

  test("recipe 6: mean and standard deviation of TCP payload lengths per flow", { timeout: TIMEOUT }, async () => {
    const program = `select(.tcp.len) | .tcp.len.raw as $all | ($all | add / length) as $mean
      | [($all | length), $mean, ($all | map((. - $mean) * (. - $mean)) | add / length | sqrt)]`;
    for (const capture of CAPTURES.slice(0, 2)) {
      const { rows } = await table(
        capture,
        "tcp.len",
        "--per",
        "flow",
        "--count",
        "--mean",
        "tcp.len",
        "--deviation",
        "tcp.len",
        "--top",
        "0",
      );
      const ours = rows.map((row) => rounded([row.frames!, row["mean(tcp.len)"]!, row["deviation(tcp.len)"]!]));
      const theirs = (await jq(capture, [], program)) as number[][];
      expect(ours.length).toBeGreaterThan(1);
      expect(sorted(ours)).toEqual(sorted(theirs.map(rounded)));
    }
  });

  test("a series adds up to the groups; what is left over is told", { timeout: TIMEOUT }, async () => {
    const groups = await table(DEMO, "-f", "ip.proto", "--count", "--sum", "frame.len", "--top", "0");
    const series = await table(
      DEMO,
      "-f",
      "ip.proto",
      "--count",
      "--sum",
      "frame.len",
      "--top",
      "0",
      "--every",
      "1s",
      "--utc",
    );
    for (const row of groups.rows) {
      const frames = series.rows
        .filter((one) => one["ip.proto"] === row["ip.proto"])
        .reduce((sum, one) => sum + Number(one.frames ?? 0), 0);
      expect(frames).toBe(row.frames);
    }
    const top = await table(DEMO, "-f", "ip.proto", "--count", "--top", "1");
    expect(top.others!.frames! + Number(top.rows[0]!.frames)).toBe(groups.total.frames);
  });

  test("filters in both ways of saying it: words of flows and tshark's fields", { timeout: TIMEOUT }, async () => {
    const pairs = [
      [
        "src net 198.51.100.0/24 and dst port 443",
        "ip.src == 198.51.100.0/24 && (tcp.dstport == 443 || udp.dstport == 443)",
      ],
      ["proto udp and not port domain", "(ip.proto == 17 || ipv6.nxt == 17) && !(tcp.port == 53) && !(udp.port == 53)"],
      ["flags S/SA", "tcp.flags.syn == 1 && tcp.flags.ack == 0"],
      ["ip in [198.51.100.10 2001:db8:b::80]", "ip.addr == 198.51.100.10 || ipv6.addr == 2001:db8:b::80"],
      ["bytes > 1K and inet6", "frame.len > 1000 && ipv6"],
    ] as const;
    const theirs = await displayed(
      DEMO,
      pairs.map(([, display]) => display),
    );
    for (const [i, [own]] of pairs.entries()) {
      const { total } = await table(DEMO, own, "--count", "--sum", "frame.len");
      expect([total.frames, total["sum(frame.len)"]], own).toEqual(theirs[i]);
      expect(theirs[i]![0]).toBeGreaterThan(0);
    }
  });
});
