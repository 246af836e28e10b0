// The live screen at any size: nothing wider or higher than the terminal, what is said where.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sampleTopView, type ViewWish } from "../../test/sample-top-view.ts";
import { plainText } from "../terminal/index.ts";
import { lineCells } from "./top-lines.ts";
import { detailLines } from "./top-panels.ts";
import type { TopPicture } from "./top-picture.ts";
import { topScreen } from "./top-screen.ts";
import { topBatchLines, topSentences } from "./top-text.ts";
import { ageText, compactText, TOP_UNITS } from "./top-words.ts";

function picture(wish: ViewWish, change: Partial<TopPicture> = {}): TopPicture {
  return {
    ...{ view: sampleTopView(wish), width: 80, height: 24, ascii: false, unit: "bits", selected: null, details: null },
    ...{ frozen: false, intervalText: "1 s", entry: null, message: [], help: null, viewName: "flows" },
    ...change,
  };
}

function screen(wish: ViewWish, change: Partial<TopPicture> = {}): string[] {
  return topScreen(picture(wish, change)).lines.map(plainText);
}

const details = {
  id: 1,
  lines: Array.from({ length: 20 }, (_, i) => ({ title: `Title ${i}`, text: "text ".repeat(i) })),
};
const fault = {
  from: 4,
  to: 9,
  sentence: 'expected a term such as src ip, dst port, proto, bytes or any field, found "prt".',
};
const entry = { label: "filter", text: "tcp 日本語 dst prt 443".repeat(5), cursor: 12, fault: null, hint: "and or" };

const changes = fc.record({
  width: fc.integer({ min: 20, max: 250 }),
  height: fc.integer({ min: 5, max: 60 }),
  ascii: fc.boolean(),
  frozen: fc.boolean(),
  unit: fc.constantFrom(...TOP_UNITS),
  selected: fc.constantFrom(null, 1),
  details: fc.constantFrom(null, details),
  help: fc.constantFrom(null, null, 0, 99),
  entry: fc.constantFrom(null, null, entry, { ...entry, fault }, { ...entry, cursor: 0, text: "", fault }),
  message: fc.constantFrom([], ["flowgauge top iface:eth0 --by srcAddr 'tcp and port 443'", "x".repeat(300)]),
});
const wishes = fc.record({ rows: fc.nat(80), seed: fc.nat(1_000_000) });

