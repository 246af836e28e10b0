// Stores for tests: flows that carry numbers, and what a store holds of them.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "../src/core/sql.ts";
import { type Catalog, type Engine, flowsTable, missingFiles, readCatalog } from "../src/store/index.ts";
import { type Running, type RunOptions, startProgram } from "./program.ts";

export const FLOWS_A_MESSAGE = 10;

/** NetFlow v5: flows first, first + 1 ..., each of as many packets as its number; they ended a second ago, or when it is said. */
export function numberedMessage(first: number, { endedSeconds = Date.now() / 1000 - 1 } = {}): Buffer {
  const message = Buffer.alloc(24 + 48 * FLOWS_A_MESSAGE);
  message.writeUInt16BE(5, 0);
  message.writeUInt16BE(FLOWS_A_MESSAGE, 2);
  message.writeUInt32BE(4_000_000, 4);
  message.writeUInt32BE(Math.floor(endedSeconds) + 1, 8);
  message.writeUInt32BE(first, 16);
  for (let record = 0; record < FLOWS_A_MESSAGE; record++) {
    const at = 24 + 48 * record;
    message.set([10, 0, 0, 1, 10, 0, 0, 2], at);
    message.writeUInt32BE(first + record, at + 16);
    message.writeUInt32BE(60, at + 20);
    message.writeUInt32BE(3_998_000, at + 24);
    message.writeUInt32BE(3_999_000, at + 28);
    message[at + 38] = 17;
  }
  return message;
}

/** Starts `collect --store` on a port, and waits until it listens. */
export async function collectInto(
  folder: string,
  port: number,
  words: readonly string[] = [],
  options: RunOptions = {},
): Promise<Running> {
  const sources = ["--templates", "none", "--summary", "json", `udp://127.0.0.1:${port}`];
  const program = startProgram(["collect", "--store", folder, ...words, ...sources], { timeoutMs: 60_000, ...options });
  await program.until(({ stderr }) => stderr.includes("listening on"));
  return program;
}

export async function endInOrder(program: Running): Promise<{ readonly stderr: string; readonly code: number | null }> {
  program.child.kill("SIGTERM");
  return program.ended;
}

/** How often each number is there. Asks again where files were replaced meanwhile. */
export async function numbersIn(engine: Engine, folder: string): Promise<Map<number, number>> {
  const rows = await ask<{ number: string; times: string }>(engine, folder, (catalog) => {
    return sql`SELECT packets AS number, count() AS times FROM ${flowsTable(catalog)} GROUP BY number`;
  });
  return new Map(rows.map(({ number, times }) => [Number(number), Number(times)]));
}

export async function ask<Row>(
  engine: Engine,
  folder: string,
  question: (catalog: Catalog) => ReturnType<typeof sql>,
): Promise<readonly Row[]> {
  for (;;) {
    const catalog = readCatalog(folder);
    try {
      const rows = await engine.rows<Row>(question(catalog));
      if (missingFiles(catalog).length === 0) return rows;
    } catch (error) {
      if (missingFiles(catalog).length === 0) throw error;
    }
  }
}

export class TestFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "flowgauge-store-test-"));
  private count = 0;

  /** A name that nothing has yet. */
  next(): string {
    return join(this.path, String(++this.count));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Waits until the test passes: sealing has a low priority, and machines that run tests have much to do. */
export async function eventually(test: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const until = performance.now() + 40_000; performance.now() < until; await sleep(50)) if (await test()) return;
  throw new Error(`waited in vain until ${what}`);
}
