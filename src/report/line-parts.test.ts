// Lines of records are as long as the terminal at the most.
import { expect, test } from "vitest";
import { batchOf } from "../../test/batch-of.ts";
import { createFlowPrinter } from "./flow-printer.ts";

const NOW = 1_700_000_000;
const tcp = {
  start: [NOW - 10, 0] as [number, number],
  end: [NOW, 0] as [number, number],
  srcAddr: "192.168.100.100",
  dstAddr: "198.151.100.200",
  srcPort: 50_000,
  dstPort: 50_443,
  proto: 6,
  tcpFlags: 255,
  ipVersion: 4,
  packets: 12_345,
  bytes: 1_234_567,
  exporter: "192.168.200.200",
};
const icmp = { ...tcp, proto: 1, srcPort: 0, dstPort: 8 << 8 };

async function lines(format: "line" | "events", from: "packets" | "messages", width: number): Promise<string[]> {
  let text = "";
  const destination = {
    write(piece: Uint8Array, done: () => void) {
      text += Buffer.from(piece).toString();
      done();
      return true;
    },
    on: () => destination,
    removeListener: () => destination,
  };
  const printer = createFlowPrinter({ format, from, width }, destination as never);
  await printer.write(batchOf([tcp, icmp]));
  await printer.end();
  return text.trimEnd().split("\n");
}

test.each([80, 100, 120, 132, 150])("%d columns", async (width) => {
  for (const format of ["line", "events"] as const) {
    for (const from of ["packets", "messages"] as const) {
      const shown = await lines(format, from, width);
      expect(shown.length).toBe(3);
      for (const line of shown) expect(line.length, line).toBeLessThanOrEqual(width);
      expect(shown[1]).toMatch(/\d\d:\d\d:\d\d.* 192\.168\.100\.100:50000 {2}-> 198\.151\.100\.200:50443 .*1234567/);
      // Titles stand over what they name.
      expect(shown[0]!.indexOf("Destination")).toBe(shown[1]!.indexOf("198.151"));
      expect(shown[0]!.indexOf("Bytes") + 5).toBe(shown[1]!.indexOf("1234567") + 7);
    }
  }
});

test("all is shown where nobody says how wide it is, and ICMP is in words", async () => {
  const [titles, record, echo] = await lines("line", "messages", 0);
  expect(titles!.split(/ +/)).toEqual(
    "Start Duration Proto Source Destination Flags Pkts Bytes RPkts RBytes In>Out Exporter".split(" "),
  );
  expect(record).toMatch(/^2023-11-14 22:13:10\.000 .* 0>0 {7}192\.168\.200\.200$/);
  expect(echo).toMatch(/ 198\.151\.100\.200:8\.0 +echo +12345 /);
});
