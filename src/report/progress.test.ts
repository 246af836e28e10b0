// The line of progress: only on a terminal, not too often, gone at the end.
import { describe, expect, it } from "vitest";
import { createCollectProgress, createCountedProgress, createProgress, type ProgressState } from "./progress.ts";

function terminal(isTTY: boolean, columns = 200) {
  const texts: string[] = [];
  return { isTTY, columns, texts, write: (text: string) => texts.push(text) };
}

const state: ProgressState = {
  packets: 500_000,
  bytes: 300_000_000,
  liveFlows: 1234,
  kernelDrops: 0,
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
    now = 3000;
    progress.update({ ...state, packets: 600_000, bytes: 301_000_000, kernelDrops: 1234, source: null });
    expect(stream.texts[2]).toBe(
      "\r\u001b[K600,000 packets  0/s  0 B/s  1,234 flows live  1,234 dropped by the kernel  3.000 s",
    );
    progress.end();
    progress.end();
    expect(stream.texts.slice(3)).toEqual(["\r\u001b[K"]);
    now = 9000;
    progress.update(state);
    expect(stream.texts).toHaveLength(4);
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

describe("progress of collecting", () => {
  const counts = { messages: 2000, records: 60_000, lostRecords: 0, kernelDrops: 0, exporters: 1 };

  it("is one line with rates, and with what was lost when something was", () => {
    let now = 0;
    const stream = terminal(true);
    const progress = createCollectProgress(stream, () => now);
    now = 2000;
    progress.update(counts);
    now = 3000;
    progress.update({ messages: 2100, records: 63_000, lostRecords: 30, kernelDrops: 4, exporters: 2 });
    expect(stream.texts).toEqual([
      "\r\u001b[K2,000 messages 1,000/s  60,000 records 30,000/s  1 exporter  2.000 s",
      "\r\u001b[K2,100 messages 100/s  63,000 records 3,000/s  2 exporters  30 lost  4 dropped by the kernel  3.000 s",
    ]);
  });

  it("makes room for a sentence, and is drawn again after it", () => {
    let now = 0;
    const stream = terminal(true);
    const progress = createCollectProgress(stream, () => now);
    progress.clear();
    now = 2000;
    progress.update(counts);
    progress.clear();
    progress.clear();
    now = 2200;
    progress.update(counts);
    expect(stream.texts.map((text) => text.includes("messages"))).toEqual([true, false, true]);
  });
});

describe("progress over files", () => {
  it("is how many are done, of how many, and what is left", () => {
    let now = 0;
    const stream = terminal(true);
    const progress = createCountedProgress(stream, () => now);
    now = 2000;
    progress.update({ done: 0, total: 1200, noun: "segment" });
    now = 4000;
    progress.update({ done: 300, total: 1200, noun: "segment" });
    progress.end();
    expect(stream.texts).toEqual([
      "\r\u001b[K0 of 1,200 segments  2.000 s",
      "\r\u001b[K300 of 1,200 segments  4.000 s  about 12.0 s left",
      "\r\u001b[K",
    ]);
  });
});
