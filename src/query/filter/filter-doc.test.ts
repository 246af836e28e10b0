// docs/filter.md: its examples are filters, and it leaves out no term, no limit and no comparator of the code.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { FILTER_LIMITS, FilterError, type FilterOptions, parseFilter } from "../index.ts";
import { NFDUMP_PHRASES } from "./nfdump-phrases.ts";
import { COMPARISONS } from "./term-operators.ts";

const text = readFileSync(join(import.meta.dirname, "..", "..", "..", "docs", "filter.md"), "utf8");
const [known = "", unknown = ""] = text.split("## What nfdump has");
const OPTIONS: FilterOptions = { localNetworks: ["10.0.0.0/8"], resolve: () => ["192.0.2.1"], zone: "UTC" };

/** What stands in backticks in the first column. */
function examples(part: string): string[] {
  const cells = [...part.matchAll(/^\| (`[^|]+) \|/gm)].map(([, cell]) => cell!);
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, example]) => example!));
}

const terms = examples(known.slice(known.indexOf("## Terms"), known.indexOf("| Comparison |")));

describe("docs/filter.md", () => {
  test.each(terms)("%s is a filter", (example) => {
    expect(parseFilter(example, OPTIONS).root.kind).toBeDefined();
  });

  test.each(examples(unknown))("%s is refused with a sentence of its own", (example) => {
    expect(() => parseFilter(example, OPTIONS)).toThrow(FilterError);
    expect(() => parseFilter(example, OPTIONS)).not.toThrow("found the end");
  });

  it("names every term", () => {
    expect(terms.length).toBeGreaterThan(60);
    const all = [...terms, ...examples(unknown)];
    const sides = /^((src|dst) (or|and) (src|dst)|src|dst) /;
    const nouns = new Set(NFDUMP_PHRASES.map(({ words }) => words.replace(sides, "")));
    const missing = [...nouns].filter(
      (noun) => !all.some((example) => example === noun || ` ${example} `.includes(` ${noun} `)),
    );
    // Told in words: other spellings, and one for many.
    const told = [
      "engine-type",
      "engine id",
      "mpls label1",
      "in vrf",
      "out vrf",
      "in mac",
      "out mac",
      "in dst mac",
      "out src mac",
    ];
    const protocols = ["udp", "icmp", "icmp6", "igmp", "gre", "esp", "ah", "sctp", "ospf"];
    const labels = [3, 4, 5, 6, 7, 8, 9].map((n) => `mpls label${n}`);
    const counters = ["in packets", "out packets"];
    const expected = [...told, ...protocols, ...labels, ...counters];
    expect(missing.sort()).toEqual(expected.sort());
  });

  it("names every comparator and limit", () => {
    for (const sign of Object.keys(COMPARISONS)) expect(known).toContain(`\`${sign}\``);
    const { text: characters, list, nodes, entries, depth } = FILTER_LIMITS;
    const limits = known.slice(known.indexOf("## Limits"));
    for (const limit of [characters, list, nodes, entries, depth]) expect(limits).toContain(String(limit));
  });

  test.each([
    "reverseBytes > 1M",
    "octetDeltaCount > 1000",
    "applicationName contains 'web'",
    "host contains '.13.'",
    "other.x matches /web[0-9]+$/i",
  ])("%s", (example) => {
    expect(parseFilter(example).root.kind).toBeDefined();
  });
});
