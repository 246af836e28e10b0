// IPFIX over TLS to openssl s_server: messages arrive whole, a server that restarts is found again, the wrong one is refused.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Exporter } from "../src/export/index.ts";
import { batchOf, type Written } from "./batch-of.ts";
import { TestExporter, until, v5Message } from "./collector-run.ts";
import { KeptDecoder } from "./export-messages.ts";
import { DEMO, lacks, missingPrograms, runProgram, startProgram } from "./program.ts";

const skip = lacks("TLS", missingPrograms("openssl"));
let folder = "";
const path = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(path(name), "latin1");

function openssl(words: string): void {
  execFileSync("openssl", words.split(" "), { cwd: folder, stdio: "ignore" });
}

const KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

beforeAll(() => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "flowgauge-tls-"));
  for (const ca of ["ca", "stranger"])
    openssl(`req -x509 ${KEY} -keyout ${ca}.key -out ${ca}.pem -days 30 -subj /CN=${ca}`);
  for (const name of ["collector", "exporter"]) {
    openssl(`req ${KEY} -keyout ${name}.key -out ${name}.csr -subj /CN=${name}.test`);
    openssl(`x509 -req -in ${name}.csr -CA ca.pem -CAkey ca.key -out ${name}.pem -days 30`);
  }
});
afterAll(() => {
  if (!skip) rmSync(folder, { recursive: true, force: true });
});

