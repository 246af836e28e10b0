// The exporter's ledger as text and as an object.
import { expect, test } from "vitest";
import { DestinationLedger, EncodeCounts, type ExportSummary } from "../core/export-ledger.ts";
import { exportObject, printExport } from "./export-report.ts";

function summary(ended: boolean): { summary: ExportSummary; page: DestinationLedger } {
  const counts = new EncodeCounts();
  counts.flows = 1200;
  counts.carried = 1150;
  counts.records = 1160;
  counts.notExportable.ipv6 = 50;
  counts.remarks.reverse = 10;
  counts.otherFields.set("applicationName", 3);
  const page = new DestinationLedger("udp://192.0.2.1:2055", counts);
  page.given = 1207;
  page.dropped.queueFull = 7;
  page.sent = { messages: 40, records: 1130, octets: 54_000 };
  page.failed = { messages: 1, records: 30, octets: 1400 };
  page.introductions = 0;
  page.refused = 2;
  return { page, summary: { flows: 1200, ended, destinations: [page], problems: [new Error("x")] } };
}

test("every count that is not zero has its line, and it adds up", () => {
  expect(printExport(summary(true).summary)).toBe(
    `exported  1,207 flows to udp://192.0.2.1:2055: 1,130 records in 40 messages, 54.0 kB; 0 of templates and options
          lost: 30 records in 1 message
          refused: 2 answers that nobody listens on the port; as many messages at least did not arrive
          not exportable: 50 flows of IPv6, which this version of NetFlow cannot carry; --protocol v9 or ipfix can
          dropped: 7 flows that came while no more could be held for the destination, which was away or too slow
remark    10 biflows that became two records, one for each direction
remark    fields that are not exported: applicationName 3
          it adds up: every flow is named above
problem   x
`,
  );
});

test("a flow too few is a fault of ours, and said so", () => {
  const { page, summary: run } = summary(true);
  page.encoded.carried--;
  expect(printExport(run)).toContain("IT DOES NOT ADD UP: 1 flow and 1 record are unexplained");
  expect(exportObject(run).destinations[0]!.unexplained).toEqual({ flows: 1, records: 1 });
});

test("while it goes on, records may be under way", () => {
  const { page, summary: run } = summary(false);
  page.sent.records -= 5;
  page.held = 9;
  expect(printExport(run)).toContain("5 records under way, 9 flows held\n");
  expect(exportObject(run).destinations[0]).toMatchObject({
    flows: 1216,
    waiting: 5,
    held: 9,
    dropped: { queueFull: 7 },
    unexplained: null,
    refused: 2,
  });
});
