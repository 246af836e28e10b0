// What is sent on is the batch as it was handed over, though its owner writes over it at once.
import { expect, it } from "vitest";
import { MESSAGE_ELEMENTS } from "../core/elements.ts";
import { FlowBatch } from "../core/flow-batch.ts";
import type { Exporter } from "../export/index.ts";
import { ExportOutlet } from "./export-outlet.ts";

it("is a copy, other fields included, and copies are used again", async () => {
  const seen: FlowBatch[] = [];
  const said: string[] = [];
  let go = () => {};
  const exporter = {
    async write(batch: FlowBatch) {
      seen.push(batch);
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      said.push(`${batch.rows} ${batch.columns.packets[2]} ${JSON.stringify(batch.other.read(1))}`);
    },
  } as unknown as Exporter;
  const outlet = new ExportOutlet(exporter);
  const batch = new FlowBatch(4, MESSAGE_ELEMENTS);
  for (const round of [1, 2]) {
    batch.rows = 2;
    batch.columns.packets[2] = 10 * round;
    batch.other.addText(1, "applicationName", `dns${round}`);
    const written = outlet.write(batch);
    batch.rows = 0;
    batch.columns.packets[2] = 99;
    batch.other.clear();
    batch.other.addText(0, "applicationName", "something else");
    batch.other.clear();
    go();
    await written;
  }
  expect(said).toEqual(['2 10 {"applicationName":"dns1"}', '2 20 {"applicationName":"dns2"}']);
  expect(seen[0]).toBe(seen[1]);
  expect(seen[0]).not.toBe(batch);
});
