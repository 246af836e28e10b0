// The processes that answer questions, and who waits for them: the same words at the same time are one question.
import { setTimeout as sleep } from "node:timers/promises";
import { type TimeWindow, timeAround, usedNames } from "../query/index.ts";
import type { QueryWords } from "./api.ts";
import { type AskedQuestion, localOf, readQuestion } from "./asked-question.ts";
import { commandLine } from "./command-line.ts";
import { GivenAnswer } from "./given-answer.ts";
import { KeptAnswers } from "./kept-answers.ts";
import { QUESTIONS } from "./limits.ts";
import type { Answer, Format, Questions, Reader } from "./parts.ts";
import { asServeError, ServeError } from "./problems.ts";
import { QueryProcess } from "./query-process.ts";
import type { Answered } from "./query-work.ts";
import type { WorkerLimits } from "./query-worker.ts";
import { QuestionQueue } from "./question-queue.ts";

export interface PoolOptions extends WorkerLimits {
  /** Folder of the store, absolute. */
  readonly store: string;
  /** Networks that are local, with commas. */
  readonly local: string | null;
  readonly namedFilters: (user: string | null) => ReadonlyMap<string, string>;
  readonly log: (line: string) => void;
}

/** A question that waits or is under way, and all who want its answer. */
interface Flight {
  readonly key: string;
  readonly sameAs: string;
  readonly asked: AskedQuestion;
  readonly keep: string;
  readonly began: number;
  readonly readers: Set<(given: GivenAnswer | ServeError) => void>;
  process: QueryProcess | null;
  timer: NodeJS.Timeout | null;
}

/** After a process could not begin, so long until another one is tried. */
const REST_MS = 10_000;

export class QueryPool implements Questions {
  private readonly options: PoolOptions;
  private readonly processes = new Set<QueryProcess>();
  private readonly queue = new QuestionQueue<Flight>();
  private readonly flights = new Map<string, Flight>();
  private readonly kept: KeptAnswers;
  private problem: { readonly sentence: string; readonly until: number } | null = null;
  private closed = false;

  constructor(options: PoolOptions) {
    this.options = options;
    this.kept = new KeptAnswers(options.store);
  }

  get engineProblem(): string | null {
    return this.problem?.sentence ?? null;
  }

  /** Numbers for metrics. */
  get load(): { readonly processes: number; readonly busy: number; readonly waiting: number } {
    const busy = [...this.processes].filter(({ free }) => !free).length;
    return { processes: this.processes.size, busy, waiting: this.queue.length };
  }

  /** So that the first question does not wait. */
  warm(): void {
    if (this.closed || (this.problem !== null && this.problem.until > performance.now())) return;
    while (this.processes.size < QUESTIONS.workers) this.start();
  }

  async ask(words: QueryWords, format: Format, { caller, signal }: Reader): Promise<Answer> {
    if (this.closed)
      throw new ServeError(503, "busy", "expected a server that runs, found one that ends; ask again later");
    const named = usedNames(words.filter ?? "", this.options.namedFilters(caller.user?.name ?? null));
    // Whole seconds: readers who ask for the same within one are given the same.
    const now = Math.floor(Date.now() / 1000) * 1000;
    const asked: AskedQuestion = { words, format, named, local: localOf(words, this.options.local), now };
    const { choice, time } = this.read(asked);
    const sameAs = JSON.stringify([words, format, named]);
    const keep = `${sameAs} ${choice}`;
    const kept = this.kept.find(keep, time);
    if (kept !== null) return kept.forReader();
    if (this.problem !== null && this.problem.until > performance.now()) throw this.noEngine();
    const found = this.flights.get(sameAs);
    const together = found !== undefined && performance.now() - found.began < QUESTIONS.togetherMs;
    const flight = together ? found : this.begin(caller.key, sameAs, keep, asked);
    return this.wait(flight, signal);
  }

  /** Who asks is told; all processes are ended. */
  async close(): Promise<void> {
    this.closed = true;
    const over = new ServeError(503, "busy", "expected a server that runs, found one that ends; ask again later");
    for (const flight of this.queue.clear()) this.land(flight, over);
    const processes = [...this.processes];
    for (const process of processes) process.kill(over);
    const gone = Promise.all(processes.map((process) => process.gone));
    await Promise.race([gone, sleep(QUESTIONS.graceMs, null, { ref: false })]);
  }

