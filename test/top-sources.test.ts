// flowgauge top from each kind of source: an interface (veth, tcpreplay), a pipe, files, exporters, a store. Totals are those of the input.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asNobody, DEMO, lacks, missingPrograms, type Running, run, runProgram, startProgram } from "./program.ts";

/** Of the demo, as `track` counts it. */
const ALL = { packets: 9007, bytes: 5_597_491 };

interface Picture {
  readonly time: string;
  readonly totals: { readonly packets: number; readonly bytes: number; readonly flows: number };
  readonly liveFlows: number;
  readonly ended: boolean;
  readonly lost: readonly { readonly reason: string; readonly count: number }[];
  readonly apart: readonly { readonly reason: string; readonly count: number }[];
  readonly rows: readonly {
    readonly key: Readonly<Record<string, string | number>>;
    readonly names?: Readonly<Record<string, string>>;
    readonly packets: number;
    readonly bytes: number;
    readonly reversePackets: number;
    readonly reverseBytes: number;
  }[];
  readonly others: { readonly packets: number; readonly bytes: number } | null;
  readonly notes: readonly string[];
}

const JSON_WORDS = ["--json", "-n", "--interval", "200ms"];
let folder = "";
const path = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flowgauge-top-sources-"));
  writeFileSync(path("demo.pcapng"), gunzipSync(readFileSync(DEMO)));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pictures({ stdout }: { readonly stdout: string }): Picture[] {
  const lines = stdout.split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Picture);
}

/** The first picture that is as it should be. */
async function until(program: Running, good: (picture: Picture) => boolean): Promise<Picture> {
  let found: Picture | undefined;
  let read = 0;
  await program.until(({ stdout }) => {
    // One line after the other: a long run has many.
    for (let end = stdout.indexOf("\n", read); end >= 0; end = stdout.indexOf("\n", read)) {
      const picture = JSON.parse(stdout.slice(read, end)) as Picture;
      read = end + 1;
      if (good(picture)) found ??= picture;
    }
    return found !== undefined;
  });
  return found!;
}

const isAll = ({ totals }: Picture) => totals.packets === ALL.packets && totals.bytes === ALL.bytes;

async function stop(program: Running): Promise<void> {
  program.child.kill("SIGINT");
  const { code, stderr } = await program.ended;
  expect(code, stderr).toBe(130);
}

describe("files", () => {
  test("as fast as it goes: all flows of the file, the same as those of track", async () => {
    const { stdout, code, stderr } = await runProgram([
      "top",
      DEMO,
      "--json",
      "-n",
      "--rows",
      "1000",
      "--sort",
      "bytes",
    ]);
    expect(code, stderr).toBe(0);
    const [picture, ...more] = pictures({ stdout });
    expect(more).toEqual([]);
    expect(picture!.totals).toEqual({ ...ALL, flows: 202 });
    expect(picture).toMatchObject({ ended: true, others: null, liveFlows: 0 });
    expect(picture!.lost).toEqual([]);
    expect(picture!.apart).toMatchObject([{ count: 2, unit: "packets" }]);
    const tracked = await run([process.execPath, "dist/cli.js", "track", DEMO, "--json", "--summary", "none"]);
    const wanted = tracked
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, string | number>)
      .map(({ srcAddr, srcPort, dstAddr, dstPort, packets, bytes, reversePackets, reverseBytes }) =>
        JSON.stringify([srcAddr, srcPort, dstAddr, dstPort, packets, bytes, reversePackets, reverseBytes]),
      );
    const found = picture!.rows.map(({ key, packets, bytes, reversePackets, reverseBytes }) =>
      JSON.stringify([
        ...[key.srcAddr, key.srcPort, key.dstAddr, key.dstPort],
        ...[packets, bytes, reversePackets, reverseBytes],
      ]),
    );
    expect(found.sort()).toEqual(wanted.sort());
  });

  test("keys of more fields, and uniflows, count the same", async () => {
    for (const words of [["--key", "vlan"], ["--key", "ether"], ["--uniflow"], ["--key", "ip"], ["--key", "srcAddr"]]) {
      const { stdout, code, stderr } = await runProgram(["top", DEMO, "--json", "-n", "--rows", "1000", ...words]);
      expect(code, stderr).toBe(0);
      const [picture] = pictures({ stdout });
      expect(picture!.totals, words.join(" ")).toMatchObject(ALL);
      const bytes = picture!.rows.reduce((sum, row) => sum + row.bytes + row.reverseBytes, 0);
      expect(bytes, words.join(" ")).toBe(ALL.bytes);
    }
  });

  test("played, its time goes on with its own", async () => {
    const program = startProgram(["top", DEMO, ...JSON_WORDS, "--speed", "40"], { timeoutMs: 60_000 });
    const picture = await until(program, ({ ended }) => ended);
    expect(picture.totals).toMatchObject(ALL);
    const times = pictures(program).map(({ time }) => Date.parse(time));
    expect(new Set(times).size).toBeGreaterThan(2);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect((await program.ended).code).toBe(0);
  });

  test("a pipe is read as it comes", async () => {
    const stdin = readFileSync(path("demo.pcapng"));
    const { stdout, code, stderr } = await runProgram(["top", "-", ...JSON_WORDS], { stdin });
    expect(code, stderr).toBe(0);
    expect(pictures({ stdout }).at(-1)).toMatchObject({ totals: ALL, ended: true });
  });
});

