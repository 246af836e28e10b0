// Several captures as one: order, ties, packets without time, interfaces, counts.
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CaptureInterface } from "../core/packet-block.ts";
import {
  block,
  description,
  drain,
  enhanced,
  frame,
  integers,
  pcap,
  section,
  sentences,
  temporary,
} from "./sample-captures.test.ts";
import { openSources } from "./sources.ts";
import { isSync } from "./sync-source.ts";

function captureOf(seconds: readonly number[], mark: number): Buffer {
  return pcap(seconds.map((second, i) => ({ seconds: second, octets: Buffer.from([mark, i >> 8, i & 255]) })));
}

describe("merged files", () => {
  for (const packed of [false, true]) {
    it(`come in the order of time, ${packed ? "some" : "none"} compressed`, async () => {
      const lists = [[1, 4, 4, 9], [2, 4, 5, 3, 20], [], [0, 4, 30]];
      const paths = lists.map((list, i) => {
        const octets = captureOf(list, i);
        return temporary(`${i}.pcap`, packed && i % 2 === 0 ? gzipSync(octets) : octets);
      });
      const source = await openSources(paths);
      expect(isSync(source)).toBe(!packed);
      const packets = await drain(source);
      const order = packets.map((packet) => `${Number(packet.time)}:${packet.octets[0]}`);
      expect(order).toEqual("0:3 1:0 2:1 4:0 4:0 4:1 4:3 5:1 3:1 9:0 20:1 30:3".split(" "));
      expect(source.counts).toMatchObject({ packets: 12, bytes: 36 });
      expect(source.name).toBe(paths.join(" "));
      const { done, total } = source.progress()!;
      expect(done).toBe(total);
      expect(source.problems).toEqual([]);
    });
  }

  it("hold every packet of sorted files once, sorted, whatever their sizes", async () => {
    const list = fc
      .array(fc.nat(1000), { maxLength: 3000, size: "max" })
      .map((seconds) => seconds.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(fc.array(list, { minLength: 2, maxLength: 6 }), async (lists) => {
        const paths = lists.map((seconds, i) => temporary(`${i}.pcap`, captureOf(seconds, i)));
        const packets = await drain(await openSources(paths));
        const expected = lists
          .flatMap((seconds, mark) => seconds.map((second, i) => ({ second, mark, i })))
          .sort((a, b) => a.second - b.second || a.mark - b.mark || a.i - b.i);
        expect(packets.map((packet) => packet.octets.toString("hex"))).toEqual(
          expected.map(({ mark, i }) => Buffer.from([mark, i >> 8, i & 255]).toString("hex")),
        );
      }),
      { numRuns: 10 },
    );
  });

  it("keep packets without time behind their predecessor, and all interfaces", async () => {
    const simple = (mark: number) => block(true, 3, Buffer.concat([integers(true, [4, 1]), frame(1, mark)]));
    const first = [
      section(true),
      description(true, 1, 0),
      enhanced(true, 0, 5_000_000n, frame(1, 1)),
      simple(2),
      enhanced(true, 0, 9_000_000n, frame(1, 3)),
    ];
    const second = [
      section(true),
      description(true, 101, 0),
      simple(4),
      description(true, 113, 0),
      enhanced(true, 1, 6_000_000n, frame(1, 5)),
    ];
    const names = [first, second].map((blocks, i) => temporary(`${i}.pcapng`, Buffer.concat(blocks)));
    const packets = await drain(await openSources(names));
    expect(packets.map((packet) => packet.octets[0])).toEqual([4, 1, 2, 5, 3]);
    let interfaces: readonly CaptureInterface[] = [];
    const linkTypes: number[] = [];
    for await (const given of await openSources(names)) {
      ({ interfaces } = given);
      for (let row = 0; row < given.count; row++) linkTypes.push(interfaces[given.interfaceIndex[row]!]!.linkType);
    }
    expect(linkTypes).toEqual([101, 1, 1, 113, 1]);
    expect(interfaces.map(({ index }) => index).sort()).toEqual([1, 1, 2]);
  });

  it("go on with the others where one is cut", async () => {
    const cut = captureOf([1, 2], 1).subarray(0, -1);
    const source = await openSources([temporary("cut.pcap", cut), temporary("b.pcap", captureOf([3, 4], 2))]);
    expect((await drain(source)).map((packet) => Number(packet.time))).toEqual([1, 3, 4]);
    expect(sentences(source)).toEqual([expect.stringMatching(/cut\.pcap, packet 2, offset 43/)]);
  });

  it("refuse what cannot be one", async () => {
    await expect(openSources([])).rejects.toMatchObject({ name: "UsageError" });
    await expect(openSources(["a.pcap", "iface:lo"])).rejects.toThrow(
      /only files or only interfaces, found a\.pcap and iface:lo/,
    );
    await expect(openSources(["-", "-"])).rejects.toThrow(/found it twice/);
    const good = temporary("good.pcap", captureOf([1], 1));
    await expect(openSources([`${good}.missing`, `${good}.too`])).rejects.toThrow(/missing: .*no such file/);
  });

  it("read those that can be opened, and tell of the others", async () => {
    const good = temporary("good.pcap", captureOf([1], 1));
    const source = await openSources([`${good}.missing`, good]);
    expect((await drain(source)).length).toBe(1);
    expect(source.problems.map((problem) => problem.message)).toEqual([
      expect.stringMatching(/missing: .*no such file/),
    ]);
  });

  it("take long packets and many files", async () => {
    const names = Array.from({ length: 40 }, (_, i) =>
      temporary(`${i}.pcap`, pcap([{ seconds: i, octets: frame(i === 7 ? 900_000 : 10, i) }], { snapLength: 1e6 })),
    );
    const packets = await drain(await openSources(names));
    expect(packets.map((packet) => packet.octets[0])).toEqual([...names.keys()]);
    expect(packets[7]!.octets.length).toBe(900_000);
  });
});
