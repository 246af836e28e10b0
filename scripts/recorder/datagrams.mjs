// @ts-check
// Sends UDP datagrams at a steady pace and reads what comes back. Arguments: HOST PORT SIZE COUNT INTERVAL_MS
import { createSocket } from "node:dgram";

const [host = "", ...numbers] = process.argv.slice(2);
const [port = 7, size = 100, count = 1, interval = 20] = numbers.map(Number);
const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
socket.on("error", () => {});
for (let sent = 0; sent < count; sent++) {
  socket.send(Buffer.alloc(size, `datagram ${sent} `), port, host, () => {});
  await new Promise((resolve) => setTimeout(resolve, interval));
}
setTimeout(() => socket.close(), 500);
