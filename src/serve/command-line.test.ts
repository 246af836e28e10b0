// Command lines of questions: words of a shell, named filters written out.

import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { usedNames, withoutNames } from "../query/index.ts";
import type { QueryWords } from "./api.ts";
import { commandLine, queryArguments, shellWord } from "./command-line.ts";

const asked = (words: QueryWords, named: readonly (readonly [string, string])[] = [], local: string | null = null) =>
  ({ words, named, local, format: "json", now: 0 }) as const;

describe("words of a shell", () => {
  test("any text comes through a shell as it is", () => {
    const texts = fc.sample(fc.string({ unit: "binary-ascii", maxLength: 30 }), { seed: 5, numRuns: 100 });
    const plain = texts
      .map((text) => text.replaceAll("\0", ""))
      .concat("-n", "~", "a'b", "'", "", "$(x)", "*", "a\nb", "é\u202e😀");
    const line = `printf '%s\\0' ${plain.map(shellWord).join(" ")}`;
    expect(execFileSync("/bin/sh", ["-c", line]).toString()).toBe(plain.map((text) => `${text}\0`).join(""));
  });

  test("the words in their options; a list has its limit", () => {
    expect(commandLine(asked({ filter: "dst port 80", from: "2h", by: ["srcAddr/24", "proto"], top: 0 }), "/a b")).toBe(
      "flowgauge query 'store:/a b' 'dst port 80' --from 2h --by srcAddr/24 --by proto --top 0",
    );
    expect(queryArguments(asked({ biflow: true, scale: true }, [], "10.0.0.0/8"), "/s")).toEqual([
      ...["store:/s", "--limit", "100", "--local", "10.0.0.0/8", "--scale", "--biflow"],
    ]);
    expect(queryArguments(asked({ biflow: "5s", sum: "bytes", from: "-1" }), "/s")).toEqual([
      ...["store:/s", "--from=-1", "--sum", "bytes", "--biflow=5s"],
    ]);
    expect(queryArguments({ ...asked({}), format: "csv" }, "/s")).toEqual(["store:/s"]);
  });
});

describe("named filters", () => {
  const named = new Map([
    ["web", "port in [80, 443]"],
    ["lan", "src ip 10.0.0.0/8 # ours"],
    ["both", "$web and $lan"],
    ["ring", "$ring or tcp"],
  ]);

  test("what they stand for, in parentheses; a comment ends before them", () => {
    expect(withoutNames("not $both or udp", named)).toBe(
      "not ((port in [80, 443]) and (src ip 10.0.0.0/8 # ours\n)\n) or udp",
    );
  });

  test("texts, comments and names that are not known stay", () => {
    for (const text of ['other.x = "$web"', "tcp # $web", "$nobody and tcp", 'other.x = "$web'])
      expect(withoutNames(text, named)).toBe(text);
  });

  test("which ones are used, also by others; rings end", () => {
    expect(usedNames("$both", named).map(([name]) => name)).toEqual(["both", "lan", "web"]);
    expect(usedNames("$ring", named).map(([name]) => name)).toEqual(["ring"]);
    expect(withoutNames("$ring", named).length).toBeLessThan(1000);
  });
});
