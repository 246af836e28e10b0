// What can be grouped by, filtered and measured, from the one table: what the page offers.
import { FIELDS } from "../core/fields.ts";
import { DEFAULT_MEASURES, type Measure, parseDimension, parseMeasure, SERIES_MEASURES } from "../query/index.ts";
import type { Words } from "./api.ts";

/** What is no field of its own, with what it is. */
const MORE: readonly (readonly [name: string, about: string])[] = [
  ["addr", "address of either end"],
  ["port", "port of either end"],
  ["as", "autonomous system of either end"],
  ["if", "interface of either end"],
  ["mac", "MAC address of either end"],
  ["mask", "length of the prefix of either end"],
  ["srcNet", "network of the source by the mask that the record has"],
  ["dstNet", "network of the destination by the mask that the record has"],
  ["service", "name of the port that has one"],
];
const MEASURES = ["forwardBytes", "reverseBytes", "forwardPackets", "reversePackets", "bytesPercent", "packetsPercent"];
const MORE_MEASURES = ["flowsPercent", "fps", "duration", "first", "last"];

export const WORDS: Words = {
  fields: [
    ...FIELDS.filter(({ kind }) => kind !== "other").map(({ name, title, about, kind }) => ({
      name,
      title,
      about,
      kind,
    })),
    ...MORE.map(([name, about]) => {
      const { title } = parseDimension(name, null);
      return { name, title, about, kind: name === "addr" ? "address" : "either" };
    }),
  ],
  measures: measuresOf([
    ...DEFAULT_MEASURES,
    ...SERIES_MEASURES,
    ...[...MEASURES, ...MORE_MEASURES].map((name) => parseMeasure(name)),
  ]),
};

function measuresOf(measures: readonly Measure[]): Words["measures"] {
  const byName = new Map(measures.map(({ name, title, unit }) => [name, { name, title, unit }]));
  return [...byName.values()];
}
