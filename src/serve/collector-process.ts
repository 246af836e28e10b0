// The process that collects, seen from serve: started, asked, started anew when it dies, ended in order.
import { type ChildProcess, fork } from "node:child_process";
import { SourceError } from "../core/errors.ts";
import type { CollectingStatus } from "./api.ts";
import type { CollectorAnswer, CollectorAsk, CollectorPlan, CollectorSays, CollectorState } from "./collector-words.ts";
import { ServeError } from "./problems.ts";

/** Who asks does not wait for longer: a collector that is busy collects. */
const ANSWER_MS = 5000;
/** Questions on their way at a time. */
const MOST_ASKED = 256;
const FIRST_WAIT_MS = 1000;
const MOST_WAIT_MS = 60_000;
/** Running for so long, it has recovered. */
const WELL_MS = 60_000;
/** To write what has arrived, and to seal. */
const END_MS = 15_000;
const MOST_WORDS = 2000;

interface Asked {
  readonly resolve: (answer: CollectorAnswer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const NOT_RUNNING = "expected a collector that runs, found none; the page says why";

export class CollectorProcess {
  private readonly worker: URL;
  private readonly plan: CollectorPlan;
  private readonly say: (sentence: string) => void;
  private child: ChildProcess | null = null;
  private listening: readonly string[] = [];
  private state: CollectorState = { exporters: 0, records: 0, lost: 0, problems: [] };
  private problem: string | null = null;
  private readonly asked = new Map<number, Asked>();
  private nextId = 0;
  private wait = FIRST_WAIT_MS;
  private restart: NodeJS.Timeout | undefined;
  private ending = false;

  /** `worker`: the module of the process; `say`: what a person at the terminal should hear. */
  constructor(worker: URL, plan: CollectorPlan, say: (sentence: string) => void) {
    this.worker = worker;
    this.plan = plan;
    this.say = say;
  }

  /** Resolves when it listens; rejects with its sentence where it cannot (a port that is taken). */
  start(): Promise<readonly string[]> {
    return new Promise((resolve, reject) => this.run(resolve, reject));
  }

  status(): CollectingStatus {
    const { listening, problem, state, child } = this;
    return {
      listening,
      running: child !== null && problem === null,
      problem,
      exporters: state.exporters,
      records: state.records,
      lost: state.lost,
    };
  }

  problems(): readonly string[] {
    return this.state.problems;
  }

  /** Rejects with a ServeError. */
  ask<Kind extends CollectorAsk["kind"]>(
    ask: CollectorAsk & { readonly kind: Kind },
  ): Promise<CollectorAnswer & { readonly kind: Kind }> {
    const { child } = this;
    if (child === null || this.problem !== null) return Promise.reject(new ServeError(503, "busy", NOT_RUNNING));
    if (this.asked.size >= MOST_ASKED) {
      return Promise.reject(
        new ServeError(503, "busy", "expected fewer questions at a time, found too many; try again"),
      );
    }
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.asked.delete(id);
        reject(
          new ServeError(503, "busy", "expected an answer of the collector, found that it is too busy; try again"),
        );
      }, ANSWER_MS);
      this.asked.set(id, { resolve: resolve as Asked["resolve"], reject, timer });
      child.send({ id, ask });
    });
  }

  /** Resolves when it is gone; what has arrived is written. */
  async end(): Promise<void> {
    const { child } = this;
    this.ending = true;
    clearTimeout(this.restart);
    if (child === null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.connected) child.send({ end: true });
    const late = setTimeout(() => child.kill("SIGKILL"), END_MS);
    await gone;
    clearTimeout(late);
  }

  private run(started: (listening: readonly string[]) => void, refused: (error: Error) => void): void {
    // In a session of its own, away from Ctrl-C.
    const child = fork(this.worker, [], {
      detached: true,
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child = child;
    const began = performance.now();
    let words = "";
    let failed: SourceError | null = null;
    child.stderr?.on("data", (text: Buffer) => {
      words = (words + text.toString()).slice(-MOST_WORDS);
    });
    child.on("error", ({ message }) => {
      failed ??= new SourceError({ source: "collecting" }, message);
    });
    child.on("message", (said: CollectorSays) => {
      if ("failed" in said) failed = new SourceError({ source: said.failed.source }, said.failed.sentence);
      else if ("started" in said) {
        this.listening = said.started.listening;
        this.problem = null;
        started(this.listening);
      } else this.hear(said);
    });
    child.once("exit", (code, signal) => {
      this.child = null;
      this.refuseAll();
      if (this.ending) return;
      const said = words.trim() === "" ? "" : `: ${words.trim()}`;
      const how = `the process that collects ended (${signal ?? `exit code ${code}`})${said}`;
      const why = failed ?? new SourceError({ source: "collecting" }, how);
      this.problem = `not collecting: ${failed === null ? how : failed.message}`;
      // Only the first start can be refused: later ones are tried again.
      refused(why);
      if (this.listening.length === 0) return;
      if (performance.now() - began > WELL_MS) this.wait = FIRST_WAIT_MS;
      this.say(`${this.problem}; trying again in ${Math.round(this.wait / 1000)} s`);
      this.restart = setTimeout(
        () =>
          this.run(
            () => this.say("collecting again"),
            () => {},
          ),
        this.wait,
      );
      this.wait = Math.min(this.wait * 2, MOST_WAIT_MS);
    });
    child.send({ start: this.plan });
  }

  private hear(said: Exclude<CollectorSays, { started: unknown } | { failed: unknown }>): void {
    if ("note" in said) this.say(said.note);
    else if ("status" in said) this.state = said.status;
    else {
      const asked = this.asked.get(said.id);
      if (asked === undefined) return;
      this.asked.delete(said.id);
      clearTimeout(asked.timer);
      if ("answer" in said) asked.resolve(said.answer);
      else {
        const { message, from, to } = said.fault;
        const span = from === undefined || to === undefined ? null : { from, to };
        asked.reject(new ServeError(400, span === null ? "usage" : "filter", message.split("\n", 1)[0]!, { span }));
      }
    }
  }

  private refuseAll(): void {
    for (const { reject, timer } of this.asked.values()) {
      clearTimeout(timer);
      reject(new ServeError(503, "busy", NOT_RUNNING));
    }
    this.asked.clear();
  }
}
