// Names of hosts: whose word counts, and how seldom somebody is asked.
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { HostNames, NAME_LIMITS } from "./host-names.ts";
import { parseHosts, readHostsFile } from "./hosts-file.ts";

/** A name server that counts: 10.0.0.N is hN.example, but for those it does not know, or never answers. */
async function nameServer(refuse: (question: string) => "unknown" | "silent" | null = () => null) {
  const socket = createSocket("udp4");
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  let held = false;
  socket.on("message", (query, { port, address }) => {
    const labels: string[] = [];
    let at = 12;
    for (; query[at] !== 0; at += 1 + query[at]!) labels.push(query.toString("latin1", at + 1, at + 1 + query[at]!));
    const question = labels.join(".");
    asked.push(question);
    const how = refuse(question);
    if (how === "silent") return;
    const text = `h${labels[0]}\u001b.example`;
    const name = Buffer.from([...text.split(".").flatMap((label) => [label.length, ...Buffer.from(label)]), 0]);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(how === "unknown" ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(how === "unknown" ? 0 : 1, 6);
    header.writeUInt32BE(0, 8);
    const rest = Buffer.from([0xc0, 12, 0, 12, 0, 1, 0, 0, 1, 44, 0, name.length]);
    const reply = Buffer.concat([header, query.subarray(12, at + 5), ...(how === "unknown" ? [] : [rest, name])]);
    const send = () => void socket.send(reply, port, address);
    if (held) waiting.push(send);
    else send();
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  onTestFinished(() => void socket.close());
  return {
    asked,
    servers: [`127.0.0.1:${(socket.address() as AddressInfo).port}`],
    hold() {
      held = true;
    },
    release() {
      held = false;
      for (const send of waiting.splice(0)) send();
    },
  };
}

function names(options: ConstructorParameters<typeof HostNames>[0]): HostNames {
  const made = new HostNames(options);
  onTestFinished(() => made.close());
  return made;
}

test("reverse DNS is asked in the background, once; names are cleaned", async () => {
  const { servers, asked } = await nameServer((question) => (question.startsWith("2.") ? "unknown" : null));
  const hosts = names({ servers });
  expect(hosts.nameOf("10.0.0.1")).toBe(null);
  expect(hosts.nameOf("10.0.0.1")).toBe(null);
  hosts.nameOf("10.0.0.2");
  await vi.waitFor(() => expect(hosts.nameOf("10.0.0.1")).toMatch(/^h1.*\.example$/));
  expect(hosts.nameOf("10.0.0.1")).not.toContain("\u001b");
  for (let i = 0; i < 20; i++) expect(hosts.nameOf("10.0.0.2")).toBe(null);
  expect(asked.filter((question) => question.startsWith("1."))).toHaveLength(1);
  expect(asked.filter((question) => question.startsWith("2."))).toHaveLength(1);
});

test("the user's file comes first, then what DNS in the traffic said", async () => {
  const { servers, asked } = await nameServer();
  const hosts = names({ servers, hosts: parseHosts("10.0.0.1 mine.example more\n") });
  hosts.learn("10.0.0.1", "theirs.example", 5);
  hosts.learn("10.0.0.2", "\u001b]0;theirs\u0007.example.", 5);
  expect(hosts.nameOf("10.0.0.1")).toBe("mine.example");
  expect(hosts.nameOf("10.0.0.2")).toBe("\ufffd]0;theirs\ufffd.example");
  expect(asked).toEqual([]);
});

test("a name has the addresses that are shown by it, also where an address has a newer one", async () => {
  const { servers } = await nameServer(() => null);
  const hosts = names({ servers, hosts: parseHosts("10.0.0.1 mine.example more\n") });
  hosts.learn("10.0.0.2", "www.example.org.", 5);
  hosts.learn("2001:db8::2", "www.example.org", 5);
  hosts.learn("10.0.0.2", "api.example.org", 5);
  expect(hosts.addressesOf("WWW.example.org")).toEqual(["10.0.0.2", "2001:db8::2"]);
  expect(hosts.addressesOf("api.example.org")).toEqual(["10.0.0.2"]);
  expect(hosts.addressesOf("mine.example")).toEqual(["10.0.0.1"]);
  expect(hosts.addressesOf("other.example")).toEqual([]);
  hosts.nameOf("10.0.0.9");
  await vi.waitFor(() => expect(hosts.nameOf("10.0.0.9")).not.toBe(null));
  expect(hosts.addressesOf(hosts.nameOf("10.0.0.9")!)).toEqual(["10.0.0.9"]);
  for (let n = 0; n < 3 * NAME_LIMITS.names; n++) hosts.learn("10.0.0.3", `n${n}.example`, 5);
  expect(hosts.addressesOf("n0.example")).toEqual([]);
  for (let n = 0; n < 300; n++) hosts.learn(`10.0.1.${n}`, "many.example", 5);
  expect(hosts.addressesOf("many.example")).toHaveLength(NAME_LIMITS.addresses);
});

test("no more questions are on their way, or sent in a second, than is allowed", async () => {
  const server = await nameServer();
  server.hold();
  let clock = 0;
  const hosts = names({ servers: server.servers, inFlight: 3, perSecond: 10, now: () => clock });
  const addresses = Array.from({ length: 40 }, (_, n) => `10.0.0.${n + 1}`);
  const look = () => addresses.map((address) => hosts.nameOf(address)).filter((name) => name !== null).length;
  look();
  expect(hosts.asked).toBe(3);
  server.release();
  // The clock stands: the second's ten are all there are.
  await vi.waitFor(() => expect(look()).toBe(10));
  expect(hosts.asked).toBe(10);
  clock = 500;
  await vi.waitFor(() => expect(look()).toBe(15));
  expect(hosts.asked).toBe(15);
  expect(server.asked).toHaveLength(15);
});

test("who does not answer is not asked again at once, and what waits and what is known has an end", async () => {
  let clock = 0;
  const hosts = names({ servers: ["127.0.0.1:9"], inFlight: 1, perSecond: 1000, now: () => clock });
  for (let n = 0; n < 5000; n++) hosts.nameOf(`10.1.${n >> 8}.${n & 255}`);
  expect(hosts.asked).toBeLessThanOrEqual(1);
  for (let n = 0; n < 3 * NAME_LIMITS.names; n++) hosts.learn(`10.2.${n >> 8}.${n & 255}`, `n${n}`, 60);
  expect(hosts.nameOf("10.2.0.0")).toBe(null);
  const last = 3 * NAME_LIMITS.names - 1;
  expect(hosts.nameOf(`10.2.${last >> 8}.${last & 255}`)).toBe(`n${last}`);
  clock = NAME_LIMITS.learnedMs[0] - 1;
  expect(hosts.nameOf(`10.2.${last >> 8}.${last & 255}`)).toBe(`n${last}`);
  clock += 2;
  expect(hosts.nameOf(`10.2.${last >> 8}.${last & 255}`)).toBe(null);
});

test("without lookups nobody is asked", async () => {
  const { servers, asked } = await nameServer();
  const hosts = names({ servers, lookups: false });
  expect(hosts.nameOf("10.0.0.1")).toBe(null);
  expect([hosts.asked, asked.length]).toEqual([0, 0]);
});

test("a hosts file: remarks, several names, both families; what it cannot be is said", () => {
  const text =
    "# mine\n192.0.2.1\tweb www # front\n2001:DB8::0:1 six\n\nnonsense\n192.0.2.1 later\n300.1.1.1 x\nfe80::1%eth0 link\n";
  expect([...parseHosts(text)]).toEqual([
    ["192.0.2.1", "web"],
    ["2001:db8::1", "six"],
    ["fe80::1", "link"],
  ]);
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-hosts-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "hosts"), text);
  expect(readHostsFile(join(folder, "hosts")).size).toBe(3);
  expect(() => readHostsFile(join(folder, "none"))).toThrow("expected a hosts file");
});
