// The program among others: pipes that are slow, end early or are closed, full disks, files merged and compressed, signals.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { captureInMemory } from "../bench/generate-capture.ts";
import { CLI, DEMO, lacks, missingPrograms, run, runProgram, start, startProgram } from "./program.ts";
import { ip, PROTO, pcap, record, udp } from "./small-captures.ts";

let folder = "";
const path = (name: string) => join(folder, name);
/** More flows than any pipe holds as text. */
const many = captureInMemory({ name: "mix", size: { packets: 40_000, connections: 8000, seconds: 30 } });

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-pipes-"));
  writeFileSync(path("many.pcap"), many.bytes);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A datagram of the client number `client`, `at` seconds after the beginning. */
const datagram = (client: number, at: number) =>
  record({ at, frame: ip(`10.0.0.${client}`, "10.0.1.1", PROTO.udp, udp(1000, 53, 20)) });
const NO_PACKETS = pcap([]);

/** A shell line with the program in it; pipefail, so that its exit code is seen. */
const shell = (line: string) =>
  start(["bash", "-c", `set -o pipefail; ${line.replaceAll("FLOWGAUGE", `'${process.execPath}' '${CLI}'`)}`]).ended;

const STACK = /^ {4}at |this should not happen|Unhandled/m;

describe("a pipe that is written slowly", () => {
  test("events are printed as packets arrive", async () => {
    const program = startProgram(["track", "-"], { stdin: "open" });
    program.child.stdin!.write(Buffer.concat([NO_PACKETS, datagram(1, 0)]));
    await program.until(({ stdout }) => stdout.includes("START") && stdout.includes("10.0.0.1"));
    program.child.stdin!.write(datagram(2, 1));
    await program.until(({ stdout }) => stdout.includes("10.0.0.2"));
    expect(program.stdout).not.toContain(" END ");
    program.child.stdin!.end();
    const { stdout, code } = await program.ended;
    expect(stdout.match(/ END /g)).toHaveLength(2);
    expect(code).toBe(0);
  });

  test("flows that have ended are printed before its end", async () => {
    const program = startProgram(["track", "--json", "--timeout", "udp=10s", "-"], { stdin: "open" });
    program.child.stdin!.write(Buffer.concat([NO_PACKETS, datagram(1, 0), datagram(2, 60)]));
    await program.until(({ stdout }) => stdout.includes('"10.0.0.1"'));
    expect(program.stdout).not.toContain('"10.0.0.2"');
    program.child.stdin!.end();
    expect((await program.ended).stdout).toContain('"10.0.0.2"');
  });

  test("Ctrl-C while nothing comes prints what there is and ends with 130", async () => {
    const program = startProgram(["track", "--events", "--json", "-"], { stdin: "open" });
    program.child.stdin!.write(
      Buffer.concat([NO_PACKETS, datagram(1, 0), datagram(2, 60), datagram(3, 61).subarray(0, 30)]),
    );
    await program.until(({ stdout }) => stdout.includes('"10.0.0.2"'));
    program.child.kill("SIGUSR1");
    await program.until(({ stderr }) => stderr.includes("2 live now"));
    expect(program.stdout).not.toContain('"event":"end"');
    program.child.kill("SIGINT");
    const { stdout, stderr, code } = await program.ended;
    expect(code).toBe(130);
    expect(stdout.match(/"event":"end"/g)).toHaveLength(2);
    expect(stderr.match(/it adds up/g)).toHaveLength(2);
    expect(stderr).not.toMatch(STACK);
  });

  test("a pipe that ends within a packet: what was good is printed, exit code 1", async () => {
    const stdin = Buffer.concat([NO_PACKETS, datagram(1, 0), datagram(2, 1).subarray(0, 40)]);
    const { stdout, stderr, code } = await runProgram(["track", "--csv", "--no-header", "--fields", "srcAddr", "-"], {
      stdin,
    });
    expect(stdout).toBe("10.0.0.1\r\n");
    expect(stderr).toMatch(/^flowgauge: standard input, packet 2, offset 102: expected .*cut short/m);
    expect(code).toBe(1);
  });
});

describe("readers that go away, disks that are full", () => {
  test.each(["--json", "--csv", "--events", ""])("head -1 of %s ends quietly", async (format) => {
    const { stdout, stderr, code } = await shell(`FLOWGAUGE track ${format} '${path("many.pcap")}' | head -1`);
    expect(stdout.split("\n").filter(Boolean)).toHaveLength(1);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  });

  test("nobody reads the words either", async () => {
    const { stderr, code } = await shell(`FLOWGAUGE track '${path("many.pcap")}' 2>&1 | head -1`);
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    const help = await shell("FLOWGAUGE track --help | true");
    expect({ stderr: help.stderr, code: help.code }).toEqual({ stderr: "", code: 0 });
  });

  test("a full disk is a sentence", async () => {
    const { stderr, code } = await shell(`FLOWGAUGE track '${DEMO}' > /dev/full`);
    expect(stderr).toMatch(/^flowgauge: standard output: expected .*no space left.*\n$/);
    expect(code).toBe(1);
    expect((await shell("FLOWGAUGE --help > /dev/full")).stderr).not.toMatch(STACK);
  });

  test("a closed standard input or output is no accident", async () => {
    expect((await shell("FLOWGAUGE track --json - <&-")).stderr).toMatch(/^flowgauge: standard input: expected/);
    expect((await shell(`FLOWGAUGE track '${DEMO}' >&-`)).stderr).not.toMatch(STACK);
  });
});

describe("the same packets in other files", () => {
  const track = (...files: string[]) => runProgram(["track", "--json", "--summary", "none", ...files]);

  test("gzip gives the same, octet for octet", async () => {
    writeFileSync(path("many.pcap.gz"), gzipSync(many.bytes));
    const plain = await track(path("many.pcap"));
    const packed = await track(path("many.pcap.gz"));
    expect(packed.stdout === plain.stdout).toBe(true);
    expect(plain.stdout.length).toBeGreaterThan(1e6);
  });

  test.skipIf(lacks("zstd", missingPrograms("zstd")))("zstd gives the same, octet for octet", async () => {
    await run(["zstd", "-q", "-f", path("many.pcap"), "-o", path("many.pcap.zst")]);
    const plain = await track(path("many.pcap"));
    expect((await track(path("many.pcap.zst"))).stdout === plain.stdout).toBe(true);
  });

  test.skipIf(lacks("merging", missingPrograms("mergecap", "editcap")))(
    "several files are merged by time as mergecap merges them",
    async () => {
      const demo = path("demo.pcapng");
      writeFileSync(demo, gunzipSync(readFileSync(DEMO)));
      await run(["editcap", "-r", demo, path("a.pcapng"), "1-2500", "6001-7000"]);
      await run(["editcap", "-r", demo, path("b.pcapng"), "2501-6000"]);
      await run(["editcap", "-r", "-F", "nsecpcap", demo, path("c.pcap"), "7001-99999"]);
      const parts = ["c.pcap", "a.pcapng", "b.pcapng"].map(path);
      await run(["mergecap", "-w", path("merged.pcapng"), ...parts]);
      // The number of the interface is another one in each.
      const flows = async (...files: string[]) =>
        (await track(...files)).stdout
          .replace(/"inIf":\d+/g, "")
          .split("\n")
          .sort();
      const merged = await flows(path("merged.pcapng"));
      expect(merged.length).toBeGreaterThan(100);
      expect(await flows(...parts)).toEqual(merged);
      expect(await flows(demo)).toEqual(merged);
    },
  );
});
