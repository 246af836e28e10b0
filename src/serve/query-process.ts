// A process that answers questions, seen from the server: one question in, one answer out, whatever becomes of it.
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { heardProblem, ServeError } from "./problems.ts";
import type { Answered, QuestionTask } from "./query-work.ts";
import type { WorkerLimits, WorkerSays } from "./query-worker.ts";

const MOST_WORDS = 2000;
const MEBI = 1_048_576;
/** MiB. */
const LEAST_HEAP = 256;

interface Asked {
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: Error) => void;
}

export interface QueryProcessEvents {
  /** It can be asked, again. */
  readonly free: () => void;
  /** It is gone; `noEngine`: the sentence why it could not begin at all. */
  readonly ended: (noEngine: string | null) => void;
  /** A line for the messages of serve. */
  readonly log: (line: string) => void;
}

export class QueryProcess {
  /** Resolves when nothing of it is left. */
  readonly gone: Promise<void>;
  private readonly child: ChildProcess;
  /** Private, as the engine takes a configuration from where it is. Answers in files are moved out of it by being opened. */
  private readonly folder: string;
  private readonly events: QueryProcessEvents;
  private asked: Asked | null = null;
  private ready = false;
  private over = false;
  private noEngine: string | null = null;
  private words = "";

  constructor(limits: WorkerLimits, events: QueryProcessEvents) {
    this.events = events;
    this.folder = mkdtempSync(join(tmpdir(), "flowgauge-serve-"));
    const { folder } = this;
    // In a session of its own, away from Ctrl-C.
    this.child = fork(new URL("./query-worker.js", import.meta.url), [JSON.stringify(limits)], {
      cwd: folder,
      env: { ...process.env, TMPDIR: folder },
      detached: true,
      // Of its own heap; the engine's memory is bounded by itself.
      execArgv: [`--max-old-space-size=${Math.max(LEAST_HEAP, Math.ceil(limits.memoryOctets / MEBI))}`],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.words = (this.words + text).slice(-MOST_WORDS);
    });
    this.child.on("message", (message) => this.over || this.hear(message as WorkerSays));
    this.child.on("error", ({ message }) => this.end(message));
    this.gone = new Promise((resolve) => {
      this.child.on("exit", (code, signal) => {
        this.end(signal ?? `exit code ${code}`);
        rmSync(folder, { recursive: true, force: true });
        resolve();
      });
    });
  }

  get free(): boolean {
    return this.ready && !this.over && this.asked === null;
  }

  /** It could be asked at some time. */
  get wasReady(): boolean {
    return this.ready;
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Rejects with a ServeError. To be asked while it is free. */
  ask(task: QuestionTask): Promise<Answered> {
    return new Promise((resolve, reject) => {
      this.asked = { resolve, reject };
      this.child.send(task, (error) => error !== null && this.end(error.message));
    });
  }

  /** At once; who has asked is told `why`. */
  kill(why: ServeError): void {
    const { asked } = this;
    this.asked = null;
    asked?.reject(why);
    this.end("killed");
  }

  private hear(says: WorkerSays): void {
    if (says.kind === "ready") this.ready = true;
    if (says.kind === "noEngine") this.noEngine = says.sentence;
    if (says.kind === "ready" || says.kind === "noEngine") {
      if (this.ready) this.events.free();
      return;
    }
    const { asked } = this;
    this.asked = null;
    if (says.kind === "answered") asked?.resolve(says.answered);
    else {
      if (says.inside !== null) this.events.log(`a question could not be answered: ${says.inside}`);
      asked?.reject(heardProblem(says.problem));
    }
    this.events.free();
  }

  private end(how: string): void {
    if (this.over) return;
    this.over = true;
    this.child.kill("SIGKILL");
    const { asked } = this;
    this.asked = null;
    if (asked !== null) {
      const said = this.words === "" ? "" : `: ${this.words.trim().split("\n").at(-1)}`;
      this.events.log(`a process that answers questions ended (${how})${said}`);
      const sentence =
        "expected an answer, found that the process which looks for it ended; ask again, or for less time";
      asked.reject(new ServeError(503, "busy", sentence, { wait: 1 }));
    }
    this.events.ended(this.noEngine);
  }
}
