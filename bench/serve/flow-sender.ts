// node .bench-build/bench/serve/flow-sender.js PORT RECORDS_A_SECOND SECONDS SEED: sends IPFIX to a loopback port at that rate; prints what it sent as JSON.
import { createSocket } from "node:dgram";
import { setTimeout as sleep } from "node:timers/promises";
import { makeMessages } from "../collect/flow-messages.ts";

const STEP_MS = 5;

const [port = 0, rate = 0, seconds = 0, seed = 1] = process.argv.slice(2).map(Number);
const made = makeMessages(10, rate * seconds, seed);
const socket = createSocket("udp4");
const begin = performance.now();
let next = 0;
let sent = 0;
while (next < made.messages.length) {
  const due = ((performance.now() - begin) / 1000) * rate;
  while (next < made.messages.length && sent <= due) {
    const message = made.messages[next]!;
    await new Promise<void>((resolve, reject) => {
      socket.send(message, port, "127.0.0.1", (error) => (error === null ? resolve() : reject(error)));
    });
    sent += made.records[next]!;
    next++;
  }
  await sleep(STEP_MS);
}
const took = (performance.now() - begin) / 1000;
socket.close();
process.stdout.write(`${JSON.stringify({ records: sent, messages: next, seconds: took })}\n`);
