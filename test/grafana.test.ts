// The requests that Grafana sends for examples/grafana-dashboard.json (Infinity: a GET with params, a root selector, columns), and Prometheus' one.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CHDB_MISSING } from "./chdb.ts";
import { ROOT } from "./module-imports.ts";
import { demoStore, get, type Served, serve } from "./serve-run.ts";

interface Column {
  readonly selector: string;
  readonly text: string;
  readonly type: "timestamp" | "string" | "number";
}
interface Target {
  readonly type: "json" | "csv";
  readonly url: string;
  readonly url_options: { readonly method: string; readonly params: readonly { key: string; value: string }[] };
  readonly root_selector: string;
  readonly columns: readonly Column[];
}
interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string }[] };
  readonly panels: readonly { readonly title: string; readonly targets: readonly Target[] }[];
}

const DASHBOARD = JSON.parse(readFileSync(join(ROOT, "examples", "grafana-dashboard.json"), "utf8")) as Dashboard;
const TARGETS = DASHBOARD.panels.flatMap(({ title, targets }) => targets.map((target) => [title, target] as const));
const folder = mkdtempSync(join(tmpdir(), "flowgauge-grafana-"));

describe.skipIf(CHDB_MISSING !== null)("Grafana", () => {
  let served: Served;
  const [from, to] = [Date.parse("2026-11-20T23:00:00Z"), Date.parse("2026-11-21T00:00:00Z")];

  beforeAll(async () => {
    served = await serve(["--store", await demoStore(join(folder, "store"))]);
  }, 60_000);
  afterAll(async () => {
    await served?.end();
    rmSync(folder, { recursive: true });
  });

  /** Variables as Grafana puts them in. */
  function filled(text: string, variables: Readonly<Record<string, string>>): string {
    return text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = variables[name];
      if (value === undefined) throw new Error(`no variable ${name}`);
      return value;
    });
  }

  async function rowsOf(
    target: Target,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Record<string, unknown>[]> {
    const variables = { server: served.url, filter: "", __from: `${from}`, __to: `${to}`, __interval: "15s", ...more };
    const url = new URL(filled(target.url, variables));
    for (const { key, value } of target.url_options.params) url.searchParams.append(key, filled(value, variables));
    expect(target.url_options.method).toBe("GET");
    const { status, text, headers } = await get(url.href);
    expect(status, text).toBe(200);
    if (target.type === "json") {
      expect(headers.get("content-type")).toContain("application/json");
      expect(target.root_selector).toBe("tables[0].rows");
      return (JSON.parse(text) as { tables: { rows: Record<string, unknown>[] }[] }).tables[0]?.rows ?? [];
    }
    expect(headers.get("content-type")).toContain("text/csv");
    const [head = "", ...lines] = text.trimEnd().split("\r\n");
    const names = head.split(",");
    return lines.map((line) =>
      Object.fromEntries(
        line.split(",").map((cell, i) => [names[i], Number.isNaN(Number(cell)) ? cell : Number(cell)]),
      ),
    );
  }

  test.each(TARGETS)("%s: every column is there, of its type", { timeout: 30_000 }, async (_title, target) => {
    const rows = await rowsOf(target);
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) {
      for (const { selector, type } of target.columns) {
        const value = row[selector];
        if (type === "timestamp") expect(Date.parse(String(value)), selector).not.toBeNaN();
        else expect(typeof value, selector).toBe(type);
      }
    }
  });

  test("a filter is for all of them; wrong ones are told", { timeout: 30_000 }, async () => {
    for (const [, target] of TARGETS) {
      const all = await rowsOf(target);
      const some = await rowsOf(target, { filter: "proto udp and dst port 53" });
      expect(JSON.stringify(some)).not.toBe(JSON.stringify(all));
    }
    const { status, text } = await get(`${served.url}/api/v1/query?filter=prt%2053&by=srcAddr`);
    expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining("did you mean port?") });
  });

  test("every length of bucket that Grafana asks for", { timeout: 60_000 }, async () => {
    const [, target] = TARGETS[0]!;
    const lengths = "10s 15s 20s 30s 1m 2m 5m 10m 15m 20m 30m 1h 2h 3h 6h 12h 1d 7d".split(" ");
    for (const length of lengths)
      expect((await rowsOf(target, { __interval: length })).length, length).toBeGreaterThan(0);
  });

  test("docs/grafana.md: the panel by hand", { timeout: 30_000 }, async () => {
    const doc = readFileSync(join(ROOT, "docs", "grafana.md"), "utf8");
    const row = /^\| URL query params \| (.*) \|$/m.exec(doc)?.[1] ?? "";
    const params = [...row.matchAll(/`(\w+)` = `([^`]*)`/g)].map(([, key = "", value = ""]) => ({ key, value }));
    expect(params.map(({ key }) => key)).toEqual(["from", "to", "by", "top", "measures", "utc"]);
    const [, target] = TARGETS[0]!;
    const rows = await rowsOf({ ...target, url_options: { method: "GET", params } });
    expect(Object.keys(rows[0] ?? {})).toEqual(["time", "srcAddr", "bps"]);
  });
});
