// PdmlFrames: which fields there are, what XML may have around them, what is wrong and where, the limits.
import { describe, expect, it } from "vitest";
import { type PlainFrame, type ReadOptions, readPdml } from "../../bench/pdml/read-frames.ts";

const read = (text: string | Buffer, options: ReadOptions = {}) => readPdml(Buffer.from(text), options);
const packet = (fields: string) => `<pdml><packet>${fields}</packet></pdml>`;

async function frameOf(fields: string, options: ReadOptions = {}): Promise<PlainFrame | undefined> {
  const { frames, problems } = await read(packet(fields), options);
  expect(problems).toEqual([]);
  expect(frames).toHaveLength(1);
  return frames[0];
}

describe("fields of PDML", () => {
  it("are every element with a name, in their order, nested or not", async () => {
    const frame = await frameOf(
      '<proto name="ip" showname="IP"><field name="ip.src" show="10.0.0.1"><field name="ip.addr" show="1"/></field></proto><x name="y" show="z"/>',
    );
    expect(frame).toEqual([
      ["ip", "", "IP"],
      ["ip.src", "10.0.0.1", ""],
      ["ip.addr", "1", ""],
      ["y", "z", ""],
    ]);
  });

  it("have their attributes in any order, in quotes or apostrophes, with white space anywhere", async () => {
    const frame = await frameOf(
      `<field show='1' size="4" name="a"/><field\n\tname = "b"\r\nshow= '"' showname ="it's"  /><field value="&lt;" name='c'></field >`,
    );
    expect(frame).toEqual([
      ["a", "1", ""],
      ["b", '"', "it's"],
      ["c", "", ""],
    ]);
  });

  it("are not what has no name, an empty one, or one like it", async () => {
    const frame = await frameOf(
      '<field show="1"/><field name="" show="2"/><field names="a" nam="b" xname="c" name2="d" show="3"/><field show="4" name="n" shows="5" showname2="6" showname="7" sshowname="8"/>',
    );
    expect(frame).toEqual([["n", "4", "7"]]);
  });

  it("have their entities resolved, and only theirs", async () => {
    const frame = await frameOf(
      '<field name="a&amp;b" showname="&quot;&#x41;&quot;" value="&apos;" show="&lt;&gt;"/><field name="a&amp;b" show="x"/>',
    );
    expect(frame).toEqual([
      ["a&b", "<>", '"A"'],
      ["a&b", "x", ""],
    ]);
  });

  it("have no labels where nobody asks for them", async () => {
    expect(await frameOf('<field showname="l" name="a" show="1"/>', { labels: false })).toEqual([["a", "1", ""]]);
  });

  it("are those alone that somebody wants, whatever stands between them, and in whatever pieces it comes", async () => {
    const frame =
      '<proto name="ip" showname="a > b" size="20" pos="14"><field name="ip.src" showname="S: 1" hide="yes" size="4" pos="2" show="1" value="01" unmaskedvalue="02"/>\n' +
      '<field name="ip.len" size="2" pos="3" show="&gt;>" value="0102"><field name="ip.src" show="2"/></field>\n <!-- <field> --> ' +
      "text<field name='ip.src' show='3'/><field name=\"ip.len\" show=\"4\"/> text</proto>";
    const text = `<pdml><packet>${frame}</packet>\n<packet>${frame}</packet>\n<packet>${frame}</packet></pdml>`;
    const whole = await read(text);
    for (const wanted of [["ip.src"], ["ip.len", "ip"], ["x"], []]) {
      for (const piece of [text.length, 1, 7, 64]) {
        const found = await read(text, { wanted, piece });
        expect(found.problems).toEqual([]);
        expect(found.counts.given).toBe(3);
        expect(found.frames).toEqual(whole.frames.map((fields) => fields.filter(([name]) => wanted.includes(name))));
      }
    }
    expect(whole.frames[0]).toHaveLength(6);
  });

  it("may come in any number in one frame", async () => {
    const frame = await frameOf('<field name="a" show="1"/>'.repeat(5000), { piece: 1000 });
    expect(frame).toHaveLength(5000);
    expect(new Set(frame?.map((field) => field.join()))).toEqual(new Set(["a,1,"]));
  });

  it("have other names than those that came last time", async () => {
    const { frames } = await read(
      `<pdml>${["ab.cd", "ab.ce", "ab.c", "ab.cdef", "ab.cd"].map((name) => `<packet><field name="x" show="0"/><field name="${name}" show="1"/></packet>`).join("")}</pdml>`,
    );
    expect(frames.map((frame) => frame[1]?.[0])).toEqual(["ab.cd", "ab.ce", "ab.c", "ab.cdef", "ab.cd"]);
  });

  it("are not taken from outside of packets", async () => {
    const { frames } = await read(
      '<pdml name="no"><x name="no"/><packet/><packet><y name="yes"/></packet><z name="no"/></pdml>',
    );
    expect(frames).toEqual([[], [["yes", "", ""]]]);
  });
});