  /** Throws a ServeError for words that cannot be asked. */
  private read(asked: AskedQuestion): { readonly choice: string; readonly time: TimeWindow } {
    try {
      const { choice } = readQuestion(asked);
      const { time, condition } = choice;
      const parts = [time.from, time.to, condition?.compile()];
      return { choice: JSON.stringify(parts, plain), time: timeAround(choice) };
    } catch (error) {
      throw asServeError(error);
    }
  }

  private begin(key: string, sameAs: string, keep: string, asked: AskedQuestion): Flight {
    const flight: Flight = {
      key,
      sameAs,
      asked,
      keep,
      began: performance.now(),
      readers: new Set(),
      process: null,
      timer: null,
    };
    this.queue.add(flight);
    this.flights.set(sameAs, flight);
    this.warm();
    this.next();
    return flight;
  }

  private wait(flight: Flight, signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        flight.readers.delete(settle);
        if (flight.readers.size === 0) this.cancel(flight);
        reject(new ServeError(499, "cancelled", "expected somebody who waits for the answer, found nobody"));
      };
      const settle = (given: GivenAnswer | ServeError) => {
        signal.removeEventListener("abort", leave);
        if (given instanceof ServeError) reject(given);
        else resolve(given.forReader());
      };
      flight.readers.add(settle);
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
    });
  }

  /** Nobody waits for it any more. */
  private cancel(flight: Flight): void {
    this.forget(flight);
    if (this.queue.remove(flight)) return;
    flight.process?.kill(new ServeError(499, "cancelled", "expected somebody who waits, found nobody"));
  }

  private next(): void {
    const process = [...this.processes].find(({ free }) => free);
    if (process === undefined) return;
    const flight = this.queue.next();
    if (flight === null) return;
    flight.process = process;
    const { seconds, store } = this.options;
    const most = seconds * 1000 + QUESTIONS.graceMs;
    // The engine ends by itself in time; what is in its way does not.
    const late = `expected an answer within ${seconds} s (serve --timeout), found none; ask for less time or fewer fields`;
    flight.timer = seconds === 0 ? null : setTimeout(() => process.kill(new ServeError(504, "timeout", late)), most);
    const queuedSeconds = Math.round(performance.now() - flight.began) / 1000;
    const command = commandLine(flight.asked, store);
    void process.ask({ asked: flight.asked, store, command, queuedSeconds }).then(
      (answered) => this.answered(flight, answered),
      (error) => this.land(flight, asServeError(error)),
    );
    this.next();
  }

  private answered(flight: Flight, answered: Answered): void {
    let given: GivenAnswer;
    try {
      given = new GivenAnswer(answered);
    } catch (error) {
      this.options.log(`an answer could not be read: ${(error as Error).message}`);
      this.land(flight, asServeError(error));
      return;
    }
    // Its own hold: readers come and go meanwhile.
    const own = given.forReader();
    this.kept.keep(flight.keep, given);
    this.land(flight, given);
    own.release();
  }

  private land(flight: Flight, given: GivenAnswer | ServeError): void {
    this.forget(flight);
    if (flight.process !== null) this.queue.done(flight);
    for (const settle of flight.readers) settle(given);
    flight.readers.clear();
    this.next();
  }

  private forget(flight: Flight): void {
    if (flight.timer !== null) clearTimeout(flight.timer);
    if (this.flights.get(flight.sameAs) === flight) this.flights.delete(flight.sameAs);
  }

  private start(): void {
    const { memoryOctets, seconds, threads, log } = this.options;
    const process: QueryProcess = new QueryProcess(
      { memoryOctets, seconds, threads },
      {
        log,
        free: () => {
          this.problem = null;
          this.next();
        },
        ended: (noEngine) => this.ended(process, noEngine),
      },
    );
    this.processes.add(process);
  }

  private ended(process: QueryProcess, noEngine: string | null): void {
    this.processes.delete(process);
    if (this.closed) return;
    if (!process.wasReady) {
      const sentence =
        noEngine ?? "expected a process that answers questions, found that it ends at once; see the messages of serve";
      if (this.problem === null) this.options.log(sentence);
      this.problem = { sentence, until: performance.now() + REST_MS };
      if (this.processes.size === 0) for (const flight of this.queue.clear()) this.land(flight, this.noEngine());
      return;
    }
    this.warm();
  }

  private noEngine(): ServeError {
    return new ServeError(503, "engine", this.problem?.sentence ?? "expected an engine, found none", {
      wait: REST_MS / 1000,
    });
  }
}

function plain(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}
