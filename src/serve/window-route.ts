// GET /window: what words of a time mean now, and which buckets suit it. The page asks it before it asks for a series.

// The words of routes for the description of the API.
import type {} from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { localZone, parseTime } from "../query/index.ts";
import { isoTime } from "../report/index.ts";
import type { Window } from "./api.ts";
import type { ServeRoutes } from "./parts.ts";
import { ServeError } from "./problems.ts";
import { windowSchema } from "./schemas/facts.ts";
import { errors } from "./schemas/shapes.ts";

const WORDS = Type.Object(
  { from: Type.Optional(Type.String({ maxLength: 64 })), to: Type.Optional(Type.String({ maxLength: 64 })) },
  { additionalProperties: false },
);

/** So many buckets are drawn at the most. */
const MOST_BUCKETS = 320;
const BUCKETS: readonly (readonly [word: string, seconds: number])[] = [
  ["1s", 1],
  ["5s", 5],
  ["10s", 10],
  ["30s", 30],
  ["1m", 60],
  ["2m", 120],
  ["5m", 300],
  ["10m", 600],
  ["30m", 1800],
  ["1h", 3600],
  ["2h", 7200],
  ["6h", 21_600],
  ["12h", 43_200],
  ["1d", 86_400],
  ["1w", 604_800],
  ["1mo", 2_592_000],
];
const BILLION = 1_000_000_000n;
const DEFAULT_FROM = "24h";
const HOUR = 3600;
/** "24h" ago is not meant to the second: the first bucket is a whole one, and not a part of one with a rate of its own. */
const RELATIVE = /^\s*\d+\s*[a-z]+\s*$/i;

export const windowRoute: ServeRoutes = {
  install(api: FastifyInstance): void {
    api.get(
      "/window",
      {
        schema: {
          summary: "What a time means",
          description:
            "`from` and `to` as every question takes them, as times; and a bucket that suits them. From so long ago (`24h`) it begins with a whole bucket.",
          tags: ["query"],
          querystring: WORDS,
          response: { 200: { description: "The time.", ...windowSchema }, ...errors(400, 401) },
        },
      },
      async (request) => windowOf(request.query as Static<typeof WORDS>, Date.now()),
    );
  },
};

/** Throws a ServeError or UsageError for words that are no time. */
export function windowOf({ from: begin, to: end }: Static<typeof WORDS>, nowMs: number, zone = localZone()): Window {
  // Whole seconds: addresses and command lines that people read.
  const now = Math.floor(nowMs / 1000) * 1000;
  const asked = parseTime(begin ?? DEFAULT_FROM, "from", zone, now);
  const to = parseTime(end ?? "now", "to", zone, now, true);
  if (asked >= to) {
    throw new ServeError(400, "usage", "from, to: expected a time and a later one, found another order; exchange them");
  }
  const long = Number((to - asked) / BILLION);
  const [bucket, length] = BUCKETS.find(([, one]) => long / one <= MOST_BUCKETS) ?? BUCKETS[BUCKETS.length - 1]!;
  const from = RELATIVE.test(begin ?? DEFAULT_FROM) && length <= HOUR ? floored(asked, length) : asked;
  const seconds = Number((to - from) / BILLION);
  return { from: isoTime(from, false), to: isoTime(to, false), seconds, bucket };
}

function floored(nanoseconds: bigint, seconds: number): bigint {
  return nanoseconds - (nanoseconds % (BigInt(seconds) * BILLION));
}
