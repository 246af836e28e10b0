// Which words are sources and which are the filter.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UsageError } from "../core/errors.ts";
import { filterSql } from "../query/index.ts";
import { filterArgument } from "./filter-argument.ts";

let before = "";
let folder = "";
beforeAll(() => {
  before = process.cwd();
  folder = mkdtempSync(join(tmpdir(), "flowgauge-filter-argument-"));
  process.chdir(folder);
  for (const name of ["src", "store", "sub"]) mkdirSync(name);
  writeFileSync("day.pcap", "");
  writeFileSync("plain", "");
  writeFileSync("sub/all.filter", "dst port in [@include ports]");
  writeFileSync("sub/ports", "80 443");
  writeFileSync("named", "web = port 80\n");
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const sqlText = async (...words: string[]) => {
  const { sources, filter } = await filterArgument(words, {});
  return [sources, filter === null ? null : filter.text];
};

describe("words", () => {
  test.each([
    [["day.pcap"], ["day.pcap"], null],
    [["day.pcap", "plain", "-"], ["day.pcap", "plain", "-"], null],
    [["day.pcap", "src", "ip", "10.0.0.1"], ["day.pcap"], "src ip 10.0.0.1"],
    [["./src"], ["./src"], null],
    [["store", "tcp and port 80"], ["store"], "tcp and port 80"],
    [["iface:eth0", "(tcp)"], ["iface:eth0"], "(tcp)"],
    [["udp://:2055", "not", "udp"], ["udp://:2055"], "not udp"],
    [["store:x", "other.applicationName"], ["store:x"], "other.applicationName"],
    [["tcp", "and", "host", "10.0.0.1"], [], "tcp and host 10.0.0.1"],
    [["day.pcap", "gone.pcap.gz"], ["day.pcap", "gone.pcap.gz"], null],
    [["nothing"], ["nothing"], null],
  ])("%j", async (words, sources, filter) => {
    expect(await sqlText(...words)).toEqual([sources, filter]);
  });

  test("what is neither is told as both", async () => {
    const refused = filterArgument(["day.pcap", "nothing"], {});
    await expect(refused).rejects.toBeInstanceOf(UsageError);
    await expect(refused).rejects.toThrow(
      /^expected a source that is there, or a filter, found "nothing": no such file, and filter: /,
    );
  });
});

test("a filter of a file takes lists from beside it", async () => {
  const { filter } = await filterArgument(["day.pcap"], { filterFile: "sub/all.filter" });
  expect(filterSql(filter!).compile().params).toEqual({ p0: [80n, 443n] });
});

test("names: of filters, and of hosts", async () => {
  expect((await filterArgument(["$web"], { filters: "named" })).filter?.root.kind).toBe("or");
  const { filter } = await filterArgument(["src", "host", "localhost"], {});
  expect(JSON.stringify(Object.values(filterSql(filter!).compile().params))).toMatch(/127\.0\.0\.1|::1/);
  await expect(filterArgument(["host", "no-such-host.invalid"], {})).rejects.toThrow("which no host is called");
});

test("files that are none", async () => {
  for (const filterFile of ["gone", "sub", "/dev/zero"])
    await expect(filterArgument(["day.pcap"], { filterFile })).rejects.toThrow(`${filterFile}: expected a file`);
  writeFileSync("twice", "a = tcp\na = udp\n");
  await expect(filterArgument(["$a"], { filters: "twice" })).rejects.toThrow("twice, line 2: expected each name once");
  writeFileSync("wrong", "tcp\n");
  await expect(filterArgument(["$a"], { filters: "wrong" })).rejects.toThrow("wrong, line 1: expected NAME = FILTER");
});
