// The line of progress: only on a terminal, not too often, gone at the end.
import { describe, expect, it } from "vitest";
import { createProgress, type ProgressState } from "./progress.ts";

function terminal(isTTY: boolean, columns = 200) {
  const texts: string[] = [];
  return { isTTY, columns, texts, write: (text: string) => texts.push(text) };
}

const state: ProgressState = {
  packets: 500_000,
  bytes: 300_000_000,
  liveFlows: 1234,
  source: { done: 25, total: 100 },
};

describe("progress", () => {
  it("is one line with rates, the part that is done and the time that is left", () => {
    let now = 0;
    const stream = terminal(true);
    const progress = createProgress(stream, () => now);
    now = 1000;
    progress.update(state);
    expect(stream.texts).toEqual([
      "\r\u001b[K 25%  500,000 packets  500,000/s  300 MB/s  1,234 flows live  3.000 s left",
    ]);
    now = 2000;
    progress.update({ ...state, packets: 600_000, bytes: 301_000_000, source: null });
    expect(stream.texts[1]).toBe("\r\u001b[K600,000 packets  100,000/s  1.00 MB/s  1,234 flows live  2.000 s");
    progress.end();
    progress.end();
    expect(stream.texts.slice(2)).toEqual(["\r\u001b[K"]);
    now = 9000;
    progress.update(state);
    expect(stream.texts).toHaveLength(3);
  });

  it("is drawn five times a second at the most", () => {
    let now = 0;
    const stream = terminal(true);
    const progress = createProgress(stream, () => now);
    for (now = 0; now < 3000; now++) {
      if (progress.due()) progress.update(state);
    }
    expect(stream.texts).toHaveLength(10);
  });

  it("is not seen in a short run", () => {
    let now = 0;
    const stream = terminal(true);
    const progress = createProgress(stream, () => now);
    for (; now < 900; now += 10) progress.update(state);
    progress.end();
    expect(stream.texts).toEqual([]);
  });

  it("never fills more than a line", () => {
    let now = 0;
    const stream = terminal(true, 20);
    const progress = createProgress(stream, () => now);
    now = 5000;
    progress.update(state);
    expect(stream.texts[0]).toBe("\r\u001b[K 25%  500,000 packe");
  });

  it("is nothing where there is no terminal", () => {
    let now = 0;
    const stream = terminal(false);
    const progress = createProgress(stream, () => now);
    now = 5000;
    expect(progress.due()).toBe(false);
    progress.update(state);
    progress.end();
    expect(stream.texts).toEqual([]);
  });
});
