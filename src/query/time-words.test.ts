// Times as people type them, in zones whose clocks change.
import { describe, expect, test } from "vitest";
import { parseTime } from "./time-words.ts";

const NOW = Date.parse("2026-11-21T13:00:00Z");
const read = (text: string, zone = "UTC", end = false, now = NOW) =>
  new Date(Number(parseTime(text, "--from", zone, now, end) / 1_000_000n)).toISOString().replace(".000", "");

describe("times", () => {
  test.each([
    ["now", "2026-11-21T13:00:00Z"],
    ["2h", "2026-11-21T11:00:00Z"],
    ["1h30m ago", "2026-11-21T11:30:00Z"],
    ["today", "2026-11-21T00:00:00Z"],
    ["yesterday", "2026-11-20T00:00:00Z"],
    ["10:30", "2026-11-21T10:30:00Z"],
    ["today 9:30", "2026-11-21T09:30:00Z"],
    ["Yesterday 18:00", "2026-11-20T18:00:00Z"],
    ["yesterday 18:00:07", "2026-11-20T18:00:07Z"],
    ["2026-11-20", "2026-11-20T00:00:00Z"],
    ["2026-11-20 10:30", "2026-11-20T10:30:00Z"],
    ["2026-11-20T10:30:15.5Z", "2026-11-20T10:30:15.500Z"],
    ["2026-11-20T10:30:00+01:00", "2026-11-20T09:30:00Z"],
    ["2026-11-20T10:30:00-0330", "2026-11-20T14:00:00Z"],
    ["1772323200", "2026-03-01T00:00:00Z"],
    ["1772323200000", "2026-03-01T00:00:00Z"],
  ])("%s", (text, expected) => expect(read(text)).toBe(expected));

  test("words and days are of the zone; --to of a day is its end", () => {
    expect(read("today", "Europe/Berlin")).toBe("2026-11-20T23:00:00Z");
    expect(read("10:30", "America/St_Johns")).toBe("2026-11-21T14:00:00Z");
    expect(read("yesterday", "Asia/Kathmandu", true)).toBe("2026-11-20T18:15:00Z");
    expect(read("2026-11-20", "UTC", true)).toBe("2026-11-21T00:00:00Z");
  });

  test("days of 23 and 25 hours, times that come twice or never", () => {
    const noon = Date.parse("2026-10-25T12:00:00Z");
    expect(read("today", "Europe/Berlin", false, noon)).toBe("2026-10-24T22:00:00Z");
    expect(read("today", "Europe/Berlin", true, noon)).toBe("2026-10-25T23:00:00Z");
    expect(read("2026-10-25 02:30", "Europe/Berlin")).toBe("2026-10-25T00:30:00Z");
    expect(read("2026-03-29 02:30", "Europe/Berlin")).toBe("2026-03-29T01:30:00Z");
    const after = Date.parse("2026-10-26T12:00:00Z");
    expect(read("yesterday 18:00", "Europe/Berlin", false, after)).toBe("2026-10-25T17:00:00Z");
    expect(read("yesterday 02:30", "Europe/Berlin", false, after)).toBe("2026-10-25T00:30:00Z");
    // There a day has no midnight: it begins at 1:00.
    expect(read("today 10:30", "Africa/Cairo", false, Date.parse("2026-04-24T12:00:00Z"))).toBe("2026-04-24T07:30:00Z");
  });

  test.each([
    "",
    "soon",
    "2026-02-30",
    "2026-13-01",
    "25:61",
    "10:30:99",
    "yesterday 25:61",
    "tomorrow 10:30",
    "today10:30",
    "-2h",
    "1.2.3",
  ])("%o is none", (text) => expect(() => read(text)).toThrow(/--from: expected a/));
});
