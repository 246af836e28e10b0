// IPFIX over TCP and TLS with real connections: borders, limits, certificates (openssl s_client), slow and broken peers.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { COLLECT_LIMITS, type CollectorOptions, parseAllow } from "../src/collect/index.ts";
import { type CollectorRun, ipfixMessage, startCollector, until, v5Message } from "./collector-run.ts";
import { lacks, missingPrograms } from "./program.ts";

const skipTls = lacks("TLS", missingPrograms("openssl"));
let folder = "";
const open: { close(): Promise<void> | void }[] = [];
const at = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(at(name), "utf8");

/** openssl with these words, in the folder. */
function openssl(words: string, env: NodeJS.ProcessEnv = {}): void {
  execFileSync("openssl", words.split(" "), { cwd: folder, stdio: "ignore", env: { ...process.env, ...env } });
}

/** A CA `name`, and certificates of it. */
function makeCa(name: string, ...certificates: readonly (readonly [string, string])[]): void {
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  openssl(`req -x509 ${key} -keyout ${name}.key -out ${name}.pem -days 30 -subj /CN=${name}`);
  for (const [certificate, validity] of certificates) {
    openssl(`req ${key} -keyout ${certificate}.key -out ${certificate}.csr -subj /CN=${certificate}`);
    openssl(`x509 -req -in ${certificate}.csr -CA ${name}.pem -CAkey ${name}.key -out ${certificate}.pem ${validity}`);
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-tls-"));
  if (skipTls) return;
  makeCa("ca", ["server", "-days 30"], ["exporter", "-days 30"], ["expired", "-days -1"]);
  makeCa("other", ["stranger", "-days 30"]);
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function collect(listen: string, options: Partial<CollectorOptions> = {}): Promise<CollectorRun> {
  const run = await startCollector([listen], options);
  open.push(run.collector);
  return run;
}

async function dial(port: number, localAddress = "127.0.0.1"): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => {});
  open.push({ close: () => void socket.destroy() });
  await once(socket, "connect");
  return socket;
}

const closed = (socket: Socket) => (socket.destroyed ? Promise.resolve() : once(socket.resume(), "close"));

