// The description of the API: valid OpenAPI 3.1, the same as docs/api.md says, true of real answers, and as it was (docs/openapi.json).
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHDB_MISSING } from "./chdb.ts";
import { ROOT } from "./module-imports.ts";
import { DEMO, type Running, runProgram } from "./program.ts";
import { serveCollecting } from "./serve-run.ts";

interface Media {
  readonly schema: object;
}
interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, Media>> }>
  >;
}
interface Description {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: object;
}

const folder = mkdtempSync(join(tmpdir(), "flowgauge-openapi-"));
const ajv = new Ajv2020({ strict: false, allErrors: true });
let served: Running;
let url = "";
let text = "";
let api: Description;

beforeAll(async () => {
  const collecting = await serveCollecting(folder);
  const { to } = collecting;
  served = collecting.program;
  url = collecting.url;
  expect(await runProgram(["export", DEMO, "--to", to, "--protocol", "ipfix", "--biflow"])).toMatchObject({ code: 0 });
  text = await (await fetch(`${url}/api/v1/openapi.json`)).text();
  api = JSON.parse(text) as Description;
}, 60_000);
afterAll(async () => {
  served.child.kill("SIGTERM");
  await served.ended;
  rmSync(folder, { recursive: true, force: true });
});

const operations = () =>
  Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test("it is valid OpenAPI 3.1", () => {
  expect(api.openapi).toMatch(/^3\.1\./);
  expect(api.info.title).not.toBe("");
  expect(api.info.version).toMatch(/^1\.\d+\.\d+$/);
  const tags = new Set(api.tags.map(({ name }) => name));
  expect(operations().length).toBeGreaterThan(20);
  for (const { path, method, operation } of operations()) {
    const where = `${method} ${path}`;
    expect(path, where).toMatch(/^\/api\/v1\/[^?#]*$/);
    expect(["get", "put", "post", "delete", "patch", "head", "options"], where).toContain(method);
    expect(operation.summary ?? "", where).not.toBe("");
    for (const tag of operation.tags ?? [where]) expect(tags, where).toContain(tag);
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
    expect(declared.map(({ name }) => name).sort(), where).toEqual([...named].sort());
    for (const { name, in: place, schema } of operation.parameters ?? []) {
      expect(["path", "query", "header", "cookie"], `${where} ${name}`).toContain(place);
      expect(() => ajv.compile(schema), `${where} ${name}`).not.toThrow();
    }
    for (const { schema } of Object.values(operation.requestBody?.content ?? {}))
      expect(() => ajv.compile(schema), where).not.toThrow();
    expect(Object.keys(operation.responses).length, where).toBeGreaterThan(0);
    for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
      expect(status, where).toMatch(/^[1-5]\d\d$/);
      expect(description, `${where} ${status}`).not.toMatch(/^(Default Response)?$/);
      for (const { schema } of Object.values(content)) expect(() => ajv.compile(schema), where).not.toThrow();
    }
  }
});

test("every path of docs/api.md is in it, and the other way round", () => {
  const doc = readFileSync(join(ROOT, "docs", "api.md"), "utf8");
  const cells = doc.split("\n").flatMap((line) => /^\| (`.*?`) \|/.exec(line)?.[1] ?? []);
  const said = cells.flatMap((cell) => [...cell.matchAll(/`(GET|POST|PUT|DELETE) (\/[^\s`]*)`/g)]);
  const plain = (method: string, path: string) => `${method.toUpperCase()} ${path.replace(/\{\w+\}|\b[A-Z]+\b/g, "*")}`;
  const inDoc = said.map(([, method = "", path = ""]) => plain(method, path)).filter((one) => one !== "GET /metrics");
  const inApi = operations().map(({ path, method }) => plain(method, path.replace("/api/v1", "")));
  expect([...new Set(inDoc)].sort()).toEqual([...inApi].sort());
});

test("docs/grafana.md speaks of metrics that there are", async () => {
  const doc = readFileSync(join(ROOT, "docs", "grafana.md"), "utf8");
  const named = [...new Set(doc.match(/flowgauge_collect_\w+/g) ?? [])];
  expect(named.length).toBeGreaterThan(1);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  for (const name of named) expect(metrics).toContain(`# TYPE ${name} `);
});

test("it is as it was: docs/openapi.json (vitest -u writes it)", async () => {
  await expect(`${JSON.stringify(api, null, 1)}\n`).toMatchFileSnapshot(join(ROOT, "docs", "openapi.json"));
});

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
}

/** The answer, which is what its operation says of that status. */
async function checked({ method = "GET", path, status, body }: Asked): Promise<unknown> {
  const answer = await fetch(`${url}/api/v1${path}`, {
    method,
    ...(body === undefined
      ? {}
      : {
          headers: { "content-type": "application/json" },
          body: typeof body === "string" ? body : JSON.stringify(body),
        }),
  });
  const told = await answer.text();
  expect(answer.status, `${path}: ${told.slice(0, 300)}`).toBe(status);
  const operation = operationOf(method, path);
  const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
  const schema = operation.responses[status]?.content?.[type]?.schema;
  expect(schema, `${method} ${path} ${status} ${type}`).toBeDefined();
  const value = JSON.parse(told) as unknown;
  const valid = ajv.validate(schema ?? false, value);
  expect(valid ? [] : ajv.errors, `${method} ${path}`).toEqual([]);
  return value;
}

function operationOf(method: string, path: string): Operation {
  const [plain = ""] = path.split("?");
  const found = operations().filter((one) => {
    const pattern = new RegExp(`^${one.path.replace("/api/v1", "").replace(/\{\w+\}/g, "[^/]+")}$`);
    return one.method === method.toLowerCase() && pattern.test(plain);
  });
  const exact = found.find((one) => !one.path.includes("{")) ?? found[0];
  if (exact === undefined) throw new Error(`no operation for ${method} ${path}`);
  return exact.operation;
}

describe.skipIf(CHDB_MISSING !== null)("answers are what it says", () => {
  test.each<Asked>([
    { path: "/status", status: 200 },
    { path: "/fields", status: 200 },
    { path: "/window?from=2h", status: 200 },
    { path: "/window?from=soon", status: 400 },
    { path: "/query?limit=5", status: 200 },
    { path: "/query?by=time/1m,proto&by=srcAddr/24&top=3&percentile=95", status: 400 },
    { path: "/query?by=time/1m,proto&top=3&percentile=95", status: 200 },
    {
      path: "/query?by=srcAddr&distinct=dstPort&measures=bytes,bpp,pps,first,avg(duration)&zone=Europe/Berlin",
      status: 200,
    },
    { path: "/query?from=2020-01-01&to=2020-01-02&by=service", status: 200 },
    { path: "/query?by=nothing", status: 400 },
    { path: "/query?zone=Nowhere", status: 400 },
    { path: "/query?filter=prt%201", status: 400 },
    { path: "/query?nothing=1", status: 400 },
    { method: "POST", path: "/query", body: { by: ["proto"], biflow: true, local: "198.51.100.0/24" }, status: 200 },
    { method: "POST", path: "/query", body: "{", status: 400 },
    { path: "/query/cost?from=1d", status: 200 },
    { method: "POST", path: "/query/cost", body: { from: "1d" }, status: 200 },
    { method: "POST", path: "/filter", body: { text: "dst port 443 and pro", at: 20 }, status: 200 },
    { path: "/live/links", status: 200 },
    { path: "/live?sort=nothing", status: 400 },
    { path: "/exporters", status: 200 },
    { path: "/hosts/192.0.2.80", status: 200 },
    { path: "/hosts/nobody", status: 400 },
    { path: "/reports", status: 200 },
    { path: "/reports/nothing", status: 404 },
    { path: "/filters", status: 200 },
    { method: "PUT", path: "/filters/web", body: { text: "port 443", about: "", shared: true }, status: 200 },
    { method: "POST", path: "/logout", status: 200 },
  ])("$method $path: $status", { timeout: 60_000 }, async (asked) => {
    await checked(asked);
  });

  test("a report from its making to its end", { timeout: 60_000 }, async () => {
    const draft = { title: "Web", about: "", words: { by: ["srcAddr"] }, chart: "bars", view: null, schedule: null };
    const { id } = (await checked({ method: "POST", path: "/reports", body: draft, status: 200 })) as { id: string };
    await checked({ path: `/reports/${id}`, status: 200 });
    await checked({ path: `/reports/${id}/answer`, status: 200 });
    await checked({ method: "PUT", path: `/reports/${id}`, body: { ...draft, title: "Web 2" }, status: 200 });
    await checked({ path: `/reports/${id}/files`, status: 200 });
    await checked({ method: "DELETE", path: `/reports/${id}`, status: 200 });
    await checked({ path: `/reports/${id}`, status: 404 });
  });

  test("live pictures", { timeout: 30_000 }, async () => {
    const answer = await fetch(`${url}/api/v1/live?group=hosts`);
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    let told = "";
    for await (const piece of answer.body ?? []) {
      told += Buffer.from(piece).toString();
      if (told.includes("\n\n")) break;
    }
    const [, name = "", data = ""] = /^event: (\w+)\ndata: (.*)\n\n/.exec(told) ?? [];
    expect(name).toBe("view");
    const schema = operationOf("GET", "/live").responses[200]?.content?.["text/event-stream"]?.schema ?? false;
    expect(ajv.validate(schema, JSON.parse(data)) ? [] : ajv.errors).toEqual([]);
  });
});
