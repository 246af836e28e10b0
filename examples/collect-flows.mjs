// @ts-check
// Octets that each exporter's flows had, until so many records have come: node collect-flows.mjs udp://:2055 1000
import { Collector, flowsOf, parseListen } from "flowgauge";

const [listen = "udp://:2055", most = "1000"] = process.argv.slice(2);
/** @type {Map<string, number>} */
const octets = new Map();
let records = 0;

const collector = await Collector.open({
  listen: [parseListen(listen)],
  sink: {
    write(batch) {
      for (const flow of flowsOf(batch)) {
        const exporter = flow.exporter ?? "?";
        octets.set(exporter, (octets.get(exporter) ?? 0) + flow.bytes + flow.reverseBytes);
      }
      records += batch.rows;
      if (records >= Number(most)) void collector.close();
    },
  },
});
for (const { transport, port } of collector.listening) console.error(`listening on ${transport} port ${port}`);
await collector.ended;

for (const [exporter, sum] of octets) console.log(`${sum} octets by ${exporter}`);
console.log(`${collector.ledger.messages} messages, ${collector.ledger.unexplained()} of them unexplained`);
