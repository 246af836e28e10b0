// What a pdml run says on stderr: how far it is, what is wrong with the input, what became of the frames.
import { quoteWithHint } from "../core/suggestion.ts";
import type { FieldNames, FlowRun, FlowRunSummary, FrameSource } from "../pdml/index.ts";
import { createProgress, pdmlObject, printPdml } from "../report/index.ts";
import type { FrameSettings } from "./pdml-options.ts";

const EVERY_MS = 200;
/** The progress line may stand where a sentence goes. */
const CLEAR_LINE = "\r\u001b[K";

export class PdmlRunTeller {
  /** True when something could not be read. */
  failed = false;
  readonly #settings: FrameSettings;
  readonly #terminal: NodeJS.WriteStream;
  readonly #began = performance.now();
  readonly #told = new Set<string>();
  #run: FlowRun | null = null;
  #timer: NodeJS.Timeout | null = null;
  #clear: () => void = () => {};

  constructor(settings: FrameSettings, terminal: NodeJS.WriteStream) {
    this.#settings = settings;
    this.#terminal = terminal;
  }

  /** From now on a terminal shows how far the run is, unless the flows themselves run over it. */
  watch(source: FrameSource, run: FlowRun): void {
    this.#run = run;
    const drawn = this.#terminal.isTTY === true && process.stdout.isTTY !== true;
    const progress = drawn ? createProgress(this.#terminal) : null;
    this.#timer = setInterval(() => {
      const { counts, flows } = run.summary();
      this.tellProblems();
      progress?.update({
        packets: counts.frames,
        bytes: counts.octets,
        liveFlows: flows.live,
        source: source.progress(),
      });
    }, EVERY_MS);
    this.#clear = () => progress?.end();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#clear();
  }

  /** Each one once. */
  tellProblems(): void {
    for (const problem of this.#run?.summary().problems ?? []) {
      if (this.#told.has(problem)) continue;
      this.#told.add(problem);
      this.failed = true;
      this.#terminal.write(`${this.#terminal.isTTY === true ? CLEAR_LINE : ""}flowgauge: ${problem}\n`);
    }
  }

  /** Fields that a person named and no frame had: mostly a slip. */
  tellUnseen(names: FieldNames, ofFilter: readonly string[], ofKey: boolean): void {
    const { quiet, summary: form } = this.#settings;
    const summary = this.#run?.summary();
    if (summary === undefined || summary.counts.frames === 0 || quiet === true || form !== "text") return;
    // Where no frame came so far, nothing is known of the key.
    const unseenKeys = [...ofFilter, ...(ofKey && summary.counts.given > 0 ? summary.unseenKeys : [])];
    const others = Array.from({ length: names.size }, (_, id) => names.text(id)).filter(
      (name) => !unseenKeys.includes(name),
    );
    for (const name of new Set(unseenKeys)) {
      this.#terminal.write(`flowgauge: note: no frame had the field ${quoteWithHint(name, others)}\n`);
    }
  }

  debug(line: string): void {
    this.#terminal.write(`${line}\n`);
  }

  tellSummary(): void {
    const { quiet, summary: form } = this.#settings;
    if (this.#run === null || quiet === true || form === "none") return;
    const summary: FlowRunSummary = this.#run.summary();
    const seconds = (performance.now() - this.#began) / 1000;
    if (form === "json") this.#terminal.write(`${JSON.stringify(pdmlObject(summary, seconds))}\n`);
    else this.#terminal.write(printPdml(summary, seconds));
  }
}
