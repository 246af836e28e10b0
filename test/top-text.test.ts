// flowgauge top without a screen: the same as the shell pipeline that it replaces, the same totals as track, what scripts get.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { topObject } from "../src/report/index.ts";
import { CHDB_MISSING } from "./chdb.ts";
import { CLI, DEMO, lacks, missingPrograms, run, runProgram } from "./program.ts";

type TopObject = ReturnType<typeof topObject>;

async function topOf(...words: readonly string[]): Promise<TopObject[]> {
  const { stdout, stderr, code } = await runProgram(["top", ...words, "-nN", "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as TopObject);
}

/** topflows.sh in short: the last event of each flow, sorted by its octets. ICMP is left out: nftrk shows no more of it than the hosts. */
const PIPELINE = `
"$0" "$1" track --nftrk "$2" 2>/dev/null | grep -v 'proto=1|\\|proto=58|' | awk -F'|' '{
  octets = 0
  for (i = 5; i < NF; i++) { split($i, part, /[:,]/); octets += part[3] }
  last[$3] = octets
} END { for (key in last) print last[key], key }' | sort -k1,1nr -k2 | head -20`;

describe.skipIf(lacks("top beside a shell pipeline", missingPrograms("sh", "awk", "sort", "head", "grep")))(
  "beside the shell pipeline that it replaces",
  () => {
    test("the same 20 flows in the same order, of the same octets", async () => {
      const expected = (await run(["sh", "-c", PIPELINE, process.execPath, CLI, DEMO])).trimEnd().split("\n");
      const [view] = await topOf(DEMO, "--rows", "10000");
      const found = view!.rows.flatMap(({ key, bytes, packets, reverseBytes, reversePackets }) => {
        const { srcAddr, srcPort, dstAddr, dstPort, proto } = key;
        if (proto === 1 || proto === 58) return [];
        const version = String(srcAddr).includes(":") ? "IP6" : "IP";
        // nftrk counts whole frames: 14 octets of Ethernet in each packet.
        const octets = bytes + reverseBytes + 14 * (packets + reversePackets);
        const name = `${version}:ca=${srcAddr},sa=${dstAddr},proto=${proto},cpt=${srcPort},spt=${dstPort}`;
        return [{ octets, line: `${octets} ${name}`, name }];
      });
      found.sort((a, b) => b.octets - a.octets || (a.name < b.name ? -1 : 1));
      expect(found.slice(0, 20).map(({ line }) => line)).toEqual(expected);
    });
  },
);

describe("figures", () => {
  test("totals are those of the capture, whatever is shown", async () => {
    const { stderr } = await runProgram(["track", DEMO, "--quiet", "--summary", "json"]);
    const { ledger } = JSON.parse(stderr) as { ledger: { tracked: { packets: number } } };
    for (const words of [[], ["--rows", "1"], ["--by", "hosts"], ["port 53"]]) {
      const [view] = await topOf(DEMO, ...words);
      expect(view!.totals.packets).toBe(ledger.tracked.packets);
      expect(view!.ended).toBe(true);
    }
  });

  test("rows add up to the totals, each group in its own way", async () => {
    for (const by of ["flows", "pairs", "ports", "protocols", "proto,tos"]) {
      const [view] = await topOf(DEMO, "--rows", "10000", "--by", by);
      const sum = view!.rows.reduce((octets, row) => octets + row.bytes + row.reverseBytes, 0);
      expect(sum, by).toBe(view!.totals.bytes);
    }
  });

  test("FILTER knows local networks, named filters, names of hosts, files, as in every command", async () => {
    const folder = mkdtempSync(join(tmpdir(), "flowgauge-top-filter-"));
    try {
      const path = (name: string) => join(folder, name);
      writeFileSync(path("named"), "web = dst port in [80, 443]\n");
      writeFileSync(path("all"), "# who asks for pages\n$web and\n  ip in [@include list]\n");
      writeFileSync(path("list"), "198.51.100.20");
      const options = ["--filters", path("named"), "--local", "198.51.100.0/24"];
      const keys = async (...words: readonly string[]) => {
        const [view] = await topOf(DEMO, "--rows", "10000", "--sort", "key", ...options, ...words);
        return view!.rows.map(({ key }) => Object.values(key).join(" "));
      };
      const plain = await keys("dst port in [80,443] and src net 198.51.100.0/24");
      expect(plain.length).toBeGreaterThan(3);
      expect(await keys("src inside and $web")).toEqual(plain);
      const some = await keys("dst port in [80,443] and ip 198.51.100.20");
      expect(await keys("--filter-file", path("all"))).toEqual(some);
      expect(await keys("host localhost")).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(CHDB_MISSING !== null)("networks are those of query, with its octets", async () => {
    for (const by of ["addr/24/48", "srcAddr/20,dstPort", "dstAddr/16/40"]) {
      const [view] = await topOf(DEMO, "--rows", "10000", "--by", by);
      const keys = by.split(",");
      const found = view!.rows.map(({ key, bytes, reverseBytes }) => {
        return [...keys.map((name) => key[name]), bytes + reverseBytes].join(" ");
      });
      const { stdout } = await runProgram(["query", DEMO, "--by", by, "--top", "0", "--json", "--measures", "bytes"]);
      const { rows } = JSON.parse(stdout) as { rows: Record<string, string | number>[] };
      const wanted = rows.map((row) => [...keys.map((name) => row[name]), row.bytes].join(" "));
      expect(found.sort(), by).toEqual(wanted.sort());
    }
  });

  test("a pipe gives what the file gives", async () => {
    const [file] = await topOf(DEMO, "--sort", "bytes");
    const { stdout, code } = await runProgram(["top", "-", "-nN", "--json", "--sort", "bytes", "--rows", "20"], {
      stdin: readFileSync(DEMO),
    });
    const last = JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as TopObject;
    expect(code).toBe(0);
    expect(last.totals).toEqual(file!.totals);
    expect(last.rows.map(({ key }) => key)).toEqual(file!.rows.map(({ key }) => key));
  });

  test("--batch prints so many refreshes", async () => {
    const views = await topOf(DEMO, "--batch", "3", "--interval", "100ms", "--speed", "1");
    expect(views).toHaveLength(3);
    expect(views[2]!.totals.packets).toBeGreaterThanOrEqual(views[0]!.totals.packets);
  });

  test("text keeps to its width, and who stops reading ends it", async () => {
    for (const width of [40, 80, 132]) {
      const { stdout } = await runProgram(["top", DEMO, "-n", "--width", String(width), "--ascii"]);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
      expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    }
    const text = await run([
      "sh",
      "-c",
      '"$0" "$1" top "$2" -n --speed 1 --interval 100ms | head -1',
      process.execPath,
      CLI,
      DEMO,
    ]);
    expect(text).toContain("flowgauge top");
  });
});
