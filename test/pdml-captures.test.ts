// Captures given to flowgauge pdml: tshark is run, with the same flows as from its own PDML; what is said where it cannot be.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asNobody, DEMO, lacks, missingPrograms, runProgram, startProgram } from "./program.ts";

const skipped = lacks("captures for pdml", missingPrograms("tshark", "editcap"));
let folder = "";
let capture = "";
let pdml = Buffer.alloc(0);

beforeAll(() => {
  if (skipped) return;
  folder = mkdtempSync(join(tmpdir(), "flowgauge-tshark-"));
  const whole = join(folder, "whole.pcapng");
  writeFileSync(whole, gunzipSync(readFileSync(DEMO)));
  capture = join(folder, "-some frames.pcapng");
  execFileSync("editcap", ["-r", whole, capture, "1-200"], { stdio: "ignore" });
  pdml = execFileSync("tshark", ["-r", capture, "-T", "pdml"], {
    maxBuffer: 2 ** 28,
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, TZ: "America/St_Johns" },
  });
});
afterAll(() => {
  if (folder !== "") rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(skipped)("pdml over captures", () => {
  test("everything of a capture is what its PDML says", async () => {
    const own = await runProgram(["pdml", "flows", "--protocols", "all", "--quiet", "--", capture]);
    const piped = await runProgram(["pdml", "flows", "--quiet"], { stdin: pdml });
    expect(own.stderr).toBe("");
    expect(own.code).toBe(0);
    expect(own.stdout.split("\n").length).toBeGreaterThan(3);
    expect(own.stdout === piped.stdout).toBe(true);
  });

  test("a field brings its protocol, addresses and ports; from a file, gzip, standard input", async () => {
    const words = ["pdml", "flows", "-f", "dns.qry.name", "--quiet"];
    const own = await runProgram([...words, capture.replace(folder, `${folder}/.`)]);
    expect(own.code).toBe(0);
    const flows = own.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(Object.keys(flows[0]).sort()).toEqual([
      "caplen",
      "dns",
      "eth",
      "frame",
      "ip",
      "len",
      "num",
      "timestamp",
      "udp",
    ]);
    const asked = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).dns.qry.name.raw);
    const piped = await runProgram(words, { stdin: pdml });
    expect(asked(own.stdout)).toEqual(asked(piped.stdout));
    const packed = join(folder, "packed.gz");
    writeFileSync(packed, gzipSync(readFileSync(capture)));
    expect((await runProgram([...words, packed])).stdout).toBe(own.stdout);
    expect((await runProgram(words, { stdin: readFileSync(capture) })).stdout).toBe(own.stdout);
    expect((await runProgram(words, { stdin: gzipSync(readFileSync(capture)) })).stdout).toBe(own.stdout);
  });

  test("a field that tshark does not know is wrong usage, with the nearest one", async () => {
    const { stderr, code } = await runProgram(["pdml", "flows", "-f", "dns.qry.nmae", capture]);
    expect(stderr).toContain(
      'expected the name of a field that tshark knows, found "dns.qry.nmae"; did you mean dns.qry.name?',
    );
    expect(code).toBe(2);
  });

  test("a display filter; a wrong one is told in tshark's words", async () => {
    const one = await runProgram(["pdml", "frames", "-Y", "frame.number == 7", "--quiet", capture]);
    expect(JSON.parse(one.stdout).frame.number.raw).toEqual([7]);
    const wrong = await runProgram(["pdml", "frames", "-Y", "foo bar", capture]);
    expect(wrong.stderr).toContain('found that it says: "bar" was unexpected in this context');
    expect(wrong.stderr).not.toContain("Running as");
    expect(wrong.code).toBe(1);
  });

  test("a capture that is cut gives its frames, and says so", async () => {
    const cut = join(folder, "cut.pcapng");
    const octets = readFileSync(capture);
    writeFileSync(cut, octets.subarray(0, octets.length >> 1));
    const { stdout, stderr, code } = await runProgram(["pdml", "frames", cut]);
    expect(stdout.trim().split("\n").length).toBeGreaterThan(10);
    expect(stderr).toContain("cut short in the middle of a packet");
    expect(code).toBe(1);
  });

  test("an interface needs permission: one short sentence says how to grant it", async () => {
    const nobody = await asNobody();
    if (nobody === null) return;
    const { code, stderr } = await runProgram(["pdml", "flows", "--summary", "none", "iface:lo"], { through: nobody });
    expect(code).toBe(1);
    expect(stderr).toMatch(/expected permission to capture, found .* sudo (setcap|usermod) .* - or run this as root/);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr.length).toBeLessThan(400);
  });

  test("tshark ends with us", { timeout: 90_000 }, async () => {
    const running = startProgram(["pdml", "frames", "--quiet", "-"], { stdin: "open", timeoutMs: 60_000 });
    running.child.stdin?.write(readFileSync(capture).subarray(0, 20_000));
    await running.until(({ stdout }) => stdout.includes("\n"));
    const children = () => execFileSync("ps", ["-o", "comm=", "--ppid", `${running.child.pid}`]).toString();
    expect(children()).toContain("tshark");
    const pids = execFileSync("ps", ["-o", "pid=", "--ppid", `${running.child.pid}`])
      .toString()
      .trim()
      .split(/\s+/);
    running.child.kill("SIGINT");
    expect((await running.ended).code).toBe(130);
    // ps answers 1 for processes that there are none of.
    for (const pid of pids) expect(() => execFileSync("ps", ["-p", pid])).toThrow();
  });
});
