// Runs connections through time and writes their packets in order: a timer wheel, memory only for the connections that are alive.
import type { CaptureOutput, CaptureTotals } from "./capture-output.ts";
import { Connection, KIND } from "./connection.ts";
import type { ConnectionPlan } from "./connection-plan.ts";
import { ACK, FIN, type PacketShape, PSH, RST, SNAP_LENGTH, SYN, writeFrame } from "./frame.ts";
import type { SeededRandom } from "./seeded-random.ts";

/** 2023-11-14T22:13:20Z */
export const CAPTURE_BEGIN = 1_700_000_000;
const SLOT_MICROSECONDS = 64;
const SLOTS = 1 << 17;

/** Every connection of the plan from its first packet to its last. A plan gives about as many seconds as it says. */
export function writeTraffic(plan: ConnectionPlan, random: SeededRandom, output: CaptureOutput): CaptureTotals {
  const slots: (Connection | null)[] = new Array(SLOTS).fill(null);
  const shape: PacketShape = { reverse: false, tcpFlags: 0, length: 0 };
  const kinds = new Float64Array(7);
  const spacing = (plan.seconds * 1e6) / plan.connections;
  let free: Connection | null = null;
  let begun = 0;
  let alive = 0;
  let now = 0;
  let ipv6 = 0;
  let vlan = 0;
  let oneWay = 0;
  let begin = random.unit() * spacing;
  for (let slot = 0; begun < plan.connections || alive > 0; slot++) {
    const slotEnd = (slot + 1) * SLOT_MICROSECONDS;
    while (begun < plan.connections && begin < slotEnd) {
      const connection: Connection = free ?? new Connection();
      free = connection.next;
      connection.sent = 0;
      connection.directions = 0;
      connection.clientSequence = random.bits();
      connection.serverSequence = random.bits();
      plan.describe(begun++, begin, connection);
      connection.next = slots[slot % SLOTS]!;
      slots[slot % SLOTS] = connection;
      alive++;
      begin = (begun + random.unit()) * spacing;
    }
    let due: Connection | null = slots[slot % SLOTS] ?? null;
    slots[slot % SLOTS] = null;
    while (due !== null) {
      const connection: Connection = due;
      due = connection.next;
      shapePacket(connection, random, shape);
      const at = output.room();
      const length = writeFrame(output.bytes, at, connection, shape);
      now = Math.max(now, slotEnd - SLOT_MICROSECONDS + (random.bits() & (SLOT_MICROSECONDS - 1)));
      output.add(CAPTURE_BEGIN + Math.floor(now / 1e6), now % 1e6, Math.min(length, SNAP_LENGTH), length);
      connection.directions |= shape.reverse ? 2 : 1;
      kinds[connection.kind]!++;
      if (connection.ipv6) ipv6++;
      if (connection.vlan) vlan++;
      if (++connection.sent === connection.size) {
        oneWay += connection.directions === 3 ? 2 : 1;
        connection.next = free;
        free = connection;
        alive--;
        continue;
      }
      const wait = Math.round((connection.gap * (0.5 + random.unit())) / SLOT_MICROSECONDS);
      const target = (slot + Math.min(Math.max(wait, 1), SLOTS - 1)) % SLOTS;
      connection.next = slots[target]!;
      slots[target] = connection;
    }
  }
  output.flush();
  const icmp = kinds[KIND.icmp]!;
  const udp = kinds[KIND.udp]! + kinds[KIND.dns]!;
  const tcp = output.packets - udp - icmp;
  return { ...output.totals(), connections: plan.connections, oneWay, tcp, udp, icmp, ipv6, vlan };
}

/** Handshake, data both ways (more from the server), FINs; or question and answer. */
function shapePacket(connection: Connection, random: SeededRandom, shape: PacketShape): void {
  const { kind, sent, size } = connection;
  const chance = random.unit();
  shape.tcpFlags = ACK;
  shape.length = 0;
  if (kind === KIND.icmp || kind === KIND.dns) {
    shape.reverse = sent % 2 === 1;
    if (kind === KIND.icmp) shape.length = 74;
    return;
  }
  if (kind === KIND.udp) {
    shape.reverse = sent > 0 && (sent === 1 || (random.bits() & 15) < 9);
    if (connection.serverPort !== 53) shape.length = dataLength(chance);
    return;
  }
  shape.reverse = sent === 1;
  if (sent === 0) shape.tcpFlags = SYN;
  else if (sent === 1) shape.tcpFlags = kind === KIND.refused ? RST | ACK : SYN | ACK;
  else if (size >= 5 && sent >= size - 2) {
    shape.tcpFlags = FIN | ACK;
    shape.reverse = sent === size - 1;
  } else if (sent > 2) {
    shape.reverse = (random.bits() & 15) < 9;
    shape.length = kind === KIND.shortTcp ? (chance < 0.5 ? 200 : 1200) : dataLength(chance);
    if (shape.length > 64) shape.tcpFlags = ACK | PSH;
  }
}

/** Octets of a frame: the three peaks of real links. */
export function dataLength(chance: number): number {
  return chance < 0.4 ? 64 : chance < 0.6 ? 576 : 1500;
}
