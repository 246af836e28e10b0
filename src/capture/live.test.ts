// Live capture: the programs' words, programs that fail, and real ones in a network namespace of our own.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { PacketSource } from "../core/packet-block.ts";
import { classifyFailure, parseDrops, programArguments, quoteTrouble } from "./capture-program.ts";
import { drain, frame, pcap, sentences, temporary } from "./sample-captures.test.ts";
import { openSource, openSources } from "./sources.ts";
import { listInterfaces } from "./system-interfaces.ts";

/** Puts programs of our own before the real ones. */
function install(programs: { readonly dumpcap: string; readonly tcpdump: string }): void {
  const capture = temporary("capture.pcap", pcap([{ octets: frame(60) }, { octets: frame(70) }]));
  const folder = dirname(capture);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nSAMPLE='${capture}'\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
}

const DENIED = {
  dumpcap: `echo "dumpcap: You do not have permission to capture on device \\"$2\\"." >&2; exit 1`,
  tcpdump: `echo "tcpdump: $2: You don't have permission to perform this capture on that device" >&2; exit 1`,
};
const DEVICE = listInterfaces().includes("lo") ? "lo" : (listInterfaces()[0] ?? "lo");

describe("the words of capture programs", () => {
  it("say what was dropped", () => {
    const dumpcap =
      "Packets captured: 7\nPackets received/dropped on interface 'x': 7/6 (pcap:3/dumpcap:2/flushed:1/ps_ifdrop:4) (53.8%)\n";
    expect(parseDrops("dumpcap", dumpcap)).toEqual({ kernel: 6, interface: 4 });
    const tcpdump =
      "tcpdump: listening on x\n7 packets captured\n9 packets received by filter\n1 packet dropped by kernel\n";
    expect(parseDrops("tcpdump", tcpdump)).toEqual({ kernel: 1, interface: 0 });
    expect(parseDrops("tcpdump", `${tcpdump}5 packets dropped by interface\n`)).toEqual({ kernel: 1, interface: 5 });
    const asked =
      "tcpdump: listening on x\ntcpdump: 7 packets captured, 9 packets received by filter, 1 packet dropped by kernel\n" +
      "tcpdump: 8 packets captured, 19 packets received by filter, 11 packets dropped by kernel, 2 packets dropped by interface\n";
    expect(parseDrops("tcpdump", asked)).toEqual({ kernel: 11, interface: 2 });
    expect(parseDrops("tcpdump", `${asked}12 packets dropped by kernel\n`)).toEqual({ kernel: 12, interface: 0 });
    for (const name of ["dumpcap", "tcpdump"] as const) {
      expect(parseDrops(name, "killed")).toEqual({ kernel: null, interface: null });
    }
  });

  it("say why they ended", () => {
    expect(classifyFailure("tcpdump: lo: You don't have permission to perform this capture on that device")).toBe(
      "permission",
    );
    expect(classifyFailure("tcpdump: can't parse filter expression: syntax error")).toBe("filter");
    expect(classifyFailure("tcpdump: pcap_loop: The interface disappeared")).toBe("gone");
    expect(classifyFailure("anything else")).toBe("other");
    expect(quoteTrouble("tcpdump", "tcpdump: can't parse filter expression: syntax error\n")).toBe("syntax error");
    expect(quoteTrouble("dumpcap", "Capturing on 'lo'\nFile: -\ndumpcap: It broke.\nPackets captured: 0\n")).toBe(
      "It broke.",
    );
    expect(quoteTrouble("dumpcap", "")).toBe("");
    expect(
      quoteTrouble("tcpdump", "tcpdump: 7 packets captured, 9 packets received by filter\ntcpdump: It broke.\n"),
    ).toBe("It broke.");
  });

  it("are asked for in their own way", () => {
    const options = { bpf: "-v", snapLength: 96, promiscuous: false, immediate: true };
    const tcpdump = programArguments({ name: "tcpdump", path: "" }, "eth0", options);
    expect(tcpdump.slice(0, 7)).toEqual(["-i", "eth0", "-w", "-", "-s", "96", "-p"]);
    expect(tcpdump).toContain("--immediate-mode");
    // A filter never becomes an option.
    expect(tcpdump.slice(-2)).toEqual(["--", "-v"]);
    expect(programArguments({ name: "dumpcap", path: "" }, "eth0", options).slice(-2)).toEqual(["-f", "-v"]);
  });
});

