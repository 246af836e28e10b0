// An answer is sent: with its length and type, as fast as it is taken, and not to somebody who takes nothing any more.
import type { FastifyReply } from "fastify";
import { CONNECTION } from "./limits.ts";
import type { Answer, Format } from "./parts.ts";

const TYPES: Readonly<Record<Format, string>> = {
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  parquet: "application/vnd.apache.parquet",
  svg: "image/svg+xml; charset=utf-8",
  png: "image/png",
};

export function sendAnswer(answer: Answer, format: Format, reply: FastifyReply): FastifyReply {
  void reply.header("content-type", TYPES[format]).header("content-length", answer.octets);
  void reply.header("cache-control", "no-store");
  if (format !== "json") void reply.header("content-disposition", `attachment; filename="${fileName(format)}"`);
  reply.raw.once("close", () => answer.release());
  const { socket } = reply.raw;
  if (socket !== null) {
    // The sockets of one reader are used again: what follows has its own time.
    socket.setTimeout(CONNECTION.takenMs, () => socket.destroy());
    reply.raw.once("finish", () => socket.setTimeout(0));
  }
  return reply.send(answer.read());
}

/** "flows-20261121T101500Z.csv" */
function fileName(format: Format): string {
  return `flows-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}Z.${format}`;
}
