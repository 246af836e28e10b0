// The program as a person meets it: each folder here is one run, with what it must say.
//   args    one argument a line          stdin   what it gets (a file of the inputs by name: stdin.from)
//   stdout  stderr  exit                 what it must give; files that are not there stand for nothing, and 0
// UPDATE_CASES=1 npx vitest run test/cli writes them anew: read the difference before you keep it.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asNobody, DEMO, lacks, runProgram } from "../program.ts";
import { inputs } from "./inputs.ts";

const HERE = import.meta.dirname;
const UPDATE = process.env.UPDATE_CASES === "1";
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-cases-"));
  for (const [name, bytes] of Object.entries(inputs())) writeFileSync(join(folder, name), bytes);
  mkdirSync(join(folder, "folder"));
  symlinkSync(DEMO, join(folder, "demo.pcapng.gz"));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function part(name: string, file: string): string | null {
  const path = join(HERE, name, file);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** What depends on the machine's speed is not compared. */
function withoutTimes(text: string): string {
  return text
    .replace(/ in [\d.]+ m?s \([^)]*\)$/gm, " in TIME (RATES)")
    .replace(/"(elapsedSeconds|packetsPerSecond)":[\d.e+-]+/g, '"$1":TIME');
}

const cases = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe("runs", () => {
  test("the cases are seen", () => {
    expect(cases.length).toBeGreaterThan(30);
  });

  test.concurrent.each(cases.map(({ name }) => name))("%s", async (name) => {
    const args = part(name, "args")!.split("\n").filter(Boolean);
    const from = part(name, "stdin.from")?.trim();
    const stdin = Buffer.from(from === undefined ? (part(name, "stdin") ?? "") : readFileSync(join(folder, from)));
    const { stdout, stderr, code } = await runProgram(args, { cwd: folder, stdin });
    const found = { stdout, stderr: withoutTimes(stderr), exit: `${code}\n` };
    expect(stderr).not.toMatch(/^ {4}at |this should not happen|IT DOES NOT ADD UP/m);
    if (UPDATE) {
      for (const [file, text] of Object.entries(found)) {
        if (text === "" || text === "0\n") rmSync(join(HERE, name, file), { force: true });
        else writeFileSync(join(HERE, name, file), text);
      }
    }
    expect(found).toEqual({
      stdout: part(name, "stdout") ?? "",
      stderr: part(name, "stderr") ?? "",
      exit: part(name, "exit") ?? "0\n",
    });
  });
});

test("a file without permission to read it", async () => {
  const nobody = (await asNobody()) ?? [];
  if (lacks("permission", nobody.length > 0 ? [] : ["way to run it as nobody"])) return;
  const { stdout, stderr, code } = await runProgram(["track", join(folder, "little.pcap")], { through: nobody });
  expect(stderr).toMatch(/^flowgauge: \S+little\.pcap: expected a capture file, found no permission to read it; .+\n$/);
  expect({ stdout, code }).toEqual({ stdout: "", code: 1 });
});

describe("the bundled capture", () => {
  const track = (...args: string[]) => runProgram(["track", ...args, DEMO]);
  const lines = (text: string) => text.split("\n").filter(Boolean);

  test("has as many flows in every format, and the same counters", async () => {
    const { stdout } = await track("--json", "--summary", "none");
    const flows = lines(stdout).map((line) => JSON.parse(line) as Record<string, string | number>);
    const counters = flows.map(({ packets, bytes }) => `${packets},${bytes}`).sort();
    expect(flows.length).toBeGreaterThan(100);

    const csv = await track("--csv", "--fields", "packets,bytes", "--no-header");
    expect(lines(csv.stdout.replaceAll("\r", "")).sort()).toEqual(counters);
    const line = await track("--no-header");
    expect(lines(line.stdout).length).toBe(flows.length);
    const events = await track("--events", "--no-header");
    expect(lines(events.stdout).filter((text) => text.includes(" END ")).length).toBe(flows.length);
    expect(lines(events.stdout).filter((text) => text.includes(" START ")).length).toBe(flows.length);
  });

  test("the summary as JSON adds up", async () => {
    const { stdout, stderr, code } = await track("--quiet", "--summary", "json");
    const { ledger, packets } = JSON.parse(stderr);
    expect({ stdout, code }).toEqual({ stdout: "", code: 0 });
    expect(packets).toBeGreaterThan(1000);
    expect(ledger.unexplained).toEqual({ packets: 0, bytes: 0 });
  });
});
