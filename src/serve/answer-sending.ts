// An answer is sent: with its length and type, as fast as it is taken, and not to somebody who takes nothing any more.
import type { FastifyReply } from "fastify";
import type { DownloadSaid } from "./api.ts";
import { CONNECTION } from "./limits.ts";
import type { Answer, Format } from "./parts.ts";

const TYPES: Readonly<Record<Format, string>> = {
  json: "application/json; charset=utf-8",
  ndjson: "application/x-ndjson; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  parquet: "application/vnd.apache.parquet",
  native: "application/octet-stream",
  svg: "image/svg+xml; charset=utf-8",
  png: "image/png",
};

export function sendAnswer(answer: Answer, format: Format, reply: FastifyReply): FastifyReply {
  void reply.header("content-type", TYPES[format]).header("content-length", answer.octets);
  void reply.header("cache-control", "no-store");
  if (format !== "json") void reply.header("content-disposition", `attachment; filename="${fileName(format)}"`);
  if (answer.said !== null) void reply.header("flowgauge-said", saidText(answer.said));
  reply.raw.once("close", () => answer.release());
  const { socket } = reply.raw;
  if (socket !== null) {
    // The sockets of one reader are used again: what follows has its own time.
    const late = () => socket.destroy();
    socket.setTimeout(CONNECTION.takenMs, late);
    // With nothing left behind: hundreds of answers go over one socket.
    reply.raw.once("finish", () => socket.setTimeout(0, late));
  }
  return reply.send(answer.read());
}

/** Octets of the header: readers take 16 KB of all headers. */
const MOST_SAID = 6144;

/** Of many sentences the first ones: the others are counted. */
function saidText({ from, to, notes, problems, held }: DownloadSaid): string {
  const text = (kept: number) =>
    encodeURIComponent(JSON.stringify({ from, to, notes: first(notes, kept), problems: first(problems, kept), held }));
  let kept = Math.max(notes.length, problems.length);
  while (kept > 0 && text(kept).length > MOST_SAID) kept = Math.floor(kept / 2);
  return text(kept);
}

function first(sentences: readonly string[], kept: number): readonly string[] {
  const left = sentences.length - kept;
  return left <= 0 ? sentences : [...sentences.slice(0, kept), `${left} more that are not listed here`];
}

/** "flows-20261121T101500Z.csv" */
function fileName(format: Format): string {
  return `flows-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, "")}Z.${format}`;
}
