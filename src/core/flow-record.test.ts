// FlowRecord: the values of a row are those that the columns hold.
import { expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import {
  type Element,
  END_REASON,
  FLOW_EVENT,
  MESSAGE_ELEMENTS,
  PACKET_ELEMENTS,
  SAMPLING_SOURCE,
} from "./elements.ts";
import { fieldsFrom } from "./fields.ts";
import { FlowBatch } from "./flow-batch.ts";
import { flowsOf, RecordCursor } from "./flow-record.ts";
import { writeTime } from "./nanoseconds.ts";

function batchOfTwo(elements: readonly Element[] = PACKET_ELEMENTS): FlowBatch {
  const batch = new FlowBatch(4, elements);
  const { columns } = batch;
  batch.rows = 2;
  columns.event[1] = FLOW_EVENT.update;
  columns.endReason[1] = END_REASON.idle;
  writeTime(columns.start, 0, 0, -1);
  writeTime(columns.start, 1, 1_700_000_000, 123_456_789);
  columns.srcAddr.set(parseAddress("10.0.0.1")!, 16);
  columns.ipVersion[1] = 6;
  columns.srcPort[1] = 65_535;
  columns.packets.set([7, 1], 2);
  columns.mplsLabel[1] = 1;
  columns.srcMac.set([0x03040506, 0x0102], 2);
  return batch;
}

test("values by field name", () => {
  const batch = batchOfTwo();
  const empty = new RecordCursor().at(batch, 0);
  const full = new RecordCursor().at(batch, 1);
  expect(empty).toMatchObject({
    event: null,
    endReason: null,
    start: null,
    srcAddr: null,
    mplsLabel: null,
    srcMac: null,
  });
  expect(full).toMatchObject({
    event: "update",
    endReason: "idle",
    srcAddr: "10.0.0.1",
    dstAddr: "::",
    srcPort: 65_535,
  });
  expect(full).toMatchObject({ packets: 4_294_967_303, mplsLabel: 0, srcMac: "01:02:03:04:05:06" });
  expect(new Date(full.start!).toISOString()).toBe("2023-11-14T22:13:20.123Z");
  expect(full.start! % 1000).toBeCloseTo(123.457, 2);
});

test("one object that moves; as JSON it has every field, in the order of the table", () => {
  const flows = [...flowsOf(batchOfTwo())];
  expect(flows).toHaveLength(2);
  expect(flows[0]).toBe(flows[1]);
  expect(Object.keys(JSON.parse(JSON.stringify(flows[0])))).toEqual(PACKET_ELEMENTS.map(({ name }) => name));
});

test("of export messages it has their fields, and what is beyond them", () => {
  const batch = batchOfTwo(MESSAGE_ELEMENTS);
  batch.columns.exporter.set(parseAddress("192.0.2.1")!, 16);
  batch.columns.samplingSource[1] = SAMPLING_SOURCE.options;
  batch.other.addText(1, "interfaceName", "Gi0/1");
  batch.other.addText(1, "__proto__", "\ufeffnot a prototype");
  const record = new RecordCursor().at(batch, 1);
  expect(record).toMatchObject({ exporter: "192.0.2.1", samplingSource: "options", dstAddr: "::", nextHop: null });
  expect(Object.entries(record.other!)).toEqual([
    ["interfaceName", "Gi0/1"],
    ["__proto__", "\ufeffnot a prototype"],
  ]);
  const copy = JSON.parse(JSON.stringify(record));
  expect(Object.keys(copy)).toEqual(fieldsFrom("messages").map(({ name }) => name));
  expect(copy.other.interfaceName).toBe("Gi0/1");
  expect(new RecordCursor().at(batch, 0).other).toEqual({});
});