async function freeTcpPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** openssl s_server, which takes only exporters with a certificate of ours; what comes is kept. */
async function serve(port: number) {
  const words = [
    "s_server",
    "-accept",
    `127.0.0.1:${port}`,
    "-quiet",
    "-naccept",
    "1",
    "-cert",
    "collector.pem",
    "-key",
    "collector.key",
  ];
  const child = spawn("openssl", [...words, "-CAfile", "ca.pem", "-Verify", "2", "-verify_return_error"], {
    cwd: folder,
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr.resume();
  const ended = new Promise((resolve) => child.once("close", resolve));
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")} `;
  await until(
    () =>
      readFileSync("/proc/net/tcp", "utf8")
        .split("\n")
        .some((line) => line.includes(hex) && / 0A /.test(line)),
    "it listens",
  );
  return {
    octets: () => Buffer.concat(pieces),
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    ended,
  };
}

function records(octets: Buffer): KeptDecoder {
  const decoder = new KeptDecoder({ clock: "keep" });
  let at = 0;
  for (
    ;
    at + 4 <= octets.length && at + octets.readUInt16BE(at + 2) <= octets.length;
    at += octets.readUInt16BE(at + 2)
  ) {
    decoder.take(octets.subarray(at, at + octets.readUInt16BE(at + 2)));
  }
  expect(at).toBe(octets.length);
  return decoder;
}

const flow: Written = {
  start: [1_700_000_000, 0],
  end: [1_700_000_001, 0],
  srcAddr: "192.0.2.1",
  dstAddr: "198.51.100.2",
  proto: 17,
  ipVersion: 4,
  packets: 1,
  bytes: 100,
};
const batch = batchOf(Array.from({ length: 1000 }, () => flow));

describe.skipIf(skip)("TLS", () => {
  const tls = (ca: string) => ({
    ca: pem(`${ca}.pem`),
    cert: pem("exporter.pem"),
    key: pem("exporter.key"),
    name: "collector.test",
  });

  test("both sides show their certificates; messages arrive whole; a server that restarts is found again", async () => {
    const port = await freeTcpPort();
    const first = await serve(port);
    const exporter = await Exporter.open({
      to: [`tls://127.0.0.1:${port}`],
      protocol: "ipfix",
      tls: tls("ca"),
      patienceMs: 5000,
    });
    for (let times = 0; times < 3; times++) await exporter.write(batch);
    await until(() => first.octets().length > 0, "something came");
    await first.stop();
    const [page] = exporter.summary().destinations;
    const second = await serve(port);
    for (let times = 0; times < 60 && page!.connections < 2; times++) {
      await exporter.write(batch);
      await sleep(50);
    }
    await exporter.write(batch);
    await exporter.end();
    await second.ended;
    const decoder = records(second.octets());
    expect(page!.connections).toBe(2);
    expect(page!.unexplained()).toEqual({ flows: 0, records: 0 });
    expect(decoder.records.length).toBeGreaterThanOrEqual(1000);
    expect(decoder.page).toMatchObject({ lostRecords: 0, noTemplate: { waiting: 0 } });
  });

  test("a collector that somebody else vouches for gets nothing", async () => {
    const port = await freeTcpPort();
    const server = await serve(port);
    const exporter = await Exporter.open({
      to: [`tls://127.0.0.1:${port}`],
      protocol: "ipfix",
      tls: tls("stranger"),
      patienceMs: 300,
    });
    await exporter.write(batch);
    await exporter.end();
    await server.stop();
    const { destinations, problems } = exporter.summary();
    expect(destinations[0]).toMatchObject({ sent: { records: 0 }, failed: { records: 1000 } });
    expect(problems[0]!.message).toMatch(/expected a collector that takes a connection, found .*certificate/);
    expect(server.octets().length).toBe(0);
  });

  test("a collector that wants a certificate and gets none: nothing counts as sent, and it is one line", async () => {
    const port = await freeTcpPort();
    const server = await serve(port);
    const exporter = await Exporter.open({
      to: [`tls://127.0.0.1:${port}`],
      protocol: "ipfix",
      tls: { ...tls("ca"), cert: null, key: null },
      patienceMs: 1000,
    });
    await exporter.write(batch);
    await until(() => exporter.summary().problems.length > 0, "it was told");
    await exporter.end();
    await server.stop();
    const { destinations, problems } = exporter.summary();
    expect(destinations[0]).toMatchObject({ sent: { messages: 0, records: 0 }, failed: { records: 1000 } });
    expect(problems[0]!.message).toMatch(
      /found that it does not take our certificate, or that we show none \([^\n:]*\);/,
    );
  });

  test("collect sends on over it, too", async () => {
    const port = await freeTcpPort();
    const server = await serve(port);
    const sender = await TestExporter.open();
    const files = ["ca", "cert", "key"].flatMap((what) => [
      `--to-tls-${what}`,
      path(what === "ca" ? "ca.pem" : what === "cert" ? "exporter.pem" : "exporter.key"),
    ]);
    const to = ["--to", `tls://127.0.0.1:${port}`, "--to-tls-name", "collector.test", "--protocol", "ipfix"];
    const program = startProgram([
      "collect",
      "--templates",
      "none",
      "--buffer",
      "64K",
      ...to,
      ...files,
      "udp://127.0.0.1:0",
    ]);
    await program.until(({ stderr }) => stderr.includes("listening on"));
    await sender.send(Number(/127\.0\.0\.1:(\d+); Ctrl/.exec(program.stderr)![1]), v5Message(30));
    await until(() => server.octets().length > 1000, "records came");
    program.child.kill("SIGTERM");
    const { stderr } = await program.ended;
    sender.close();
    await server.ended;
    expect(records(server.octets()).records.length).toBe(30);
    expect(stderr).toContain(`exported  30 flows to tls://127.0.0.1:${port}: 30 records in`);
  });

  test("the command, with files", async () => {
    const port = await freeTcpPort();
    const server = await serve(port);
    const files = ["--tls-ca", path("ca.pem"), "--tls-cert", path("exporter.pem"), "--tls-key", path("exporter.key")];
    const words = [
      "export",
      DEMO,
      "--to",
      `tls://127.0.0.1:${port}`,
      "--protocol",
      "ipfix",
      "--tls-name",
      "collector.test",
    ];
    const { stderr, code } = await runProgram([...words, ...files, "--timeout", "none"]);
    expect(code, stderr).toBe(0);
    await server.ended;
    expect(stderr).toContain(`${records(server.octets()).records.length} records in`);
  });
});
