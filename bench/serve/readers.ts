// Readers of a serve that runs: some look at live pictures, some ask questions one after the other; each comes from an address of its own.
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

export interface ReadersSaw {
  /** Milliseconds of the questions that were answered. */
  readonly answered: readonly number[];
  /** Told to ask again later. */
  readonly busy: number;
  readonly failed: number;
  readonly pictures: number;
}

const QUESTIONS = [
  "from=5m&by=srcAddr&top=10",
  "from=5m&by=time/10s,proto&top=7",
  "from=5m&by=dstPort&top=10",
  "from=5m&filter=proto%20udp&limit=50",
] as const;

/** Until the signal. Half of them are of each kind. */
export async function readers(url: string, number: number, signal: AbortSignal): Promise<ReadersSaw> {
  const saw = { answered: [] as number[], busy: 0, failed: 0, pictures: 0 };
  const all = Array.from({ length: number }, (_, i) => {
    const localAddress = `127.0.1.${1 + (i % 250)}`;
    return i % 2 === 0 ? look(i, localAddress) : ask(i, localAddress);
  });
  await Promise.all(all);
  return saw;

  async function look(i: number, localAddress: string): Promise<void> {
    const group = ["flows", "hosts", "pairs", "ports"][i % 4];
    await new Promise<void>((resolve) => {
      const request = get(`${url}/api/v1/live?group=${group}`, { localAddress, signal, agent: false }, (answer) => {
        answer.on("data", (piece: Buffer) => {
          if (piece.includes("event: view")) saw.pictures++;
        });
        answer.on("error", () => resolve());
        answer.on("close", () => resolve());
      });
      request.on("error", () => resolve());
    });
  }

  async function ask(i: number, localAddress: string): Promise<void> {
    for (let turn = i; !signal.aborted; turn++) {
      const began = performance.now();
      const status = await statusOf(`${url}/api/v1/query?${QUESTIONS[turn % QUESTIONS.length]}`, localAddress, signal);
      if (signal.aborted) return;
      if (status === 200) saw.answered.push(performance.now() - began);
      else if (status === 503 || status === 429) saw.busy++;
      else saw.failed++;
      if (status !== 200) await sleep(1000, undefined, { signal }).catch(() => {});
    }
  }
}

/** 0 = there was none. */
export function statusOf(url: string, localAddress: string, signal?: AbortSignal): Promise<number> {
  return new Promise((resolve) => {
    const options = { localAddress, agent: false as const, ...(signal === undefined ? {} : { signal }) };
    const request = get(url, options, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer.statusCode ?? 0));
      answer.on("error", () => resolve(0));
    });
    request.on("error", () => resolve(0));
  });
}
