// Export from an interface: flows leave when they end, and all of them at Ctrl-C. The interface is lo, the traffic our own datagrams.
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { until } from "./collector-run.ts";
import { DatagramSink } from "./datagram-sink.ts";
import { KeptDecoder } from "./export-messages.ts";
import { lacks, missingPrograms, startProgram } from "./program.ts";

const missing = missingPrograms("dumpcap", "tcpdump").length === 2 ? ["dumpcap or tcpdump"] : [];
const skip = lacks("export from an interface", process.getuid?.() === 0 ? missing : ["root's rights"]);

describe.skipIf(skip)("lo", () => {
  test("a flow that is silent leaves by itself, what is live leaves at Ctrl-C", async () => {
    const [collector, target] = [await DatagramSink.open(), await DatagramSink.open()];
    const sender = createSocket("udp4");
    const send = () => new Promise((resolve) => sender.send(Buffer.alloc(72), target.port, "127.0.0.1", resolve));
    const flows = () => {
      const decoder = new KeptDecoder({ clock: "keep" });
      for (const message of collector.messages) decoder.take(message);
      return decoder.records.filter(({ dstPort }) => dstPort === target.port);
    };
    const began = Date.now();
    const words = ["export", "iface:lo", "--to", `udp://127.0.0.1:${collector.port}`, "--timeout", "udp=1s"];
    const program = startProgram([...words, "--bpf", `udp port ${target.port}`, "--summary", "json"]);
    try {
      // Until the helper captures, nothing is seen: datagrams are sent until some are.
      for (let times = 0; times < 100 && flows().length === 0; times++) {
        await send();
        await sleep(times % 10 === 9 ? 1800 : 60);
      }
      const ended = flows().length;
      expect(ended).toBeGreaterThan(0);
      await send();
      await sleep(300);
      program.child.kill("SIGINT");
      const { stderr, code } = await program.ended;
      expect(code, stderr).toBe(130);
      const last = stderr.trim().split("\n").at(-1)!;
      const summary = JSON.parse(last) as {
        packets: number;
        export: { destinations: { sent: { records: number } }[] };
      };
      await until(() => flows().length === summary.export.destinations[0]!.sent.records, "all records came");
      expect(flows().reduce((sum, { packets }) => sum + packets, 0)).toBe(summary.packets);
      expect(flows().length).toBeGreaterThan(ended);
      for (const { start, bytes, packets } of flows()) {
        expect(bytes).toBe(100 * packets);
        expect(Math.abs(start! - began)).toBeLessThan(60_000);
      }
    } finally {
      program.child.kill("SIGKILL");
      sender.close();
      collector.close();
      target.close();
    }
  });
});
