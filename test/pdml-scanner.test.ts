// PDML of every kind read by our scanner and by saxes, a strict parser of XML: the same frames, and faults found by both.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fuzzPdml, pdmlSeeds } from "../bench/fuzz/pdml.ts";
import { readPdml } from "../bench/pdml/read-frames.ts";
import { difference, saxesFrames } from "../bench/pdml/saxes-frames.ts";
import { ROOT } from "./module-imports.ts";
import { DEMO, lacks, missingPrograms, run } from "./program.ts";

const CORPUS = join(ROOT, "..", "shared", "corpus", "pdml");

function corpusFiles(): string[] {
  if (!existsSync(CORPUS)) return [];
  const files = readdirSync(CORPUS, { recursive: true, encoding: "utf8" });
  return files.filter((file) => file.endsWith(".pdml") || file.endsWith("stdin")).sort();
}

const space = fc.constantFrom(" ", "  ", "\n", "\t", "\r\n ");
const maybeSpace = fc.constantFrom("", "", " ", "\n");
const value = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
  fc.constantFrom("", "1", "0x1f", "10.0.0.1", "a&b<c>\"d'e", "\u00b7\u00b7AP\u00b7\u00b7", "x".repeat(300)),
);

/** An attribute's text in quotes: what must be is escaped, other characters now and then. */
const quoted = fc.tuple(value, fc.boolean(), fc.integer({ min: 0, max: 3 })).map(([text, apostrophe, habit]) => {
  const written = Array.from(text, (character) => escaped(character, apostrophe, habit)).join("");
  return apostrophe ? `'${written}'` : `"${written}"`;
});

const NAMED: Readonly<Record<string, string>> = {
  "<": "&lt;",
  ">": "&gt;",
  "&": "&amp;",
  '"': "&quot;",
  "'": "&apos;",
};

function escaped(character: string, apostrophe: boolean, habit: number): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === "<" || character === "&" || character === (apostrophe ? "'" : '"')) return NAMED[character] ?? "";
  if (habit === 1 && NAMED[character] !== undefined) return NAMED[character];
  if (habit === 2 && code > 0x20) return `&#${code};`;
  return habit === 3 && code > 0x7f ? `&#x${code.toString(16)};` : character;
}

const attribute = (names: fc.Arbitrary<string>) =>
  fc
    .tuple(names, maybeSpace, maybeSpace, quoted)
    .map(([name, before, after, text]) => ({ name, text: `${name}${before}=${after}${text}` }));

const attributes = fc
  .tuple(
    fc.array(
      attribute(
        fc.constantFrom("name", "show", "showname", "size", "pos", "value", "hide", "nam", "shown", "showname2", "x:y"),
      ),
      { maxLength: 7 },
    ),
    space,
  )
  .map(([list, between]) => {
    const once = list.filter(({ name }, at) => list.findIndex((other) => other.name === name) === at);
    return once.map(({ text }) => `${between}${text}`).join("");
  });

const filling = fc.constantFrom(
  "",
  "",
  "\n  ",
  "text",
  "a &amp; b &#65;",
  "<!-- <packet> & -->",
  "<![CDATA[</field>&x;<]]>",
  "<?pi <field name='x'> ?>",
  " ] ]] ",
);

const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom("field", "field", "proto", "other", "a.b-c", "f", "fields"),
      attributes,
      maybeSpace,
      fc.boolean(),
      tie("content"),
    )
    .map(([tag, list, end, empty, content]) =>
      empty ? `<${tag}${list}${end}/>` : `<${tag}${list}${end}>${content}</${tag}${end}>`,
    ),
  content: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    filling,
    fc.array(fc.oneof(filling, tie("element")), { maxLength: 4 }).map((parts) => parts.join("")),
  ),
}));

const pdml = fc
  .tuple(
    fc.constantFrom("", '<?xml version="1.0"?>\n', '<?xml version="1.0" encoding="utf-8"?>', "<!-- c -->\n"),
    fc.array(fc.tuple(filling, fc.array(element, { maxLength: 5 }), maybeSpace), { maxLength: 4 }),
  )
  .map(([head, packets]) => {
    const list = packets.map(([before, fields, end]) =>
      fields.length === 0 ? `${before}<packet${end}/>` : `${before}<packet${end}>${fields.join("")}</packet${end}>`,
    );
    return `${head}<pdml>${list.join("")}</pdml>\n`;
  });

describe("our scanner and saxes", () => {
  it("read the same frames of any PDML, in pieces of any length", async () => {
    let frames = 0;
    await fc.assert(
      fc.asyncProperty(pdml, fc.integer({ min: 1, max: 200 }), async (text, piece) => {
        const saxes = saxesFrames(text);
        expect(saxes.error).toBeNull();
        expect(difference(saxes, await readPdml(Buffer.from(text), { piece }))).toBeNull();
        frames += saxes.frames.flat().length;
      }),
      { numRuns: 500 },
    );
    expect(frames).toBeGreaterThan(100);
  }, 90_000);

  it("read the same frames of the corpus", async () => {
    const files = corpusFiles();
    if (files.length === 0) return console.log("corpus not here: nothing is read of it");
    for (const file of files) {
      const octets = readFileSync(join(CORPUS, file));
      const saxes = saxesFrames(octets.toString());
      expect(difference(saxes, await readPdml(octets)), file).toBeNull();
      expect(difference(saxes, await readPdml(octets, { piece: 4096 })), file).toBeNull();
    }
  });

  it("read the same frames of tshark's PDML of the demo capture", async () => {
    if (lacks("PDML of the demo capture", missingPrograms("tshark"))) return;
    const text = await run(["tshark", "-n", "-r", DEMO, "-c", "700", "-T", "pdml"]);
    const saxes = saxesFrames(text);
    expect(saxes.error).toBeNull();
    expect(saxes.frames).toHaveLength(700);
    expect(difference(saxes, await readPdml(Buffer.from(text), { piece: 65_536 }))).toBeNull();
  });

  it("find the same faults in changed PDML (npm run fuzz -- pdml is the long one)", async () => {
    const result = await fuzzPdml({ seeds: pdmlSeeds(), documents: 3000, seed: 38 });
    expect(result.failure).toBeNull();
    expect(result.compared).toBeGreaterThan(2000);
    expect(result.sound).toBeGreaterThan(100);
    expect(result.frames).toBeGreaterThan(1000);
  }, 90_000);
});
