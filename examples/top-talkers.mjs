// @ts-check
// The hosts that sent the most in a capture:  node examples/top-talkers.mjs CAPTURE... [| head]
import { FlowStream, flowsOf, SourceError } from "flowgauge";

/** @type {Map<string, number>} */
const octets = new Map();

/** @param {string | null} host @param {number} bytes */
function add(host, bytes) {
  if (host !== null && bytes > 0) octets.set(host, (octets.get(host) ?? 0) + bytes);
}

try {
  // Files (pcap, pcapng, .gz, .zst), "-" or "iface:NAME", as on the command line.
  const stream = await FlowStream.open(process.argv.slice(2));
  for await (const batch of stream) {
    for (const flow of flowsOf(batch)) {
      add(flow.srcAddr, flow.bytes);
      add(flow.dstAddr, flow.reverseBytes);
    }
  }
  const top = [...octets].sort(([, a], [, b]) => b - a).slice(0, 10);
  for (const [host, bytes] of top) console.log(`${String(bytes).padStart(12)}  ${host}`);

  // Bad content is no exception: what was good has been given, and this says where it ended.
  for (const problem of stream.summary().problems) console.error(problem.message);
} catch (error) {
  // Nothing could be read at all: one sentence with the place.
  if (!(error instanceof SourceError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
