// The comparison itself: it finds each value that is changed, missing or invented.
import { describe, expect, it } from "vitest";
import { ELEMENTS, type Element, type FieldName } from "../../src/core/elements.ts";
import { type DecodedRow, emptyText } from "./decoded-messages.ts";
import type { TruthRecord } from "./netflow-samples.ts";
import { compareRecord, newComparison } from "./truth-fields.ts";

const record: TruthRecord = {
  kind: "data",
  version: 9,
  frame: 1,
  exporter: "192.0.2.1",
  domain: 0,
  fields: {
    sourceIPv4Address: "192.0.2.3",
    destinationIPv6Address: "::",
    destinationTransportPort: 53,
    icmpTypeCodeIPv4: 771,
    octetDeltaCount: 0,
    initiatorOctets: 81,
    flowStartSysUpTime: 5,
    flowEndMicroseconds: "2020-01-01T00:00:00.5Z",
    mplsTopLabelStackSection: "04e250",
    sourceMacAddress: "00:1f:33:d9:81:60",
    applicationId: "0d000226",
    "0/40003": "1a1b",
    paddingOctets: "00",
  },
  derived: { flowStartMilliseconds: 1_577_836_800_250 },
};

const empty = Object.fromEntries(ELEMENTS.map((element: Element) => [element.name, emptyText(element)]));
const good: DecodedRow = {
  columns: {
    ...(empty as Record<FieldName, string>),
    srcAddr: `${"0".repeat(20)}ffffc0000203`,
    ipVersion: "4",
    dstPort: "53",
    bytes: "81",
    start: "1577836800250000000",
    end: "1577836800500000000",
    mplsLabel: "20006",
    srcMac: "001f33d98160",
    natSrcPort: String(0x1a1b),
  },
  other: { applicationId: "0d000226", icmpTypeCodeIPv4: "771" },
  sections: [],
};

function disagreements(row: DecodedRow): string[] {
  const comparison = newComparison();
  compareRecord(comparison, row, record, { header: undefined, boot: undefined }, "here");
  return comparison.disagreements;
}

describe("the comparison of a record with its truth", () => {
  it("is content with what is right", () => {
    expect(disagreements(good)).toEqual([]);
  });

  it.each(ELEMENTS.map(({ name }) => name).filter((name) => !/^(received|exporter|domain|sampling)/.test(name)))(
    "sees that %s is wrong",
    (name) => {
      const found = disagreements({ ...good, columns: { ...good.columns, [name]: "7" } });
      expect(found.join()).toContain(name);
    },
  );

  it("sees what is missing from other, and what is wrong or invented there", () => {
    expect(disagreements({ ...good, other: { icmpTypeCodeIPv4: "771" } })).toHaveLength(1);
    expect(disagreements({ ...good, other: { applicationId: "0d000226" } })).toHaveLength(1);
    expect(disagreements({ ...good, other: { ...good.other, applicationId: "0d000227" } })).toHaveLength(1);
    expect(disagreements({ ...good, other: { ...good.other, applicationName: "x" } })).toHaveLength(1);
  });
});
