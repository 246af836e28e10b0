// node .bench-build/bench/udp-sink.js: takes UDP datagrams on a free loopback port, which it prints; when its stdin ends, it prints their number and ends.
import { createSocket } from "node:dgram";

const RECEIVE_BUFFER = 16 << 20;

let datagrams = 0;
const socket = createSocket("udp4", () => {
  datagrams++;
});
socket.bind(0, "127.0.0.1", () => {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch {
    // The system allows less: datagrams may be lost here, which costs the sender nothing.
  }
  process.stdout.write(`${socket.address().port}\n`);
});
process.stdin.resume();
process.stdin.on("end", () => {
  socket.close();
  process.stdout.write(`${datagrams}\n`);
});
