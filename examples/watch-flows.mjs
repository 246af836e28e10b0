// @ts-check
// Flows as they begin and end, by an observer:  node examples/watch-flows.mjs iface:eth0
// Ctrl-C ends it in order: the flows that are alive are told as well.
import { FlowStream, observe, parseTimeouts } from "flowgauge";

if (process.argv.length < 3) {
  console.error("usage: node watch-flows.mjs SOURCE... (a capture file, - or iface:NAME)");
  process.exit(2);
}

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());

const stream = await FlowStream.open(process.argv.slice(2), {
  track: { startEvents: true, updateSeconds: 10, timeouts: parseTimeouts(["idle=60s", "active=30m"]) },
  signal: interrupted.signal,
});

/** @param {number | null} milliseconds */
const time = (milliseconds) => (milliseconds === null ? "-" : new Date(milliseconds).toISOString());

const summary = await observe(stream, {
  onStart: (flow) => console.log(time(flow.start), "begins", flow.srcAddr, flow.dstAddr, flow.proto),
  onUpdate: (flow) => console.log(time(flow.end), "has", flow.srcAddr, flow.dstAddr, flow.packets, flow.reversePackets),
  onEnd: (flow) => console.log(time(flow.end), "ends", flow.srcAddr, flow.dstAddr, flow.endReason),
});
console.error(`${summary.ledger.read.packets} packets, ${summary.flows.started} flows`);
