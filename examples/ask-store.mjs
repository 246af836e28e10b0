// @ts-check
// Who sent the most, out of a store or a Native file:  node examples/ask-store.mjs STORE|FILE.native [FILTER]
import { SourceError, StoredFlows, UsageError } from "flowgauge";

const [place = "", ...words] = process.argv.slice(2);
/** @type {StoredFlows | undefined} */
let flows;
try {
  flows = StoredFlows.open(place.endsWith(".native") ? { native: [place] } : { stores: [place] });
  // The words of `flowgauge query`; a Table for each grouping.
  const tables = await flows.ask({ by: ["srcAddr"], sum: "bytes,packets", top: "10", filter: words.join(" ") });
  for (const { title, rows, total } of tables) {
    console.log(title);
    for (const [address, bytes, packets] of rows) console.log(address, bytes, packets);
    console.log("total", total?.[1], total?.[2]);
  }
  for (const { message } of flows.problems) console.error(message);
} catch (error) {
  if (!(error instanceof SourceError || error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  flows?.close();
}
