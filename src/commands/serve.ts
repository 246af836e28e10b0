// flowgauge serve: the page, its API, and a collector: one program that collects, stores and shows.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../core/errors.ts";
import {
  type CollectorProcess,
  createServer,
  NO_PARTS,
  type ServeParts,
  type Server,
  windowRoute,
} from "../serve/index.ts";
import { limitsOf } from "./query-plan.ts";
import { type AccessSettings, accessPlan, withAccess } from "./serve-access.ts";
import { type CollectingSettings, servedFlows, withCollecting } from "./serve-collecting.ts";
import { type HostSettings, hostRoutes, withHosts } from "./serve-hosts.ts";
import { type ReportSettings, servedReports, withReports } from "./serve-reports.ts";
import { SeenHosts } from "./serve-seen-hosts.ts";
import { serveUserCommand } from "./serve-user.ts";

const EXAMPLES = `Examples:
  flowgauge serve                                   http://127.0.0.1:8055, of the default store
  flowgauge serve --store /srv/flows --listen 127.0.0.1:9000
  flowgauge serve user add ada --role admin         who may log in; then other machines may be let in:
  flowgauge serve --listen 0.0.0.0:8055 --tls-cert cert.pem --tls-key key.pem
  curl 'http://127.0.0.1:8055/api/v1/query?from=1d&by=srcAddr&top=5'
`;

const NOTES = `
The API: docs/api.md, and /api/v1/openapi.json of a server that runs. Without the engine (package chdb) the page runs, and says so.
Exit codes: 0 ended by Ctrl-C or TERM, 1 it cannot run, 2 wrong usage.`;

/** The options as commander gives them. */
interface ServeSettings extends AccessSettings, CollectingSettings, HostSettings, ReportSettings {
  readonly listen: string;
  readonly timeout: string;
  readonly memory: string;
}

export function serveCommand(): Command {
  const command = new Command("serve")
    .description("The page: see, ask, drill down; with its API.")
    // Behind `user` they are its own: --state.
    .enablePositionalOptions()
    .option("--listen <host:port>", "where the page is; port 0 = any that is free", "127.0.0.1:8055")
    .option("--store <folder>", "the store that is shown (default: the default store)")
    .optionsGroup("Questions:")
    .option("--timeout <duration>", "an answer after so long at the most", "60s")
    .option("--memory <octets>", "memory of the engine for one question at the most", "1G")
    .option("--local <networks>", "networks that inside, outside and side speak of, with commas");
  withAccess(withReports(withHosts(withCollecting(command))))
    .addHelpText("before", EXAMPLES)
    .addHelpText("after", NOTES)
    .addCommand(serveUserCommand());
  return command.action(runServe);
}

async function runServe(settings: ServeSettings): Promise<void> {
  const [host, port] = hostAndPort(settings.listen);
  const { memoryOctets, seconds } = limitsOf(settings);
  const access = accessPlan(settings, host);
  const reports = servedReports(settings, say);
  const flows = await servedFlows(settings, say);
  let server: Server | null = null;
  const seen = new SeenHosts(flows.collector, () => server?.context.questions ?? null);
  const parts: ServeParts = {
    ...NO_PARTS,
    guard: access.guard,
    loginNeeded: access.loginNeeded,
    collecting: () => flows.collector?.status() ?? NO_PARTS.collecting(),
    demo: () => flows.demo,
    namedFilters: reports.namedFilters,
    seenHosts: (part) => seen.offered(part),
    problems: () => [...access.problems(), ...flows.problems(), ...reports.problems()],
    routes: [access.routes, flows.routes, await hostRoutes(settings), windowRoute, ...reports.routes],
  };
  server = await createServer({
    version: version(),
    store: resolve(flows.folder),
    local: settings.local ?? null,
    memoryOctets,
    seconds,
    tls: access.tls,
    parts,
    log: say,
  });
  try {
    const listening = (await flows.collector?.start()) ?? [];
    const page = await server.listen(host, port);
    say(`the page is at ${page}${listening.length === 0 ? "" : `; collecting on ${listening.join(", ")}`}`);
  } catch (error) {
    await Promise.all([server.close(), flows.collector?.end()]);
    throw error;
  }
  await ended(server, flows.collector);
}

/** Resolves when a signal has ended it, in order. A second one does not wait. */
async function ended(server: Server, collector: CollectorProcess | null): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  await Promise.all([server.close(), collector?.end()]);
  process.exit(0);
}

/** "127.0.0.1:8055", "[::1]:8055". */
function hostAndPort(text: string): readonly [host: string, port: number] {
  const [, bracketed, plain, digits = ""] = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host !== undefined && digits !== "" && port <= 65_535) return [host, port];
  throw new UsageError(`--listen: expected HOST:PORT such as 127.0.0.1:8055 or [::1]:8055, found "${text}".`);
}

function version(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function say(sentence: string): void {
  process.stderr.write(`flowgauge: ${sentence}\n`);
}
