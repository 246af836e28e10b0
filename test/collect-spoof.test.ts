// The relay with --spoof, over three network namespaces that this test makes and deletes: what the receiver's kernel takes comes from
// the exporters' own addresses and ports, though the collector has none of these addresses.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { spoofedPackets } from "../src/collect/spoofed-packet.ts";
import { parseAddress } from "../src/core/address.ts";
import { ipfixMessage, v5Message } from "./collector-run.ts";
import { ROOT } from "./module-imports.ts";
import { asNobody, lacks, missingPrograms, type Running, run, start } from "./program.ts";

const EXPORTER = `fg-${process.pid}-e`;
const COLLECTOR = `fg-${process.pid}-c`;
const RECEIVER = `fg-${process.pid}-r`;
/** The built package: this Node runs no TypeScript without the test runner. */
const PACKAGE = join(ROOT, "dist", "index.js");

function missing(): string[] {
  const list = missingPrograms("ip", "socat", "setpriv");
  if (process.getuid?.() !== 0) list.push("root's rights");
  if (list.length > 0) return list;
  try {
    execFileSync("ip", ["netns", "add", COLLECTOR], { stdio: "ignore" });
    execFileSync("ip", ["netns", "del", COLLECTOR], { stdio: "ignore" });
    return [];
  } catch {
    return ["permission to make network namespaces"];
  }
}

const skip = lacks("relay with --spoof", missing());
const script = (text: string, ...words: string[]) => [
  process.execPath,
  "--input-type=module",
  "-e",
  text,
  "--",
  ...words,
];
const inside = (namespace: string, command: readonly string[]) => ["ip", "netns", "exec", namespace, ...command];

async function line(left: string, right: string, network: number): Promise<void> {
  const [a, b] = [`l${network}`, `r${network}`];
  await run(["ip", "link", "add", a, "netns", left, "type", "veth", "peer", "name", b, "netns", right]);
  for (const [namespace, device, host] of [
    [left, a, 1],
    [right, b, 2],
  ] as const) {
    const ip = ["ip", "-n", namespace];
    await run([...ip, "address", "add", `10.99.${network}.${host}/24`, "dev", device]);
    await run([...ip, "address", "add", `fd99:${network}::${host}/64`, "dev", device, "nodad"]);
    await run([...ip, "link", "set", device, "up"]);
    await run([...ip, "link", "set", "lo", "up"]);
  }
}

beforeAll(async () => {
  if (skip) return;
  for (const namespace of [EXPORTER, COLLECTOR, RECEIVER]) await run(["ip", "netns", "add", namespace]);
  await line(EXPORTER, COLLECTOR, 1);
  await line(COLLECTOR, RECEIVER, 2);
  for (const address of ["192.0.2.1/32", "192.0.2.2/32", "2001:db8:e::1/128"]) {
    await run(["ip", "-n", EXPORTER, "address", "add", address, "dev", "lo"]);
  }
  await run(["ip", "-n", COLLECTOR, "route", "add", "192.0.2.0/24", "via", "10.99.1.1"]);
  await run(["ip", "-n", COLLECTOR, "route", "add", "2001:db8:e::/48", "via", "fd99:1::1"]);
  // A receiver asks, where it filters by reverse path, whether the source would be reached the same way.
  await run(["ip", "-n", RECEIVER, "route", "add", "default", "via", "10.99.2.1"]);
  await run(["ip", "-n", RECEIVER, "route", "add", "default", "via", "fd99:2::1"]);
});
afterAll(async () => {
  if (!skip) for (const namespace of [EXPORTER, COLLECTOR, RECEIVER]) await run(["ip", "netns", "del", namespace]);
});

/** Says what it receives as JSON lines: address, port, payload. */
const RECEIVE = `
import { createSocket } from "node:dgram";
createSocket("udp6")
  .on("message", (datagram, from) => console.log(JSON.stringify([from.address, from.port, datagram.toString("hex")])))
  .bind(9995, "::", () => console.log("ready"));
`;

/** Collects on port 2055 and relays; ends with its standard input and says how it went. */
const RELAY = `
import { once } from "node:events";
const { Collector, parseListen, parseRelay } = await import(${JSON.stringify(pathToFileURL(PACKAGE).href)});
const relay = process.argv.slice(1).map(parseRelay);
const listen = [parseListen("udp://:2055")];
const collector = await Collector.open({ listen, relay, spoof: true, sink: { write() {} }, receiveBuffer: 65536 }).catch(({ message }) => {
  console.log(message);
  process.exit(1);
});
console.log("ready");
const watch = setInterval(() => {
  const reason = collector.relays.find((each) => each.reason !== null)?.reason;
  if (reason) console.log(reason);
}, 50);
await once(process.stdin.resume(), "end");
clearInterval(watch);
await collector.close();
console.log(JSON.stringify({ relays: collector.relays, problems: collector.problems.map(({ message }) => message) }));
`;

