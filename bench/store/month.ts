// One address in a month of segments of five minutes, before and after they were put together.
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "../../src/store/engine.ts";
import { segmentFolder } from "../../src/store/layout.ts";
import { writeSegments } from "../../src/store/segment-writer.ts";
import { openStoreFolder } from "../../src/store/store-folder.ts";
import { measure, spread } from "../measured-process.ts";
import { ourCommand } from "../programs.ts";
import { writeFlowCapture } from "./flow-capture.ts";
import { PORT, passingFolder, storedOctets } from "./stored-flows.ts";

const DAYS = 30;
const DAY = 86_400;
/** Seconds since 1970: when a month begins, and ends. */
export const BEGIN = 1_760_918_400;
export const END = BEGIN + DAYS * DAY;
const INTERVAL = 300;

export async function benchMonth(
  rounds: number,
  seed: number,
  flows: number,
  say: (line: string) => void,
): Promise<string> {
  const folder = passingFolder();
  try {
    const store = join(folder, "store");
    const segments = await makeMonth(folder, store, seed, Math.round(flows / DAYS));
    const lines = [
      `| one address in a month: ${flows} flows | s (min-max), MB | octets a flow |`,
      "| --- | --- | --- |",
      await row(`${segments} segments of 5 minutes`, store, rounds, flows),
    ];
    const compacted = await measure(ourCommand("store", "compact", store)!);
    if (compacted.status !== 0)
      throw new Error(`store compact ended with status ${compacted.status}: ${compacted.stderr}`);
    say(`compacted in ${compacted.seconds.toFixed(1)} s, ${compacted.peakMegabytes?.toFixed(0) ?? "-"} MB`);
    lines.push(await row("compacted", store, rounds, flows));
    return lines.join("\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** As sealing would, but without housekeeping, which puts them together at once. `flows`: of a day. Gives how many segments there are. */
export async function makeMonth(
  folder: string,
  store: string,
  seed: number,
  flows: number,
  intervalSeconds = INTERVAL,
): Promise<number> {
  openStoreFolder(store, intervalSeconds);
  const [capture, native, temporary] = ["day.pcap", "day.native", "temporary"].map((name) => join(folder, name));
  mkdirSync(temporary!);
  const engine = Engine.open();
  let segments = 0;
  try {
    for (let day = 0; day < DAYS; day++) {
      writeFlowCapture(capture!, { begin: BEGIN + day * DAY, seconds: DAY, flows, seed: seed + day }, PORT);
      rmSync(native!, { force: true });
      const [program, ...words] = ourCommand("collect", capture!, "--quiet", "--native", native!)!;
      execFileSync(program!, words, { stdio: "ignore" });
      const files = { native: [native!], parquet: [] };
      const work = { files, folder: temporary!, intervalSeconds, job: `day${day}`, arrival: BEGIN };
      for (const { temporary: file, path, name } of await writeSegments(engine, work)) {
        mkdirSync(join(store, segmentFolder(name.start)), { recursive: true });
        renameSync(join(temporary!, file), join(store, path));
        segments++;
      }
    }
    return segments;
  } finally {
    engine.close();
  }
}

async function row(title: string, store: string, rounds: number, flows: number): Promise<string> {
  const times: number[] = [];
  let peak = 0;
  for (let round = 0; round <= rounds; round++) {
    const run = await measure(ourCommand("query", store, "host 10.0.0.100", "--sum", "bytes,flows")!);
    if (run.status !== 0) throw new Error(`flowgauge query ended with status ${run.status}: ${run.stderr}`);
    if (round > 0) times.push(run.seconds);
    peak = Math.max(peak, run.peakMegabytes ?? 0);
  }
  const { median, min, max } = spread(times);
  const octets = storedOctets(store) / flows;
  const cell = `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)}), ${peak.toFixed(0)}`;
  return `| ${title} | ${cell} | ${octets.toFixed(1)} |`;
}