describe("XML around the fields", () => {
  it("may have comments, CDATA, instructions, text, a byte order mark, and several documents", async () => {
    const one = `<?xml version="1.0" encoding="UTF-8" standalone='yes'?>\n<?xml-stylesheet type="a"?><!-- <packet> -->
<pdml>text &amp; more ] ]] &#65;<packet><!-- - > --><![CDATA[</packet>&x;<]]><?p <packet> ?><field name="a" show="1">text</field></packet></pdml>\n`;
    const { frames, problems } = await read(`\ufeff${one}${one}`, { piece: 3 });
    expect(problems).toEqual([]);
    expect(frames).toEqual([[["a", "1", ""]], [["a", "1", ""]]]);
  });

  it("may be cut into pieces anywhere", async () => {
    const text = `<?xml version="1.0"?><!-- c --><pdml><packet><proto name="p" show="&amp;&#233;\u20ac" showname='"'><field name="a.b" show=""/></proto>&lt;<![CDATA[x]]></packet>\n<packet/></pdml>\n`;
    const whole = await read(text);
    expect(whole.problems).toEqual([]);
    expect(whole.frames).toHaveLength(2);
    for (let piece = 1; piece < 60; piece++) expect(await read(text, { piece })).toEqual(whole);
  });

  it.each<[what: string, text: string, frames: number, problem: string]>([
    [
      "text",
      "THIS IS NOT XML!!\n",
      0,
      "test, octet 0, frame 1: expected PDML (XML as tshark -T pdml writes it), found other text",
    ],
    ["nothing", "", 0, "test, octet 0, frame 1: expected PDML (tshark -T pdml writes it), found an empty input"],
    ["blanks", " \n", 0, "test, octet 2, frame 1: expected PDML (tshark -T pdml writes it), found an empty input"],
    [
      "text behind",
      "<pdml><packet/></pdml>x",
      1,
      "test, octet 22, frame 2: expected PDML (XML as tshark -T pdml writes it), found other text",
    ],
    [
      "a cut stream",
      "<pdml><packet/><packet><field na",
      1,
      "test, octet 32, frame 2: expected the rest of the PDML, found the end; the frames before are used",
    ],
    [
      "no end",
      "<pdml><packet/>\n",
      1,
      "test, octet 16, frame 2: expected the rest of the PDML, found the end; the frames before are used",
    ],
    [
      "another end tag",
      "<pdml><packet></proto></packet></pdml>",
      0,
      "test, octet 14, frame 1: expected </packet>, found the end tag of another element",
    ],
    [
      "an end tag too many",
      "<pdml><packet/></pdml></pdml>",
      1,
      "test, octet 22, frame 2: expected a start tag, found an end tag where nothing is open",
    ],
    [
      "< in a value",
      '<pdml><packet><field name="a" value="<"/></packet>',
      0,
      "test, octet 37, frame 1: expected no < in the value of an attribute",
    ],
    [
      "no quotes",
      "<pdml><packet><field name=a/></packet>",
      0,
      "test, octet 26, frame 1: expected the quoted value of an attribute",
    ],
    [
      "no value",
      "<pdml><packet><field name/></packet>",
      0,
      "test, octet 25, frame 1: expected = behind the name of an attribute",
    ],
    [
      "no blank",
      '<pdml><packet><field name="a"show="b"/></packet>',
      0,
      "test, octet 29, frame 1: expected an attribute or the end of the tag",
    ],
    [
      "a name twice",
      '<pdml><packet><field name="a" show="b" name="c"/></packet>',
      0,
      "test, octet 39, frame 1: expected the attribute name once",
    ],
    ["/ without >", '<pdml><packet><field name="a"/ ></packet>', 0, "test, octet 30, frame 1: expected > behind /"],
    ["a tag without name", "<pdml>< packet></pdml>", 0, "test, octet 6, frame 1: expected a tag behind <"],
    [
      "an unknown entity",
      '<pdml><packet><field name="a" show="&lol;"/></packet>',
      0,
      "test, octet 36, frame 1: expected one of the entities that XML has by itself, found another; none is expanded",
    ],
    [
      "one in a value nobody asks for",
      '<pdml><packet><field name="a" value="&lol;"/></packet>',
      0,
      "test, octet 37, frame 1: expected one of the entities that XML has by itself, found another; none is expanded",
    ],
    [
      "one in text",
      "<pdml>&lol;<packet/></pdml>",
      0,
      "test, octet 6, frame 1: expected one of the entities that XML has by itself, found another; none is expanded",
    ],
    [
      "a document type",
      '<!DOCTYPE pdml [<!ENTITY lol "lol">]><pdml/>',
      0,
      "test, octet 0, frame 1: expected PDML, which has no document type, found <!DOCTYPE (refused, as it could declare entities)",
    ],
    [
      "UTF-16 by name",
      '<?xml version="1.0" encoding="utf-16"?><pdml/>',
      0,
      "test, octet 0, frame 1: expected UTF-8, found utf-16; convert it: iconv -f utf-16 -t utf-8",
    ],
    ["-- in a comment", "<pdml><!-- a -- b --></pdml>", 0, "test, octet 6, frame 1: expected no -- in a comment"],
    ["]]> in text", "<pdml>a ]]> b</pdml>", 0, "test, octet 8, frame 1: expected no ]]> in text"],
  ])("says what is wrong with %s, and where", async (_, text, frames, problem) => {
    for (const piece of [Math.max(1, text.length), 1, 5]) {
      const read = await readPdml(Buffer.from(text), { piece });
      expect(read.problems).toEqual([problem]);
      expect(read.frames).toHaveLength(frames);
      expect(read.counts.given).toBe(frames);
      expect(read.counts.frames).toBe(read.counts.given + read.counts.malformed);
    }
  });

  it("replaces what is no UTF-8 in the values, and counts it", async () => {
    const octets = Buffer.concat([
      Buffer.from('<pdml><packet><field name="a" showname="'),
      Buffer.from([0xff, 0x62, 0x01]),
      Buffer.from('" show="'),
      Buffer.from([0xe2, 0x82, 0xac, 0xc3]),
      Buffer.from('"/></packet></pdml>'),
    ]);
    const { frames, counts, problems } = await readPdml(octets);
    expect(problems).toEqual([]);
    expect(frames).toEqual([[["a", "\u20ac?", "?b?"]]]);
    expect(counts.badText).toBe(3);
  });

  it("is read to the fault that the input itself has", async () => {
    const { PdmlFrames } = await import("./pdml-frames.ts");
    const { FieldNames } = await import("./field-names.ts");
    const { readAll } = await import("../../bench/pdml/read-frames.ts");
    async function* failing() {
      yield Buffer.from("<pdml><packet/><packet>");
      throw Object.assign(new Error("EIO"), { code: "EIO" });
    }
    const input = { octets: failing(), progress: () => null, close: async () => undefined };
    const { frames, problems, counts } = await readAll(new PdmlFrames(input, new FieldNames(), { source: "pipe" }));
    expect(frames).toHaveLength(1);
    expect(problems).toEqual([
      "pipe, octet 23, frame 2: expected to read on, found a read error of the disk or device",
    ]);
    expect(counts).toMatchObject({ frames: 2, given: 1, malformed: 1, octets: 23 });
  });
});

