// openFrames: files, compressed or not, of every format, one after the other; what cannot be read; calling off.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pieces, readAll } from "../../bench/pdml/read-frames.ts";
import { DEMO, lacks, missingPrograms } from "../../test/program.ts";
import { FieldNames } from "./field-names.ts";
import { type OpenFramesOptions, openFrames } from "./open-frames.ts";

const packet = (show: string) => `<packet><field name="a" show="${show}" showname="label"/></packet>\n`;
const pdml = (...shows: string[]) => `<?xml version="1.0"?>\n<pdml>${shows.map(packet).join("")}</pdml>\n`;
const EK = '{"index":{"_type":"doc"}}\n{"timestamp":"1","layers":{"ip":{"ip_ip_src":"10.0.0.1"}}}\n';
const JSON_LIST = '[\n{"_index":"x","_source":{"layers":{"ip":{"ip.src":"10.0.0.1"}}}}\n]\n';

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-frames-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function read(sources: readonly string[], options: Partial<OpenFramesOptions> = {}) {
  const found = await readAll(await openFrames(sources, { names: new FieldNames(), ...options }));
  return { ...found, problems: found.problems.map((problem) => problem.replaceAll(`${folder}/`, "")) };
}

describe("frames of files", () => {
  it("come one file after the other, with one set of names and counts", async () => {
    const sources = [
      file("1.pdml", pdml("1", "2")),
      file("2.pdml", `\ufeff\n  <!-- c -->${pdml("3").split("\n").slice(1).join("\n")}`),
    ];
    const { frames, counts, problems } = await read(sources);
    expect(problems).toEqual([]);
    expect(frames).toEqual([[["a", "1", ""]], [["a", "2", ""]], [["a", "3", ""]]]);
    expect(counts).toMatchObject({ frames: 3, given: 3 });
  });

  it("have labels where they are asked for", async () => {
    expect((await read([file("l.pdml", pdml("1"))], { labels: true })).frames).toEqual([[["a", "1", "label"]]]);
  });

  it("come out of gzip", async () => {
    const path = file("many.pdml.gz", gzipSync(pdml(...Array.from({ length: 20_000 }, (_, at) => `${at}`))));
    const { frames, problems } = await read([path]);
    expect(problems).toEqual([]);
    expect(frames.map((frame) => frame[0]?.[1])).toEqual(Array.from({ length: 20_000 }, (_, at) => `${at}`));
  });

  it("come out of zstd", async () => {
    if (lacks("PDML in zstd", missingPrograms("zstd"))) return;
    const path = file("z.pdml", pdml("1", "2"));
    execFileSync("zstd", ["-q", path]);
    expect((await read([`${path}.zst`])).frames).toHaveLength(2);
  });

  it("come out of gzip up to where it is cut", async () => {
    const whole = gzipSync(pdml(...Array.from({ length: 20_000 }, (_, at) => `${(at * 7919) % 10_007}`)));
    const { frames, problems, counts } = await read([file("cut.pdml.gz", whole.subarray(0, whole.length >> 1))]);
    expect(frames.length).toBeGreaterThan(1000);
    expect(counts.frames).toBe(frames.length + counts.malformed);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(
      /^cut.pdml.gz, octet \d+, frame \d+: expected more gzip data, found its end; the file was cut short, the frames before are given$/,
    );
  });

  it("are recognised by what they are: -T ek and -T json", async () => {
    const { frames, problems } = await read([file("a", EK), file("b", JSON_LIST), file("c", pdml("1"))]);
    expect(problems).toEqual([]);
    expect(frames).toHaveLength(3);
    expect(frames[1]).toContainEqual(["ip.src", "10.0.0.1", ""]);
    expect(frames[2]).toEqual([["a", "1", ""]]);
  });
});

describe("what cannot be read", () => {
  it("is refused where it is the only source", async () => {
    await expect(read([join(folder, "nowhere")])).rejects.toThrow(
      "nowhere: expected PDML or JSON of tshark, or a capture, found no such file; check the name",
    );
    await expect(read([folder])).rejects.toThrow("found a directory");
  });

  it("is a problem beside others, which are read", async () => {
    const { frames, problems } = await read([
      join(folder, "nowhere"),
      file("bad", "THIS IS NOT XML!!"),
      file("good", pdml("1")),
      file("xz", Buffer.from("fd377a585a0000010203040506070809", "hex")),
      file("utf16", Buffer.from(pdml("1"), "utf16le").subarray(0, 40)),
      file("empty", ""),
      file("word", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("<pdml/>", "utf16le")])),
    ]);
    expect(frames).toEqual([[["a", "1", ""]]]);
    expect(problems).toEqual([
      "nowhere: expected PDML or JSON of tshark, or a capture, found no such file; check the name",
      "bad, octet 0, frame 1: expected PDML (XML as tshark -T pdml writes it), found other text",
      "xz: expected PDML or JSON of tshark (-T pdml, -T ek, -T json), or a capture, found an xz file (first octets fd 37 7a 58); decompress it first: unxz",
      "utf16: expected PDML or JSON of tshark (-T pdml, -T ek, -T json), or a capture, found UTF-16 text; convert it: iconv -f utf-16 -t utf-8",
      "empty, octet 0, frame 1: expected PDML (tshark -T pdml writes it), found an empty input",
      "word: expected PDML or JSON of tshark (-T pdml, -T ek, -T json), or a capture, found UTF-16 text; convert it: iconv -f utf-16 -t utf-8",
    ]);
  });
});

describe("a capture", () => {
  it("is read by tshark where one may run it", async () => {
    const opened: string[] = [];
    const { frames, problems } = await read([DEMO], {
      openCapture: async (name, piped) => {
        opened.push(name);
        expect(piped).toBeNull();
        return { octets: pieces(Buffer.from(pdml("1")), 10), progress: () => null, close: async () => undefined };
      },
    });
    expect(opened).toEqual([DEMO]);
    expect(problems).toEqual([]);
    expect(frames).toHaveLength(1);
  });

  it("is refused where nobody may, with what to do", async () => {
    const { problems } = await read([DEMO]);
    expect(problems).toEqual([
      `${DEMO}: expected PDML or JSON of tshark, found a capture; make PDML of it: tshark -r ${DEMO} -T pdml | flowgauge pdml flows`,
    ]);
  });
});

describe("calling off", () => {
  it("ends the frames without a problem, also while octets are waited for", async () => {
    const controller = new AbortController();
    let closed = false;
    async function* endless() {
      yield Buffer.from(`<pdml>${packet("1")}<packet>`);
      // Asked for more, of which there will be none.
      setImmediate(() => controller.abort());
      await new Promise(() => undefined);
    }
    const source = await openFrames([DEMO], {
      names: new FieldNames(),
      signal: controller.signal,
      openCapture: async () => ({
        octets: endless(),
        progress: () => null,
        close: async () => {
          closed = true;
        },
      }),
    });
    let given = 0;
    do while (source.next() !== null) given++;
    while (await source.more());
    expect(given).toBe(1);
    expect(source.problems).toEqual([]);
    expect(source.counts).toMatchObject({ frames: 1, given: 1, malformed: 0 });
    expect(await source.more()).toBe(false);
    void source.close();
    expect(closed).toBe(true);
  });
});
