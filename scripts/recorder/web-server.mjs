// @ts-check
// The server of a recording: HTTP on 80, HTTPS on 443, UDP echo on 7, syslog sink on 514. Arguments: KEY CERTIFICATE
import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";

const [key = "", certificate = ""] = process.argv.slice(2);
const PARAGRAPH = "All packets of a flow agree in their addresses, ports and protocol, and none comes too late. ";
const HOSTS = { 4: ["192.0.2.80", "10.42.0.2"], 6: ["2001:db8:b::80"] };

/**
 * /text/N gives N octets of text, /slow/N N lines one after another, /gone 404, POST counts what it gets.
 * @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response
 */
function answer(request, response) {
  const [, kind = "", size = "0"] = (request.url ?? "/").split("/");
  let received = 0;
  request.on("data", (/** @type {Buffer} */ data) => {
    received += data.length;
  });
  request.on("end", () => {
    response.setHeader("content-type", "text/plain");
    if (kind === "text")
      response.end(PARAGRAPH.repeat(Math.ceil(Number(size) / PARAGRAPH.length)).slice(0, Number(size)));
    else if (kind === "slow") drip(response, Number(size));
    else if (request.method === "POST") response.end(`received ${received} octets\n`);
    else response.writeHead(kind === "" ? 200 : 404).end(`${PARAGRAPH}\n`);
  });
}

/** @param {import("node:http").ServerResponse} response @param {number} lines */
function drip(response, lines) {
  response.write(`${lines} to go\n`);
  if (lines > 0 && !response.destroyed) setTimeout(drip, 400, response, lines - 1);
  else response.end();
}

for (const host of [...HOSTS[4], ...HOSTS[6]]) {
  createServer(answer).listen(80, host);
  const tls = { key: readFileSync(key), cert: readFileSync(certificate) };
  createTlsServer(tls, answer).listen(443, host);
}
for (const family of /** @type {const} */ ([4, 6])) {
  for (const host of HOSTS[family]) {
    const echo = createSocket(`udp${family}`);
    echo.on("message", (data, from) => echo.send(data, from.port, from.address));
    echo.bind(7, host);
    createSocket(`udp${family}`).bind(514, host);
  }
}