describe("limits of a frame", () => {
  const limits = { octets: 4000, value: 100 };
  const small = '<packet><field name="a" show="1"/></packet>';

  it("leave out values that are too long, and count them", async () => {
    const long = "x".repeat(101);
    const fields = `<field name="a" show="${long}" showname="l"/><field name="b" show="${long.slice(1)}" showname="${long}" value="${long}"/>`;
    const { frames, counts } = await read(packet(fields), { limits });
    expect(frames).toEqual([
      [
        ["a", "", "l"],
        ["b", long.slice(1), ""],
      ],
    ]);
    expect(counts.longValues).toBe(2);
  });

  it.each([
    ["many fields", '<field name="b" show="2"/>'.repeat(2000)],
    ["one value", `<field name="b" show="${"x".repeat(300_000)}"/>`],
    ["a value nobody asks for", `<field name="b" value="${"x".repeat(300_000)}"/>`],
    ["text", "x".repeat(300_000)],
    ["a comment", `<!--${"x".repeat(300_000)}-->`],
  ])("pass over a frame of %s, and read the next", async (_, fields) => {
    const text = `<pdml>${small}<packet>${fields}</packet>${small}</pdml>`;
    for (const piece of [text.length, 1000, 77]) {
      const { frames, counts, problems } = await read(text, { limits, piece });
      expect(problems).toEqual([]);
      expect(frames).toEqual([[["a", "1", ""]], [["a", "1", ""]]]);
      expect(counts).toMatchObject({ frames: 3, given: 2, tooLarge: 1, malformed: 0, octets: text.length });
    }
  });

  it("count a frame that is too long and cut", async () => {
    const { counts, problems } = await read(`<pdml><packet>${"x".repeat(300_000)}`, { limits });
    expect(problems).toHaveLength(1);
    expect(counts).toMatchObject({ frames: 1, given: 0, tooLarge: 1, malformed: 0 });
  });

  it("refuse markup without end outside of packets", async () => {
    const { problems } = await read(`<pdml><!--${"x".repeat(300_000)}--></pdml>`, { limits });
    expect(problems).toEqual(["test, octet 6, frame 1: expected markup of at most 4000 octets"]);
  });

  it("do not hold for text between packets, and for frames one behind the other", async () => {
    const text = `<pdml>${" x ".repeat(100_000)}${small.repeat(10_000)}</pdml>`;
    const { frames, problems } = await read(text, { limits, piece: 60_000 });
    expect(problems).toEqual([]);
    expect(frames).toHaveLength(10_000);
  });

  it("leave out fields that lie too deep, and count them", async () => {
    const deep = 1000;
    const text = packet(
      `${'<field name="a" show="1">'.repeat(deep)}${"</field>".repeat(deep)}<field name="b" show="2"/>`,
    );
    const { frames, counts, problems } = await read(text);
    expect(problems).toEqual([]);
    expect(frames[0]).toHaveLength(257);
    expect(frames[0]?.at(-1)).toEqual(["b", "2", ""]);
    expect(counts.deepFields).toBe(deep - 256);
  });

  it("leave out fields of more names than anybody has, and count them", async () => {
    const names = Array.from({ length: 3 }, (_, at) => `<field name="${"n".repeat(600)}${at}" show="1"/>`).join("");
    const { frames, counts } = await read(packet(`${names}<field name="b" show="2"/>`));
    expect(frames).toEqual([[["b", "2", ""]]]);
    expect(counts.manyNames).toBe(3);
  });
});
