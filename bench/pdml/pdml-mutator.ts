// Seeded changes of PDML: octets, markup and whole pieces that are taken away, doubled, moved, or put where they do not belong.
import type { SeededRandom } from "../seeded-random.ts";

/** What XML is made of, what it does not have, and what lives on its edges. */
const MARKUP = [
  ..."<>/=\"'&; \n\t\r!?-[]x",
  ..."\u0000\u0001\u007f\u00e9\ufffd",
  "<packet>",
  "</packet>",
  "<packet/>",
  "</proto>",
  '<field name="a.b" show="1"/>',
  '<field show="1" name="a.b">',
  "</field>",
  '<x name="y"/>',
  "<!-- c -->",
  "<!--",
  "-->",
  "<![CDATA[<packet>]]>",
  "<![CDATA[",
  "]]>",
  "<?p i?>",
  '<?xml version="1.0"?>',
  "<!DOCTYPE a [<!ENTITY b 'c'>]>",
  "&amp;",
  "&lt;",
  "&#65;",
  "&#x1F600;",
  "&#0;",
  "&#xD800;",
  "&b;",
  "&amp",
  ' name=""',
  " name='q'",
  ' show="&quot;"',
  ' showname="l"',
  "\ufeff",
].map((text) => Buffer.from(text));

/** A copy of a document with one change to eight. */
export function mutatePdml(document: Uint8Array, random: SeededRandom): Uint8Array {
  let octets = document;
  for (let changes = 1 + random.below(random.below(3) === 0 ? 8 : 2); changes > 0; changes--)
    octets = change(octets, random);
  return octets;
}

function change(octets: Uint8Array, random: SeededRandom): Uint8Array {
  const at = random.below(octets.length + 1);
  const length = random.below(random.below(4) === 0 ? 2000 : 20);
  const markup = MARKUP[random.below(MARKUP.length)]!;
  const slice = octets.subarray(at, at + length);
  switch (random.below(7)) {
    case 0:
      return joined(octets.subarray(0, at), octets.subarray(at + length));
    case 1:
      return joined(octets.subarray(0, at), slice, slice, octets.subarray(at + length));
    case 2: {
      const to = random.below(octets.length + 1);
      return joined(octets.subarray(0, to), slice, octets.subarray(to));
    }
    case 3:
      return joined(octets.subarray(0, at), markup, octets.subarray(at));
    case 4:
      return joined(octets.subarray(0, at), markup, octets.subarray(at + markup.length));
    case 5:
      return octets.subarray(0, at);
    default: {
      const changed = Buffer.from(octets);
      if (at < changed.length) changed[at] = random.below(4) === 0 ? random.below(256) : 0x20 + random.below(0x5f);
      return changed;
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
