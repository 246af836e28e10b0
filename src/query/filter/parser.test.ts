// What a filter means, what is wrong with one, and how large it may be.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ELEMENTS } from "../../core/elements.ts";
import { UsageError } from "../../core/errors.ts";
import {
  completeFilter,
  FILTER_LIMITS,
  FilterError,
  type FilterOptions,
  filterBatch,
  filterSql,
  parseFilter,
} from "../index.ts";
import { NFDUMP_PHRASES } from "./nfdump-phrases.ts";

const OPTIONS: FilterOptions = {
  zone: "UTC",
  now: Date.UTC(2026, 10, 20, 12),
  localNetworks: ["10.0.0.0/8"],
  named: new Map([
    ["web", "port in [http, https]"],
    ["not-web", "not $web"],
    ["a", "$b"],
    ["b", "tcp or $a"],
    ["wrong", "dst port htpp"],
  ]),
  include: (path) => {
    if (path === "list") return "10.0.0.1, 10.0.0.2 # two\n192.0.2.0/24";
    if (path === "filter") return "tcp and # comment\nport 80";
    if (path === "itself") return "@include itself";
    throw new UsageError(`${path}: no such file`);
  },
};

function fault(text: string, options: FilterOptions = OPTIONS): FilterError {
  try {
    parseFilter(text, options);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`no fault in ${text}`);
}

const sqlOf = (text: string) => filterSql(parseFilter(text, OPTIONS)).compile();

const PIECES =
  "and or not ( ) [ ] , = != < >= in contains starts with ends matches /a+/ /( $web $a @include list filter 10.0.0.1 ::1 10.0.0.0/8 80 1K 0x10 443-500 tcp http 'x' \" # 2h mon-fri 08:00-18:00 SA S/SA 00:11:22:33:44:55 other.x other.".split(
    " ",
  );

describe("the same filter in other words", () => {
  test.each([
    ["dst port 443", "dst port = https"],
    ["dst port 443", "dstPort == 443"],
    ["dst port 443", "destinationTransportPort eq 443"],
    ["tcp and udp or gre", "(proto 6 && proto 17) || proto gre"],
    ["not tcp", "! proto TCP"],
    ["tcp or udp and gre", "tcp or (udp and gre)"],
    ["src net 10.0.0.0/8", "src net 10/8"],
    ["src net 10.0.0.0/8", "src net 10.0.0.0 255.0.0.0"],
    ["src net 10.0.0.0/8", "src inside"],
    ["bytes > 1500000", "in bytes > 1.5M"],
    ["bytes > 1024", "bytes > 1Ki"],
    ["$web", "port in [80,443]"],
    ["$not-web", "not port in [80,443]"],
    ["ip in [@include list]", "ip in [10.0.0.1 10.0.0.2 192.0.2.0/24]"],
    ["@include filter", "(tcp and port 80)"],
    ["duration > 90000", "duration > 1m30s"],
    ["start > yesterday", "first seen > 2026-11-19"],
    ["start > 2h", "start > 2026-11-20T10:00:00Z"],
    ["applicationName = web", "other.applicationName = 'web'"],
    ["flags S", "tcpFlags S/S"],
    ["weekday sat-sun", "weekday in [sunday, saturday]"],
    ["endReason idle", "endReason = 1"],
    ["", "any # everything"],
  ])("%s: %s", (one, other) => {
    const [first, second] = [sqlOf(one), sqlOf(other)];
    expect(second).toEqual(first);
  });
});

describe("faults: a sentence, the place, a suggestion", () => {
  test.each([
    ["dst prt 80", 4, 7, "port"],
    ["dst port 80 and proto tpc", 22, 25, "tcp"],
    ["byts > 5", 0, 4, "bytes"],
    ["port in [80, htps]", 13, 17, "https"],
    ["src ip 10.0.0.256", 7, 17, null],
    ["src ip 10.0.0.0/33", 7, 18, null],
    ["net 10.0.0.0 and", 16, 16, null],
    ["port 80 port 81", 8, 12, null],
    ["port 65536", 5, 10, null],
    ["port 90-80", 5, 10, null],
    ["proto 256", 6, 9, null],
    ["(tcp", 4, 4, null],
    ["tcp)", 3, 4, null],
    ["flags Q", 6, 7, null],
    ["flags S/A", 6, 9, null],
    ["bytes > 1.0001K", 8, 15, null],
    ["start > soon", 8, 12, null],
    ["other.x matches /a(/", 18, 19, null],
    ["other.x = 'a", 10, 12, null],
    ["ip example.org", 3, 14, null],
    ["$webb", 0, 5, null],
    ["geo DE", 0, 3, null],
    ["tcp and \u0007\u202e", 8, 10, null],
  ])("%s", (text, from, to, suggestion) => {
    const error = fault(text);
    expect([error.span.from, error.span.to, error.suggestion]).toEqual([from, to, suggestion]);
    const [sentence = "", line, caret] = error.message.split("\n");
    expect(sentence).toMatch(/^filter: .+[.;]$/);
    expect(caret?.indexOf("^")).toBe(2 + from);
    expect(caret?.trim()).toBe("^".repeat(Math.max(1, to - from)));
    expect(line?.length).toBe(text.length + 2);
    expect(error.message).not.toMatch(/[^\n\P{C}]/u);
  });

  test("in a named filter and in a file: which, and there the place", () => {
    expect(fault("tcp and $wrong")).toMatchObject({ source: "$wrong", text: "dst port htpp", suggestion: "http" });
    expect(fault("$a").sentence).toContain("$a -> $b -> $a");
    expect(fault("@include itself").sentence).toContain("itself -> itself");
    expect(fault("port in [@include gone]").sentence).toContain("gone: no such file");
    expect(fault("@include x", {}).sentence).toContain("not allowed here");
    expect(fault("src inside", {}).sentence).toContain("not declared");
  });

  test("long lines are cut around the place", () => {
    const [, line = "", caret = ""] = fault(`${"tcp or ".repeat(200)}nothing${" or tcp".repeat(200)}`).message.split(
      "\n",
    );
    expect(line.length).toBeLessThan(110);
    expect(line.slice(caret.indexOf("^"), caret.lastIndexOf("^") + 1)).toBe("nothing");
  });
});

