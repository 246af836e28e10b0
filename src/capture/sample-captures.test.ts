// Small captures for the tests of this room, made octet by octet: never with the code that is under test. A file of its own
// tests too, so that it is no part of what is built; where another test imports it, they are not run once more.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PacketSource } from "../core/packet-block.ts";

/** Integers of a given number of octets and byte order, one after the other. */
export function integers(
  little: boolean,
  ...fields: readonly (readonly [octets: 1 | 2 | 4 | 8, value: number | bigint])[]
): Buffer {
  return Buffer.concat(
    fields.map(([octets, value]) => {
      const field = Buffer.alloc(8);
      if (little) field.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
      else field.writeBigUInt64BE(BigInt.asUintN(64, BigInt(value)));
      return little ? field.subarray(0, octets) : field.subarray(8 - octets);
    }),
  );
}

export interface SamplePacket {
  readonly seconds?: number;
  readonly fraction?: number;
  readonly octets?: Uint8Array;
  readonly captured?: number;
  readonly original?: number;
}

export interface SamplePcap {
  readonly little?: boolean;
  readonly magic?: number;
  readonly version?: readonly [number, number];
  readonly snapLength?: number;
  readonly network?: number;
}

export function pcap(packets: readonly SamplePacket[], kind: SamplePcap = {}): Buffer {
  const { little = true, magic = 0xa1b2c3d4, version = [2, 4], snapLength = 65_535, network = 1 } = kind;
  const header = integers(little, [4, magic], [2, version[0]], [2, version[1]], [8, 0], [4, snapLength], [4, network]);
  const records = packets.map(({ seconds = 1, fraction = 0, octets = frame(60), captured, original }) =>
    Buffer.concat([
      integers(little, [4, seconds], [4, fraction], [4, captured ?? octets.length], [4, original ?? octets.length]),
      magic === 0xa1b2cd34 ? Buffer.alloc(8) : Buffer.alloc(0),
      octets,
    ]),
  );
  return Buffer.concat([header, ...records]);
}

/** A packet of so many octets, with a mark in it. */
export function frame(length: number, mark = 0): Buffer {
  return Buffer.alloc(length, mark);
}

/** One pcapng block: its lengths and padding are made here. */
export function block(little: boolean, type: number, body: Uint8Array): Buffer {
  const padding = Buffer.alloc((4 - (body.length & 3)) & 3);
  const length = body.length + padding.length + 12;
  return Buffer.concat([integers(little, [4, type], [4, length]), body, padding, integers(little, [4, length])]);
}

export function option(little: boolean, code: number, value: Uint8Array): Buffer {
  const padding = Buffer.alloc((4 - (value.length & 3)) & 3);
  return Buffer.concat([integers(little, [2, code], [2, value.length]), value, padding]);
}

export function section(little: boolean, major = 1): Buffer {
  return block(little, 0x0a0d0d0a, integers(little, [4, 0x1a2b3c4d], [2, major], [2, 0], [8, -1]));
}

export function description(
  little: boolean,
  linkType: number,
  snapLength: number,
  ...options: readonly Uint8Array[]
): Buffer {
  const end = options.length === 0 ? [] : [Buffer.alloc(4)];
  return block(
    little,
    1,
    Buffer.concat([integers(little, [2, linkType], [2, 0], [4, snapLength]), ...options, ...end]),
  );
}

export function enhanced(
  little: boolean,
  number: number,
  ticks: bigint,
  octets: Uint8Array,
  original = octets.length,
): Buffer {
  const fields = integers(little, [4, number], [4, ticks >> 32n], [4, ticks], [4, octets.length], [4, original]);
  return block(little, 6, Buffer.concat([fields, octets]));
}

/** A path in a folder that is gone when the test is. */
export function temporary(name: string, content?: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "flowgauge-capture-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

export interface SeenPacket {
  readonly number: number;
  /** Seconds with nine digits; null = no time. */
  readonly time: string | null;
  readonly octets: Buffer;
  readonly original: number;
  readonly interfaceIndex: number;
}

/** All packets of a source, copied; checks what every block must keep to. */
export async function drain(source: PacketSource): Promise<SeenPacket[]> {
  const seen: SeenPacket[] = [];
  for await (const { count, firstPacket, bytes, view, interfaces, ...columns } of source) {
    if (count < 1 || count > 2048) throw new Error(`a block of ${count} packets`);
    if (firstPacket !== seen.length + 1) throw new Error(`packet ${seen.length + 1} is numbered ${firstPacket}`);
    if (view.byteOffset !== bytes.byteOffset || view.buffer !== bytes.buffer) throw new Error("view and bytes differ");
    for (let row = 0; row < count; row++) {
      const start = columns.offset[row]!;
      const end = start + columns.capturedLength[row]!;
      if (start < 0 || end > bytes.length) throw new Error(`packet ${firstPacket + row} lies outside its block`);
      if (interfaces[columns.interfaceIndex[row]!] === undefined) throw new Error("no such interface");
      const nanoseconds = columns.nanoseconds[row]!;
      if (nanoseconds < -1 || nanoseconds > 999_999_999) throw new Error(`${nanoseconds} nanoseconds`);
      seen.push({
        number: firstPacket + row,
        time: nanoseconds < 0 ? null : `${columns.seconds[row]! >>> 0}.${String(nanoseconds).padStart(9, "0")}`,
        octets: Buffer.from(bytes.subarray(start, end)),
        original: columns.originalLength[row]!,
        interfaceIndex: columns.interfaceIndex[row]!,
      });
    }
  }
  return seen;
}

export function sentences(source: PacketSource): string[] {
  return source.problems.map((problem) => problem.message);
}

if (expect.getState().testPath === fileURLToPath(import.meta.url)) {
  describe("samples", () => {
    it("are what the specifications show", () => {
      expect(pcap([]).toString("hex")).toBe("d4c3b2a1020004000000000000000000ffff000001000000");
      expect(section(false).toString("hex")).toBe("0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c");
      expect(option(true, 9, Buffer.from([6])).toString("hex")).toBe("0900010006000000");
      expect(enhanced(true, 0, 1n, frame(5)).length).toBe(40);
    });
  });
}