describe("TCP", () => {
  test("messages are cut out wherever the segments end, and a session's template is its own", async () => {
    const run = await collect("tcp://127.0.0.1:0");
    const [one, two] = [await dial(run.ports[0]!), await dial(run.ports[0]!)];
    const octets = Buffer.concat([
      ipfixMessage(2),
      ipfixMessage(3, { sequence: 2, template: false }),
      ipfixMessage(1, { sequence: 5 }),
    ]);
    one.setNoDelay(true);
    for (let from = 0; from < octets.length; from += 7) {
      one.write(octets.subarray(from, from + 7));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => run.records.length === 6, "six records came");
    two.write(ipfixMessage(4, { template: false }));
    await until(() => run.collector.ledger.messages === 4, "the fourth message came");
    await sleep(50);
    expect(run.records).toHaveLength(6);
    const [page] = run.collector.ledger.pages;
    expect(page).toMatchObject({ format: 10, domain: 7, records: 6, lostRecords: 0 });
    expect(page!.noTemplate.waiting).toBe(1);
    two.write(ipfixMessage(0));
    await until(() => run.records.length === 10, "what waited was decoded");
    expect(run.collector.ledger.unexplained()).toBe(0);
  });

  test.each([
    ["NetFlow v5", v5Message(2)],
    ["text", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["a length below that of a header", Buffer.from("000a000f00000000", "hex")],
    ["one wrong octet", Buffer.from("01", "hex")],
    ["a good message, then octets that are none", Buffer.concat([ipfixMessage(1), Buffer.alloc(20, 7)])],
  ])("%s ends the connection and is counted", async (_, octets) => {
    const run = await collect("tcp://127.0.0.1:0");
    const socket = await dial(run.ports[0]!);
    socket.write(octets);
    await closed(socket);
    expect(run.collector.ledger.unbooked.framing).toBe(1);
    expect(run.collector.ledger.unexplained()).toBe(0);
    expect(run.notes).toEqual([
      expect.stringMatching(/ from 127\.0\.0\.1: expected IPFIX messages, found other octets/),
    ]);
    await until(() => run.collector.streams.open === 0, "the connection is gone");
  });

  test("a connection that ends inside a message is counted", async () => {
    const run = await collect("tcp://127.0.0.1:0");
    const socket = await dial(run.ports[0]!);
    socket.end(ipfixMessage(2).subarray(0, 50));
    await until(() => run.collector.ledger.unbooked.framing === 1, "it was counted");
    expect(run.collector.ledger.unexplained()).toBe(0);
  });

  test("a slow peer does not stop the others", async () => {
    const run = await collect("tcp://127.0.0.1:0");
    const slow = await dial(run.ports[0]!);
    slow.write(ipfixMessage(5).subarray(0, 20));
    const quick = await dial(run.ports[0]!);
    for (let i = 0; i < 50; i++) quick.write(ipfixMessage(1, { sequence: i, domain: 2 }));
    await until(() => run.records.length === 50, "fifty records came");
    slow.write(ipfixMessage(5).subarray(20));
    await until(() => run.records.length === 55, "the slow one's came, too");
  });

  test("who is not on the list is hung up on", async () => {
    const run = await collect("tcp://127.0.0.1:0", { allow: [parseAllow("127.0.0.2")] });
    await closed(await dial(run.ports[0]!));
    expect(run.collector.ledger.unbooked.notAllowed).toBe(1);
    const socket = await dial(run.ports[0]!, "127.0.0.2");
    socket.write(ipfixMessage(1));
    await until(() => run.records.length === 1, "the record came");
    expect(run.collector.ledger.unexplained()).toBe(0);
  });

  test("a sink that is behind pauses the exporter and loses nothing", async () => {
    const release: (() => void)[] = [];
    let rows = 0;
    const run = await collect("tcp://127.0.0.1:0", {
      flushMs: 60_000,
      sink: {
        write: (batch) => {
          rows += batch.rows;
          return new Promise<void>((resolve) => release.push(resolve));
        },
      },
    });
    const socket = await dial(run.ports[0]!);
    // 50 MB: more than the buffers of both ends hold.
    const messages = 800;
    const message = ipfixMessage(2600);
    let written = 0;
    const writing = (async () => {
      for (; written < messages; written++) if (!socket.write(message)) await once(socket, "drain");
    })();
    await until(() => release.length >= COLLECT_LIMITS.pendingBatches, "the sink is behind");
    await sleep(100);
    const stopped = run.collector.ledger.messages;
    await sleep(100);
    expect(run.collector.ledger.messages).toBe(stopped);
    expect(stopped).toBeLessThan(messages / 2);
    const ticking = setInterval(() => {
      for (const go of release.splice(0)) go();
    }, 1);
    await writing;
    await until(() => run.collector.ledger.messages === messages, "all messages came");
    await run.collector.close();
    clearInterval(ticking);
    expect(rows).toBe(2600 * messages);
    expect(run.collector.ledger.unbooked.sinkBehind).toBe(0);
  });

  test("a thousand connections, and not one more; of one address not more than its share", async () => {
    const run = await collect("tcp://127.0.0.1:0");
    const sockets: Socket[] = [];
    const share = COLLECT_LIMITS.connectionsPerAddress;
    for (let host = 1; host <= COLLECT_LIMITS.connections / share; host++) {
      sockets.push(...(await Promise.all(Array.from({ length: share }, () => dial(run.ports[0]!, `127.0.0.${host}`)))));
    }
    const { streams } = run.collector;
    await until(() => streams.open === COLLECT_LIMITS.connections, "all are open");
    await closed(await dial(run.ports[0]!, "127.0.1.1"));
    expect(streams).toMatchObject({ open: COLLECT_LIMITS.connections, tooMany: 1 });
    sockets[0]!.destroy();
    await until(() => streams.open === COLLECT_LIMITS.connections - 1, "one has gone");
    await closed(await dial(run.ports[0]!, "127.0.0.2"));
    expect(streams.tooMany).toBe(2);
    for (const [number, socket] of sockets.entries()) if (number > 0) socket.write(ipfixMessage(1, { domain: number }));
    await until(() => run.records.length === sockets.length - 1, "each of them is heard");
    await run.collector.close();
    await until(() => sockets.every((socket) => socket.destroyed || socket.readableEnded), "all are closed");
  }, 30_000);
});

/** openssl s_client, connected until it is closed; what it writes to its standard input goes to the collector. */
function client(port: number, ...words: string[]): ChildProcess {
  const child = spawn(
    "openssl",
    ["s_client", "-quiet", "-connect", `127.0.0.1:${port}`, "-CAfile", at("ca.pem"), ...words],
    {
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  child.stdin!.on("error", () => {});
  open.push({ close: () => void child.kill("SIGKILL") });
  return child;
}

const certificate = (name: string) => ["-cert", at(`${name}.pem`), "-key", at(`${name}.key`)];

describe.skipIf(skipTls)("TLS", () => {
  const files = () => ({ cert: pem("server.pem"), key: pem("server.key") });

  test.each(["-tls1_2", "-tls1_3"])("%s with a certificate of the CA is heard", async (version) => {
    const run = await collect("tls://127.0.0.1:0", { tls: { ...files(), ca: pem("ca.pem") } });
    const child = client(run.ports[0]!, version, ...certificate("exporter"));
    child.stdin!.write(ipfixMessage(3));
    await until(() => run.records.length === 3, "three records came");
    child.stdin!.write(ipfixMessage(1, { sequence: 3, template: false }));
    await until(() => run.records.length === 4, "one more came");
    expect(run.collector.ledger.unbooked.peerRefused).toBe(0);
    expect(run.collector.ledger.unexplained()).toBe(0);
  });

  test.each([
    ["no certificate", [], /: expected a certificate, found none$/],
    ["another CA's certificate", ["stranger"], /: expected a certificate signed by --tls-ca, found: \w+$/],
    ["an expired certificate", ["expired"], /: expected a valid certificate, found one that has expired$/],
  ] as const)("%s is refused and told", async (_, names, sentence) => {
    const run = await collect("tls://127.0.0.1:0", { tls: { ...files(), ca: pem("ca.pem") } });
    for (const version of ["-tls1_2", "-tls1_3"]) {
      const child = client(run.ports[0]!, version, ...names.flatMap(certificate));
      child.stdin!.write(ipfixMessage(3));
      await once(child, "exit");
    }
    await until(() => run.collector.ledger.unbooked.peerRefused === 2, "both were counted");
    expect(run.records).toEqual([]);
    expect(run.collector.ledger.unexplained()).toBe(0);
    // One sentence a minute, though it came twice.
    expect(run.notes).toEqual([expect.stringMatching(sentence)]);
  });

  test("without --tls-ca exporters need no certificate", async () => {
    const run = await collect("tls://127.0.0.1:0", { tls: files() });
    client(run.ports[0]!).stdin!.write(ipfixMessage(2));
    await until(() => run.records.length === 2, "the records came");
  });

  test("TLS 1.1 is refused", async () => {
    const run = await collect("tls://127.0.0.1:0", { tls: files() });
    const child = client(run.ports[0]!, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");
    await once(child, "exit");
    await until(() => run.collector.ledger.unbooked.peerRefused === 1, "it was counted");
    expect(run.notes).toEqual([expect.stringContaining("expected TLS 1.2 or newer")]);
  });

  test("plain text on the port is refused, and never read", async () => {
    const run = await collect("tls://127.0.0.1:0", { tls: files() });
    const socket = await dial(run.ports[0]!);
    socket.write(ipfixMessage(2));
    await closed(socket);
    await until(() => run.collector.ledger.unbooked.peerRefused === 1, "it was counted");
    expect(run.records).toEqual([]);
    expect(run.notes).toEqual([expect.stringContaining("expected TLS, found other octets")]);
  });

  test("who does not shake hands is hung up on after some seconds, and others are heard meanwhile", async () => {
    const run = await collect("tls://127.0.0.1:0", { tls: files() });
    const silent = await dial(run.ports[0]!);
    client(run.ports[0]!).stdin!.write(ipfixMessage(2));
    await until(() => run.records.length === 2, "the records came");
    expect(silent.destroyed).toBe(false);
    await closed(silent);
    await until(() => run.collector.ledger.unbooked.peerRefused === 1, "it was counted");
    expect(run.collector.streams.timedOut).toBe(1);
  });

  test("a certificate that is none is told before anything is collected", async () => {
    const tls = { cert: "no certificate", key: pem("server.key") };
    await expect(collect("tls://127.0.0.1:0", { tls })).rejects.toThrow("expected a certificate, key and CA in PEM");
  });
});
