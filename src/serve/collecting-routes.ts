// Routes of what is collected now: live pictures as server-sent events, the graph of links, exporters, metrics.

// The words of routes for the description of the API.
import type {} from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import type { TopQuestion } from "../core/top-view.ts";
import { METRICS_TYPE, printCollectMetrics } from "../report/index.ts";
import type { ExporterState, Exporters } from "./api.ts";
import type { CollectorProcess } from "./collector-process.ts";
import type { CollectorLedger } from "./collector-words.ts";
import { LiveChannels } from "./live-channels.ts";
import type { ServeContext, ServeRoutes } from "./parts.ts";
import { ServeError } from "./problems.ts";
import { exportersSchema } from "./schemas/exporters.ts";
import { type LiveWords, liveEvents, liveLinks, liveWords } from "./schemas/live.ts";
import { errors } from "./schemas/shapes.ts";

const ROWS = 30;
const STREAM_HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // A proxy in front of us is to pass pictures on at once.
  "x-accel-buffering": "no",
} as const;

/** What the store says of itself where `explain` is asked; null = it could not be asked. */
export type Explain = () => Promise<object | null>;

/** `collector` null: nothing is collected. */
export function collectingRoutes(collector: CollectorProcess | null, explain: Explain): ServeRoutes {
  const channels = collector === null ? null : new LiveChannels(collector);
  return {
    install(api: FastifyInstance, root: FastifyInstance, _context: ServeContext): void {
      api.addHook("onClose", async () => channels?.close());
      api.get(
        "/live",
        {
          schema: {
            summary: "Live pictures",
            description: "Server-sent events: `view` once a second, an object as `flowgauge top --json` prints it.",
            tags: ["live"],
            querystring: liveWords,
            response: { 200: liveEvents, ...errors(400, 401, 404, 429, 503) },
          },
        },
        async (request, reply) => {
          const words = request.query as LiveWords;
          const question = questionOf(words);
          if (channels === null) throw notCollecting();
          const key = request.caller?.key ?? request.ip;
          const { raw } = reply;
          const headers = reply.getHeaders();
          const asked = { question, whole: words.form === "view" };
          await channels.open(asked, key, raw, () => {
            // Only now: wrong words are an ordinary answer.
            reply.hijack();
            for (const [name, value] of Object.entries(headers)) if (value !== undefined) raw.setHeader(name, value);
            raw.writeHead(200, STREAM_HEADERS);
          });
        },
      );
      api.get(
        "/live/links",
        {
          schema: {
            summary: "Who talks to whom",
            description: "Pairs of hosts, the largest first.",
            tags: ["live"],
            response: { 200: { description: "The last 15 minutes.", ...liveLinks }, ...errors(401, 404, 503) },
          },
        },
        async () => {
          if (collector === null) throw notCollecting();
          return (await collector.ask({ kind: "links" })).links;
        },
      );
      api.get(
        "/exporters",
        {
          schema: {
            summary: "Exporters",
            description: "Where every record went, and what is wrong with which exporter.",
            tags: ["exporters"],
            response: { 200: { description: "Now, and of the whole store.", ...exportersSchema }, ...errors(401, 503) },
          },
        },
        async (): Promise<Exporters> => {
          const [ledger, store] = await Promise.all([collector === null ? null : ledgerOf(collector), explain()]);
          return {
            time: new Date().toISOString(),
            now: ledger === null ? null : nowOf(ledger),
            store: store as Exporters["store"],
          };
        },
      );
      root.get("/metrics", { schema: { hide: true }, config: { need: "viewer" } }, async (_request, reply) => {
        if (collector === null) throw notCollecting();
        void reply.type(METRICS_TYPE);
        return printCollectMetrics((await ledgerOf(collector)).collect);
      });
    },
  };
}

function notCollecting(): ServeError {
  return new ServeError(
    404,
    "missing",
    "expected a server that collects, found one that only answers; start it with --collect",
  );
}

function questionOf({ group, by, sort, reverse, filter, rows, names, from, services, ended }: LiveWords): TopQuestion {
  const fields = by === undefined || by.trim() === "" ? [] : by.split(",").map((field) => field.trim());
  return {
    group: group ?? (fields.length > 0 ? "by" : "flows"),
    by: fields,
    sort: sort ?? "rate10",
    reverse: reverse === true,
    filter: filter ?? "",
    rows: rows ?? ROWS,
    names: names !== false,
    ...(from === undefined ? {} : { from }),
    ...(services === undefined ? {} : { services }),
    ...(ended === undefined ? {} : { ended }),
  };
}

async function ledgerOf(collector: CollectorProcess): Promise<CollectorLedger> {
  return (await collector.ask({ kind: "ledger" })).ledger;
}

function nowOf({ collect, doctor }: CollectorLedger): NonNullable<Exporters["now"]> {
  const told = new Map(doctor.exporters.map((one) => [`${one.exporter} ${one.domain} ${one.format}`, one]));
  const exporters = collect.exporters.map((one): ExporterState => {
    const seen = told.get(`${one.exporter} ${one.domain} ${one.format}`);
    return {
      ...one,
      device: seen?.device ?? null,
      recordsPerSecond: seen?.recordsPerSecond ?? 0,
      templates: seen?.templates ?? [],
    };
  });
  const { elapsedSeconds, messages, records, lostRecords, kernelDrops, unbooked, notes, problems } = collect;
  const { findings } = doctor;
  return {
    seconds: elapsedSeconds,
    messages,
    records,
    lostRecords,
    kernelDrops,
    unbooked,
    exporters,
    findings,
    notes,
    problems,
  };
}
