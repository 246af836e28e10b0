// What can stand where a capture should: each gets one sentence, and nothing throws but SourceError.
import { execFileSync } from "node:child_process";
import { chmodSync, createWriteStream, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { description, drain, enhanced, frame, pcap, section, sentences, temporary } from "./sample-captures.test.ts";
import { openSource } from "./sources.ts";

describe("what is no capture", () => {
  const cases: readonly (readonly [content: string | Uint8Array, sentence: RegExp])[] = [
    ["", /found an empty file/],
    ["BZh91AY", /found a bzip2 file \(first octets 42 5a 68 39\); decompress it first: bunzip2/],
    [Buffer.from("fd377a585a0000", "hex"), /found an xz file/],
    [Buffer.from("0ca50200", "hex"), /found an nfdump flow file .* flows, not packets/],
    [Buffer.from("cf100103", "hex"), /found a flow-tools flow file/],
    [Buffer.from("7f454c46", "hex"), /found an ELF program/],
    ["snoop\0\0\0\0\0\0\x02", /found a snoop capture .* editcap/],
    ['<?xml version="1.0"?><pdml>', /found XML or HTML text \(PDML is read by/],
    ['{"a": 1}', /found JSON text/],
    ["just some words", /found text \(first octets 6a 75 73 74\)/],
    [Buffer.from("deadbeef00", "hex"), /found something else \(first octets de ad be ef\)/],
    [Buffer.from("a1", "hex"), /found something else \(first octets a1\)/],
  ];
  for (const [content, sentence] of cases) {
    it(`says so: ${sentence.source.slice(0, 40)}`, async () => {
      await expect(openSource(temporary("odd", Buffer.from(content as string)))).rejects.toThrow(sentence);
    });
  }

  it("names a directory, a missing file, a forbidden one", async () => {
    const path = temporary("secret", pcap([]));
    await expect(openSource(dirname(path))).rejects.toThrow(/found a directory/);
    await expect(openSource(`${path}.not`)).rejects.toThrow(/found no such file; check the name/);
    await expect(openSource(`${path}/in`)).rejects.toThrow(/a part of the path is not a directory/);
    chmodSync(path, 0);
    if (process.getuid?.() !== 0) await expect(openSource(path)).rejects.toThrow(/no permission to read it/);
  });

  it("tells a network interface from a file", async () => {
    await expect(openSource("lo")).rejects.toThrow(/write iface:lo/);
  });

  it("wants interfaces for capture filters", async () => {
    await expect(openSource(temporary("a", pcap([])), { bpf: "udp" })).rejects.toMatchObject({ name: "UsageError" });
  });

  it("takes a capture without packets", async () => {
    for (const content of [pcap([]), section(true), Buffer.concat([section(false), description(false, 1, 0)])]) {
      const source = await openSource(temporary("empty.pcap", content));
      expect(await drain(source)).toEqual([]);
      expect(source.problems).toEqual([]);
    }
  });

  it("survives any octets, in any disguise", async () => {
    const magics = [
      "",
      "d4c3b2a1020004000000000000000000ffff000001000000",
      "a1b23c4d0002000400000000000000000000ffff00000001",
      "34cdb2a1",
    ];
    const starts = [
      ...magics.map((hex) => Buffer.from(hex, "hex")),
      section(true),
      Buffer.concat([section(true), description(true, 1, 0)]),
    ];
    starts.push(
      Buffer.concat([section(false), description(false, 1, 0), enhanced(false, 0, 1n, frame(9))]),
      Buffer.from("28b52ffd", "hex"),
      Buffer.from("1f8b08", "hex"),
    );
    const path = temporary("any");
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 300, size: "max" }),
        fc.boolean(),
        async (start, rest, packed) => {
          const octets = Buffer.concat([start, rest]);
          writeFileSync(path, packed ? gzipSync(octets) : octets);
          const source = await openSource(path).catch((error: unknown) => {
            expect(error).toMatchObject({ name: "SourceError" });
            return null;
          });
          if (source === null) return;
          const packets = await drain(source);
          expect(source.counts.packets).toBe(packets.length);
          expect(source.problems.every((problem) => problem.name === "SourceError")).toBe(true);
        },
      ),
      { numRuns: 600 },
    );
  });

  it("survives any changed octet of a sound capture", async () => {
    const sound = Buffer.concat([
      section(true),
      description(true, 1, 0),
      enhanced(true, 0, 1n, frame(9)),
      enhanced(true, 0, 2n, frame(4)),
    ]);
    const path = temporary("changed");
    for (const whole of [sound, pcap([{}, { octets: frame(3) }])]) {
      for (let at = 0; at < whole.length; at++) {
        const changed = Buffer.from(whole);
        changed[at]! ^= 0xff;
        writeFileSync(path, changed);
        const source = await openSource(path).catch(() => null);
        if (source !== null) expect((await drain(source)).length).toBeLessThanOrEqual(2);
      }
    }
  });
});

describe("pipes", () => {
  const pipe = () => {
    const path = temporary("pipe");
    execFileSync("mkfifo", [path]);
    return path;
  };

  it("gives packets as soon as they arrive", async () => {
    const path = pipe();
    const source = await openSource(path);
    expect(source.live).toBe(true);
    expect(source.progress()).toBeNull();
    const writer = createWriteStream(path);
    const whole = pcap(Array.from({ length: 6 }, (_, i) => ({ seconds: i, octets: frame(50, i) })));
    const seen: number[] = [];
    let written = 24 + 66 * 2 + 5;
    writer.write(whole.subarray(0, written));
    for await (const block of source) {
      seen.push(block.count);
      // The next packets are written only when these have come through.
      const next = Math.min(whole.length, written + 66 * 2);
      if (next > written) writer.write(whole.subarray(written, next));
      if (next === whole.length) writer.end();
      written = next;
    }
    expect(seen.reduce((sum, count) => sum + count)).toBe(6);
    expect(seen.length).toBeGreaterThanOrEqual(3);
    expect(source.problems).toEqual([]);
  });

  it("reads compressed pipes and says what is wrong in one", async () => {
    const path = pipe();
    const source = await openSource(path);
    createWriteStream(path).end(gzipSync(pcap([{}, {}])));
    expect((await drain(source)).length).toBe(2);
    const other = await openSource(path);
    createWriteStream(path).end("what?");
    expect(await drain(other)).toEqual([]);
    expect(sentences(other)).toEqual([expect.stringMatching(/found text/)]);
  });

  it("ends when closed, though nobody ever writes", async () => {
    const source = await openSource(pipe());
    const drained = drain(source);
    await sleep(50);
    await source.close();
    expect(await drained).toEqual([]);
    expect(source.problems).toEqual([]);
  });

  it("is left alone when it is opened but never read", async () => {
    const source = await openSource(pipe());
    await source.close();
    await source.close();
    expect(source.counts.packets).toBe(0);
  });
});
