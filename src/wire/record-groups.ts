// RecordGroups: the rows of a batch sorted by the kind of record they become, so that each group is written with one template.
import { isIpv4 as isIpv4_, isNone as isNone_ } from "../core/address.ts";
import type { Columns } from "../core/flow-batch.ts";
import type { RecordKind } from "./export-template.ts";

// Imported bindings are loaded at each use, module constants are not (npm run bench -- imports).
const isIpv4 = isIpv4_;
const isNone = isNone_;

const FAMILIES = ["ipv4", "ipv6", "none"] as const;

/** Every kind of record. A group's number is twice the place of its kind, and 1 more for records of the other direction. */
export const RECORD_KINDS: readonly RecordKind[] = FAMILIES.flatMap((family) =>
  [false, true].flatMap((icmp) => [false, true].map((both) => ({ family, icmp, both }))),
);

export interface RecordGroup {
  rows: Int32Array;
  count: number;
  /** How many of them are in messages. */
  written: number;
}

export class RecordGroups {
  readonly groups: readonly RecordGroup[] = RECORD_KINDS.flatMap(() => [emptyGroup(), emptyGroup()]);
  private readonly biflow: boolean;

  /** `biflow`: both directions are one record. */
  constructor(biflow: boolean) {
    this.biflow = biflow;
  }

  /** Forgets the rows; `rows` may be added afterwards. */
  begin(rows: number): void {
    for (const group of this.groups) {
      group.count = 0;
      group.written = 0;
      if (group.rows.length > 0 && group.rows.length < rows) group.rows = new Int32Array(rows);
    }
  }

  /** Adds the records of a row: gives how many they are, 1 or 2. */
  add(columns: Columns, row: number, rows: number): number {
    const kind = 4 * family(columns, row) + (isIcmp(columns, row) ? 2 : 0);
    const { reversePackets, packets } = columns;
    const reverse = reversePackets[2 * row] !== 0 || reversePackets[2 * row + 1] !== 0;
    if (!reverse) this.put(2 * kind, row, rows);
    else if (this.biflow) this.put(2 * (kind + 1), row, rows);
    else {
      this.put(2 * kind + 1, row, rows);
      // A record can be of the other direction alone: the initiator was silent since the last one.
      if (packets[2 * row] === 0 && packets[2 * row + 1] === 0) return 1;
      this.put(2 * kind, row, rows);
      return 2;
    }
    return 1;
  }

  private put(number: number, row: number, rows: number): void {
    const group = this.groups[number]!;
    if (group.rows.length === 0) group.rows = new Int32Array(rows);
    group.rows[group.count++] = row;
  }
}

function emptyGroup(): RecordGroup {
  return { rows: new Int32Array(0), count: 0, written: 0 };
}

function isIcmp({ proto, ipVersion }: Columns, row: number): boolean {
  return proto[row] === (ipVersion[row] === 6 ? 58 : 1);
}

/** Place in FAMILIES. */
function family({ ipVersion, srcAddr, dstAddr }: Columns, row: number): number {
  if (ipVersion[row] === 4) return 0;
  if (ipVersion[row] === 6) return 1;
  const at = 16 * row;
  if (isIpv4(srcAddr, at) || isIpv4(dstAddr, at)) return 0;
  return isNone(srcAddr, at) && isNone(dstAddr, at) ? 2 : 1;
}