describe("limits", () => {
  test("characters, terms, depth, entries, expressions", () => {
    expect(fault("tcp ".repeat(FILTER_LIMITS.text)).sentence).toContain("8192 characters");
    expect(fault(Array(400).fill("tcp").join(" or ")).sentence).toContain("500 terms");
    expect(parseFilter(Array(250).fill("tcp").join(" or ")).root.kind).toBe("or");
    expect(fault(`${"(".repeat(40)}tcp`).sentence).toContain("32");
    expect(fault(`${"not ".repeat(40)}tcp`).sentence).toContain("32");
    expect(parseFilter(`${"(".repeat(32)}tcp${")".repeat(32)}`).root.kind).toBe("number");
    const many = Array.from({ length: FILTER_LIMITS.entries + 1 }, (_, i) => i % 60_000).join(" ");
    const include = () => many;
    expect(fault("port in [@include x]", { include }).sentence).toContain("65536 entries");
    expect(fault("other.x matches /(a{100}){100}/").sentence).toContain("1000 repetitions");
    expect(fault("other.x matches /([a-z\u0100-\uffff]{90}){10}/").sentence).toContain("too large");
  });

  test("named filters that double each other", () => {
    const named = new Map(
      Array.from({ length: 31 }, (_, i) => [`n${i}`, i === 0 ? "tcp" : `$n${i - 1} or $n${i - 1}`]),
    );
    expect(fault("$n30", { named }).sentence).toContain("500 terms");
  });

  test("a list of 60,000 networks is one term", () => {
    const include = () => Array.from({ length: 60_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/25`).join("\n");
    const filter = parseFilter("src net in [@include x]", { include });
    expect(filterSql(filter).compile().text.length).toBeLessThan(300);
    filterBatch(filter);
  });
});

test("the tree is frozen, in all its depth", () => {
  const frozen = (value: unknown): boolean =>
    typeof value !== "object" ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every((inner) => frozen(inner)));
  const filter = parseFilter(
    "not (tcp and ip in [10.0.0.1,10.1.0.0/16]) or other.x matches /a/ or weekday mon or icmp-type 8",
    OPTIONS,
  );
  expect(frozen(filter)).toBe(true);
});

describe("nothing of a person's becomes SQL: each value of a filter is bound", () => {
  test.each([
    ["dst port 4711", "4711"],
    ["bytes > 987654321987", "987654321987"],
    ["src ip 192.0.2.77", "::ffff:192.0.2.77"],
    ["src net 2001:db8:77::/48", "2001:db8:77::"],
    ["dst port in [4711, 4712-4799, 17]", "17", "4711", "4799"],
    ['other.it%s = "x\'); DROP TABLE flows --"', "it%s", "x'); DROP TABLE flows --"],
    ["srcAddr contains '{p9:String}'", "{p9:String}"],
    ["applicationName matches /qwe.rty/", "qwe[\\x{0}-\\x{10ffff}]rty"],
    ["start > 2026-11-20T10:00:00.123456789Z", "1795168800123456789"],
    ["duration > 4711", "4711000000"],
    ["flags SA/SAFR", "18", "23"],
    ["srcMac 00:00:00:00:12:67", "4711"],
    ["bps > 4711", "4711"],
    ["time 04:07-11:13", "14820", "40380"],
  ])("%s", (text, ...values) => {
    const { text: said, params } = sqlOf(text);
    const bound = Object.values(params).flat().map(String);
    for (const value of values) {
      expect(bound).toContain(value);
      expect(said).not.toContain(value.length > 1 ? value : `'${value}'`);
    }
    expect(said.replaceAll(/\{p\d+:[A-Za-z0-9()]+\}/g, "")).toMatch(/^[A-Za-z0-9_ ().,'^+:<>=!*/+-]*$/);
  });
});

test("any text is a filter or a FilterError with a place in it, and completes to something or nothing", () => {
  const bits = [...PIECES, ...NFDUMP_PHRASES.map(({ words }) => words), ...ELEMENTS.map(({ name }) => name)];
  const text = fc.oneof(
    fc
      .array(fc.oneof(fc.constantFrom(...bits), fc.string({ maxLength: 4, unit: "binary" })), { maxLength: 12 })
      .map((parts) => parts.join(" ")),
    fc.array(fc.constantFrom(...bits), { maxLength: 12 }).map((parts) => parts.join("")),
  );
  let whole = 0;
  fc.assert(
    fc.property(text, fc.nat(60), (said, offset) => {
      completeFilter(said, offset, OPTIONS);
      try {
        const filter = parseFilter(said, OPTIONS);
        filterSql(filter).compile();
        filterBatch(filter);
        whole++;
      } catch (error) {
        expect(error).toBeInstanceOf(FilterError);
        const { span, text: where, sentence } = error as FilterError;
        expect(span.from <= span.to && span.to <= where.length).toBe(true);
        expect(sentence).not.toMatch(/\p{C}/u);
      }
    }),
    { seed: 12, numRuns: 600 },
  );
  expect(whole).toBeGreaterThan(20);
});
