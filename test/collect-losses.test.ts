// What `flowgauge collect` does not give on is named while it happens and at the end: --count, dead relays, dead and slow destinations.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestExporter, until, v5Message } from "./collector-run.ts";
import { DatagramSink, freePort } from "./datagram-sink.ts";
import { CLI, lacks, missingPrograms, type Running, start, startProgram } from "./program.ts";

let exporter: TestExporter;
beforeAll(async () => {
  exporter = await TestExporter.open();
});
afterAll(() => exporter.close());

async function collect(...args: string[]): Promise<{ program: Running; port: number }> {
  const words = ["collect", "--templates", "none", "--buffer", "64K", ...args, "udp://127.0.0.1:0"];
  const program = startProgram(words);
  await program.until(({ stderr }) => /listening on udp:\/\/127\.0\.0\.1:\d+/.test(stderr));
  return { program, port: Number(/listening on udp:\/\/127\.0\.0\.1:(\d+)/.exec(program.stderr)![1]) };
}
const lines = (text: string) => text.split("\n").filter(Boolean);
const objectOf = (stderr: string) => JSON.parse(lines(stderr).at(-1)!);

async function stop(program: Running) {
  program.child.kill("SIGTERM");
  return program.ended;
}

/** Messages of 30 records until the test passes. */
async function sendUntil(port: number, passes: () => boolean): Promise<number> {
  let sent = 0;
  await until(() => {
    if (passes()) return true;
    void exporter.send(port, v5Message(30, { sequence: 30 * sent++ }));
    return false;
  }, "it was told");
  return sent;
}

describe("--count", () => {
  test.each([
    ["printed", ["--json"]],
    ["a Native file", ["--native", "-"]],
    ["sent on", ["--to", "udp://127.0.0.1:TO"]],
  ])("what is beyond it is named: %s", async (_, args) => {
    const to = await DatagramSink.open();
    const words = args.map((word) => word.replace("TO", String(to.port)));
    const { program, port } = await collect(...words, "--count", "5", "--summary", "json");
    await exporter.send(port, v5Message(30));
    const { stderr, code } = await program.ended;
    to.close();
    expect(code).toBe(0);
    expect(objectOf(stderr)).toMatchObject({ records: 30, beyondCount: 25 });
  });

  test("in the text too, and only where there is something", async () => {
    const { program, port } = await collect("--json", "--count", "5");
    await exporter.send(port, v5Message(30));
    expect((await program.ended).stderr).toContain(
      "records   30 flow records from 1 exporter, 25 of them beyond --count and not given on\n",
    );
    const exact = await collect("--json", "--count", "30");
    await exporter.send(exact.port, v5Message(30));
    expect((await exact.program.ended).stderr).toContain("records   30 flow records from 1 exporter\n");
  });
});

describe("--relay to a port where nobody listens", () => {
  test("is told while it goes on, once, and is a failure in the end", async () => {
    const dead = await freePort();
    const { program, port } = await collect("--quiet", "--relay", `127.0.0.1:${dead}`, "--summary", "json");
    const sentence = `flowgauge: 127.0.0.1:${dead}: expected a collector to relay to, found that nobody listens on the port; start it, the passing on continues\n`;
    await sendUntil(port, () => program.stderr.includes("nobody listens"));
    for (let more = 0; more < 10; more++) await exporter.send(port, v5Message(1));
    const { stderr } = await stop(program);
    expect(stderr.split(sentence).length).toBe(2);
    const { relays, problems } = objectOf(stderr);
    expect(problems.length).toBe(1);
    expect(relays).toMatchObject([{ target: `127.0.0.1:${dead}`, failed: 0 }]);
    expect(relays[0].refused).toBeGreaterThan(0);
    expect(relays[0].refused).toBeLessThanOrEqual(relays[0].sent);
  });

  test("has exit code 1 and honest words", async () => {
    const dead = await freePort();
    const { program, port } = await collect("--quiet", "--relay", `127.0.0.1:${dead}`, "--for", "1.5s");
    await sendUntil(port, () => program.stderr.includes("nobody listens"));
    const { stderr, code } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /\nrelay {5}\d+ messages? to 127\.0\.0\.1:\d+; refused: \d+ answers? that nobody listens on the port; as many messages at least did not arrive\n/,
    );
  });
});

describe("--to", () => {
  test("a dead destination holds nobody up, is told at once, and all that it did not get is counted", async () => {
    const to = await DatagramSink.open();
    const dead = await freePort();
    const { program, port } = await collect(
      ...["--to", `udp://127.0.0.1:${to.port}`, "--to", `tcp://127.0.0.1:${dead}`],
      ...["--protocol", "ipfix", "--summary", "json"],
    );
    await program.until(({ stderr }) => stderr.includes("nobody listens"));
    expect(program.stderr).toContain(
      `tcp://127.0.0.1:${dead}: expected a collector that takes a connection, found that nobody listens on the port; it is tried again, up to 65,536 flows are held meanwhile\n`,
    );
    for (let number = 0; number < 20; number++) await exporter.send(port, v5Message(30, { sequence: 30 * number }));
    await until(() => to.messages.length > 3, "the healthy one got them");
    const { stderr } = await stop(program);
    expect(stderr).not.toContain("within 5 s");
    const { destinations } = objectOf(stderr).export;
    expect(destinations).toMatchObject([
      { flows: 600, sent: { records: 600 }, failed: { records: 0 }, unexplained: { flows: 0, records: 0 } },
      { flows: 600, failed: { records: 600 }, sent: { records: 0 }, unexplained: { flows: 0, records: 0 } },
    ]);
  });
});

describe("a pipe whose reader has gone", () => {
  const listen = `exec "$@" --templates none --buffer 64K --summary none udp://127.0.0.1:0`;
  const through = (reader: string, ...args: string[]) =>
    start([
      "bash",
      "-c",
      `set -o pipefail; (${listen}) | ${reader}`,
      "bash",
      process.execPath,
      CLI,
      "collect",
      ...args,
    ]);

  test.skipIf(lacks("pipes", missingPrograms("bash", "tail")))("ends the run, though nothing comes", async () => {
    expect((await through("true", "--json").ended).code).toBe(0);
  });

  test.skipIf(lacks("pipes", missingPrograms("bash", "tail")))("a reader that stays gets its end at once", async () => {
    const { code, stdout, stderr } = await through("cat", "--csv", "--fields", "packets", "--for", "0.3s").ended;
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: "packets\r\n" });
  });
});
