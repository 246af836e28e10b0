// observePdml: a program's own functions hear of the frames and flows of tshark's output, as plug-ins do.
import { FieldNames } from "./field-names.ts";
import { FlowRun, type FlowRunSummary } from "./flow-run.ts";
import { DEFAULT_KEY } from "./frame-key.ts";
import type { PdmlObserver } from "./observer.ts";
import { ObserverCalls } from "./observer-calls.ts";
import { type CaptureOpener, openFrames } from "./open-frames.ts";
import { tsharkOpener } from "./tshark.ts";

export interface PdmlOptions {
  /** The fields whose values make a flow; default: addresses, VLAN, ports and streams. */
  readonly key?: readonly string[] | undefined;
  /** Seconds of silence after which a flow is over, default 180; 0 = each frame is a flow, Infinity = flows end with the input. */
  readonly idleSeconds?: number | undefined;
  /** Characters of a value in a flow, default no limit but ours; longer ones become "Data too long". */
  readonly maxLength?: number | undefined;
  /** Each distinct value of a field of a flow once. */
  readonly distinct?: boolean | undefined;
  /** `toObject` of a flow gives an array of its frames. */
  readonly framesApart?: boolean | undefined;
  /** Objects also have labels (PDML's `showname`). */
  readonly labels?: boolean | undefined;
  /** Octets that all live flows may hold, default 512 MiB: beyond it those that have been silent the longest end. */
  readonly memory?: number | undefined;
  /** Aborted: what was read is told, and the run is over. */
  readonly signal?: AbortSignal | undefined;
  /** How captures are opened; default: tshark, if it is installed, with all protocols. */
  readonly openCapture?: CaptureOpener | undefined;
}

const IDLE_SECONDS = 180;
const MEMORY = 512 * 1024 * 1024;

/**
 * Runs tshark's output (files of -T pdml, -T ek or -T json, also gzip and zstd; captures, over which tshark is run; "-" = standard input) to its end and calls the
 * observer. What a call throws ends the reading and is thrown on. Rejects with a SourceError where the only source cannot be
 * opened; bad content is no exception: the summary's `problems` say where it was.
 */
export async function observePdml(
  sources: readonly string[],
  options: PdmlOptions,
  observer: PdmlObserver,
): Promise<FlowRunSummary> {
  const { signal, labels = false } = options;
  const openCapture = options.openCapture ?? tsharkOpener({ fields: [], protocols: ["all"] });
  const frames = await openFrames(sources, { names: new FieldNames(), labels, signal, openCapture });
  try {
    const run = new FlowRun(frames, {
      table: {
        key: options.key ?? DEFAULT_KEY,
        idleSeconds: options.idleSeconds ?? IDLE_SECONDS,
        maxLength: options.maxLength ?? Number.MAX_SAFE_INTEGER,
        distinct: options.distinct ?? false,
        framesApart: options.framesApart ?? false,
        labels,
        memory: options.memory ?? MEMORY,
      },
      observers: new ObserverCalls([{ name: null, observer }]),
      signal,
    });
    await run.run();
    return run.summary();
  } finally {
    await frames.close();
  }
}