describe("exporters and a store", () => {
  test("records that come to a port are counted, also those of a store that is being written", async () => {
    const port = String(20_000 + (process.pid % 20_000));
    const top = startProgram(["top", `udp://127.0.0.1:${port}`, ...JSON_WORDS]);
    await until(top, () => true);
    await run(
      [process.execPath, "dist/cli.js", "export", DEMO, "--to", `udp://127.0.0.1:${port}`, "--quiet"].filter(
        (word) => word !== "--quiet",
      ),
    );
    const picture = await until(top, isAll);
    expect(picture.rows[0]!.key).toMatchObject({ exporter: "127.0.0.1" });
    await stop(top);
  });

  test("a store is followed: each record once", async () => {
    const port = String(40_001 + (process.pid % 20_000));
    const listen = `udp://127.0.0.1:${port}`;
    const collect = startProgram(["collect", listen, "--store", path("store"), "--summary", "none"], {
      timeoutMs: 60_000,
    });
    try {
      const send = () => run([process.execPath, "dist/cli.js", "export", DEMO, "--to", listen]);
      for (let tries = 0; tries < 50; tries++) {
        await sleep(100);
        const made = await runProgram(["store", "info", path("store")]);
        if (made.code === 0) break;
      }
      await send();
      const top = startProgram(["top", path("store"), ...JSON_WORDS], { timeoutMs: 60_000 });
      await until(top, ({ totals }) => totals.bytes === ALL.bytes);
      await send();
      await until(top, ({ totals }) => totals.bytes === 2 * ALL.bytes);
      await sleep(1500);
      expect(pictures(top).at(-1)!.totals.bytes).toBe(2 * ALL.bytes);
      await stop(top);
    } finally {
      collect.child.kill("SIGINT");
      await collect.ended;
    }
  }, 60_000);
});

