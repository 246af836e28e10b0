// @ts-check
// Octets by name of a web server, out of what tshark says:  tshark -r day.pcap -T pdml | node pdml-hosts.mjs [FILE]
import { observePdml, SourceError } from "flowgauge";

/** @type {Map<string, { flows: number, octets: number }>} */
const hosts = new Map();

try {
  const sources = process.argv.length > 2 ? process.argv.slice(2) : ["-"];
  // A flow is what one client says to one server, and back, on one connection: any fields of tshark make a key.
  const { counts, flows, problems } = await observePdml(
    sources,
    { key: ["tcp.stream"], idleSeconds: 300 },
    {
      onFlowEnd(flow) {
        // Views are used again: take out what you keep.
        const [host] = [...flow.values("http.host"), ...flow.values("tls.handshake.extensions_server_name"), "-"];
        const known = hosts.get(host) ?? { flows: 0, octets: 0 };
        known.flows++;
        for (const length of flow.values("frame.len")) known.octets += Number(length);
        hosts.set(host, known);
      },
    },
  );
  const sorted = [...hosts].sort(([, a], [, b]) => b.octets - a.octets);
  for (const [host, known] of sorted) console.log(known.octets, known.flows, host);
  console.error(`${counts.given} frames, ${flows.begun} flows`);
  // Bad content is no exception: what was good has been told, and this says where it ended.
  for (const problem of problems) console.error(problem);
} catch (error) {
  if (!(error instanceof SourceError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
