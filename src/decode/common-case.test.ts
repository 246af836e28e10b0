// The short way through the common headers gives the rows that the long way gives, whatever comes.
import { expect, test } from "vitest";
import { captureInMemory } from "../../bench/generate-capture.ts";
import { type CaptureInterface, PacketBlock } from "../core/packet-block.ts";
import { DECODE_DEFAULTS, Decoder } from "./decoder.ts";
import { LayersBlock } from "./layers.ts";

const ETHERNET: CaptureInterface = { index: 7, name: null, linkType: 1, snapLength: 0 };
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** A block of the first packets of a little-endian pcap file; every packet is cut to `keep` octets at the most. */
function blockOf(pcap: Uint8Array, packets: number, keep: number): PacketBlock {
  const block = new PacketBlock();
  block.setBytes(pcap);
  block.interfaces = [ETHERNET];
  let at = FILE_HEADER;
  for (let i = 0; i < packets; i++) {
    const captured = block.view.getUint32(at + 8, true);
    block.offset[i] = at + RECORD_HEADER;
    block.capturedLength[i] = Math.min(captured, keep);
    block.originalLength[i] = block.view.getUint32(at + 12, true);
    at += RECORD_HEADER + captured;
  }
  block.count = packets;
  return block;
}

function rowsOf(block: PacketBlock, common: boolean): number[] {
  const layers = new LayersBlock(block.count);
  new Decoder(DECODE_DEFAULTS, common).decode(block, layers);
  return [...layers.rows.subarray(0, layers.count * 24), layers.count, ...layers.numbers.subarray(0, layers.count)];
}

const PACKETS = 1500;
const { bytes } = captureInMemory({ name: "mix", size: { packets: PACKETS, connections: 100, seconds: 10 } });

test.each([2000, 96, 74, 62, 60, 58, 54, 50, 40, 20, 13])("of packets cut to %i octets", (keep) => {
  const block = blockOf(bytes, PACKETS, keep);
  expect(rowsOf(block, true)).toEqual(rowsOf(block, false));
});

test("of packets with any octet changed", () => {
  let seed = 1;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  for (let round = 0; round < 200; round++) {
    const damaged = Uint8Array.from(bytes);
    const block = blockOf(damaged, 200, 2000);
    for (let i = 0; i < block.count; i++) damaged[block.offset[i]! + random(60)] = random(256);
    expect(rowsOf(block, true)).toEqual(rowsOf(block, false));
  }
});