describe("a capture program", () => {
  it("that lacks permission leaves the work to the other one", async () => {
    install({
      ...DENIED,
      dumpcap: `trap "echo '(pcap:1/dumpcap:1/flushed:1/ps_ifdrop:4)' >&2; exit 0" INT; cat "$SAMPLE"; while :; do sleep 0.02; done`,
    });
    const source = await openSource(`iface:${DEVICE}`);
    expect(source.live).toBe(true);
    const octets: number[] = [];
    for await (const block of source) {
      expect(source.counts.dropsToldAtEnd).toBe(true);
      octets.push(...block.capturedLength.subarray(0, block.count));
      expect(block.interfaces).toMatchObject([{ name: DEVICE, linkType: 1 }]);
      await source.close();
    }
    expect(octets).toEqual([60, 70]);
    expect(source.problems).toEqual([]);
    expect(source.counts).toEqual({ packets: 2, bytes: 130, kernelDrops: 3, interfaceDrops: 4 });
  });

  it("is asked what the kernel dropped while it goes on, if it listens", async () => {
    const drops = "echo tcpdump: 9 packets captured, 10 packets received by filter, 1 packet dropped by kernel >&2";
    install({
      ...DENIED,
      tcpdump: `trap "${drops}" USR1; trap "exit 0" INT; cat "$SAMPLE"; while :; do sleep 0.02; done`,
    });
    const source = await openSource(`iface:${DEVICE}`);
    const drained = drain(source);
    await vi.waitFor(() => expect(source.counts.kernelDrops).toBe(1), { timeout: 10_000 });
    await source.close();
    expect((await drained).length).toBe(2);
    // One that does not would end.
    install({ ...DENIED, tcpdump: 'trap "exit 0" INT; cat "$SAMPLE"; while :; do sleep 0.02; done' });
    const deaf = await openSource(`iface:${DEVICE}`);
    const rest = drain(deaf);
    await sleep(2500);
    expect(deaf.counts.kernelDrops).toBe(null);
    await deaf.close();
    await rest;
    expect(deaf.problems).toEqual([]);
  }, 20_000);

  it("needs permission, and the sentence says how to grant it", async () => {
    install(DENIED);
    await expect(openSource(`iface:${DEVICE}`)).rejects.toThrow(
      /expected permission to capture, found that tcpdump has none; .* sudo setcap cap_net_raw,cap_net_admin\+eip \/\S+tcpdump/,
    );
  });

  it("that ends by itself is a problem, after its packets", async () => {
    install({
      ...DENIED,
      dumpcap: 'cat "$SAMPLE"; echo "dumpcap: The network adapter is no longer attached." >&2; exit 0',
    });
    const source = await openSource(`iface:${DEVICE}`);
    expect((await drain(source)).length).toBe(2);
    expect(sentences(source)).toEqual([
      expect.stringMatching(/iface:\w+: .*went away after packet 2 \(The network adapter/),
    ]);
    install({ ...DENIED, dumpcap: 'cat "$SAMPLE"; exit 7' });
    const other = await openSource(`iface:${DEVICE}`);
    await drain(other);
    expect(sentences(other)).toEqual([expect.stringMatching(/ended after packet 2 \(exit code 7\)/)]);
  });

  it("that does not end when told to is killed", async () => {
    install({ ...DENIED, dumpcap: 'trap "" INT; cat "$SAMPLE"; exec sleep 60' });
    const source = await openSource(`iface:${DEVICE}`);
    const start = performance.now();
    for await (const _ of source) await source.close();
    expect(performance.now() - start).toBeLessThan(4000);
    expect(source.counts).toMatchObject({ packets: 2, kernelDrops: null });
  });

  it("is ended with the source that nobody reads", async () => {
    const mark = temporary("ended");
    install({ ...DENIED, dumpcap: `trap "touch ${mark}; exit 0" INT; cat "$SAMPLE"; while :; do sleep 0.02; done` });
    const source = await openSource(`iface:${DEVICE}`);
    await source.close();
    expect(existsSync(mark)).toBe(true);
  });

  it("is not asked for interfaces that are not there", async () => {
    await expect(openSource("iface:no such one")).rejects.toThrow(/found none of that name; there are: any /);
    await expect(openSource(`iface:${DEVICE}`, { snapLength: 0 })).rejects.toMatchObject({ name: "UsageError" });
  });
});

const tools = ["ip", "ping", "dumpcap", "tcpdump"].filter(
  (tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0,
);
const reason = process.getuid?.() !== 0 ? "not root" : tools.length > 0 ? `no ${tools.join(", ")}` : null;
if (reason !== null) console.log(`live capture is not tried: ${reason}`);

/** Runs the real programs inside a namespace of their own: its loopback carries our pings and nothing else. */
describe.skipIf(reason !== null)("a real interface", () => {
  const NAMESPACE = `fg-cap-${process.pid}`;
  const inside = (...args: string[]) => ["netns", "exec", NAMESPACE, ...args];
  const find = (tool: string) => execFileSync("sh", ["-c", `command -v ${tool}`], { encoding: "utf8" }).trim();

  let programs = DENIED;
  const WAYS = [
    { way: "tcpdump", immediate: false, only: {} },
    { way: "tcpdump, each at once", immediate: true, only: {} },
    { way: "dumpcap", immediate: false, only: { tcpdump: DENIED.tcpdump } },
  ];

  beforeEach(() => {
    const real = { dumpcap: find("dumpcap"), tcpdump: find("tcpdump") };
    execFileSync("ip", ["netns", "add", NAMESPACE]);
    onTestFinished(() => {
      execFileSync("ip", ["netns", "delete", NAMESPACE]);
    });
    execFileSync("ip", inside("ip", "link", "set", "lo", "up"));
    const enter = (program: string) => `exec ip ${inside(program).join(" ")} "$@"`;
    programs = { dumpcap: enter(real.dumpcap), tcpdump: enter(real.tcpdump) };
    install(programs);
  });

  async function pings(source: PacketSource, count: number, until: number) {
    const sent = spawn("ip", inside("ping", "-q", "-c", String(count), "-i", "0.05", "127.0.0.1"), { stdio: "ignore" });
    onTestFinished(() => void sent.kill());
    const seen: { interfaceName: string | null; index: number; nanoseconds: number }[] = [];
    let delay = 0;
    for await (const block of source) {
      for (let row = 0; row < block.count; row++) {
        const { name, index } = block.interfaces[block.interfaceIndex[row]!]!;
        seen.push({ interfaceName: name, index, nanoseconds: block.nanoseconds[row]! });
      }
      const last = block.count - 1;
      delay = Math.max(delay, Date.now() - ((block.seconds[last]! >>> 0) * 1000 + block.nanoseconds[last]! / 1e6));
      if (seen.length >= until) await source.close();
    }
    return { seen, delay };
  }

  for (const { way, immediate, only } of WAYS) {
    it(`gives packets soon, ${way}`, async () => {
      install({ ...programs, ...only });
      const source = await openSource("iface:lo", { bpf: "icmp", snapLength: 64, promiscuous: false, immediate });
      const { seen, delay } = await pings(source, 5, 10);
      expect(seen.length).toBe(10);
      // Said at the end it is not due any more.
      expect(source.counts.dropsToldAtEnd).toBe(undefined);
      expect(seen[0]).toMatchObject({ interfaceName: "lo", index: 1 });
      expect(seen.some(({ nanoseconds }) => nanoseconds % 1000 !== 0)).toBe(true);
      expect(delay).toBeLessThan(immediate ? 400 : 2500);
      expect(source.counts).toEqual({ packets: 10, bytes: 980, kernelDrops: 0, interfaceDrops: 0 });
      expect(source.problems).toEqual([]);
    });

    it(`refuses a filter that cannot be understood, ${way}`, async () => {
      install({ ...programs, ...only });
      await expect(openSource("iface:lo", { bpf: "icmp and and", immediate })).rejects.toMatchObject({
        name: "UsageError",
        message: expect.stringMatching(/expected a capture filter .*, found: .*syntax error/),
      });
    });
  }

  it("is merged with another as packets arrive", async () => {
    const source = await openSources(["iface:lo", "iface:any"]);
    const { seen } = await pings(source, 4, 16);
    expect(new Set(seen.map(({ interfaceName }) => interfaceName))).toEqual(new Set(["lo", "any"]));
    expect(source.counts).toMatchObject({ packets: seen.length, kernelDrops: 0 });
    expect(source.problems).toEqual([]);
  });

  const other = listInterfaces().find((name) => name !== "lo");
  for (const { way, immediate, only } of WAYS) {
    it.skipIf(other === undefined)(`that goes away ends the capture with a sentence, ${way}`, async () => {
      install({ ...programs, ...only });
      // The namespace has an interface of a name that exists outside too, and only the inner one is taken away.
      execFileSync("ip", inside("ip", "link", "add", other!, "type", "veth", "peer", "name", "fg-peer"));
      execFileSync("ip", inside("ip", "link", "set", other!, "up"));
      const source = await openSource(`iface:${other}`, { immediate });
      const drained = drain(source);
      await sleep(100);
      execFileSync("ip", inside("ip", "link", "delete", other!));
      await drained;
      expect(sentences(source)).toEqual([
        expect.stringMatching(/expected the interface to stay up, found that it went away/),
      ]);
    });
  }
});
