// The collector's ledger over HTTP: GET /metrics for Prometheus, GET /ledger.json. Nothing else, and bounded.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import { SourceError } from "../core/errors.ts";
import { type CollectObject, METRICS_TYPE, printCollectMetrics } from "../report/index.ts";
import { safeJson } from "./json-lines.ts";

const HEADERS_MS = 5000;
const REQUEST_MS = 15_000;
const CHECK_MS = 1000;
const MOST_CONNECTIONS = 32;
const MOST_HEADER_OCTETS = 16_384;

export interface MetricsServer {
  /** Where it listens: http://127.0.0.1:9155 */
  readonly url: string;
  close(): Promise<void>;
}

/** What there is to tell; null = nothing yet. */
type Ledger = () => CollectObject | null;

/** Listens until closed; rejects with a SourceError where it cannot. A port of 0 is any that is free. */
export function serveMetrics(host: string, port: number, ledger: Ledger): Promise<MetricsServer> {
  const limits = {
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    // Node looks for who is too slow every 30 s otherwise.
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: MOST_HEADER_OCTETS,
  };
  const server = createServer(limits, (request, response) => send(response, answer(request, ledger)));
  server.maxConnections = MOST_CONNECTIONS;
  server.keepAliveTimeout = HEADERS_MS;
  server.timeout = REQUEST_MS;
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const found = error.code === "EADDRINUSE" ? "the port is taken; choose another" : error.message;
      const place = { source: `--metrics ${host.includes(":") ? `[${host}]` : host}:${port}` };
      reject(new SourceError(place, `expected to listen there, found ${found}`, { cause: error }));
    });
    server.listen(port, host, () => resolve({ url: urlOf(server), close: () => close(server) }));
  });
}

function urlOf(server: Server): string {
  const { address, port } = server.address() as { address: string; port: number };
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

function answer(request: IncomingMessage, ledger: Ledger): Answer {
  const path = (request.url ?? "").replace(/\?.*$/, "");
  if (!namesUs(request)) return plain(403, "expected the address of this collector as Host");
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "expected GET");
  if (path !== "/metrics" && path !== "/ledger.json") return plain(404, "expected /metrics or /ledger.json");
  const object = ledger();
  if (object === null) return plain(503, "the collector is starting");
  return path === "/metrics"
    ? { status: 200, type: METRICS_TYPE, text: printCollectMetrics(object) }
    : { status: 200, type: "application/json", text: `${safeJson(object)}\n` };
}

function plain(status: number, text: string): Answer {
  return { status, type: "text/plain; charset=utf-8", text: `${text}\n` };
}

/**
 * A page in a browser can ask a server on its own machine under a name that it has changed to 127.0.0.1; such a request carries
 * that name. Where we listen for others, too, they may well use names.
 */
function namesUs({ headers, socket }: IncomingMessage): boolean {
  const local = socket.localAddress ?? "";
  if (!/^(::ffff:)?127\.|^::1$/.test(local)) return true;
  const name = (headers.host ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return name === "localhost" || isIP(name) !== 0;
}

function send(response: ServerResponse, { status, type, text }: Answer): void {
  response.writeHead(status, {
    "Content-Type": type,
    "Content-Length": Buffer.byteLength(text),
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    ...(status === 405 ? { Allow: "GET, HEAD" } : {}),
  });
  response.end(text);
}