describe("at any size", () => {
  test("no line is wider than the terminal, there are as many as it has", () => {
    fc.assert(
      fc.property(wishes, changes, (wish, change) => {
        const { lines } = topScreen(picture(wish, change));
        for (const line of lines) expect(lineCells(line)).toBeLessThanOrEqual(change.width);
        expect(lines.length).toBe(change.height);
      }),
      { numRuns: 400 },
    );
  });

  test("in ASCII nothing is beyond ASCII but names", () => {
    fc.assert(
      fc.property(wishes, changes, (wish, change) => {
        const view = sampleTopView({ ...wish, group: "protocols" });
        const lines = topScreen({ ...picture(wish, { ...change, ascii: true, entry: null }), view }).lines;
        for (const line of lines) expect(plainText(line)).toMatch(/^[\x20-\x7e]*$/);
      }),
      { numRuns: 100 },
    );
  });

  test("titles stand over their columns, rows are where the places say", () => {
    fc.assert(
      fc.property(wishes, changes, (wish, change) => {
        const { lines, places } = topScreen(
          picture(wish, { ...change, help: null, details: null, entry: null, message: [] }),
        );
        const rows = places.rows.flatMap((id, line) => (id === null ? [] : [[id, line] as const]));
        expect(rows.map(([id]) => id)).toEqual(rows.map((_, i) => i));
        for (const { to } of places.sorts) expect(to).toBeLessThanOrEqual(change.width);
        if (rows.length > 0) expect(rows[0]![1]).toBe(places.titles + 1);
        expect(lines[places.titles]!.every(({ look }) => look === "head" || look === "sorted")).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test("lines of a batch keep to their width", () => {
    fc.assert(
      fc.property(wishes, changes, (wish, { width, ascii, unit }) => {
        const view = sampleTopView(wish);
        const lines = topBatchLines({ view, width, ascii, unit, viewName: "flows" });
        for (const line of lines) expect(lineCells(line)).toBeLessThanOrEqual(width);
        const shown = lines.map(plainText).join("\n");
        if (wish.rows === 0) expect(shown).toMatch(/nothing live here|nothing now|there was no traffic|waiting/);
        expect(lines.length).toBeGreaterThanOrEqual(wish.rows);
      }),
      { numRuns: 100 },
    );
  });
});

describe("what a screen says", () => {
  test.each([
    [19, 24],
    [80, 4],
    [1, 1],
  ])("too small: %i x %i", (width, height) => {
    const [line] = screen({ rows: 5, seed: 1 }, { width, height });
    expect(line).toBe(
      `too small: ${width}x${height}, 20x5 needed`.length > width ? line : `too small: ${width}x${height}, 20x5 needed`,
    );
    expect(line!.length).toBeLessThanOrEqual(width);
  });

  test.each([
    [40, ["bytes▼"]],
    [80, ["bit/s", "bytes▼", "age", "of all"]],
    [120, ["bit/s", "bytes", "age", "of all", "10 s", "last 60 s", "state"]],
    [250, ["40 s", "peak", "pkts", "sent", "rcvd", "idle", "last 60 s"]],
  ])("columns at %i", (width, titles) => {
    const { lines, places } = topScreen(picture({ rows: 5, seed: 4, group: "flows" }, { width }));
    for (const title of titles) expect(plainText(lines[places.titles]!)).toContain(title);
  });

  test("the sort that is not shown is named in the last line", () => {
    const view = { ...sampleTopView({ rows: 5, seed: 4, group: "flows" }), sort: "idle" as const };
    const lines = topScreen({ ...picture({ rows: 1, seed: 1 }, { width: 60 }), view }).lines.map(plainText);
    expect(lines.at(-1)).toContain("by idle time");
  });

  test("a filter's fault is marked under its place", () => {
    const typed = {
      label: "filter",
      text: "tcp and dst prt 443",
      cursor: 19,
      fault: { from: 12, to: 15, sentence: "no prt" },
      hint: "",
    };
    const lines = screen({ rows: 3, seed: 1 }, { entry: typed });
    const line = lines.findIndex((text) => text.includes("tcp and dst prt"));
    expect(lines[line + 1]!.trimEnd().length).toBe(lines[line]!.indexOf("prt") + 3);
    expect(lines[line + 1]!.trim()).toBe("^^^");
    expect(lines[line + 2]).toContain("no prt");
  });

  test("details of the last row that fits are seen, too", () => {
    const wish = { rows: 80, seed: 4 };
    const last = picture(wish).view.rows[13]!;
    const lines = screen(wish, { details: { ...details, id: last.id } });
    for (let i = 0; i < 10; i++) expect(lines.some((line) => line.includes(`Title ${i} `))).toBe(true);
  });

  test("the last line counts the rows that are seen, also where those above gave way for details", () => {
    const wish = { rows: 80, seed: 4, group: "flows" as const };
    const { lines, places } = topScreen(picture(wish, { details: { ...details, id: 13 }, width: 60 }));
    const seen = places.rows.flatMap((id) => (id === null ? [] : [id + 1]));
    expect(seen[0]).toBeGreaterThan(1);
    expect(plainText(lines.at(-1)!)).toContain(` ${seen[0]}-${seen.at(-1)} of 80`);
  });

  test("what is no flow is said beside what was lost, and not as if it were", () => {
    const view = sampleTopView({ rows: 1, seed: 1, group: "flows" });
    const apart = [{ reason: "without IP", count: 7, unit: "packets" as const }];
    const lost = [{ reason: "dropped by the kernel", count: 3, unit: "packets" as const }];
    const { lines } = topScreen({
      ...picture({ rows: 1, seed: 1 }),
      width: 160,
      view: { ...view, header: { ...view.header, lost, apart } },
    });
    const spans = lines.flat();
    expect(spans.find(({ text }) => text === "3 packets dropped by the kernel")?.look).toBe("warn");
    expect(spans.find(({ text }) => text === "7 packets without IP")?.look).toBe("faint");
    for (const width of [20, 30, 40, 60, 80]) {
      const header = { ...view.header, lost, apart };
      const narrow = topScreen({ ...picture({ rows: 1, seed: 1 }), width, view: { ...view, header } }).lines.map(
        plainText,
      );
      expect(
        narrow.some((line) => /3 pack.*rnel/.test(line)),
        `${width}`,
      ).toBe(true);
    }
    const said = topSentences({
      ...{ view: { ...view, header: { ...view.header, lost, apart } } },
      ...{ width: 80, ascii: false, unit: "bits" as const, viewName: "flows" },
    });
    expect(said).toContain("Missing: 3 packets dropped by the kernel.");
    expect(said).toContain("In no flow: 7 packets without IP.");
  });

  test("details are whole at any width: side by side, over the whole line, on several lines", () => {
    const said = [
      ["Proto", "TCP"],
      ["Source", "2001:db8:1234:5678:9abc:def0:1234:5678 (www.example.org)"],
      ["First packet", "2026-11-20T23:30:38.394Z"],
      ["TTL", "64"],
      ["Out", "2,930,123 packets, 22,267,145 octets"],
    ] as const;
    const given = { id: 1, lines: said.map(([title, text]) => ({ title, text })) };
    for (const width of [40, 60, 80, 120, 250]) {
      const lines = detailLines(given, width, 20, false).map(plainText);
      const text = lines
        .map((line) => line.slice(2))
        .join(" ")
        .replaceAll(/\s+/g, " ");
      for (const [title, value] of said)
        expect(text.replaceAll(" ", ""), `${width}`).toContain((title + value).replaceAll(" ", ""));
      expect(lines.length).toBe({ 40: 8, 60: 6, 80: 4, 120: 3, 250: 2 }[width]);
    }
    expect(detailLines(given, 40, 3, false).map(plainText).at(-1)).toContain("6 more lines");
  });

  test("details stand under their row, other rows stay", () => {
    const lines = screen({ rows: 9, seed: 4, group: "protocols" }, { details });
    expect(lines.filter((line) => /Title \d/.test(line)).length).toBeGreaterThan(3);
  });

  test("names of others do nothing to a terminal", () => {
    const text = topSentences({
      view: sampleTopView({ rows: 60, seed: 4, group: "hosts" }),
      width: 80,
      ascii: false,
      unit: "bits",
      viewName: "hosts",
    }).join("\n");
    expect(text).toContain("evil");
    expect(text).not.toContain("\u001b");
    expect(text).not.toContain("\u202e");
  });
});

describe("figures in few cells", () => {
  test.each([
    [0, "0"],
    [7.46, "7.5"],
    [999, "999"],
    [999.6, "1.00k"],
    [12_345, "12.3k"],
    [999_499, "999k"],
    [999_500, "1.00M"],
    [1.5e18, "1.50E"],
  ])("%d is %s", (value, text) => {
    expect(compactText(value)).toBe(text);
  });

  test.each([
    [0.4, "0s"],
    [59.9, "59s"],
    [245, "4m05s"],
    [3900, "1h05m"],
    [86_400 * 3 + 4 * 3600, "3d04h"],
    [86_400 * 400, "400d"],
  ])("%d s are %s", (seconds, text) => {
    expect(ageText(seconds)).toBe(text);
  });
});
