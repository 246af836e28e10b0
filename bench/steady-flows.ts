// Packets of N flows in random order, all of them alive all the time: what one more packet costs when the table is that big.
import type { CaptureOutput, CaptureTotals } from "./capture-output.ts";
import { Connection, KIND } from "./connection.ts";
import { ACK, type PacketShape, SNAP_LENGTH, writeFrame } from "./frame.ts";
import type { SeededRandom } from "./seeded-random.ts";
import { CAPTURE_BEGIN, dataLength } from "./traffic.ts";

export const SCALE_PACKETS = 4_000_000;
const MICROSECONDS_APART = 5;

/** `flows` 5-tuples are one to one with 0..flows-1; each packet is of any of them with the same chance. */
export function writeSteadyFlows(
  flows: number,
  packets: number,
  random: SeededRandom,
  output: CaptureOutput,
): CaptureTotals {
  const connection = new Connection();
  const shape: PacketShape = { reverse: false, tcpFlags: ACK, length: 0 };
  const seen = new Uint8Array(flows);
  let udp = 0;
  let ipv6 = 0;
  for (let i = 0; i < packets; i++) {
    const flow = random.below(flows);
    describeFlow(flow, connection);
    shape.reverse = (random.bits() & 1) === 1;
    shape.length = dataLength(random.unit());
    seen[flow]! |= shape.reverse ? 2 : 1;
    if (connection.kind === KIND.udp) udp++;
    if (connection.ipv6) ipv6++;
    const at = output.room();
    const length = writeFrame(output.bytes, at, connection, shape);
    const time = i * MICROSECONDS_APART;
    output.add(CAPTURE_BEGIN + Math.floor(time / 1e6), time % 1e6, Math.min(length, SNAP_LENGTH), length);
  }
  output.flush();
  let connections = 0;
  let oneWay = 0;
  for (const directions of seen) {
    if (directions !== 0) connections++;
    oneWay += directions === 3 ? 2 : directions === 0 ? 0 : 1;
  }
  return { ...output.totals(), connections, oneWay, tcp: packets - udp, udp, ipv6 };
}

/** Neighbours get distant addresses: multiplying by an odd number is a permutation of 32 bits. */
function describeFlow(flow: number, connection: Connection): void {
  const mixed = Math.imul(flow, 0x9e3779b1);
  connection.kind = flow % 4 === 0 ? KIND.udp : KIND.tcp;
  connection.ipv6 = flow % 7 === 0;
  connection.client = mixed & 0xffff;
  connection.server = (mixed >>> 8) & 0xffff;
  connection.clientPort = mixed >>> 16;
  connection.serverPort = 443;
  connection.sent = 0;
  connection.clientSequence = 1;
  connection.serverSequence = 1;
}