test("what cannot be had is said in a sentence", async () => {
  const say = async (...words: string[]) => {
    const { code, stderr } = await runProgram(["top", "--json", ...words]);
    return `${code} ${stderr}`;
  };
  expect(await say("iface:nosuch")).toMatch(/^1 .*iface:nosuch: expected a network interface, found none of that name/);
  expect(await say("iface:lo", DEMO)).toMatch(/^2 .*expected sources of one kind/);
  expect(await say("iface:lo", "--speed", "2")).toMatch(/^2 .*--speed plays files/);
  expect(await say(DEMO, "--speed", "fast")).toMatch(/^2 .*--speed: expected a number above 0/);
  expect(await say(DEMO, "--hosts", "/nonexistent")).toMatch(/^1 .*expected a hosts file/);
  expect(await say(folder)).toMatch(/^1 /);
  const nobody = await asNobody();
  if (nobody === null || missingPrograms("dumpcap", "tcpdump").length > 0) return;
  const { code, stderr } = await runProgram(["top", "--json", "iface:lo"], { through: nobody });
  expect(code).toBe(1);
  expect(stderr).toMatch(/expected permission to capture.* sudo setcap cap_net_raw,cap_net_admin\+eip \/\S+/);
});

const WATCHER = `fg-${process.pid}-top`;

function missing(): string[] {
  const list = missingPrograms("ip", "tcpreplay", "dumpcap", "tcpdump", "editcap");
  if (process.getuid?.() !== 0) list.push("root's rights");
  if (list.length > 0) return list;
  try {
    execFileSync("ip", ["netns", "add", WATCHER], { stdio: "ignore" });
    execFileSync("ip", ["netns", "del", WATCHER], { stdio: "ignore" });
    return [];
  } catch {
    return ["permission to make network namespaces"];
  }
}

describe.skipIf(lacks("top on interfaces", missing()))("an interface", () => {
  const inside = ["ip", "netns", "exec", WATCHER];
  const ip = (...words: string[]) => run([...inside, "ip", ...words]);

  beforeAll(async () => {
    await run(["ip", "netns", "add", WATCHER]);
    await run([...inside, "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6"]);
    await line();
  });
  afterAll(() => run(["ip", "netns", "del", WATCHER]));

  async function line(): Promise<void> {
    await ip("link", "add", "s1", "type", "veth", "peer", "name", "w1");
    await ip("link", "set", "s1", "up");
    await ip("link", "set", "w1", "up");
  }

  /** Returns when the program captures. */
  async function captured(): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      const sockets = await run([...inside, "cat", "/proc/net/packet"]);
      if (sockets.trim().split("\n").length > 1) return sleep(300);
      await sleep(50);
    }
    throw new Error("nobody captures");
  }

  const replay = (file: string) => run([...inside, "tcpreplay", "-q", "-i", "s1", "--pps", "9000", file]);

  test("every packet is counted; one that goes away and comes back is said, and goes on", async () => {
    const file = path("demo.pcap");
    await run(["editcap", "-F", "pcap", path("demo.pcapng"), file]);
    const top = startProgram(["top", "iface:w1", ...JSON_WORDS, "--sort", "bytes"], {
      through: inside,
      timeoutMs: 90_000,
    });
    await captured();
    await replay(file);
    const picture = await until(top, isAll);
    expect(picture.lost).toEqual([]);
    expect(picture.apart).toEqual([
      expect.objectContaining({ count: 2, reason: expect.stringContaining("without IP") }),
    ]);
    expect(picture.rows[0]).toMatchObject({ key: { dstPort: 80 } });
    expect(picture.notes).toEqual([]);
    // Capture programs say nothing while it is down.
    await ip("link", "set", "w1", "down");
    await until(top, ({ notes }) => /^iface:w1 is down since /.test(notes[0] ?? ""));
    await ip("link", "set", "w1", "up");
    await until(top, ({ notes }) => /^iface:w1 was down from /.test(notes[0] ?? ""));
    await ip("link", "del", "s1");
    const away = await until(top, ({ notes }) => notes.some((note) => note.includes("tried again")));
    expect(away.notes.at(-1)).toMatch(/iface:w1.*tried again/);
    await line();
    await captured();
    await until(top, ({ notes }) => notes.at(-1)?.includes("is back since") === true);
    await replay(file);
    await until(top, ({ totals }) => totals.bytes === 2 * ALL.bytes && totals.packets === 2 * ALL.packets);
    await stop(top);
  }, 90_000);
});