/** Sends payloads (hex) from address and port to a collector. */
const SEND = `
import { createSocket } from "node:dgram";
const [from, port, to, ...payloads] = process.argv.slice(1);
const socket = createSocket(from.includes(":") ? "udp6" : "udp4");
socket.bind(Number(port), from, async () => {
  for (const payload of payloads) await new Promise((resolve) => socket.send(Buffer.from(payload, "hex"), 2055, to, resolve));
  socket.close();
});
`;

/** As another user: binds to a port of ours, and sends (hex) to it from one of its own. */
const INTRUDE = `
import { once } from "node:events";
import { createSocket } from "node:dgram";
const [port, payload] = process.argv.slice(1);
const [error] = await once(createSocket({ type: "udp4", reuseAddr: true }).bind(Number(port), "127.0.0.1"), "error");
console.log(error.code);
const socket = createSocket("udp4");
socket.connect(Number(port), "127.0.0.1", () => socket.send(Buffer.from(payload, "hex")));
const [refusal] = await once(socket, "error");
console.log(refusal.code);
process.exit(0);
`;

const hex = (message: Buffer) => message.toString("hex");
const lines = ({ stdout }: Running | { readonly stdout: string }) =>
  stdout.split("\n").filter((text) => text.startsWith("["));

/** What a test that failed left behind must not cost the next one. */
const started: Running[] = [];
afterEach(async () => {
  for (const { child } of started.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill();
  if (!skip) await run(["ip", "-n", COLLECTOR, "link", "set", "l2", "mtu", "1500"]);
});

async function startReceiver(): Promise<Running> {
  const receiver = start(inside(RECEIVER, script(RECEIVE)), { stdin: "open" });
  started.push(receiver);
  await receiver.until(({ stdout }) => stdout.includes("ready"));
  return receiver;
}

async function stop(receiver: Running): Promise<void> {
  receiver.child.kill();
  await receiver.ended;
}

async function startRelay(...targets: string[]): Promise<Running> {
  const collector = start(inside(COLLECTOR, script(RELAY, ...targets)), { stdin: "open" });
  started.push(collector);
  await collector.until(({ stdout }) => stdout.includes("\n"));
  expect(collector.stdout).toBe("ready\n");
  return collector;
}

/** What the collector says at its end. */
async function relayed({ ended }: Running) {
  return JSON.parse((await ended).stdout.trim().split("\n").at(-1)!);
}

async function send(from: string, port: number, ...messages: Buffer[]): Promise<void> {
  const to = from.includes(":") ? "fd99:1::2" : "10.99.1.2";
  await run(inside(EXPORTER, script(SEND, from, String(port), to, ...messages.map(hex))));
}

async function helpersOf({ child }: Running): Promise<string[]> {
  const { stdout } = await start(["pgrep", "-P", String(child.pid), "socat"]).ended;
  return stdout.trim().split("\n");
}

describe.skipIf(skip)("a relay that spoofs", () => {
  test("shows the exporter's address and port, IPv4 and IPv6, whole datagrams of any length", async () => {
    const receiver = await startReceiver();
    const collector = await startRelay("10.99.2.2:9995", "[fd99:2::2]:9995");
    const long = ipfixMessage(300);
    expect(long.length).toBeGreaterThan(7000);
    const sent: [from: string, port: number, messages: Buffer[]][] = [
      ["192.0.2.1", 4001, [v5Message(30), v5Message(1, { sequence: 30 }), long]],
      ["192.0.2.2", 4002, [v5Message(2)]],
      ["2001:db8:e::1", 4003, [v5Message(3), long]],
    ];
    for (const [from, port, messages] of sent) await send(from, port, ...messages);
    const expected = sent.flatMap(([from, port, messages]) =>
      messages.map((message) => JSON.stringify([from.includes(":") ? from : `::ffff:${from}`, port, hex(message)])),
    );
    await receiver.until((said) => lines(said).length >= expected.length);
    expect(lines(receiver).sort()).toEqual(expected.sort());
    // The helpers, one for each target, have given up root's rights, and keep nothing but a raw socket.
    // (ip netns exec becomes what it runs.)
    const helpers = await helpersOf(collector);
    expect(helpers).toHaveLength(2);
    for (const helper of helpers) {
      expect(await run(["sh", "-c", `grep -E '^(Uid|Gid|Groups|CapEff)' /proc/${helper}/status`])).toMatch(
        /^Uid:(\s65534){4}\nGid:(\s65534){4}\nGroups:\s65534\s*\nCapEff:\s0+$/m,
      );
    }
    collector.child.stdin!.end();
    const { relays, problems } = await relayed(collector);
    const reason = "an exporter with IPv4 cannot be shown to a target with IPv6, nor the reverse";
    expect(problems.sort()).toEqual(
      ["10.99.2.2:9995", "[fd99:2::2]:9995"].map(
        (target) => `${target}: expected to pass every message on, found ${reason}; what cannot be sent is counted`,
      ),
    );
    expect(relays).toMatchObject([
      { target: "10.99.2.2:9995", sent: 4, failed: 2, reason },
      { target: "[fd99:2::2]:9995", sent: 2, failed: 4, reason },
    ]);
    await stop(receiver);
  });

  test("counts what the system refuses to send, and sends to the other target", async () => {
    const receiver = await startReceiver();
    const collector = await startRelay("203.0.113.9:9995", "10.99.2.2:9995");
    await send("192.0.2.1", 4001, v5Message(1));
    // Refused at once, as the system has just refused one.
    await collector.until(({ stdout }) => stdout.includes("Network is unreachable"));
    await send("192.0.2.1", 4001, v5Message(2));
    await receiver.until((said) => lines(said).length >= 2);
    collector.child.stdin!.end();
    const { relays } = await relayed(collector);
    expect(relays).toMatchObject([
      { sent: 0, failed: 2, reason: "Network is unreachable" },
      { sent: 2, failed: 0, reason: null },
    ]);
    await stop(receiver);
  });

  test("sends shorter packets where the interface carries less than Ethernet does", async () => {
    await run(["ip", "-n", COLLECTOR, "link", "set", "l2", "mtu", "1400"]);
    const receiver = await startReceiver();
    const collector = await startRelay("10.99.2.2:9995");
    const message = ipfixMessage(58);
    expect(message.length).toBeGreaterThan(1400);
    expect(message.length).toBeLessThan(1472);
    const messages = [v5Message(1), message, v5Message(2), message];
    await send("192.0.2.1", 4001, ...messages);
    await receiver.until((said) => lines(said).length >= messages.length);
    expect(lines(receiver).map((text) => JSON.parse(text)[2])).toEqual(messages.map(hex));
    collector.child.stdin!.end();
    expect((await relayed(collector)).relays).toMatchObject([{ sent: 4, failed: 0, reason: null }]);
    await stop(receiver);
  });

  test("goes on where its helper was ended by somebody", async () => {
    const receiver = await startReceiver();
    const collector = await startRelay("10.99.2.2:9995");
    await send("192.0.2.1", 4001, v5Message(1));
    await receiver.until((said) => lines(said).length >= 1);
    const [helper] = await helpersOf(collector);
    process.kill(Number(helper), "SIGKILL");
    for (let tries = 0; tries < 200 && (await helpersOf(collector)).includes(helper!); tries++);
    await send("192.0.2.1", 4001, v5Message(2), v5Message(3));
    await receiver.until((said) => lines(said).length >= 3);
    collector.child.stdin!.end();
    expect((await relayed(collector)).relays).toMatchObject([{ sent: 3, failed: 0, reason: null }]);
    await stop(receiver);
  });

  test("takes packets from nobody else", async () => {
    const nobody = await asNobody();
    if (lacks("other users", nobody === null ? ["way to run it as nobody"] : [])) return;
    const receiver = await startReceiver();
    const collector = await startRelay("10.99.2.2:9995");
    const { address, port } = { address: parseAddress("192.0.2.1")!, port: 4001 };
    const [forged] = spoofedPackets(address, port, parseAddress("10.99.2.2")!, 9995, v5Message(9));
    // Both ends of the only connected pair of sockets in this namespace.
    const table = await run(inside(COLLECTOR, ["cat", "/proc/net/udp"]));
    const ends = [...table.matchAll(/: 0100007F:([0-9A-F]{4}) 0100007F:[0-9A-F]{4} /g)].map(([, end]) =>
      Number.parseInt(end!, 16),
    );
    expect(ends).toHaveLength(2);
    for (const end of ends) {
      const intruder = inside(COLLECTOR, [...nobody!, ...script(INTRUDE, String(end), hex(forged!))]);
      expect(await run(intruder)).toBe("EADDRINUSE\nECONNREFUSED\n");
    }
    await send("192.0.2.1", 4001, v5Message(1));
    await receiver.until((said) => lines(said).length >= 1);
    collector.child.stdin!.end();
    expect((await relayed(collector)).relays).toMatchObject([{ sent: 1, failed: 0 }]);
    expect(lines(receiver).map((text) => JSON.parse(text)[2])).toEqual([hex(v5Message(1))]);
    await stop(receiver);
  });

  test("without permission says so before anything starts", async () => {
    const nobody = await asNobody();
    if (lacks("permission", nobody === null ? ["way to run it as nobody"] : [])) return;
    const { stdout, code } = await start(inside(COLLECTOR, [...nobody!, ...script(RELAY, "10.99.2.2:9995")])).ended;
    expect(stdout).toBe(
      "--spoof: expected permission to send packets with other addresses as source, found none; run it as root (or with CAP_NET_RAW), or leave --spoof out\n",
    );
    expect(code).toBe(1);
  });

  test("without socat says so", async () => {
    const command = ["env", "PATH=/nowhere", ...script(RELAY, "10.99.2.2:9995")];
    const { stdout } = await start(inside(COLLECTOR, command)).ended;
    expect(stdout).toMatch(/^--spoof: expected socat, which sends the packets, found none; install it/);
  });
});
